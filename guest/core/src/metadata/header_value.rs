//! Header values that cannot hold a line break (0-3).

use super::dropped::DropReason;
use agent_identity_primitives::text;
use alloc::string::String;
use core::fmt;

/// A legal header value: tab and printable ASCII only, at least one character, no space or tab at either end. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct HeaderValue(String);

impl HeaderValue {
    /// Takes `text` as it is; otherwise says what is wrong with it, `illegal` or `empty`.
    pub fn new(text: &str) -> Result<Self, DropReason> {
        match text {
            "" => Err(DropReason::Empty),
            legal if text::is_header_value(legal) => Ok(Self(legal.into())),
            _ => Err(DropReason::Illegal),
        }
    }

    /// The value.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Debug for HeaderValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HeaderValue(…)")
    }
}
