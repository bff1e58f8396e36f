//! Where AWS keeps credentials: profiles, web identities, containers and instances.

use super::connector::OverReqwest;
use crate::error::{Advice, Error};
use crate::http::ReqwestHttp;
use crate::ports::Clock;
use crate::provider::{Environment, filled};
use aws_config::Region;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, Result as Provided};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};
use tokio::sync::Mutex;
use tokio::time::timeout;
use tracing::Dispatch;
use tracing::instrument::WithSubscriber;

/// Longest wait for credentials: what AWS's own clients allow.
const LONGEST: Duration = Duration::from_secs(5);
/// Credentials that expire sooner are loaded anew.
const LEAST_LEFT: Duration = Duration::from_secs(60);

/// Loads credentials, and keeps those that say when they expire until shortly before. Others are in files, which may change.
pub(super) struct Chain {
    http: Option<ReqwestHttp>,
    clock: Arc<dyn Clock>,
    /// Locked while they are loaded: whoever waits looks here first.
    kept: Mutex<Option<Credentials>>,
}

impl Chain {
    pub(super) fn new(http: Option<ReqwestHttp>, clock: Arc<dyn Clock>) -> Self {
        Self { http, clock, kept: Mutex::default() }
    }

    /// From a profile, or from the first place that has some. `region` is where roles are assumed. Errors: `aws-credentials`.
    ///
    /// Names of files and of the profile come from `environment`; what containers, instances and web identities are told, from the
    /// environment of this process.
    pub(super) async fn load(&self, profile: Option<&str>, region: &str, environment: &dyn Environment) -> Result<Credentials, Error> {
        let mut kept = self.kept.lock().await;
        if let Some(credentials) = kept.as_ref().filter(|credentials| self.is_fresh(credentials)) {
            return Ok(credentials.clone());
        }
        *kept = None;
        let sources = Sources { config: self.config(region)?, files: files(environment) };
        let loading = async {
            match profile {
                Some(profile) => sources.profile(Some(profile.to_owned())).provide_credentials().await,
                None => sources.anywhere(filled(environment, "AWS_PROFILE")).await,
            }
        };
        // At level trace AWS's crates show commands and answers.
        let credentials = match timeout(LONGEST, loading.with_subscriber(Dispatch::none())).await {
            Ok(provided) => provided.map_err(|error| failure(profile, reason(&error)))?,
            Err(_) => return Err(failure(profile, "they did not come in time")),
        };
        if credentials.expiry().is_some() {
            *kept = Some(credentials.clone());
        }
        Ok(credentials)
    }

    pub(super) async fn forget(&self) {
        *self.kept.lock().await = None;
    }

    fn is_fresh(&self, credentials: &Credentials) -> bool {
        let now = u64::try_from(self.clock.now_ms()).unwrap_or(0);
        let until = UNIX_EPOCH.checked_add(Duration::from_millis(now).saturating_add(LEAST_LEFT));
        matches!((credentials.expiry(), until), (Some(expiry), Some(until)) if expiry > until)
    }

    fn config(&self, region: &str) -> Result<ProviderConfig, Error> {
        let http = self.http.clone().map_or_else(ReqwestHttp::new, Ok);
        let http = http.map_err(|error| Error::config(format!("no HTTP client can be made: {error}")))?;
        let config = ProviderConfig::without_region().with_http_client(OverReqwest(http.client().clone()));
        Ok(config.with_region(Some(Region::new(region.to_owned()))))
    }
}

struct Sources {
    config: ProviderConfig,
    files: EnvConfigFiles,
}

impl Sources {
    fn profile(&self, name: Option<String>) -> ProfileFileCredentialsProvider {
        let builder = ProfileFileCredentialsProvider::builder().configure(&self.config).profile_files(self.files.clone());
        name.into_iter().fold(builder, |builder, name| builder.profile_name(name)).build()
    }

    /// AWS's default chain behind the access-key variables, which are ours to read (13-5).
    async fn anywhere(&self, profile: Option<String>) -> Provided {
        let web_identity = WebIdentityTokenCredentialsProvider::builder().configure(&self.config).build();
        let container = EcsCredentialsProvider::builder().configure(&self.config).build();
        let instance = ImdsCredentialsProvider::builder().configure(&self.config).build();
        let chain = CredentialsProviderChain::first_try("Profile", self.profile(profile)).or_else("WebIdentityToken", web_identity);
        let chain = chain.or_else("EcsContainer", container).or_else("Ec2InstanceMetadata", instance);
        chain.provide_credentials().await
    }
}

/// The files of profiles. A file that is named but not there is an empty one.
fn files(environment: &dyn Environment) -> EnvConfigFiles {
    let named = |name| filled(environment, name).map(PathBuf::from);
    let (config, credentials) = (named("AWS_CONFIG_FILE"), named("AWS_SHARED_CREDENTIALS_FILE"));
    let builder = EnvConfigFiles::builder();
    let mut builder = builder.include_default_config_file(config.is_none()).include_default_credentials_file(credentials.is_none());
    for (kind, path) in [(EnvConfigFileKind::Config, config), (EnvConfigFileKind::Credentials, credentials)] {
        builder = match path {
            Some(path) if path.is_file() => builder.with_file(kind, path),
            Some(_) => builder.with_contents(kind, ""),
            None => builder,
        };
    }
    builder.build()
}

/// What an error of AWS's providers says of itself may quote a file or an answer.
fn reason(error: &CredentialsError) -> &'static str {
    match error {
        CredentialsError::CredentialsNotLoaded(_) => "there are none",
        CredentialsError::ProviderTimedOut(_) => "they did not come in time",
        CredentialsError::InvalidConfiguration(_) => "AWS's configuration files cannot be used",
        _ => "what holds them failed",
    }
}

fn failure(profile: Option<&str>, reason: &str) -> Error {
    let message = match profile {
        Some(profile) => format!("no AWS credentials from the profile {profile:?}: {reason}; check ~/.aws/config, or sign in again"),
        None => format!(
            "no AWS credentials: {reason}; set AWS_BEARER_TOKEN_BEDROCK, the AWS_ACCESS_KEY_ID pair, or model_providers.amazon-bedrock.aws.profile"
        ),
    };
    Error::new("aws-credentials", Advice::BackOff, message)
}
