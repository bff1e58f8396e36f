//! Putting an agent together.

use super::{Agent, Control, Inner};
use crate::component::Component;
use crate::component::wit::agents::AgentConfig;
use crate::component::wit::keys::PrivateForm;
use crate::component::wit::reveal::SecretForm;
use crate::driver::{Observer, Performer, TraceEvents};
use crate::error::{Advice, Error};
use crate::ports::{Clock, Http, Random, Storage};
use crate::session::Session;
use crate::signer::{Key, Signer};
use crate::storage::MemoryStorage;
use crate::system::{SystemClock, SystemRandom};
use std::sync::Arc;

/// Describes an agent; [`Self::build`] makes it.
pub struct AgentBuilder {
    config: AgentConfig,
    key: Key,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    http: Option<Arc<dyn Http>>,
    storage: Arc<dyn Storage>,
    observer: Arc<dyn Observer>,
    run_task: Option<String>,
}

impl AgentBuilder {
    /// Describes the agent of a stored document: `auth.json` with the member `agent_identity`.
    pub(super) fn from_record(component: &Component, auth_json: &[u8], authapi_base: String) -> Result<Self, Error> {
        let mut session = Session::new(component, Arc::new(SystemClock), Arc::new(SystemRandom))?;
        // Whose record it is does not matter here: the caller decided to use it.
        let stored = session.read_record(auth_json, "", "")?;
        let identity = stored.identity.ok_or_else(|| {
            Error::new("auth-material-missing", Advice::FixConfig, "the document holds no identity record; register the agent first")
        })?;
        let key = session.record_key(auth_json)?;
        let secret = session.reveal(&key, SecretForm::Pkcs8Der)?;
        let builder = Self::new(identity.agent_runtime_id, Key::held(PrivateForm::Pkcs8Der, secret.to_vec()), authapi_base);
        let builder = Self { run_task: identity.task_id, ..builder };
        Ok(builder.account(identity.account_id, identity.chatgpt_user_id).fedramp(identity.fedramp))
    }

    pub(super) fn new(agent_runtime_id: String, key: Key, authapi_base: String) -> Self {
        Self {
            config: AgentConfig {
                agent_runtime_id,
                account_id: None,
                chatgpt_user_id: None,
                fedramp: false,
                authapi_base,
                correct_clock: true,
                skew_threshold_s: None,
            },
            key,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            http: None,
            storage: Arc::new(MemoryStorage::default()),
            observer: Arc::new(TraceEvents),
            run_task: None,
        }
    }

    /// The account the agent acts for; sent as `ChatGPT-Account-ID`.
    #[must_use]
    pub fn account(mut self, account_id: impl Into<String>, chatgpt_user_id: impl Into<String>) -> Self {
        self.config.account_id = Some(account_id.into());
        self.config.chatgpt_user_id = Some(chatgpt_user_id.into());
        self
    }

    /// Whether requests carry `X-OpenAI-Fedramp: true`. Default: no.
    #[must_use]
    pub fn fedramp(mut self, fedramp: bool) -> Self {
        self.config.fedramp = fedramp;
        self
    }

    /// Whether a measured clock offset is applied to timestamps. Default: yes.
    #[must_use]
    pub fn correct_clock(mut self, correct: bool) -> Self {
        self.config.correct_clock = correct;
        self
    }

    /// Another clock. Default: the system's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Another random source. Default: the system's.
    #[must_use]
    pub fn random(mut self, random: Arc<dyn Random>) -> Self {
        self.random = random;
        self
    }

    /// What makes HTTP requests. Default: `ReqwestHttp`, with the feature `client`.
    #[must_use]
    pub fn http(mut self, http: Arc<dyn Http>) -> Self {
        self.http = Some(http);
        self
    }

    /// Where documents are kept. Default: memory.
    #[must_use]
    pub fn storage(mut self, storage: Arc<dyn Storage>) -> Self {
        self.storage = storage;
        self
    }

    /// Who is told about progress. Default: `tracing`.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = observer;
        self
    }

    /// Makes the agent. Errors: `runtime-id-invalid`, `record-invalid`, `base-url-unsupported`, the `key-…` codes.
    pub fn build(self, component: &Component) -> Result<Agent, Error> {
        let http = self.http.map_or_else(default_http, Ok)?;
        let performer = Performer { http, storage: self.storage, custodian: self.key.custodian(), observer: self.observer };
        let signer = Signer::new(component.clone(), self.clock.clone(), self.random.clone(), self.key.clone())?;
        let control = Control::new(component.clone(), self.clock, self.random, self.config, self.key)?;
        let agent = Agent(Arc::new(Inner { control, signer, performer }));
        if let Some(task_id) = self.run_task {
            agent.adopt_task(None, &task_id)?;
        }
        Ok(agent)
    }
}

#[cfg(feature = "client")]
pub(crate) fn default_http() -> Result<Arc<dyn Http>, Error> {
    let http = crate::http::ReqwestHttp::new().map_err(|error| Error::config(format!("no HTTP client can be made: {error}")))?;
    Ok(Arc::new(http))
}

#[cfg(not(feature = "client"))]
pub(crate) fn default_http() -> Result<Arc<dyn Http>, Error> {
    Err(Error::config("an agent needs `http(…)` when the feature `client` is off"))
}
