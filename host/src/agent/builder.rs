//! Putting an agent together.

use super::{Agent, Control, Inner};
use crate::component::Component;
use crate::component::wit::agents::AgentConfig;
use crate::component::wit::keys::PrivateForm;
use crate::component::wit::reveal::SecretForm;
use crate::driver::Observer;
use crate::error::{Advice, Error};
use crate::ports::{Clock, Http, Random, Storage};
use crate::signer::{Key, Signer};
use crate::surroundings::Surroundings;
use std::sync::Arc;

/// Describes an agent; [`Self::build`] makes it.
pub struct AgentBuilder {
    config: AgentConfig,
    key: Key,
    surroundings: Surroundings,
    run_task: Option<String>,
    replaces_tasks: bool,
}

impl AgentBuilder {
    /// Describes the agent of a stored document: `auth.json` with the member `agent_identity`.
    pub(super) fn from_record(component: &Component, auth_json: &[u8], authapi_base: String) -> Result<Self, Error> {
        let mut session = Surroundings::default().session(component)?;
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
                clock_offset_ms: 0,
            },
            key,
            surroundings: Surroundings::default(),
            run_task: None,
            replaces_tasks: true,
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

    /// Whether a task that the backend refuses is replaced, and the refused request repeated once (D1). Default: yes.
    #[must_use]
    pub fn replace_tasks(mut self, replace: bool) -> Self {
        self.replaces_tasks = replace;
        self
    }

    /// Clock, randomness, HTTP, storage and observer at once.
    #[must_use]
    pub fn surroundings(mut self, surroundings: Surroundings) -> Self {
        self.surroundings = surroundings;
        self
    }

    /// Another clock. Default: the system's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.surroundings = self.surroundings.clock(clock);
        self
    }

    /// Another random source. Default: the system's.
    #[must_use]
    pub fn random(mut self, random: Arc<dyn Random>) -> Self {
        self.surroundings = self.surroundings.random(random);
        self
    }

    /// What makes HTTP requests. Default: `ReqwestHttp`, with the feature `client`.
    #[must_use]
    pub fn http(mut self, http: Arc<dyn Http>) -> Self {
        self.surroundings = self.surroundings.http(http);
        self
    }

    /// Where documents are kept. Default: memory.
    #[must_use]
    pub fn storage(mut self, storage: Arc<dyn Storage>) -> Self {
        self.surroundings = self.surroundings.storage(storage);
        self
    }

    /// Who is told about progress, on a thread of its own. Default: `tracing`.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.surroundings = self.surroundings.observer(observer);
        self
    }

    /// A run task that was registered earlier.
    pub(crate) fn run_task(mut self, task_id: Option<String>) -> Self {
        self.run_task = task_id;
        self
    }

    /// A clock offset learnt before.
    pub(crate) fn clock_offset_ms(mut self, clock_offset_ms: i64) -> Self {
        self.config.clock_offset_ms = clock_offset_ms;
        self
    }

    /// Makes the agent. Errors: `runtime-id-invalid`, `record-invalid`, `base-url-unsupported`, the `key-…` codes.
    pub fn build(self, component: &Component) -> Result<Agent, Error> {
        let performer = self.surroundings.performer(self.key.custodian())?;
        let Surroundings { clock, random, .. } = &self.surroundings;
        let signer = Signer::new(component.clone(), clock.clone(), random.clone(), self.key.clone())?;
        let control = Control::new(component.clone(), self.surroundings, self.config, self.key)?;
        let agent = Agent(Arc::new(Inner { control, signer, performer, replaces_tasks: self.replaces_tasks, flights: Arc::default() }));
        if let Some(task_id) = self.run_task {
            agent.adopt_task(None, &task_id)?;
        }
        Ok(agent)
    }
}
