//! `AgentAssertion` headers: made, prepared for a custodian, and read (`spec/identity.md` §4).

use crate::encoding;
use crate::error::{Code, Error, Result};
use crate::identifiers::{AgentRuntimeId, TaskId};
use crate::json::Object;
use crate::keys::SecretKey;
use crate::timestamp::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;

/// Longest token read, in characters (V2). The longest one made has 3646 (A7).
pub const MAX_TOKEN: usize = 8192;

const SCHEME: &str = "AgentAssertion";

/// Everything of an assertion but its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Who asserts.
    pub agent_runtime_id: AgentRuntimeId,
    /// For which task.
    pub task_id: TaskId,
    /// When, in whole seconds.
    pub timestamp: Timestamp,
}

impl Claim {
    /// Checks three texts in the order of the assertion text (I1, I2, I3).
    pub fn parse(agent_runtime_id: &str, task_id: &str, timestamp: &str) -> Result<Self> {
        Ok(Self {
            agent_runtime_id: AgentRuntimeId::parse(agent_runtime_id)?,
            task_id: TaskId::parse(task_id)?,
            timestamp: Timestamp::parse(timestamp)?,
        })
    }

    /// The claim of two texts for the second that holds `now_ms`.
    pub fn at(agent_runtime_id: &str, task_id: &str, now_ms: i64) -> Result<Self> {
        Ok(Self {
            agent_runtime_id: AgentRuntimeId::parse(agent_runtime_id)?,
            task_id: TaskId::parse(task_id)?,
            timestamp: Timestamp::from_unix_ms(now_ms)?,
        })
    }

    /// A(r, k, t): exactly the bytes that are signed (A1).
    pub fn signed_text(&self) -> Vec<u8> {
        let (agent, task) = (self.agent_runtime_id.as_str().as_bytes(), self.task_id.as_str().as_bytes());
        let mut text = Vec::with_capacity(agent.len().saturating_add(task.len()).saturating_add(22));
        for part in [agent, b":", task, b":", &self.timestamp.to_bytes()] {
            text.extend_from_slice(part);
        }
        text
    }

    /// The header value, signed by a key held here.
    pub fn authorize(&self, key: &SecretKey) -> String {
        self.header(&key.sign(&self.signed_text()))
    }

    /// The header value with a given signature (A2, A3).
    pub fn header(&self, signature: &[u8; 64]) -> String {
        let envelope = self.envelope(signature);
        let mut header = String::with_capacity(envelope.len().saturating_mul(4).div_ceil(3).saturating_add(SCHEME.len()).saturating_add(4));
        header.push_str(SCHEME);
        header.push(' ');
        encoding::push_base64url(&mut header, &envelope);
        header
    }

    fn envelope(&self, signature: &[u8; 64]) -> Vec<u8> {
        let (agent, task) = (self.agent_runtime_id.as_str(), self.task_id.as_str());
        let mut out = String::with_capacity(agent.len().saturating_add(task.len()).saturating_add(192));
        out.push_str("{\"agent_runtime_id\":");
        encoding::push_json_string(&mut out, agent);
        out.push_str(",\"signature\":\"");
        out.push_str(&encoding::base64(signature));
        out.push_str("\",\"task_id\":");
        encoding::push_json_string(&mut out, task);
        out.push_str(",\"timestamp\":\"");
        out.push_str(core::str::from_utf8(&self.timestamp.to_bytes()).unwrap_or_default());
        out.push_str("\"}");
        out.into_bytes()
    }
}

/// An assertion as received: well formed, not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// What is asserted.
    pub claim: Claim,
    /// The signature over [`Claim::signed_text`].
    pub signature: [u8; 64],
}

impl Assertion {
    /// Reads the value of an `Authorization` header: V1 to V4, in this order.
    pub fn parse(header: &str) -> Result<Self> {
        let token = token(header)?;
        if token.len() > MAX_TOKEN {
            return Err(Code::AssertionTooLong.into());
        }
        let envelope = encoding::from_base64url(token).ok_or_else(|| malformed("the token is not base64url"))?;
        let envelope = Envelope::read(&envelope).ok_or_else(|| malformed("the token does not hold exactly the four text members"))?;
        let signature = encoding::from_base64(&envelope.signature)
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| malformed("the signature is not base64 of 64 bytes"))?;
        Ok(Self { claim: Claim::parse(&envelope.agent_runtime_id, &envelope.task_id, &envelope.timestamp)?, signature })
    }
}

struct Envelope {
    agent_runtime_id: String,
    signature: String,
    task_id: String,
    timestamp: String,
}

impl Envelope {
    /// V3: an object with exactly the four members, each a string, none twice, no fifth.
    fn read(text: &[u8]) -> Option<Self> {
        let object = Object::read(core::str::from_utf8(text).ok()?)?;
        if object.members().len() != 4 {
            return None;
        }
        let member = |name| object.string(name).ok();
        Some(Self {
            agent_runtime_id: member("agent_runtime_id")?,
            signature: member("signature")?,
            task_id: member("task_id")?,
            timestamp: member("timestamp")?,
        })
    }
}

/// V1: the scheme in any case, one space, a token.
fn token(header: &str) -> Result<&str> {
    match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case(SCHEME) && !token.is_empty() && !token.starts_with(' ') => Ok(token),
        _ => Err(Code::AssertionMissing.into()),
    }
}

fn malformed(fault: &'static str) -> Error {
    Error::new(Code::AssertionMalformed, fault)
}

#[cfg(test)]
mod tests;
