//! Which credential a request carries (`spec/identity.md` §9): the provider auth scope table, rows P1 to P21.

use crate::error::Code;

mod inputs;
mod row;

pub use inputs::{Inputs, Login, Policy, Provider, ProviderTraits, Scope, State};
pub use row::Row;

/// Reads the table of §9: the first matching row and what it says.
pub fn decide(inputs: &Inputs) -> Decision {
    let row = Row::first_match(inputs);
    let (result, code) = match row {
        Row::P1 | Row::P3 | Row::P8 | Row::P14 | Row::P15 | Row::P16 | Row::P19 => (ScopeResult::Bearer, None),
        Row::P11 | Row::P17 => (ScopeResult::Assertion, None),
        Row::P9 => (ScopeResult::Headers, None),
        Row::P5 | Row::P6 => (ScopeResult::Nothing, None),
        Row::P4 => (ScopeResult::Command, None),
        Row::P13 if inputs.can_register => (ScopeResult::Register, None),
        Row::P21 if inputs.can_register => (ScopeResult::Bootstrap, None),
        Row::P13 | Row::P21 => (ScopeResult::Error, Some(Code::RunTaskMissing)),
        Row::P2 => (ScopeResult::Error, Some(Code::ProviderKeyMissing)),
        Row::P7 => (ScopeResult::Error, Some(Code::ProviderUnsupported)),
        Row::P12 if inputs.state == State::BootUnavailable => (ScopeResult::Error, Some(Code::BootstrapUnavailable)),
        Row::P10 | Row::P12 | Row::P18 | Row::P20 => (ScopeResult::Error, inputs.failure),
    };
    Decision { row, result, code }
}

/// What to do about the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeResult {
    /// Send a bearer token: of the environment key (P1), the provider's configuration (P3) or the login (all other rows).
    Bearer,
    /// Send an assertion.
    Assertion,
    /// Send the headers of the login.
    Headers,
    /// Send no credential.
    Nothing,
    /// Send what the token command yields (`metadata.md`).
    Command,
    /// Register, then decide again (P13).
    Register,
    /// Bootstrap, then decide again (P21).
    Bootstrap,
    /// Fail with the code and set no auth header of any kind (S4).
    Error,
}

impl ScopeResult {
    /// The kebab-case spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "bearer",
            Self::Assertion => "assertion",
            Self::Headers => "headers",
            Self::Nothing => "nothing",
            Self::Command => "command",
            Self::Register => "register",
            Self::Bootstrap => "bootstrap",
            Self::Error => "error",
        }
    }
}

/// What the table says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The first row that matches.
    pub row: Row,
    /// What to do.
    pub result: ScopeResult,
    /// Why the request fails: only with [`ScopeResult::Error`], and `None` there only if the caller named no `failure`.
    pub code: Option<Code>,
}

impl Decision {
    /// Whether this decision engages the conversation's fallback, with a warning (P19).
    pub fn engages_fallback(&self) -> bool {
        self.row == Row::P19
    }
}

#[cfg(test)]
mod tests;
