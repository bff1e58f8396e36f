//! Who is logged in, with what that login can do.

use super::{HeaderField, Identities, Secret, TokenSource};
use crate::provider::DefaultBase;
use std::fmt;
use std::sync::Arc;

/// A login. `Debug` shows its kind only.
#[derive(Clone, Default)]
pub enum Login {
    /// Nobody.
    #[default]
    None,
    /// A Bedrock key.
    Bedrock,
    /// An API key.
    ApiKey(Secret),
    /// A personal access token.
    PersonalAccessToken(Secret),
    /// ChatGPT tokens that the embedding program manages, workload identity included.
    ExternalChatgptTokens(Arc<dyn TokenSource>),
    /// Ready-made header fields.
    Headers(Vec<HeaderField>),
    /// An Agent Identity, as JWT or record.
    AgentIdentity(Arc<dyn Identities>),
    /// A ChatGPT login with tokens of our own, which can bootstrap an Agent Identity.
    ManagedChatgpt {
        /// Its bearer tokens.
        tokens: Arc<dyn TokenSource>,
        /// Its identity.
        identities: Arc<dyn Identities>,
    },
}

impl Login {
    /// The kind of login, as the table of `spec/identity.md` §9 spells it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Bedrock => "bedrock",
            Self::ApiKey(_) => "api-key",
            Self::PersonalAccessToken(_) => "personal-access-token",
            Self::ExternalChatgptTokens(_) => "external-chatgpt-tokens",
            Self::Headers(_) => "header-auth",
            Self::AgentIdentity(_) => "agent-identity",
            Self::ManagedChatgpt { .. } => "managed-chatgpt",
        }
    }

    /// Where a provider without a base URL is for this login.
    pub fn default_base(&self) -> DefaultBase {
        match self {
            Self::None | Self::Bedrock | Self::ApiKey(_) => DefaultBase::Api,
            Self::PersonalAccessToken(_)
            | Self::ExternalChatgptTokens(_)
            | Self::Headers(_)
            | Self::AgentIdentity(_)
            | Self::ManagedChatgpt { .. } => DefaultBase::Chatgpt,
        }
    }

    pub(super) fn identities(&self) -> Option<&Arc<dyn Identities>> {
        match self {
            Self::AgentIdentity(identities) | Self::ManagedChatgpt { identities, .. } => Some(identities),
            _ => None,
        }
    }

    pub(super) fn tokens(&self) -> Option<&Arc<dyn TokenSource>> {
        match self {
            Self::ExternalChatgptTokens(tokens) | Self::ManagedChatgpt { tokens, .. } => Some(tokens),
            _ => None,
        }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login({})", self.kind())
    }
}

/// Which logins may use an Agent Identity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// Agent Identity logins only.
    #[default]
    JwtOnly,
    /// Managed ChatGPT logins too: they bootstrap one (feature `use_agent_identity`).
    ChatgptAuth,
}

impl Policy {
    /// As the table of §9 spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::JwtOnly => "jwt-only",
            Self::ChatgptAuth => "chatgpt-auth",
        }
    }
}
