//! Where the endpoints of a provider are.

use super::{CredentialSource, Environment, Provider, bedrock};
use crate::error::{Advice, Error};
use crate::http::is_allowed;
use url::Url;

/// Where a provider without a base URL is: it depends on who is logged in (table of §11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultBase {
    /// ChatGPT-type auth.
    Chatgpt,
    /// Any other.
    Api,
}

impl DefaultBase {
    /// The URL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chatgpt => "https://chatgpt.com/backend-api/codex",
            Self::Api => "https://api.openai.com/v1",
        }
    }
}

impl Provider {
    /// The URL of an endpoint such as `responses`, with the provider's query parameters.
    /// Errors: `aws-region-missing`, `config-invalid`.
    pub fn endpoint(&self, path: &str, default: DefaultBase, environment: &dyn Environment) -> Result<Url, Error> {
        self.endpoint_in(None, path, default, environment)
    }

    /// The same in the region of a credential, where the provider is AWS.
    pub(crate) fn endpoint_in(
        &self,
        region: Option<&str>,
        path: &str,
        default: DefaultBase,
        environment: &dyn Environment,
    ) -> Result<Url, Error> {
        let base = match (&self.base_url, &self.credentials, region) {
            (Some(base), ..) => base.clone(),
            (None, CredentialSource::Aws(_), Some(region)) => bedrock::base_url(region),
            (None, CredentialSource::Aws(aws), None) => bedrock::base_url(&bedrock::region(aws, environment, None)?),
            (None, ..) => default.as_str().to_owned(),
        };
        let url = Url::parse(&format!("{base}/{path}"));
        let mut url = url.map_err(|_| Error::config(format!("the provider {} has no endpoint {path:?}", self.id)))?;
        if !self.query_params.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query_params);
        }
        Ok(url)
    }

    /// The same for a websocket: `http` becomes `ws`, `https` becomes `wss`.
    pub fn websocket_endpoint(&self, path: &str, default: DefaultBase, environment: &dyn Environment) -> Result<Url, Error> {
        let mut url = self.endpoint(path, default, environment)?;
        let scheme = if url.scheme() == "http" { "ws" } else { "wss" };
        url.set_scheme(scheme).map_err(|()| Error::internal(format!("{scheme} cannot replace the scheme of a URL")))?;
        Ok(url)
    }
}

/// C7: a credential travels in the clear otherwise. Slashes at the end are cut.
pub(super) fn checked_base(place: &str, text: &str) -> Result<String, Error> {
    let trimmed = text.trim().trim_end_matches('/');
    let url = Url::parse(trimmed).ok().filter(|url| is_allowed(url) && url.query().is_none() && url.fragment().is_none());
    url.map(|_| trimmed.to_owned()).ok_or_else(|| {
        let message = format!(
            "{place}.base_url must be https, or http to a loopback host, without user name, query and fragment; set query_params instead"
        );
        Error::new("base-url-unsupported", Advice::FixConfig, message)
    })
}
