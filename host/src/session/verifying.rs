//! What a server verifies, and which assertions it has seen.

use super::{ReplayHandle, Session, VerifyingKeyHandle};
use crate::component::wit::verification;
use crate::error::Error;

impl Session {
    /// Verifies an assertion.
    pub fn verify_assertion(
        &mut self,
        header: &str,
        agent: Option<&VerifyingKeyHandle>,
        facts: &verification::Facts,
        policy: verification::Policy,
    ) -> Result<verification::Accepted, Error> {
        let agent = agent.map(|agent| self.own(agent)).transpose()?;
        self.ask(|store, guest| guest.agent_identity_component_verification().call_verify_assertion(store, header, agent, facts, policy))
    }

    /// Verifies a task registration.
    pub fn verify_registration(
        &mut self,
        path: &str,
        body: &[u8],
        agent: Option<&VerifyingKeyHandle>,
        facts: &verification::Facts,
        policy: verification::Policy,
    ) -> Result<verification::Accepted, Error> {
        let agent = agent.map(|agent| self.own(agent)).transpose()?;
        self.ask(|store, guest| {
            guest.agent_identity_component_verification().call_verify_registration(store, path, body, agent, facts, policy)
        })
    }

    /// The strict Ed25519 rule on its own.
    pub fn verify_signature(&mut self, public_key: &[u8], message: &[u8], signature: &[u8]) -> Result<bool, Error> {
        self.instance
            .call(|store, guest| guest.agent_identity_component_verification().call_verify_signature(store, public_key, message, signature))
    }

    /// Opens a replay window.
    pub fn open_replay_window(
        &mut self,
        config: verification::ReplayConfig,
        start: &verification::ReplayStart,
    ) -> Result<ReplayHandle, Error> {
        let id = self.id;
        self.ask(|store, guest| guest.agent_identity_component_verification().replay_window().call_open(store, config, start))
            .map(|any| ReplayHandle::new(any, id))
    }

    /// Counts an accepted assertion; how often it was accepted by now.
    pub fn admit(&mut self, window: &ReplayHandle, replay_key: &[u8], timestamp_s: i64) -> Result<u32, Error> {
        let window = self.own(window)?;
        self.ask(|store, guest| {
            guest.agent_identity_component_verification().replay_window().call_admit(store, window, replay_key, timestamp_s)
        })
    }

    /// Greatest timestamp ever removed from a replay window.
    pub fn replay_mark(&mut self, window: &ReplayHandle) -> Result<Option<i64>, Error> {
        let window = self.own(window)?;
        self.instance.call(|store, guest| guest.agent_identity_component_verification().replay_window().call_mark(store, window))
    }

    /// Entries held by a replay window.
    pub fn replay_len(&mut self, window: &ReplayHandle) -> Result<u32, Error> {
        let window = self.own(window)?;
        self.instance.call(|store, guest| guest.agent_identity_component_verification().replay_window().call_len(store, window))
    }
}
