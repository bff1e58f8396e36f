//! The two registrations as flows, with the retry rules N6 to N12 and the clock repeat of D2.

mod exchange;

use crate::base_urls;
use crate::clock_offset::ClockOffset;
use crate::digits;
use crate::error::{Code, Error, Result};
use crate::flow::{CustodianFailure, Effects, Flow, HttpRequest};
use crate::identifiers::{AgentRuntimeId, TaskId};
use crate::keys::PublicKey;
use crate::ports::Ports;
use crate::registration::{self, AgentDescription, TaskAnswer, TaskRegistration};
use crate::sealed;
use crate::signer::{Custodial, Signer};
use crate::task_ref::TaskRef;
use crate::timestamp::Timestamp;
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
pub use exchange::Label;
use exchange::{Answers, Exchange};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Total time for one agent registration (§5).
const AGENT_TIMEOUT_MS: u32 = 15_000;
/// Total time for one task registration (§5).
const TASK_TIMEOUT_MS: u32 = 30_000;
/// Longest bodies read (N7).
const SUCCESS_LIMIT: u32 = 1 << 20;
const ERROR_LIMIT: u32 = 64 << 10;

/// An agent registration with an access token.
pub struct AgentRegistration {
    authapi_base: String,
    body: String,
    token: Zeroizing<String>,
    fedramp: bool,
    label: Label,
}

impl AgentRegistration {
    /// Checks the base URL (C7) and that the token can be a header value.
    pub fn new(authapi_base: &str, key: &PublicKey, agent: &AgentDescription, token: Zeroizing<String>, fedramp: bool) -> Result<Self> {
        base_urls::check_url(authapi_base)?;
        if token.is_empty() || !token.bytes().all(|byte| matches!(byte, 0x21..=0x7e)) {
            return Err(Error::new(Code::ConfigInvalid, "the access token is empty or no legal header value"));
        }
        let label = Label::new("agent", None, &[authapi_base, &key.thumbprint()]);
        Ok(Self { authapi_base: authapi_base.into(), body: registration::agent_body(key, agent), token, fedramp, label })
    }

    /// With another name in events.
    #[must_use]
    pub fn labelled(self, label: Label) -> Self {
        Self { label, ..self }
    }

    /// Registers; the flow of the operation.
    pub fn run<'a>(self, effects: &'a Effects, ports: &'a dyn Ports) -> Flow<'a, AgentRuntimeId> {
        Box::pin(self.register(effects, ports))
    }

    async fn register(self, effects: &Effects, ports: &dyn Ports) -> Result<AgentRuntimeId> {
        let mut exchange = Exchange::new(effects, ports, &self.label, Answers::AGENT, None).with_secret(&self.token);
        let body = exchange.run(&|| Box::pin(async { Ok(self.request()) })).await?;
        exchange.settle(registration::read_agent_answer(&body))
    }

    fn request(&self) -> HttpRequest {
        let mut headers = content_type();
        headers.push(("authorization".into(), ["Bearer ", &self.token].concat()));
        if self.fedramp {
            headers.push(("x-openai-fedramp".into(), "true".into()));
        }
        post([&self.authapi_base, "/v1/agent/register"].concat(), headers, self.body.clone(), AGENT_TIMEOUT_MS)
    }
}

/// A task registration.
pub struct TaskRegistering {
    /// AuthAPI base, checked (C7).
    pub authapi_base: String,
    /// Who registers.
    pub agent_runtime_id: AgentRuntimeId,
    /// Signs every attempt anew (N9).
    pub signer: Rc<Signer>,
    /// Shifts timestamps, and learns from a clock answer (D2).
    pub clock: Rc<ClockOffset>,
    /// The caller's own reference.
    pub reference: Option<TaskRef>,
    /// Names the registration in events.
    pub label: Label,
    /// Whether it belongs to a managed bootstrap, which has its own word for used-up attempts (N12).
    pub bootstraps: bool,
}

impl TaskRegistering {
    /// Registers; the flow of the operation.
    pub async fn run(&self, effects: &Effects, ports: &dyn Ports) -> Result<TaskId> {
        let answers = if self.bootstraps { Answers::BOOTSTRAP_TASK } else { Answers::TASK };
        let mut exchange = Exchange::new(effects, ports, &self.label, answers, Some(&self.clock));
        let body = exchange.run(&|| Box::pin(self.request(effects, ports))).await?;
        let id = match TaskAnswer::parse(&body) {
            Ok(answer) => self.open(effects, answer).await,
            Err(error) => Err(error),
        };
        exchange.settle(id)
    }

    async fn request(&self, effects: &Effects, ports: &dyn Ports) -> Result<HttpRequest> {
        let registration = TaskRegistration {
            agent_runtime_id: self.agent_runtime_id.clone(),
            timestamp: Timestamp::from_unix_ms(self.clock.corrected(ports.now_ms()))?,
            external_task_ref: self.reference.clone(),
        };
        let body = match &*self.signer {
            Signer::Held(key) => registration.sign(key),
            Signer::Custodial(key) => registration.body(&custodian_signature(effects, key, registration.signed_text()).await?),
        };
        Ok(post([&*self.authapi_base, &registration.path()].concat(), content_type(), body, TASK_TIMEOUT_MS))
    }

    async fn open(&self, effects: &Effects, answer: TaskAnswer) -> Result<TaskId> {
        match (answer, &*self.signer) {
            (TaskAnswer::Plain(id), _) => Ok(id),
            (answer @ TaskAnswer::Sealed(_), Signer::Held(key)) => answer.open(key),
            (TaskAnswer::Sealed(sealed), Signer::Custodial(key)) => {
                let opened = effects.unseal(key.key_id().to_string(), sealed).await?;
                sealed::task_id(&opened.map_err(|failure| {
                    match failure {
                        CustodianFailure::Cancelled => Code::Cancelled.into(),
                        CustodianFailure::Unsupported | CustodianFailure::Failed => {
                            Error::new(Code::SealedOpenFailed, "the custodian did not open the sealed task id; it may be unable to")
                                .with_cause("custodian")
                        }
                    }
                })?)
            }
        }
    }
}

/// First 16 hex digits of SHA-256 over the parts of a cache key (L1), joined by a byte that none of them holds.
pub fn key_digest(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    let mut text = String::with_capacity(16);
    digest.finalize().iter().take(8).for_each(|byte| digits::push_hex(&mut text, *byte));
    text
}

async fn custodian_signature(effects: &Effects, key: &Custodial, text: String) -> Result<[u8; 64]> {
    match effects.sign(key.key_id().to_string(), text.clone().into_bytes()).await? {
        Ok(signature) => key.accept(text.as_bytes(), &signature),
        Err(failure) => Err(failure.into()),
    }
}

fn content_type() -> Vec<(String, String)> {
    Vec::from([("content-type".into(), "application/json".into())])
}

fn post(url: String, headers: Vec<(String, String)>, body: String, timeout_ms: u32) -> HttpRequest {
    HttpRequest {
        method: "POST",
        url,
        headers,
        body: body.into_bytes(),
        timeout_ms,
        success_limit: SUCCESS_LIMIT,
        error_limit: ERROR_LIMIT,
    }
}
