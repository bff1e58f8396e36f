//! What an agent or an enrollment gets from the program around it.

use crate::attestation::Attestor;
use crate::component::Component;
use crate::driver::{Observer, Performer, QueuedObserver, TraceEvents};
use crate::error::Error;
use crate::ports::{Clock, Custodian, Http, Random, Sleeper, Storage};
use crate::session::Session;
use crate::storage::MemoryStorage;
use crate::system::{SystemClock, SystemRandom, TokioSleeper};
use std::fmt;
use std::sync::Arc;

/// Clocks, randomness, HTTP, storage, a timer and an observer. The default is the system's clock and randomness, `ReqwestHttp`
/// (with the feature `client`), storage in memory, tokio's timer, and events to `tracing`.
#[derive(Clone)]
pub struct Surroundings {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    http: Option<Arc<dyn Http>>,
    storage: Arc<dyn Storage>,
    sleeper: Arc<dyn Sleeper>,
    observer: Arc<dyn Observer>,
    attestor: Option<Arc<dyn Attestor>>,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            http: None,
            storage: Arc::new(MemoryStorage::default()),
            sleeper: Arc::new(TokioSleeper),
            observer: Arc::new(TraceEvents),
            attestor: None,
        }
    }
}

impl Surroundings {
    /// Another clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Another random source.
    #[must_use]
    pub fn random(mut self, random: Arc<dyn Random>) -> Self {
        self.random = random;
        self
    }

    /// What makes HTTP requests.
    #[must_use]
    pub fn http(mut self, http: Arc<dyn Http>) -> Self {
        self.http = Some(http);
        self
    }

    /// Where documents are kept.
    #[must_use]
    pub fn storage(mut self, storage: Arc<dyn Storage>) -> Self {
        self.storage = storage;
        self
    }

    /// What lets the time before another attempt pass. A program that is about to end, or a test, may cut it short; the delays are
    /// those of the specification (N10, N11).
    #[must_use]
    pub fn sleeper(mut self, sleeper: Arc<dyn Sleeper>) -> Self {
        self.sleeper = sleeper;
        self
    }

    /// Who is told about progress, on a thread of its own: it can neither fail nor delay anything. What it does not take in time
    /// is lost and counted.
    #[must_use]
    pub fn observer(self, observer: Arc<dyn Observer>) -> Self {
        self.inline_observer(Arc::new(QueuedObserver::new(observer)))
    }

    /// Who is told about progress, in place: for code that only takes note. A panic of it is caught.
    #[must_use]
    pub fn inline_observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = observer;
        self
    }

    /// Who attests for requests; nobody unless it is given.
    #[must_use]
    pub fn attestor(mut self, attestor: Arc<dyn Attestor>) -> Self {
        self.attestor = Some(attestor);
        self
    }

    pub(crate) fn session(&self, component: &Component) -> Result<Session, Error> {
        Session::new(component, self.clock.clone(), self.random.clone())
    }

    pub(crate) fn performer(&self, custodian: Option<Arc<dyn Custodian>>) -> Result<Performer, Error> {
        let http = self.http.clone().map_or_else(default_http, Ok)?;
        let (storage, sleeper, observer) = (self.storage.clone(), self.sleeper.clone(), self.observer.clone());
        let attestor = self.attestor.clone();
        Ok(Performer { http, storage, sleeper, custodian, attestor, observer })
    }
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Surroundings")
    }
}

#[cfg(feature = "client")]
fn default_http() -> Result<Arc<dyn Http>, Error> {
    let http = crate::http::ReqwestHttp::new().map_err(|error| Error::config(format!("no HTTP client can be made: {error}")))?;
    Ok(Arc::new(http))
}

#[cfg(not(feature = "client"))]
fn default_http() -> Result<Arc<dyn Http>, Error> {
    Err(Error::config("an agent needs `http(…)` when the feature `client` is off"))
}
