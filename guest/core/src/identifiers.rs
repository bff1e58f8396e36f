//! Identifiers as types that cannot hold a bad value (`spec/identity.md` §3).

use crate::digits;
use crate::error::{Code, Error, Result};
use agent_identity_primitives::text;
use alloc::string::String;
use core::fmt;

/// The id the backend gave an agent: 1 to 256 visible ASCII bytes without `:` `/` `?` `#`, not `.` or `..` (I1).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AgentRuntimeId(String);

impl AgentRuntimeId {
    /// Longest id, in bytes.
    pub const MAX_LEN: usize = 256;

    /// Checks `id` against I1; `runtime-id-invalid` otherwise.
    pub fn parse(id: &str) -> Result<Self> {
        let fault = if id.is_empty() {
            "it is empty"
        } else if id.len() > Self::MAX_LEN {
            "it is longer than 256 bytes"
        } else if id == "." || id == ".." {
            "it is a relative path segment"
        } else if !text::is_visible_ascii(id, b":/?#") {
            "it holds a character outside visible ASCII, or one of : / ? #"
        } else {
            return Ok(Self(id.into()));
        };
        Err(Error::new(Code::RuntimeIdInvalid, ["agent_runtime_id cannot be used: ", fault].concat()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as one segment of a URL path (I5): bytes outside `A–Z a–z 0–9 - . _ ~` become `%HH`.
    pub fn path_segment(&self) -> String {
        let mut segment = String::with_capacity(self.0.len());
        for byte in self.0.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                segment.push(char::from(byte));
            } else {
                digits::push_percent_encoded(&mut segment, byte);
            }
        }
        segment
    }
}

impl fmt::Display for AgentRuntimeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id the backend gave a task: 1 to 1024 bytes of UTF-8, no control character, not blank (I2). Compared byte by byte.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskId(String);

impl TaskId {
    /// Longest id, in bytes.
    pub const MAX_LEN: usize = 1024;

    /// Checks `id` against I2; `task-id-invalid` otherwise. Nothing is trimmed or normalised.
    pub fn parse(id: &str) -> Result<Self> {
        let fault = if id.is_empty() {
            "it is empty"
        } else if id.len() > Self::MAX_LEN {
            "it is longer than 1024 bytes"
        } else if text::has_control(id) {
            "it holds a control character"
        } else if text::is_blank(id) {
            "it is blank"
        } else {
            return Ok(Self(id.into()));
        };
        Err(Error::new(Code::TaskIdInvalid, ["task_id cannot be used: ", fault].concat()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The account an agent acts for: 1 to 256 visible ASCII bytes (A5).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(String);

impl AccountId {
    /// Longest id, in bytes.
    pub const MAX_LEN: usize = 256;

    /// Checks `id` against A5; `record-invalid` otherwise.
    pub fn parse(id: &str) -> Result<Self> {
        if (1..=Self::MAX_LEN).contains(&id.len()) && text::is_visible_ascii(id, b"") {
            return Ok(Self(id.into()));
        }
        Err(Error::new(Code::RecordInvalid, "account_id cannot be used: it must be 1 to 256 visible ASCII characters"))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests;
