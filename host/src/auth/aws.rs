//! What requests to AWS carry: a bearer token, or a signature made with access keys (`spec/metadata.md` 13-5 to 13-8).
//!
//! Bearer tokens need nothing; access keys need the feature `bedrock`.

#[cfg(feature = "bedrock")]
mod chain;
#[cfg(feature = "bedrock")]
mod connector;
#[cfg(feature = "bedrock")]
mod sigv4;

use super::{Credential, Secret};
use crate::error::Error;
use crate::http::ReqwestHttp;
use crate::ports::Clock;
use crate::provider::{AwsAuth, Environment, filled, is_legal_value, region};
use std::sync::Arc;

/// What a program adds to what the environment and AWS's own files say.
#[derive(Clone, Debug, Default)]
pub struct AwsLogin {
    /// A Bedrock bearer token that is used before anything else.
    pub bearer: Option<Secret>,
    /// What the program keeps for AWS; used when no profile is configured.
    pub stored: Option<StoredAwsKey>,
    /// Whether the region may be read in the bearer token when nothing else names one (13-4).
    pub region_from_token: bool,
    /// Fetches credentials of roles, single sign-on, containers and instances. Default: as [`ReqwestHttp::new`].
    pub http: Option<ReqwestHttp>,
}

/// A key that a program keeps.
#[derive(Clone, Debug)]
pub enum StoredAwsKey {
    /// A Bedrock API key, sent as a bearer token.
    Bearer(Secret),
    /// Access keys, which sign.
    Access(AwsKeys),
}

/// Access keys.
#[derive(Clone, Debug)]
pub struct AwsKeys {
    /// Which key it is.
    pub access_key_id: Secret,
    /// The key.
    pub secret_access_key: Secret,
    /// With keys that expire.
    pub session_token: Option<Secret>,
}

/// Finds the credential of each attempt.
pub(super) struct AwsCredentials {
    aws: AwsAuth,
    login: AwsLogin,
    clock: Arc<dyn Clock>,
    #[cfg(feature = "bedrock")]
    chain: chain::Chain,
}

/// The first of 13-5 that is there.
#[derive(Debug)]
#[cfg_attr(not(feature = "bedrock"), expect(dead_code, reason = "only bearers are sent"))]
enum Found {
    /// Sent as it is.
    Bearer(Secret),
    Keys(AwsKeys),
    /// To be loaded from this profile.
    Profile(String),
    /// To be looked for wherever AWS keeps credentials.
    Anywhere,
}

impl AwsCredentials {
    pub(super) fn new(aws: &AwsAuth, login: AwsLogin, clock: Arc<dyn Clock>) -> Self {
        Self {
            aws: aws.clone(),
            #[cfg(feature = "bedrock")]
            chain: chain::Chain::new(login.http.clone(), clock.clone()),
            login,
            clock,
        }
    }

    pub(super) fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self::new(&self.aws, self.login, clock)
    }

    pub(super) fn with_login(self, login: AwsLogin) -> Self {
        Self::new(&self.aws, login, self.clock)
    }

    /// The credential of one attempt. Errors: `aws-region-missing`, `aws-credentials`, `config-invalid`.
    pub(super) async fn credential(&self, row: &str, environment: &dyn Environment) -> Result<Credential, Error> {
        let found = self.find(environment);
        if let Found::Bearer(token) = &found {
            if !is_legal_value(token.expose()) {
                return Err(Error::config("the Bedrock bearer token holds characters that no header can carry; set it again"));
            }
            let region = region(&self.aws, environment, Some(token).filter(|_| self.login.region_from_token))?;
            return Ok(Credential::bearer(row, token).for_region(region));
        }
        let region = region(&self.aws, environment, None)?;
        self.signed(row, found, region, environment).await
    }

    /// What a refusal means: keys that were kept may have been withdrawn.
    pub(super) async fn refused(&self) {
        #[cfg(feature = "bedrock")]
        self.chain.forget().await;
    }

    fn find(&self, environment: &dyn Environment) -> Found {
        let variable = |name| filled(environment, name).map(Secret::new);
        if let Some(bearer) = &self.login.bearer {
            return Found::Bearer(bearer.clone());
        }
        if let Some(profile) = &self.aws.profile {
            return Found::Profile(profile.clone());
        }
        match &self.login.stored {
            Some(StoredAwsKey::Bearer(bearer)) => return Found::Bearer(bearer.clone()),
            Some(StoredAwsKey::Access(keys)) => return Found::Keys(keys.clone()),
            None => {}
        }
        if let Some(bearer) = variable("AWS_BEARER_TOKEN_BEDROCK") {
            return Found::Bearer(bearer);
        }
        match (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY")) {
            (Some(access_key_id), Some(secret_access_key)) => {
                Found::Keys(AwsKeys { access_key_id, secret_access_key, session_token: variable("AWS_SESSION_TOKEN") })
            }
            // Half a pair is none, as AWS's own tools have it.
            _ => Found::Anywhere,
        }
    }

    #[cfg(feature = "bedrock")]
    async fn signed(&self, row: &str, found: Found, region: String, environment: &dyn Environment) -> Result<Credential, Error> {
        let keys = match &found {
            Found::Bearer(_) => return Err(Error::internal("a bearer token does not sign".into())),
            Found::Keys(keys) => keys.into(),
            Found::Profile(profile) => self.chain.load(Some(profile), &region, environment).await?,
            Found::Anywhere => self.chain.load(None, &region, environment).await?,
        };
        let signer = sigv4::SigV4::new(keys, region.clone(), self.clock.clone());
        Ok(Credential::signature(row, Arc::new(signer)).for_region(region))
    }

    #[cfg(not(feature = "bedrock"))]
    async fn signed(&self, _: &str, _: Found, _: String, _: &dyn Environment) -> Result<Credential, Error> {
        Err(Error::config("this program is built without AWS signatures (feature bedrock); set AWS_BEARER_TOKEN_BEDROCK"))
    }
}

#[cfg(all(test, feature = "bedrock"))]
mod tests;
