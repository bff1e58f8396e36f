//! Agents, and what is decided of requests without one.

use super::{AgentHandle, KeyHandle, OperationHandle, Session, VerifyingKeyHandle};
use crate::component::wit::{agents, registrations, task_refs};
use crate::error::Error;

impl Session {
    /// Opens an agent.
    pub fn open_agent(&mut self, config: &agents::AgentConfig, key: &KeyHandle) -> Result<AgentHandle, Error> {
        let id = self.id;
        let key = self.own(key)?;
        self.ask(|store, guest| guest.agent_identity_component_agents().agent().call_open(store, config, key))
            .map(|any| AgentHandle::new(any, id))
    }

    /// The header fields of a request.
    pub fn agent_authorize(&mut self, agent: &AgentHandle, reference: Option<&str>) -> Result<Vec<(String, String)>, Error> {
        let agent = self.own(agent)?;
        self.ask(|store, guest| guest.agent_identity_component_agents().agent().call_authorize(store, agent, reference))
    }

    /// What another instance needs to sign for a task.
    pub fn agent_ticket(&mut self, agent: &AgentHandle, reference: Option<&str>) -> Result<agents::Ticket, Error> {
        let agent = self.own(agent)?;
        self.ask(|store, guest| guest.agent_identity_component_agents().agent().call_ticket(store, agent, reference))
    }

    /// Takes a task that was registered earlier.
    pub fn agent_adopt_task(&mut self, agent: &AgentHandle, reference: Option<&str>, task_id: &str) -> Result<(), Error> {
        let agent = self.own(agent)?;
        self.ask(|store, guest| guest.agent_identity_component_agents().agent().call_adopt_task(store, agent, reference, task_id))
    }

    /// The task known for a reference.
    pub fn agent_task(&mut self, agent: &AgentHandle, reference: Option<&str>) -> Result<Option<String>, Error> {
        let agent = self.own(agent)?;
        self.instance.call(|store, guest| guest.agent_identity_component_agents().agent().call_task(store, agent, reference))
    }

    /// Drops a task.
    pub fn agent_forget_task(&mut self, agent: &AgentHandle, reference: Option<&str>) -> Result<Option<String>, Error> {
        let agent = self.own(agent)?;
        self.instance.call(|store, guest| guest.agent_identity_component_agents().agent().call_forget_task(store, agent, reference))
    }

    /// Begins registering a task.
    pub fn begin_register_task(
        &mut self,
        agent: &AgentHandle,
        reference: Option<&task_refs::ExternalTaskRef>,
        conversation: Option<&str>,
    ) -> Result<OperationHandle, Error> {
        let id = self.id;
        let agent = self.own(agent)?;
        self.ask(|store, guest| {
            guest.agent_identity_component_agents().agent().call_begin_register_task(store, agent, reference, conversation)
        })
        .map(|any| OperationHandle::new(any, id))
    }

    /// Judges a response to a signed request.
    pub fn agent_on_response(&mut self, agent: &AgentHandle, response: &agents::ResponseFacts) -> Result<agents::Rejection, Error> {
        let agent = self.own(agent)?;
        self.ask(|store, guest| guest.agent_identity_component_agents().agent().call_on_response(store, agent, response))
    }

    /// The agent's clock offset.
    pub fn agent_clock_offset_ms(&mut self, agent: &AgentHandle) -> Result<i64, Error> {
        let agent = self.own(agent)?;
        self.instance.call(|store, guest| guest.agent_identity_component_agents().agent().call_clock_offset_ms(store, agent))
    }

    /// Begins registering an agent.
    pub fn begin_register_agent(
        &mut self,
        authapi_base: &str,
        key: &VerifyingKeyHandle,
        description: &registrations::AgentDescription,
        access_token: &str,
        fedramp: bool,
    ) -> Result<OperationHandle, Error> {
        let id = self.id;
        let key = self.own(key)?;
        self.ask(|store, guest| {
            guest.agent_identity_component_agents().call_begin_register_agent(store, authapi_base, key, description, access_token, fedramp)
        })
        .map(|any| OperationHandle::new(any, id))
    }

    /// Which credential a request carries.
    pub fn decide_scope(&mut self, inputs: &agents::ScopeInputs) -> Result<agents::ScopeDecision, Error> {
        self.ask(|store, guest| guest.agent_identity_component_agents().call_decide_scope(store, inputs))
    }

    /// Measures a clock offset.
    pub fn measure_skew(&mut self, inputs: &agents::SkewInputs) -> Result<agents::SkewMeasurement, Error> {
        self.ask(|store, guest| guest.agent_identity_component_agents().call_measure_skew(store, inputs))
    }

    /// Judges a response without an agent.
    pub fn classify_response(
        &mut self,
        response: &agents::ResponseFacts,
        offset_ms: i64,
        threshold_s: Option<u32>,
    ) -> Result<agents::Rejection, Error> {
        self.ask(|store, guest| guest.agent_identity_component_agents().call_classify_response(store, response, offset_ms, threshold_s))
    }
}
