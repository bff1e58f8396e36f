//! Identity JWTs, stored records and base URLs.

use super::driver::Driver;
use super::instant::asked_at;
use super::question::{Text, hex_text};
use crate::component::wit::logins::{BootstrapAction, Identity};
use crate::error::Error;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(super) struct BaseUrlInput<'a> {
    #[serde(borrow)]
    chatgpt_base_url: Option<Text<'a>>,
    #[serde(borrow)]
    authapi_override: Option<Text<'a>>,
    #[serde(borrow)]
    jwks_override: Option<Text<'a>>,
}

#[derive(Serialize)]
pub(super) struct BaseUrls {
    authapi_base: String,
    jwks_url: String,
}

pub(super) fn resolve_base_urls(driver: &mut Driver, input: BaseUrlInput<'_>) -> Result<BaseUrls, Error> {
    let BaseUrlInput { chatgpt_base_url, authapi_override, jwks_override } = &input;
    let urls = driver.session.resolve_base_urls(chatgpt_base_url.as_deref(), authapi_override.as_deref(), jwks_override.as_deref())?;
    Ok(BaseUrls { authapi_base: urls.authapi_base, jwks_url: urls.jwks_url })
}

#[derive(Deserialize)]
pub(super) struct JwtInput<'a> {
    #[serde(borrow)]
    jwt: Text<'a>,
    #[serde(borrow)]
    jwks: Text<'a>,
    now_ms: Option<i64>,
    #[serde(borrow)]
    now: Option<Text<'a>>,
}

#[derive(Serialize)]
pub(super) struct Claims {
    iss: &'static str,
    aud: &'static str,
    iat: u64,
    exp: u64,
    agent_runtime_id: String,
    account_id: String,
    chatgpt_user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    plan_type: String,
    chatgpt_account_is_fedramp: bool,
    public_key_hex: String,
}

/// The component accepts one issuer and one audience (J8) and therefore does not repeat them.
const ISSUER: &str = "https://chatgpt.com/codex-backend/agent-identity";
const AUDIENCE: &str = "codex-app-server";

pub(super) fn verify_jwt(driver: &mut Driver, input: JwtInput<'_>) -> Result<Claims, Error> {
    driver.set_clock(asked_at(input.now_ms, input.now.as_deref())?);
    let (claims, key) = driver.session.verify_jwt(&input.jwt, input.jwks.as_bytes())?;
    let forms = driver.session.public_forms(&key);
    driver.session.release(key)?;
    let identity = claims.identity;
    Ok(Claims {
        iss: ISSUER,
        aud: AUDIENCE,
        iat: claims.iat,
        exp: claims.exp,
        agent_runtime_id: identity.agent_runtime_id,
        account_id: identity.account_id,
        chatgpt_user_id: identity.chatgpt_user_id,
        email: identity.email,
        plan_type: identity.plan_type,
        chatgpt_account_is_fedramp: identity.fedramp,
        public_key_hex: hex_text(&forms?.raw),
    })
}

#[derive(Deserialize)]
pub(super) struct RecordInput<'a> {
    #[serde(borrow)]
    auth_json: Text<'a>,
    #[serde(borrow)]
    account_id: Text<'a>,
    #[serde(borrow)]
    chatgpt_user_id: Text<'a>,
}

#[derive(Serialize)]
pub(super) struct Stored {
    action: &'static str,
    record: Option<Record>,
}

/// A record as it is written, without its key.
#[derive(Serialize)]
struct Record {
    agent_runtime_id: String,
    account_id: String,
    chatgpt_user_id: String,
    email: String,
    plan_type: String,
    chatgpt_account_is_fedramp: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_id: Option<String>,
}

pub(super) fn read_record(driver: &mut Driver, input: RecordInput<'_>) -> Result<Stored, Error> {
    let stored = driver.session.read_record(input.auth_json.as_bytes(), &input.account_id, &input.chatgpt_user_id)?;
    let action = match stored.action {
        BootstrapAction::RegisterAgent => "register-agent",
        BootstrapAction::RegisterTask => "register-task",
        BootstrapAction::Reuse => "reuse",
    };
    // A record that is going to be replaced is ignored (§8.4).
    let used = stored.identity.filter(|_| stored.action != BootstrapAction::RegisterAgent);
    Ok(Stored { action, record: used.map(Record::from) })
}

impl From<Identity> for Record {
    fn from(identity: Identity) -> Self {
        Self {
            agent_runtime_id: identity.agent_runtime_id,
            account_id: identity.account_id,
            chatgpt_user_id: identity.chatgpt_user_id,
            email: identity.email.unwrap_or_default(),
            plan_type: identity.plan_type,
            chatgpt_account_is_fedramp: identity.fedramp,
            task_id: identity.task_id,
        }
    }
}
