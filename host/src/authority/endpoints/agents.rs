//! Agent registration (`spec/identity.md` §5).

use super::Shared;
use crate::authority::answer::{Judged, Refusal, json};
use crate::authority::random::random_id;
use crate::authority::store::Survives;
use crate::authority::store::agents::{NewAgent, register as store};
use crate::authority::store::tokens::{self, Holder};
use crate::component::wit::keys::PublicForm;
use crate::error::Error;
use crate::ports::Clock;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// What is sent. Members in any order; unknown ones are ignored (§0).
#[derive(Deserialize)]
struct Registration {
    abom: Abom,
    agent_public_key: String,
    capabilities: Vec<String>,
    #[serde(default)]
    ttl: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Abom {
    agent_version: String,
    agent_harness_id: String,
    running_location: String,
}

/// `POST {AuthAPI}/v1/agent/register`: an access token and a public key make an agent. The same key of the same user is the same
/// agent, so that a registration whose answer was lost can be repeated.
pub(super) async fn register(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Result<Response, Refusal> {
    let holder = holder(&shared, &headers).await?;
    let registration = read(&body)?;
    let public_key = public_key(&shared, &registration.agent_public_key)?;
    let Abom { agent_version, agent_harness_id, running_location } = registration.abom;
    let agent = NewAgent {
        agent_runtime_id: random_id("agent-")?,
        public_key,
        account_id: holder.account_id,
        chatgpt_user_id: holder.chatgpt_user_id,
        agent_version,
        agent_harness_id,
        running_location,
    };
    let id = register_agent(&shared, agent).await?.ok_or_else(|| Refusal::new(StatusCode::FORBIDDEN, "key-revoked"))?;
    Ok(Judged::accepted(id.clone(), None).on(json(&serde_json::json!({ "agent_runtime_id": id }))))
}

/// None if the key was revoked.
pub(in crate::authority) async fn register_agent(shared: &Shared, agent: NewAgent) -> Result<Option<String>, Error> {
    let now_ms = shared.clock.now_ms();
    shared.store.run(Survives::PowerCut, move |connection| store(connection, &agent, now_ms)).await
}

async fn holder(shared: &Shared, headers: &HeaderMap) -> Result<Holder, Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let bearer = |value: &str| -> Option<[u8; 32]> {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("Bearer").then(|| tokens::hash(token))
    };
    let hash = values.next().filter(|_| values.next().is_none()).and_then(|value| bearer(value.to_str().ok()?));
    let hash = hash.ok_or_else(|| Refusal::new(StatusCode::UNAUTHORIZED, "token-missing"))?;
    let now_ms = shared.clock.now_ms();
    let holder = shared.store.run(Survives::Nothing, move |connection| tokens::find(connection, &hash, now_ms)).await?;
    holder.ok_or_else(|| Refusal::new(StatusCode::UNAUTHORIZED, "token-invalid"))
}

fn read(body: &[u8]) -> Result<Registration, Refusal> {
    let malformed = |what: String| Refusal::new(StatusCode::BAD_REQUEST, "registration-malformed").because(what);
    // The message names the place, not the value.
    let registration: Registration =
        serde_json::from_slice(body).map_err(|error| malformed(format!("line {} column {} of the body", error.line(), error.column())))?;
    if !registration.capabilities.iter().any(|capability| capability == "responsesapi") {
        return Err(malformed("capabilities must hold responsesapi".into()));
    }
    if registration.ttl.is_some() {
        return Err(malformed("ttl must be null".into()));
    }
    let Abom { agent_version, agent_harness_id, running_location } = &registration.abom;
    if [agent_version, agent_harness_id, running_location].iter().any(|text| text.is_empty() || text.len() > 256) {
        return Err(malformed("the members of abom must have 1 to 256 bytes".into()));
    }
    Ok(registration)
}

fn public_key(shared: &Shared, ssh_line: &str) -> Result<Vec<u8>, Error> {
    shared.verifier.sessions.with(|session| {
        let key = session.import_verifying_key(PublicForm::Ssh, ssh_line.as_bytes())?;
        let forms = session.verifying_forms(&key);
        session.release(key)?;
        Ok(forms?.raw)
    })
}
