//! The instance that holds an agent's state, and how it is made anew after a trap.

use crate::component::Component;
use crate::component::wit::agents::{AgentConfig, Rejection, ResponseFacts, TaskRequest, Ticket};
use crate::component::wit::task_refs::ExternalTaskRef;
use crate::driver::lock;
use crate::error::Error;
use crate::session::{AgentHandle, OperationHandle, Session};
use crate::signer::Key;
use crate::surroundings::Surroundings;
use sha2_host::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Mutex;

pub(super) struct Control {
    component: Component,
    surroundings: Surroundings,
    config: AgentConfig,
    key: Key,
    session: Mutex<Session>,
    state: Mutex<State>,
}

/// What outlives an instance: its handle, and the tasks to give to the next one.
struct State {
    agent: AgentHandle,
    tasks: BTreeMap<Option<String>, String>,
    clock_offset_ms: i64,
}

impl Control {
    pub(super) fn new(component: Component, surroundings: Surroundings, config: AgentConfig, key: Key) -> Result<Self, Error> {
        let (session, agent) = open(&component, &surroundings, &config, &key, &BTreeMap::new())?;
        let state = Mutex::new(State { agent, tasks: BTreeMap::new(), clock_offset_ms: config.clock_offset_ms });
        Ok(Self { component, surroundings, config, key, session: Mutex::new(session), state })
    }

    pub(super) fn agent_runtime_id(&self) -> &str {
        &self.config.agent_runtime_id
    }

    pub(super) fn config(&self) -> &AgentConfig {
        &self.config
    }

    #[cfg(feature = "client")]
    pub(super) fn now_ms(&self) -> i64 {
        self.surroundings.clock.now_ms()
    }

    /// First 16 hex digits of SHA-256 over the cache key of a task (L1): how events name it.
    pub(super) fn key_digest(&self, reference: Option<&str>) -> String {
        let config = &self.config;
        let parts = [
            &config.agent_runtime_id,
            config.account_id.as_deref().unwrap_or_default(),
            config.chatgpt_user_id.as_deref().unwrap_or_default(),
            config.authapi_base.trim_end_matches('/'),
            reference.unwrap_or_default(),
        ];
        let mut digest = Sha256::new();
        for part in parts {
            digest.update(part.as_bytes());
            digest.update([0]);
        }
        digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The session operations are driven in.
    pub(super) fn session(&self) -> &Mutex<Session> {
        &self.session
    }

    pub(super) fn ticket(&self, reference: Option<&str>) -> Result<Ticket, Error> {
        self.call(|session, agent| session.agent_ticket(agent, reference))
    }

    pub(super) fn begin_register_task(
        &self,
        reference: Option<&ExternalTaskRef>,
        conversation: Option<&str>,
    ) -> Result<OperationHandle, Error> {
        self.call(|session, agent| session.begin_register_task(agent, reference, conversation))
    }

    pub(super) fn begin_ensure_task(&self, request: &TaskRequest) -> Result<OperationHandle, Error> {
        self.call(|session, agent| session.begin_ensure_task(agent, request))
    }

    pub(super) fn adopt_task(&self, reference: Option<&str>, task_id: &str) -> Result<(), Error> {
        self.call(|session, agent| session.agent_adopt_task(agent, reference, task_id))?;
        self.remember(reference.map(Into::into), task_id);
        Ok(())
    }

    pub(super) fn task(&self, reference: Option<&str>) -> Result<Option<String>, Error> {
        self.call(|session, agent| session.agent_task(agent, reference))
    }

    pub(super) fn forget_task(&self, reference: Option<&str>) -> Result<Option<String>, Error> {
        let forgotten = self.call(|session, agent| session.agent_forget_task(agent, reference))?;
        lock(&self.state).tasks.remove(&reference.map(Into::into));
        Ok(forgotten)
    }

    pub(super) fn normalize(&self, reference: Option<&ExternalTaskRef>) -> Result<Option<String>, Error> {
        reference.map_or(Ok(None), |reference| self.call(|session, _| session.normalize(reference)))
    }

    pub(super) fn on_response(&self, response: &ResponseFacts) -> Result<Rejection, Error> {
        let rejection = self.call(|session, agent| session.agent_on_response(agent, response))?;
        let clock_offset_ms = self.clock_offset_ms()?;
        lock(&self.state).clock_offset_ms = clock_offset_ms;
        Ok(rejection)
    }

    pub(super) fn clock_offset_ms(&self) -> Result<i64, Error> {
        self.call(|session, agent| session.agent_clock_offset_ms(agent))
    }

    /// Keeps a task for the next instance.
    pub(super) fn remember(&self, reference: Option<String>, task_id: &str) {
        lock(&self.state).tasks.insert(reference, task_id.into());
    }

    /// Calls the instance. One that trapped, now or during an operation, is replaced.
    fn call<T>(&self, call: impl Fn(&mut Session, &AgentHandle) -> Result<T, Error>) -> Result<T, Error> {
        let mut session = lock(&self.session);
        let mut state = lock(&self.state);
        if session.is_sound() {
            let result = call(&mut session, &state.agent);
            if session.is_sound() {
                return result;
            }
        }
        let config = AgentConfig { clock_offset_ms: state.clock_offset_ms, ..self.config.clone() };
        let (fresh, agent) = open(&self.component, &self.surroundings, &config, &self.key, &state.tasks)?;
        *session = fresh;
        state.agent = agent;
        call(&mut session, &state.agent)
    }
}

fn open(
    component: &Component,
    surroundings: &Surroundings,
    config: &AgentConfig,
    key: &Key,
    tasks: &BTreeMap<Option<String>, String>,
) -> Result<(Session, AgentHandle), Error> {
    let mut session = surroundings.session(component)?;
    let key = key.enter(&mut session)?;
    let agent = session.open_agent(config, &key)?;
    for (reference, task_id) in tasks {
        session.agent_adopt_task(&agent, reference.as_deref(), task_id)?;
    }
    Ok((session, agent))
}
