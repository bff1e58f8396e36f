//! Registration texts, bodies and answers (`spec/identity.md` §5).

use crate::encoding;
use crate::error::{Code, Error, Result};
use crate::identifiers::{AgentRuntimeId, TaskId};
use crate::json::{self, Member};
use crate::keys::{PublicKey, SecretKey};
use crate::sealed;
use crate::task_ref::TaskRef;
use crate::timestamp::Timestamp;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Deserialize;

/// Version written into registrations when the caller names none (N5).
pub const COMPONENT_VERSION: &str = env!("CARGO_PKG_VERSION");

/// A task registration, ready to be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRegistration {
    /// Who registers.
    pub agent_runtime_id: AgentRuntimeId,
    /// When, in whole seconds.
    pub timestamp: Timestamp,
    /// The caller's own reference; none registers the run task.
    pub external_task_ref: Option<TaskRef>,
}

impl TaskRegistration {
    /// `/v1/agent/{segment}/task/register`.
    pub fn path(&self) -> String {
        format!("/v1/agent/{}/task/register", self.agent_runtime_id.path_segment())
    }

    /// R(r, t): exactly the bytes that are signed. The reference is not among them (C3).
    pub fn signed_text(&self) -> String {
        signed_text(&self.agent_runtime_id, self.timestamp)
    }

    /// The body, signed by a key held here.
    pub fn sign(&self, key: &SecretKey) -> String {
        self.body(&key.sign(self.signed_text().as_bytes()))
    }

    /// The body with a given signature; members in the order of the specification.
    pub fn body(&self, signature: &[u8; 64]) -> String {
        let mut body = format!("{{\"timestamp\":\"{}\",\"signature\":\"{}\"", self.timestamp, encoding::base64(signature));
        if let Some(reference) = &self.external_task_ref {
            body.push_str(",\"external_task_ref\":");
            encoding::push_json_string(&mut body, reference.as_str());
        }
        body.push('}');
        body
    }
}

/// A task registration as received: well formed, not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedRegistration {
    /// From the path.
    pub agent_runtime_id: AgentRuntimeId,
    /// From the body.
    pub timestamp: Timestamp,
    /// From the body, in its one spelling.
    pub external_task_ref: Option<TaskRef>,
    /// From the body.
    pub signature: [u8; 64],
}

impl ReceivedRegistration {
    /// Reads path and body; `registration-malformed` for other shapes.
    pub fn parse(path: &str, body: &[u8]) -> Result<Self> {
        let segment = path
            .strip_prefix("/v1/agent/")
            .and_then(|rest| rest.strip_suffix("/task/register"))
            .and_then(percent_decode)
            .ok_or_else(|| malformed("the path is not /v1/agent/{id}/task/register"))?;
        let body: Body<'_> = json::object(body).ok_or_else(|| malformed("the body is not a JSON object with timestamp and signature"))?;
        let agent_runtime_id = AgentRuntimeId::parse(&segment)?;
        let timestamp = Timestamp::parse(&body.timestamp)?;
        let signature = encoding::from_base64(&body.signature)
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| malformed("the signature is not base64 of 64 bytes"))?;
        let external_task_ref = body.external_task_ref.as_deref().map(TaskRef::received).transpose()?;
        Ok(Self { agent_runtime_id, timestamp, external_task_ref, signature })
    }

    /// R(r, t), rebuilt.
    pub fn signed_text(&self) -> String {
        signed_text(&self.agent_runtime_id, self.timestamp)
    }
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    timestamp: Cow<'a, str>,
    #[serde(borrow)]
    signature: Cow<'a, str>,
    #[serde(borrow)]
    external_task_ref: Option<Cow<'a, str>>,
}

/// Where an agent runs: what its registration says about it (N5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentDescription {
    /// `cli`, `vscode`, `exec`, `mcp`, `internal_<x>`, `subagent_<x>`, `unknown` or custom text.
    pub source: String,
    /// `linux`, `macos`, `windows`, `web` or the platform's own name.
    pub os: String,
    /// Version of the agent; none: that of the component.
    pub agent_version: Option<String>,
}

/// The body of an agent registration; members in the order of the specification.
pub fn agent_body(key: &PublicKey, agent: &AgentDescription) -> String {
    let harness = if agent.source == "vscode" { "codex-app" } else { "codex-cli" };
    let mut body = String::from("{\"abom\":{\"agent_version\":");
    encoding::push_json_string(&mut body, agent.agent_version.as_deref().unwrap_or(COMPONENT_VERSION));
    body.push_str(",\"agent_harness_id\":");
    encoding::push_json_string(&mut body, harness);
    body.push_str(",\"running_location\":");
    encoding::push_json_string(&mut body, &format!("{}-{}", agent.source, agent.os));
    body.push_str("},\"agent_public_key\":");
    encoding::push_json_string(&mut body, &key.ssh_line());
    body.push_str(",\"capabilities\":[\"responsesapi\"],\"ttl\":null}");
    body
}

/// The runtime id in the answer to an agent registration.
pub fn read_agent_answer(body: &[u8]) -> Result<AgentRuntimeId> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        agent_runtime_id: Cow<'a, str>,
    }
    let answer: Answer<'_> = json::object(body).ok_or(Code::AgentResponseUndecodable)?;
    AgentRuntimeId::parse(&answer.agent_runtime_id)
}

/// The task id in the answer to a task registration: plain, or still sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskAnswer {
    /// The id itself.
    Plain(TaskId),
    /// A sealed box that holds it.
    Sealed(Vec<u8>),
}

impl TaskAnswer {
    /// The first of the four spellings that is present wins; the others are not looked at (N1).
    pub fn parse(body: &[u8]) -> Result<Self> {
        let answer: Answer<'_> = json::object(body).ok_or(Code::TaskResponseUndecodable)?;
        let spellings = [(answer.task_id, false), (answer.task_id_camel, false), (answer.encrypted, true), (answer.encrypted_camel, true)];
        for (member, is_sealed) in spellings {
            match member {
                Member::Absent => {}
                Member::Other => return Err(Code::TaskResponseUndecodable.into()),
                Member::Text(text) if is_sealed => return sealed::decode(&text).map(Self::Sealed),
                Member::Text(text) => return TaskId::parse(&text).map(Self::Plain),
            }
        }
        Err(Code::TaskIdMissing.into())
    }

    /// The id, opened with the key it was sealed to.
    pub fn open(self, key: &SecretKey) -> Result<TaskId> {
        match self {
            Self::Plain(id) => Ok(id),
            Self::Sealed(sealed) => sealed::task_id(&sealed::open(key, &sealed)?),
        }
    }
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(default, borrow)]
    task_id: Member<'a>,
    #[serde(default, borrow, rename = "taskId")]
    task_id_camel: Member<'a>,
    #[serde(default, borrow, rename = "encrypted_task_id")]
    encrypted: Member<'a>,
    #[serde(default, borrow, rename = "encryptedTaskId")]
    encrypted_camel: Member<'a>,
}

fn signed_text(agent_runtime_id: &AgentRuntimeId, timestamp: Timestamp) -> String {
    format!("{agent_runtime_id}:{timestamp}")
}

/// Undoes I5. `None` for `%` without two hex digits or for bytes that are not UTF-8.
fn percent_decode(segment: &str) -> Option<String> {
    let mut bytes = segment.bytes();
    let mut out = Vec::with_capacity(segment.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let (high, low) = (hex_value(bytes.next()?)?, hex_value(bytes.next()?)?);
            out.push(high << 4 | low);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

fn hex_value(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

fn malformed(fault: &'static str) -> Error {
    Error::new(Code::RegistrationMalformed, fault)
}

#[cfg(test)]
mod tests;
