//! How a client is made.

use super::telemetry::Recorder;
use super::{ClientParts, ResponsesClient};
use crate::attestation::Envelopes;
use crate::auth::Authorizer;
use crate::error::Error;
use crate::http::ReqwestHttp;
use crate::ports::{Clock, Random};
use crate::provider::{DefaultBase, Environment, ProcessEnvironment, Provider};
use crate::system::{SystemClock, SystemRandom};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// Most bytes of an event, and of an answer that is no stream: images and encrypted reasoning are large.
const MOST_BYTES: usize = 16 << 20;

/// A client that is being made.
pub struct ResponsesClientBuilder {
    provider: Provider,
    authorizer: Arc<dyn Authorizer>,
    http: Option<ReqwestHttp>,
    environment: Arc<dyn Environment>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    default_headers: Vec<(String, String)>,
    default_base: Option<DefaultBase>,
    recorder: Option<Recorder>,
    envelopes: Option<Arc<Envelopes>>,
    app_version: Option<String>,
    most_bytes: usize,
}

impl ResponsesClientBuilder {
    pub(super) fn new(provider: Provider, authorizer: Arc<dyn Authorizer>) -> Self {
        Self {
            provider,
            authorizer,
            http: None,
            environment: Arc::new(ProcessEnvironment),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            default_headers: vec![("user-agent".into(), concat!("agent-identity/", env!("CARGO_PKG_VERSION")).into())],
            default_base: None,
            recorder: None,
            envelopes: None,
            app_version: None,
            most_bytes: MOST_BYTES,
        }
    }

    /// Sends requests with this, proxies and certificates included. Default: the system's certificates, no proxy, 30 s for a
    /// connection. For a provider that speaks WebSockets: made [for them](ReqwestHttp::for_websockets) too.
    #[must_use]
    pub fn http(mut self, http: ReqwestHttp) -> Self {
        self.http = Some(http);
        self
    }

    /// Reads variables of the provider's description here. Default: the process.
    #[must_use]
    pub fn environment(mut self, environment: Arc<dyn Environment>) -> Self {
        self.environment = environment;
        self
    }

    /// Measures time with this. Default: the system's clocks.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Draws the jitter of delays from this. Default: the system's randomness.
    #[must_use]
    pub fn random(mut self, random: Arc<dyn Random>) -> Self {
        self.random = random;
        self
    }

    /// A header field that is sent where nothing else sets it (11-1). `user-agent` is one from the start.
    #[must_use]
    pub fn default_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into();
        self.default_headers.retain(|(other, _)| !other.eq_ignore_ascii_case(&name));
        self.default_headers.push((name, value.into()));
        self
    }

    /// Where a provider without a base URL is. Default: decided for each attempt by the kind of its credential.
    #[must_use]
    pub fn default_base(mut self, default_base: DefaultBase) -> Self {
        self.default_base = Some(default_base);
        self
    }

    /// Records attempts here. Default: nowhere.
    #[must_use]
    pub fn recorder(mut self, recorder: Recorder) -> Self {
        self.recorder = Some(recorder);
        self
    }

    /// Attests requests with this, each attempt anew, where endpoint and login take it (§9). Default: nobody does.
    #[must_use]
    pub fn attestation(mut self, envelopes: Arc<Envelopes>) -> Self {
        self.envelopes = Some(envelopes);
        self
    }

    /// Version of the program, for records.
    #[must_use]
    pub fn app_version(mut self, version: impl Into<String>) -> Self {
        self.app_version = Some(version.into());
        self
    }

    /// Longest event of a stream, and longest answer that is no stream, in bytes. Default: 16 MiB.
    #[must_use]
    pub fn most_bytes(mut self, bytes: usize) -> Self {
        self.most_bytes = bytes;
        self
    }

    /// The client. Errors: `config-invalid` when no HTTP client can be made.
    pub fn build(self) -> Result<ResponsesClient, Error> {
        let http = self.http.map_or_else(|| default_http(self.provider.supports_websockets), Ok)?;
        Ok(ResponsesClient(Arc::new(ClientParts {
            provider: self.provider,
            authorizer: self.authorizer,
            http,
            environment: self.environment,
            clock: self.clock,
            random: self.random,
            default_headers: self.default_headers,
            default_base: self.default_base,
            recorder: self.recorder,
            envelopes: self.envelopes,
            app_version: self.app_version,
            most_bytes: self.most_bytes,
        })))
    }
}

fn default_http(websockets: bool) -> Result<ReqwestHttp, Error> {
    let builder = || reqwest::Client::builder().no_proxy().connect_timeout(CONNECT_TIMEOUT);
    let http = ReqwestHttp::from_builder(builder());
    let http = http.and_then(|http| if websockets { http.for_websockets(builder()) } else { Ok(http) });
    http.map_err(|error| Error::config(format!("no HTTP client can be made: {error}")))
}

impl fmt::Debug for ResponsesClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResponsesClientBuilder({:?})", self.provider)
    }
}
