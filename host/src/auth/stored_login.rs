//! Where a login comes from: the environment, memory or a stored document (`spec/identity.md` §8.1).

mod chatgpt;
mod document;

pub use chatgpt::StoredTokens;

use super::Secret;
use crate::component::Component;
use crate::error::{Advice, Error};
use crate::ports::Storage;
use crate::provider::{Environment, filled};
use crate::session::Session;
use crate::storage::RECORD;
use crate::system::{SystemClock, SystemRandom};
use std::sync::Arc;

/// The places a login may be in, looked at in the order of §8.1.
pub struct LoginSources<'a> {
    /// Where `CODEX_API_KEY` and `CODEX_ACCESS_TOKEN` are read.
    pub environment: &'a dyn Environment,
    /// Whether `CODEX_API_KEY` counts.
    pub api_key_enabled: bool,
    /// The store in memory of this home.
    pub ephemeral: Option<&'a dyn Storage>,
    /// Modes that the store in memory may hold, spelt as in `auth.json`; none: every mode.
    pub ephemeral_modes: Option<&'a [&'a str]>,
    /// The configured store; none in ephemeral mode.
    pub configured: Option<&'a dyn Storage>,
}

/// Where a login was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginSource {
    /// `CODEX_API_KEY`.
    ApiKeyVariable,
    /// The store in memory.
    Ephemeral,
    /// `CODEX_ACCESS_TOKEN`.
    AccessTokenVariable,
    /// The configured store.
    Configured,
}

/// A login as its source describes it. `Debug` hides every secret.
#[derive(Clone, Debug, Default)]
pub enum StoredLogin {
    /// Nobody is logged in.
    #[default]
    None,
    /// An API key.
    ApiKey(Secret),
    /// A personal access token.
    PersonalAccessToken(Secret),
    /// An identity JWT, not verified yet ([`crate::Enrollment::login`]).
    IdentityJwt(Secret),
    /// An identity record in the store ([`crate::Enrollment::load`]).
    IdentityRecord,
    /// A ChatGPT login with tokens of our own.
    ManagedChatgpt(StoredTokens),
    /// ChatGPT tokens that the embedding program manages.
    ExternalChatgptTokens(StoredTokens),
    /// A Bedrock API key; give it to [`ProviderAuth::aws`](super::ProviderAuth::aws).
    Bedrock(Secret),
}

/// What was found, and where.
#[derive(Debug)]
pub struct FoundLogin {
    /// The source that decided; none if no source holds anything.
    pub source: Option<LoginSource>,
    /// The login; [`StoredLogin::None`] after an error.
    pub login: StoredLogin,
    /// Why the source cannot be used: not logged in, and this is to be shown.
    pub load_error: Option<Error>,
}

/// Looks for a login. The first source that holds one decides, even if it cannot be used.
///
/// Load errors: `store-read-failed`, `record-invalid`, `runtime-id-invalid`, `auth-material-missing`, `chatgpt-auth-unavailable`.
/// Errors: `internal`, if the component cannot be asked.
pub async fn find_login(component: &Component, sources: &LoginSources<'_>) -> Result<FoundLogin, Error> {
    let mut session = Session::new(component, Arc::new(SystemClock), Arc::new(SystemRandom))?;
    if let Some(key) = filled(sources.environment, "CODEX_API_KEY").filter(|_| sources.api_key_enabled) {
        return Ok(found(LoginSource::ApiKeyVariable, Ok(StoredLogin::ApiKey(key.into()))));
    }
    if let Some(result) = in_store(&mut session, sources.ephemeral, sources.ephemeral_modes).await {
        return Ok(found(LoginSource::Ephemeral, result));
    }
    if let Some(token) = filled(sources.environment, "CODEX_ACCESS_TOKEN").map(Secret::new) {
        let login = match session.access_token_kind(token.expose())?.as_deref() {
            Some("personal-access-token") => StoredLogin::PersonalAccessToken(token),
            _ => StoredLogin::IdentityJwt(token),
        };
        return Ok(found(LoginSource::AccessTokenVariable, Ok(login)));
    }
    if let Some(result) = in_store(&mut session, sources.configured, None).await {
        return Ok(found(LoginSource::Configured, result));
    }
    Ok(FoundLogin { source: None, login: StoredLogin::None, load_error: None })
}

impl StoredLogin {
    /// Reads an `auth.json` document. Errors: see [`find_login`].
    pub fn read(session: &mut Session, auth_json: &[u8]) -> Result<Self, Error> {
        let mode = session.auth_mode(auth_json)?;
        document::read(session, auth_json, &mode)
    }
}

/// A store that holds no document, or one of a mode that is not allowed, does not decide.
async fn in_store(session: &mut Session, store: Option<&dyn Storage>, modes: Option<&[&str]>) -> Option<Result<StoredLogin, Error>> {
    let document = match store?.load(RECORD).await {
        Ok(document) => document?,
        Err(error) => return Some(Err(Error::new("store-read-failed", Advice::FixConfig, error.to_string()))),
    };
    let mode = match session.auth_mode(&document) {
        Ok(mode) => mode,
        Err(error) => return Some(Err(error)),
    };
    let is_allowed = modes.is_none_or(|modes| modes.contains(&mode.as_str()));
    is_allowed.then(|| document::read(session, &document, &mode))
}

fn found(source: LoginSource, result: Result<StoredLogin, Error>) -> FoundLogin {
    let (login, load_error) = match result {
        Ok(login) => (login, None),
        Err(error) => (StoredLogin::None, Some(error)),
    };
    FoundLogin { source: Some(source), login, load_error }
}

#[cfg(test)]
mod tests;
