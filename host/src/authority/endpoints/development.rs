//! Endpoints for development and tests only. Whoever reaches the port may use them: on a machine shared with others, switch them
//! off (`AuthorityConfig::development`).

use super::Shared;
use super::agents::register_agent;
use crate::authority::answer::{Refusal, json};
use crate::authority::faults::Faults;
use crate::authority::issuer::{IdentitySubject, IssuedIdentity};
use crate::authority::random::random_id;
use crate::authority::store::agents::NewAgent;
use crate::authority::store::tokens::{self, Holder};
use crate::authority::store::{Survives, agents, tasks};
use crate::component::wit::reveal::SecretForm;
use crate::error::Error;
use crate::ports::Clock;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json as object;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The routes under `/dev/`.
pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/dev/token", post(token))
        .route("/dev/identity-jwt", post(identity_jwt))
        .route("/dev/agents", get(known))
        .route("/dev/revoke-agent", post(revoke))
        .route("/dev/end-task", post(end))
        .route("/dev/faults", post(faults))
}

/// A token with which this user of this account registers agents.
pub(in crate::authority) async fn issue_token(shared: &Shared, holder: Holder) -> Result<String, Error> {
    check_account(&holder.account_id, &holder.chatgpt_user_id)?;
    let token = random_id("dev-")? + &random_id("")?;
    let (hash, now_ms) = (tokens::hash(&token), shared.clock.now_ms());
    let expires_ms = now_ms.saturating_add(i64::from(shared.token_lifetime_s) * 1000);
    shared.store.run(Survives::PowerCut, move |connection| tokens::issue(connection, &hash, &holder, now_ms, expires_ms)).await?;
    Ok(token)
}

/// A new agent whose key, made here and kept nowhere, is in the token.
pub(in crate::authority) async fn issue_identity(shared: &Shared, subject: &IdentitySubject) -> Result<IssuedIdentity, Error> {
    check_account(&subject.account_id, &subject.chatgpt_user_id)?;
    let (public_key, private_key) = shared.verifier.sessions.with(|session| {
        let key = session.generate_key()?;
        let pair = session.public_forms(&key).and_then(|forms| Ok((forms.raw, session.reveal(&key, SecretForm::Pkcs8Base64)?)));
        session.release(key)?;
        pair
    })?;
    let agent = NewAgent {
        agent_runtime_id: random_id("agent-")?,
        public_key,
        account_id: subject.account_id.clone(),
        chatgpt_user_id: subject.chatgpt_user_id.clone(),
        agent_version: env!("CARGO_PKG_VERSION").into(),
        agent_harness_id: "codex-cli".into(),
        running_location: "authority".into(),
    };
    let new_key = || Error::internal("a new key is revoked".into());
    let agent_runtime_id = register_agent(shared, agent).await?.ok_or_else(new_key)?;
    let private_key = std::str::from_utf8(&private_key).map_err(|_| Error::internal("a key in base64 is not text".into()))?;
    let jwt = shared.issuer.jwt(subject, &agent_runtime_id, private_key, shared.clock.now_ms()).await?;
    Ok(IssuedIdentity { agent_runtime_id, jwt })
}

/// Whether there was such an agent.
pub(in crate::authority) async fn revoke_agent(shared: &Shared, agent_runtime_id: String) -> Result<bool, Error> {
    let now_ms = shared.clock.now_ms();
    shared.store.run(Survives::PowerCut, move |connection| agents::revoke(connection, &agent_runtime_id, now_ms)).await
}

/// Whether there was such a task.
pub(in crate::authority) async fn end_task(shared: &Shared, task_id: String) -> Result<bool, Error> {
    let now_ms = shared.clock.now_ms();
    shared.store.run(Survives::PowerCut, move |connection| tasks::end(connection, &task_id, now_ms)).await
}

/// Sets faults, and the clock as they say.
pub(in crate::authority) fn set_faults(shared: &Shared, faults: Faults) {
    shared.clock.set_offset_ms(faults.skew_ms());
    shared.faults.set(faults);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenRequest {
    account_id: String,
    chatgpt_user_id: String,
}

/// `POST /dev/token {"account_id","chatgpt_user_id"}` → `{"access_token"}`.
async fn token(State(shared): State<Arc<Shared>>, body: Bytes) -> Result<Response, Refusal> {
    let TokenRequest { account_id, chatgpt_user_id } = read(&body)?;
    let token = issue_token(&shared, Holder { account_id, chatgpt_user_id }).await?;
    Ok(json(&object!({ "access_token": token, "expires_in": shared.token_lifetime_s })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IdentityRequest {
    account_id: String,
    chatgpt_user_id: String,
    plan_type: Option<String>,
    email: Option<String>,
    fedramp: Option<bool>,
    lifetime_s: Option<u32>,
}

/// `POST /dev/identity-jwt {"account_id","chatgpt_user_id"}` → `{"access_token","agent_runtime_id"}`. Also taken: `plan_type`,
/// `email`, `fedramp`, `lifetime_s`.
async fn identity_jwt(State(shared): State<Arc<Shared>>, body: Bytes) -> Result<Response, Refusal> {
    let request: IdentityRequest = read(&body)?;
    let usual = IdentitySubject::new(request.account_id, request.chatgpt_user_id);
    let subject = IdentitySubject {
        plan_type: request.plan_type.unwrap_or(usual.plan_type),
        email: request.email,
        fedramp: request.fedramp.unwrap_or(usual.fedramp),
        lifetime_s: request.lifetime_s.unwrap_or(usual.lifetime_s),
        account_id: usual.account_id,
        chatgpt_user_id: usual.chatgpt_user_id,
    };
    let IssuedIdentity { agent_runtime_id, jwt } = issue_identity(&shared, &subject).await?;
    let jwt: &Zeroizing<String> = &jwt;
    Ok(json(&object!({ "access_token": jwt.as_str(), "agent_runtime_id": agent_runtime_id })))
}

/// `GET /dev/agents` → `{"agents":[{"agent_runtime_id","account_id",…,"tasks":[{"task_id","external_task_ref","ended"}]}]}`.
async fn known(State(shared): State<Arc<Shared>>) -> Result<Response, Refusal> {
    let agents = shared.store.run(Survives::Nothing, agents::list).await?;
    Ok(json(&object!({ "agents": agents })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgentName {
    agent_runtime_id: String,
}

/// `POST /dev/revoke-agent {"agent_runtime_id"}` → 204.
async fn revoke(State(shared): State<Arc<Shared>>, body: Bytes) -> Result<Response, Refusal> {
    let AgentName { agent_runtime_id } = read(&body)?;
    done(revoke_agent(&shared, agent_runtime_id).await?, "agent-unknown")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskName {
    task_id: String,
}

/// `POST /dev/end-task {"task_id"}` → 204.
async fn end(State(shared): State<Arc<Shared>>, body: Bytes) -> Result<Response, Refusal> {
    let TaskName { task_id } = read(&body)?;
    done(end_task(&shared, task_id).await?, "task-unknown")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultList {
    faults: String,
}

/// `POST /dev/faults {"faults":"500:2"}` → 204; an empty text ends all faults.
async fn faults(State(shared): State<Arc<Shared>>, body: Bytes) -> Result<Response, Refusal> {
    let FaultList { faults } = read(&body)?;
    set_faults(&shared, faults.parse::<Faults>()?);
    done(true, "")
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, "request-malformed").because(error.to_string()))
}

fn done(found: bool, code: &'static str) -> Result<Response, Refusal> {
    if found { Ok(StatusCode::NO_CONTENT.into_response()) } else { Err(Refusal::new(StatusCode::NOT_FOUND, code)) }
}

/// A5: what can be sent as `ChatGPT-Account-ID`.
fn check_account(account_id: &str, chatgpt_user_id: &str) -> Result<(), Error> {
    if !(1..=256).contains(&account_id.len()) || !account_id.bytes().all(|byte| (0x21..=0x7e).contains(&byte)) {
        return Err(Error::config("an account id has 1 to 256 visible ASCII characters"));
    }
    if chatgpt_user_id.trim().is_empty() {
        return Err(Error::config("a user id must not be blank"));
    }
    Ok(())
}
