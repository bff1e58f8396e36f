//! Registration texts, bodies and answers (`spec/identity.md` §5).

use crate::encoding;
use crate::error::{Code, Error, Result};
use crate::identifiers::{AgentRuntimeId, TaskId};
use crate::json::{self, Object};
use crate::keys::{PublicKey, SecretKey};
use crate::sealed;
use crate::task_ref::TaskRef;
use crate::timestamp::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;

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
        ["/v1/agent/", &self.agent_runtime_id.path_segment(), "/task/register"].concat()
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
        let mut body = ["{\"timestamp\":\"", &self.timestamp.to_text(), "\",\"signature\":\"", &encoding::base64(signature), "\""].concat();
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
        let body = object(body).ok_or_else(|| malformed("the body is not a JSON object"))?;
        let text = |name| body.string(name).map_err(|_| malformed("the body lacks timestamp or signature"));
        let agent_runtime_id = AgentRuntimeId::parse(&segment)?;
        let timestamp = Timestamp::parse(&text("timestamp")?)?;
        let signature = encoding::from_base64(&text("signature")?)
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| malformed("the signature is not base64 of 64 bytes"))?;
        let not_normal = || malformed("external_task_ref is not a reference in its normal form");
        let external_task_ref = match body.optional_string("external_task_ref").map_err(|_| not_normal())? {
            Some(text) => Some(TaskRef::from_normalized(&text).ok_or_else(not_normal)?),
            None => None,
        };
        Ok(Self { agent_runtime_id, timestamp, external_task_ref, signature })
    }

    /// R(r, t), rebuilt.
    pub fn signed_text(&self) -> String {
        signed_text(&self.agent_runtime_id, self.timestamp)
    }
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
    encoding::push_json_string(&mut body, &[&agent.source, "-", &agent.os].concat());
    body.push_str("},\"agent_public_key\":");
    encoding::push_json_string(&mut body, &key.ssh_line());
    body.push_str(",\"capabilities\":[\"responsesapi\"],\"ttl\":null}");
    body
}

/// The runtime id in the answer to an agent registration.
pub fn read_agent_answer(body: &[u8]) -> Result<AgentRuntimeId> {
    let id = object(body).and_then(|answer| answer.string("agent_runtime_id").ok()).ok_or(Code::AgentResponseUndecodable)?;
    AgentRuntimeId::parse(&id)
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
        let answer = object(body).ok_or(Code::TaskResponseUndecodable)?;
        for (name, is_sealed) in SPELLINGS {
            let Some(value) = answer.value(name).map_err(|_| Code::TaskResponseUndecodable)? else { continue };
            let text = json::string(value).ok_or(Code::TaskResponseUndecodable)?;
            return if is_sealed { sealed::decode(&text).map(Self::Sealed) } else { TaskId::parse(&text).map(Self::Plain) };
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

/// Spellings of the task id, in order, and whether the id is sealed.
const SPELLINGS: [(&str, bool); 4] = [("task_id", false), ("taskId", false), ("encrypted_task_id", true), ("encryptedTaskId", true)];

/// Reads a body of at most 1 MiB (N7) as one JSON object.
fn object(body: &[u8]) -> Option<Object<'_>> {
    const LIMIT: usize = 1 << 20;
    if body.len() > LIMIT { None } else { Object::read(core::str::from_utf8(body).ok()?) }
}

fn signed_text(agent_runtime_id: &AgentRuntimeId, timestamp: Timestamp) -> String {
    [agent_runtime_id.as_str(), ":", &timestamp.to_text()].concat()
}

/// Undoes I5. `None` for `%` without two hex digits or for bytes that are not UTF-8.
fn percent_decode(segment: &str) -> Option<String> {
    let mut bytes = segment.bytes();
    let mut out = Vec::with_capacity(segment.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            out.push(encoding::from_hex_pair(bytes.next()?, bytes.next()?)?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

fn malformed(fault: &'static str) -> Error {
    Error::new(Code::RegistrationMalformed, fault)
}

#[cfg(test)]
mod tests;
