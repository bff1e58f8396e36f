//! Which backend is meant.

use super::failure::Failure;
use super::home::Home;
use crate::Session;
use clap::Args;

/// The backend, where it is not the remembered one.
#[derive(Args, Clone, Debug)]
pub struct Backend {
    /// Base URL of the registration endpoints [default: what `init` or `login` remembered, else the production service]
    #[arg(long, value_name = "URL", env = "AGENT_IDENTITY_AUTHAPI_BASE", hide_env_values = true)]
    pub authapi_base: Option<String>,
}

impl Backend {
    /// The base URL in force.
    pub async fn resolve(&self, home: &Home, session: &mut Session) -> Result<String, Failure> {
        let named = self.authapi_base.as_deref().map(str::trim).filter(|base| !base.is_empty());
        let base = match named {
            Some(base) => base.to_owned(),
            None => match home.settings().await? {
                Some(settings) => settings.authapi_base,
                None => session.resolve_base_urls(None, None, None)?.authapi_base,
            },
        };
        Ok(base.trim_end_matches('/').to_owned())
    }
}
