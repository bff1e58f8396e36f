//! Enrollments, the tasks an agent needs, and what stored logins are.

use super::{AgentHandle, EnrollmentHandle, KeyHandle, OperationHandle, Session};
use crate::component::wit::{agents, logins};
use crate::error::Error;

impl Session {
    /// Opens an enrollment.
    pub fn open_enrollment(&mut self, config: &agents::EnrollmentConfig) -> Result<EnrollmentHandle, Error> {
        let id = self.id;
        self.ask(|store, guest| guest.agent_identity_component_agents().enrollment().call_open(store, config))
            .map(|any| EnrollmentHandle::new(any, id))
    }

    /// Begins a change of what an enrollment holds.
    pub fn begin_change(
        &mut self,
        enrollment: &EnrollmentHandle,
        change: &agents::Change,
        conversation: Option<&str>,
    ) -> Result<OperationHandle, Error> {
        let id = self.id;
        let enrollment = self.own(enrollment)?;
        self.ask(|store, guest| guest.agent_identity_component_agents().enrollment().call_begin(store, enrollment, change, conversation))
            .map(|any| OperationHandle::new(any, id))
    }

    /// The agent an enrollment holds.
    pub fn enrolled_agent(&mut self, enrollment: &EnrollmentHandle) -> Result<Option<AgentHandle>, Error> {
        let id = self.id;
        let enrollment = self.own(enrollment)?;
        let agent =
            self.instance.call(|store, guest| guest.agent_identity_component_agents().enrollment().call_agent(store, enrollment))?;
        Ok(agent.map(|any| AgentHandle::new(any, id)))
    }

    /// Who an agent is.
    pub fn agent_identity(&mut self, agent: &AgentHandle) -> Result<logins::Identity, Error> {
        let agent = self.own(agent)?;
        self.instance.call(|store, guest| guest.agent_identity_component_agents().agent().call_identity(store, agent))
    }

    /// The key of an agent.
    pub fn agent_key(&mut self, agent: &AgentHandle) -> Result<KeyHandle, Error> {
        let id = self.id;
        let agent = self.own(agent)?;
        let key = self.instance.call(|store, guest| guest.agent_identity_component_agents().agent().call_key(store, agent))?;
        Ok(KeyHandle::new(key, id))
    }

    /// Begins having a task: known, stored or registered now.
    pub fn begin_ensure_task(&mut self, agent: &AgentHandle, request: &agents::TaskRequest) -> Result<OperationHandle, Error> {
        let id = self.id;
        let agent = self.own(agent)?;
        self.ask(|store, guest| guest.agent_identity_component_agents().agent().call_begin_ensure_task(store, agent, request))
            .map(|any| OperationHandle::new(any, id))
    }

    /// How a stored `auth.json` authenticates.
    pub fn auth_mode(&mut self, auth_json: &[u8]) -> Result<String, Error> {
        self.ask(|store, guest| guest.agent_identity_component_logins().call_auth_mode(store, auth_json))
    }

    /// What an access token from the environment is; none for a blank text.
    pub fn access_token_kind(&mut self, text: &str) -> Result<Option<String>, Error> {
        self.instance.call(|store, guest| guest.agent_identity_component_logins().call_access_token_kind(store, text))
    }
}
