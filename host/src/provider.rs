//! Providers: where requests go, what is added to them and whose credential they carry (`spec/metadata.md` §§11–13).
//!
//! A description is read from configuration ([`Providers`]), checked as a whole, and then cannot be wrong any more.

mod bedrock;
mod catalogue;
mod description;
mod endpoint;
mod environment;
mod headers;
mod members;

pub use crate::metadata::{DropReason, Dropped};
pub use bedrock::region;
pub use catalogue::{ConfigContext, Providers};
pub use endpoint::DefaultBase;
pub(crate) use environment::filled;
pub use environment::{Environment, ProcessEnvironment};
pub(crate) use headers::is_legal_value;
pub use headers::{HeaderLayers, MergedHeaders, merge_headers};

use crate::auth::Secret;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A checked description of a provider. `Debug` shows what identifies it and no value that may be secret.
#[derive(Clone)]
#[non_exhaustive]
pub struct Provider {
    /// The key of its table in the configuration.
    pub id: String,
    /// What it calls itself.
    pub name: String,
    /// Where its endpoints are, without a trailing slash; none: [`DefaultBase`], or for Bedrock its region's.
    pub base_url: Option<String>,
    /// Added to every URL.
    pub query_params: BTreeMap<String, String>,
    /// Header fields with fixed values.
    pub http_headers: BTreeMap<String, Secret>,
    /// Header fields whose values are in environment variables: field to variable.
    pub env_http_headers: BTreeMap<String, String>,
    /// Attempts after the first (11-8), at most 100.
    pub request_max_retries: u32,
    /// How often a turn is tried again after its stream broke (11-8), at most 100.
    pub stream_max_retries: u32,
    /// Longest silence inside a stream.
    pub stream_idle_timeout: Duration,
    /// Longest wait for a websocket.
    pub websocket_connect_timeout: Duration,
    /// Whether it speaks websockets.
    pub supports_websockets: bool,
    /// Whether it is one of OpenAI's own.
    pub requires_openai_auth: bool,
    /// Whose credential its requests carry.
    pub credentials: CredentialSource,
}

/// Where the credential of a provider comes from: the provider class of `spec/identity.md` §9, with what it needs.
#[derive(Clone, Debug)]
pub enum CredentialSource {
    /// An environment variable of this name.
    EnvironmentKey(String),
    /// A token in its configuration.
    OwnBearer(Secret),
    /// A command that prints a token.
    Command(CommandAuth),
    /// AWS.
    Aws(AwsAuth),
    /// It needs none.
    Open,
    /// The login of the user.
    Login,
}

/// A command that prints a bearer token (§12).
#[derive(Clone, PartialEq, Eq)]
pub struct CommandAuth {
    /// Program: an absolute path, a path relative to `cwd`, or a name that is looked for in `PATH`.
    pub command: String,
    /// Its arguments; no shell reads them.
    pub args: Vec<String>,
    /// It is killed after this time.
    pub timeout: Duration,
    /// How long a token is fresh; zero: until it is refused.
    pub refresh_interval: Duration,
    /// Where it runs.
    pub cwd: PathBuf,
}

/// How AWS is asked (§13).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AwsAuth {
    /// Profile to take credentials from.
    pub profile: Option<String>,
    /// Region of the endpoint.
    pub region: Option<String>,
}

impl Provider {
    /// Whether it is the OpenAI provider: one of exactly that name, wherever it is (`spec/metadata.md` §0).
    pub fn is_openai(&self) -> bool {
        self.name == OPENAI_NAME
    }

    /// The provider class, as the table of `spec/identity.md` §9 spells it.
    pub fn class(&self) -> &'static str {
        match &self.credentials {
            CredentialSource::EnvironmentKey(_) => "own-key",
            CredentialSource::OwnBearer(_) => "own-bearer",
            CredentialSource::Command(_) => "command",
            CredentialSource::Aws(_) => "aws",
            CredentialSource::Open => "open",
            CredentialSource::Login => "first-party",
        }
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Provider({} {:?}, {}, base {:?})", self.id, self.name, self.class(), self.base_url)
    }
}

/// Arguments may hold a secret although they should not.
impl fmt::Debug for CommandAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CommandAuth({:?}, {} arguments)", self.command, self.args.len())
    }
}

const OPENAI_NAME: &str = "OpenAI";

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod vectors;
