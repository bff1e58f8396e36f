//! Registering a new agent.

use crate::agent::default_http;
use crate::component::Component;
use crate::component::wit::keys::PublicForm;
use crate::component::wit::registrations::AgentDescription;
use crate::driver::{Completion, Observer, Performer, TraceEvents};
use crate::error::Error;
use crate::ports::{Clock, Http, Random};
use crate::session::Session;
use crate::storage::MemoryStorage;
use crate::system::{SystemClock, SystemRandom};
use std::sync::{Arc, Mutex};
use zeroize::Zeroizing;

/// An agent registration: what the backend is asked, and what asks it.
pub struct AgentRegistration {
    authapi_base: String,
    public_key: Vec<u8>,
    description: AgentDescription,
    fedramp: bool,
    http: Option<Arc<dyn Http>>,
    observer: Arc<dyn Observer>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl AgentRegistration {
    /// Registers the 32 raw bytes of a public key at `authapi_base`.
    pub fn new(authapi_base: impl Into<String>, public_key: impl Into<Vec<u8>>, description: AgentDescription) -> Self {
        Self {
            authapi_base: authapi_base.into(),
            public_key: public_key.into(),
            description,
            fedramp: false,
            http: None,
            observer: Arc::new(TraceEvents),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
        }
    }

    /// Whether the request carries `X-OpenAI-Fedramp: true`. Default: no.
    #[must_use]
    pub fn fedramp(mut self, fedramp: bool) -> Self {
        self.fedramp = fedramp;
        self
    }

    /// What makes HTTP requests. Default: `ReqwestHttp`, with the feature `client`.
    #[must_use]
    pub fn http(mut self, http: Arc<dyn Http>) -> Self {
        self.http = Some(http);
        self
    }

    /// Who is told about progress. Default: `tracing`.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = observer;
        self
    }

    /// Registers with an access token and returns the runtime id. Retried as the specification says.
    /// Errors: `base-url-unsupported`, `agent-register-rejected`, `agent-response-undecodable`, `bootstrap-unavailable`.
    pub async fn run(self, component: &Component, access_token: &Zeroizing<String>) -> Result<String, Error> {
        let mut session = Session::new(component, self.clock, self.random)?;
        let key = session.import_verifying_key(PublicForm::Raw, &self.public_key)?;
        let operation = session.begin_register_agent(&self.authapi_base, &key, &self.description, access_token, self.fedramp)?;
        let http = self.http.map_or_else(default_http, Ok)?;
        let performer = Performer { http, storage: Arc::new(MemoryStorage::default()), custodian: None, observer: self.observer };
        match performer.run(&Mutex::new(session), operation).await? {
            Completion::AgentRegistered(id) => Ok(id),
            Completion::TaskRegistered(_) => Err(Error::internal("an agent registration ended as a task registration".into())),
        }
    }
}
