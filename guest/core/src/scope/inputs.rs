//! What the table of §9 looks at.

use crate::error::{Code, Error, Result};

/// Everything the table looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// What kind of request asks.
    pub scope: Scope,
    /// Where the provider's credential comes from.
    pub provider: Provider,
    /// Which logins may use an Agent Identity.
    pub policy: Policy,
    /// Who is logged in.
    pub login: Login,
    /// How far identity and task are.
    pub state: State,
    /// Whether this conversation has fallen back to bearer before (S2).
    pub fallback: bool,
    /// Whether a registration or bootstrap is possible here (P13, P21).
    pub can_register: bool,
    /// The code behind `key-unusable`, `ref-failed` or `boot-failed`, which the error rows return.
    pub failure: Option<Code>,
}

/// What kind of request asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Inference and compaction.
    Scoped,
    /// Every other request.
    Plain,
}

impl Scope {
    /// Every value.
    pub const ALL: &'static [Self] = &[Self::Scoped, Self::Plain];

    /// The kebab-case spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scoped => "scoped",
            Self::Plain => "plain",
        }
    }

    /// Reads the kebab-case spelling; `config-invalid` for any other.
    pub fn parse(text: &str) -> Result<Self> {
        known(Self::ALL, Self::as_str, text, "the scope is not one of scoped, plain")
    }
}

/// Where a provider's credential comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// It names an environment key.
    OwnKey,
    /// Its configuration holds a token.
    OwnBearer,
    /// A command prints its token (`metadata.md`).
    Command,
    /// It signs with AWS credentials.
    Aws,
    /// It needs no OpenAI auth.
    Open,
    /// Any other: it uses the login.
    FirstParty,
}

impl Provider {
    /// Every value, in the order in which [`Provider::of`] looks at them.
    pub const ALL: &'static [Self] = &[Self::OwnKey, Self::OwnBearer, Self::Command, Self::Aws, Self::Open, Self::FirstParty];

    /// The class of a configured provider: the first that applies.
    pub fn of(traits: ProviderTraits) -> Self {
        if traits.names_environment_key {
            Self::OwnKey
        } else if traits.holds_token {
            Self::OwnBearer
        } else if traits.has_token_command {
            Self::Command
        } else if traits.is_aws {
            Self::Aws
        } else if traits.needs_openai_auth {
            Self::FirstParty
        } else {
            Self::Open
        }
    }

    /// The kebab-case spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OwnKey => "own-key",
            Self::OwnBearer => "own-bearer",
            Self::Command => "command",
            Self::Aws => "aws",
            Self::Open => "open",
            Self::FirstParty => "first-party",
        }
    }

    /// Reads the kebab-case spelling; `config-invalid` for any other.
    pub fn parse(text: &str) -> Result<Self> {
        known(Self::ALL, Self::as_str, text, "the provider is not one of own-key, own-bearer, command, aws, open, first-party")
    }
}

/// What a provider's configuration says about its credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProviderTraits {
    /// It names an environment variable with a key.
    pub names_environment_key: bool,
    /// It holds a token.
    pub holds_token: bool,
    /// It names a command that prints a token.
    pub has_token_command: bool,
    /// It signs with AWS credentials.
    pub is_aws: bool,
    /// It needs OpenAI auth.
    pub needs_openai_auth: bool,
}

/// Which logins may use an Agent Identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Agent Identity JWT logins only.
    JwtOnly,
    /// Managed ChatGPT logins too: they bootstrap one.
    ChatgptAuth,
}

impl Policy {
    /// Every value.
    pub const ALL: &'static [Self] = &[Self::JwtOnly, Self::ChatgptAuth];

    /// The kebab-case spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::JwtOnly => "jwt-only",
            Self::ChatgptAuth => "chatgpt-auth",
        }
    }

    /// Reads the kebab-case spelling; `config-invalid` for any other.
    pub fn parse(text: &str) -> Result<Self> {
        known(Self::ALL, Self::as_str, text, "the policy is not one of jwt-only, chatgpt-auth")
    }
}

/// Who is logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// Nobody.
    None,
    /// A Bedrock key.
    Bedrock,
    /// An API key.
    ApiKey,
    /// A personal access token.
    PersonalAccessToken,
    /// ChatGPT tokens that the host manages, workload identity included.
    ExternalChatgptTokens,
    /// Ready-made headers.
    HeaderAuth,
    /// An Agent Identity, as JWT or record.
    AgentIdentity,
    /// A ChatGPT login with tokens of our own.
    ManagedChatgpt,
}

impl Login {
    /// Every value.
    pub const ALL: &'static [Self] = &[
        Self::None,
        Self::Bedrock,
        Self::ApiKey,
        Self::PersonalAccessToken,
        Self::ExternalChatgptTokens,
        Self::HeaderAuth,
        Self::AgentIdentity,
        Self::ManagedChatgpt,
    ];

    /// The kebab-case spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Bedrock => "bedrock",
            Self::ApiKey => "api-key",
            Self::PersonalAccessToken => "personal-access-token",
            Self::ExternalChatgptTokens => "external-chatgpt-tokens",
            Self::HeaderAuth => "header-auth",
            Self::AgentIdentity => "agent-identity",
            Self::ManagedChatgpt => "managed-chatgpt",
        }
    }

    /// Reads the kebab-case spelling; `config-invalid` for any other.
    pub fn parse(text: &str) -> Result<Self> {
        known(Self::ALL, Self::as_str, text, "the login is not a known kind of login")
    }
}

/// How far the identity and the task of the request are, or the environment key of an `own-key` provider.
///
/// For `own-key`, [`State::Ready`] reads as [`State::VariableSet`] and every other state as [`State::VariableMissing`]. Elsewhere
/// the two variable states say nothing about an identity and read as [`State::Missing`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Identity and task are there.
    Ready,
    /// Identity or task is not there yet.
    Missing,
    /// The stored key cannot be used.
    KeyUnusable,
    /// Registering the task of a reference failed.
    RefFailed,
    /// The bootstrap ended in `bootstrap-unavailable`, cooldown included.
    BootUnavailable,
    /// Identity or run task failed with any other code.
    BootFailed,
    /// The provider's environment key is set and not blank.
    VariableSet,
    /// The provider's environment key is missing or blank.
    VariableMissing,
}

impl State {
    /// Every value.
    pub const ALL: &'static [Self] = &[
        Self::Ready,
        Self::Missing,
        Self::KeyUnusable,
        Self::RefFailed,
        Self::BootUnavailable,
        Self::BootFailed,
        Self::VariableSet,
        Self::VariableMissing,
    ];

    /// The kebab-case spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Missing => "missing",
            Self::KeyUnusable => "key-unusable",
            Self::RefFailed => "ref-failed",
            Self::BootUnavailable => "boot-unavailable",
            Self::BootFailed => "boot-failed",
            Self::VariableSet => "variable-set",
            Self::VariableMissing => "variable-missing",
        }
    }

    /// Reads the kebab-case spelling; `config-invalid` for any other.
    pub fn parse(text: &str) -> Result<Self> {
        known(Self::ALL, Self::as_str, text, "the state is not a known state of identity, task or variable")
    }
}

fn known<T: Copy>(all: &[T], spelling: fn(T) -> &'static str, text: &str, fault: &'static str) -> Result<T> {
    all.iter().copied().find(|value| spelling(*value) == text).ok_or_else(|| Error::new(Code::ConfigInvalid, fault))
}
