//! The rows of the table of §9 and which of them matches.

use super::{Inputs, Login, Policy, Provider, Scope, State};

/// A row of the table of §9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the rows are named and explained by the specification")]
pub enum Row {
    P1,
    P2,
    P3,
    P4,
    P5,
    P6,
    P7,
    P8,
    P9,
    P10,
    P11,
    P12,
    P13,
    P14,
    P15,
    P16,
    P17,
    P18,
    P19,
    P20,
    P21,
}

impl Row {
    /// The row's name in the specification, such as `P1`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::P1 => "P1",
            Self::P2 => "P2",
            Self::P3 => "P3",
            Self::P4 => "P4",
            Self::P5 => "P5",
            Self::P6 => "P6",
            Self::P7 => "P7",
            Self::P8 => "P8",
            Self::P9 => "P9",
            Self::P10 => "P10",
            Self::P11 => "P11",
            Self::P12 => "P12",
            Self::P13 => "P13",
            Self::P14 => "P14",
            Self::P15 => "P15",
            Self::P16 => "P16",
            Self::P17 => "P17",
            Self::P18 => "P18",
            Self::P19 => "P19",
            Self::P20 => "P20",
            Self::P21 => "P21",
        }
    }

    /// The first row that matches; every combination has one.
    pub(super) fn first_match(inputs: &Inputs) -> Self {
        match inputs.provider {
            Provider::OwnKey => match inputs.state {
                State::VariableSet | State::Ready => Self::P1,
                _ => Self::P2,
            },
            Provider::OwnBearer => Self::P3,
            Provider::Command => Self::P4,
            Provider::Aws | Provider::Open => Self::P5,
            Provider::FirstParty => Self::first_party(inputs),
        }
    }

    fn first_party(inputs: &Inputs) -> Self {
        match inputs.login {
            Login::None => Self::P6,
            Login::Bedrock => Self::P7,
            Login::ApiKey | Login::PersonalAccessToken | Login::ExternalChatgptTokens => Self::P8,
            Login::HeaderAuth => Self::P9,
            Login::AgentIdentity => Self::agent_identity(inputs.state),
            Login::ManagedChatgpt if inputs.scope == Scope::Plain => Self::P14,
            Login::ManagedChatgpt if inputs.policy == Policy::JwtOnly => Self::P15,
            Login::ManagedChatgpt if inputs.fallback => Self::P16,
            Login::ManagedChatgpt => Self::managed_chatgpt(inputs.state),
        }
    }

    fn agent_identity(state: State) -> Self {
        match state {
            State::KeyUnusable => Self::P10,
            State::Ready => Self::P11,
            State::RefFailed | State::BootUnavailable | State::BootFailed => Self::P12,
            State::Missing | State::VariableSet | State::VariableMissing => Self::P13,
        }
    }

    fn managed_chatgpt(state: State) -> Self {
        match state {
            State::Ready => Self::P17,
            State::RefFailed => Self::P18,
            State::BootUnavailable => Self::P19,
            State::BootFailed => Self::P20,
            State::Missing | State::KeyUnusable | State::VariableSet | State::VariableMissing => Self::P21,
        }
    }
}
