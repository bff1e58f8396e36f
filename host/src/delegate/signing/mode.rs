//! The setting `delegate_signing`.

use crate::error::Error;
use std::fmt;
use std::str::FromStr;

/// Whether delegates sign with their parent's identity. Spelt `inherit`, `ask`, `deny`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DelegateSigning {
    /// They do, without asking.
    #[default]
    Inherit,
    /// Each request is asked about.
    Ask,
    /// They do not.
    Deny,
}

impl FromStr for DelegateSigning {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "inherit" => Ok(Self::Inherit),
            "ask" => Ok(Self::Ask),
            "deny" => Ok(Self::Deny),
            _ => Err(Error::config("`delegate_signing` is one of inherit, ask, deny")),
        }
    }
}

impl fmt::Display for DelegateSigning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Inherit => "inherit",
            Self::Ask => "ask",
            Self::Deny => "deny",
        })
    }
}
