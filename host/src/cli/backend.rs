//! Which backend is meant.

use super::failure::Failure;
use super::home::Home;
use crate::Session;
use crate::provider::{ProcessEnvironment, filled};
use crate::types::logins::BaseUrls;
use clap::Args;

/// The backend, where it is not the remembered one.
#[derive(Args, Clone, Debug, Default)]
pub struct Backend {
    /// Base URL of the registration endpoints [default: what `init` or `login` remembered, else the production service]
    #[arg(long, value_name = "URL", env = "AGENT_IDENTITY_AUTHAPI_BASE", hide_env_values = true)]
    pub authapi_base: Option<String>,
}

/// The variables of the reference client (§8.5).
const AUTHAPI_OVERRIDE: &str = "CODEX_AGENT_IDENTITY_AUTHAPI_BASE_URL";
const JWKS_OVERRIDE: &str = "CODEX_AGENT_IDENTITY_JWKS_BASE_URL";

impl Backend {
    /// The URLs in force: what the options say, else the environment, else what is remembered, else the production service.
    pub async fn urls(&self, home: &Home, session: &mut Session, jwks_url: Option<&str>) -> Result<BaseUrls, Failure> {
        let (authapi, jwks) = (filled(&ProcessEnvironment, AUTHAPI_OVERRIDE), filled(&ProcessEnvironment, JWKS_OVERRIDE));
        let remembered = home.settings().await?.unwrap_or_default();
        let resolved = session.resolve_base_urls(None, authapi.as_deref(), jwks.as_deref())?;
        let remembered_base = remembered.authapi_base.filter(|_| authapi.is_none());
        let remembered_jwks = remembered.jwks_url.filter(|_| jwks.is_none());
        let authapi_base = named(self.authapi_base.as_deref()).or(remembered_base).unwrap_or(resolved.authapi_base);
        let jwks_url = named(jwks_url).or(remembered_jwks).unwrap_or(resolved.jwks_url);
        Ok(BaseUrls { authapi_base: authapi_base.trim_end_matches('/').to_owned(), jwks_url })
    }

    /// The base URL of the registration endpoints in force.
    pub async fn resolve(&self, home: &Home, session: &mut Session) -> Result<String, Failure> {
        Ok(self.urls(home, session, None).await?.authapi_base)
    }
}

fn named(option: Option<&str>) -> Option<String> {
    option.map(str::trim).filter(|url| !url.is_empty()).map(str::to_owned)
}
