//! Judging what is received, in the order of `spec/identity.md` §11. Every check is the component's; this looks up its facts.

use super::replay::Replay;
use super::sessions::Sessions;
use super::store::agents::{self, KnownAgent};
use super::store::tasks::{self, KnownTask};
use super::store::{Store, Survives};
use crate::component::wit::keys::PublicForm;
use crate::component::wit::verification::{Accepted, Facts, Policy, TaskState};
use crate::error::{Advice, Error};
use crate::session::{Session, VerifyingKeyHandle};
use std::sync::Arc;

/// Judges assertions and task registrations.
pub(super) struct Verifier {
    pub(super) sessions: Arc<Sessions>,
    pub(super) store: Store,
    pub(super) replay: Replay,
    pub(super) policy: Policy,
}

/// An assertion that passed V1 to V11.
#[derive(Clone, Debug)]
pub(super) struct VerifiedAssertion {
    pub(super) agent_runtime_id: String,
    pub(super) account_id: String,
    pub(super) task_id: String,
    pub(super) external_task_ref: Option<String>,
    pub(super) timestamp: String,
    /// How often this assertion was accepted by now.
    pub(super) accepted_count: u32,
}

/// A task registration that was verified.
#[derive(Debug)]
pub(super) struct VerifiedRegistration {
    pub(super) agent_runtime_id: String,
    pub(super) public_key: Vec<u8>,
    pub(super) external_task_ref: Option<String>,
}

/// Why something was refused, and what it said about itself.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) error: Error,
    pub(super) agent_runtime_id: Option<String>,
    pub(super) task_id: Option<String>,
}

impl Verifier {
    /// Judges the value of `Authorization`, empty unless there is exactly one, beside that of `ChatGPT-Account-ID`.
    pub(super) async fn assertion(&self, header: &str, sent_account: Option<String>) -> Result<VerifiedAssertion, Refused> {
        let assertion = self.sessions.with(|session| session.parse_assertion(header)).map_err(unnamed)?;
        let (agent_runtime_id, task_id) = (assertion.agent_runtime_id, assertion.task_id);
        let judged = self.judge_assertion(header, &agent_runtime_id, &task_id, sent_account).await;
        let (agent, task, accepted_count) =
            judged.map_err(|error| Refused { error, agent_runtime_id: Some(agent_runtime_id.clone()), task_id: Some(task_id.clone()) })?;
        Ok(VerifiedAssertion {
            agent_runtime_id,
            account_id: agent.account_id,
            task_id,
            external_task_ref: task.external_task_ref,
            timestamp: assertion.timestamp,
            accepted_count,
        })
    }

    /// Whether what was verified a while ago still stands: neither agent revoked nor task ended (V5, V10). For connections that
    /// outlive their assertion.
    pub(super) async fn recheck(&self, verified: &VerifiedAssertion) -> Result<(), Refused> {
        let (agent_id, task_id) = (verified.agent_runtime_id.clone(), verified.task_id.clone());
        let found = self
            .store
            .run(Survives::Nothing, move |connection| {
                Ok((agents::find(connection, &agent_id)?, tasks::find(connection, &agent_id, &task_id)?))
            })
            .await;
        let refusal = match found {
            Ok((Some(agent), Some(task))) if !agent.is_revoked && !task.is_ended => return Ok(()),
            Ok((None, _)) => Error::new("agent-unknown", Advice::Never, "the agent is no longer known"),
            Ok((Some(agent), _)) if agent.is_revoked => Error::new("agent-revoked", Advice::Never, "the agent has been revoked"),
            Ok((Some(_), None)) => Error::new("task-unknown", Advice::AfterRegister, "the task is no longer known"),
            Ok((Some(_), Some(_))) => Error::new("task-ended", Advice::AfterRegister, "the task has ended"),
            Err(error) => error,
        };
        Err(Refused { error: refusal, agent_runtime_id: Some(verified.agent_runtime_id.clone()), task_id: Some(verified.task_id.clone()) })
    }

    /// Judges a task registration. `path` begins behind the AuthAPI base.
    pub(super) async fn registration(&self, path: &str, body: &[u8]) -> Result<VerifiedRegistration, Refused> {
        let received = self.sessions.with(|session| session.parse_task(path, body)).map_err(unnamed)?;
        let agent_runtime_id = received.agent_runtime_id;
        let judged = self.judge_registration(path, body, &agent_runtime_id).await;
        let agent = judged.map_err(|error| Refused { error, agent_runtime_id: Some(agent_runtime_id.clone()), task_id: None })?;
        Ok(VerifiedRegistration { agent_runtime_id, public_key: agent.public_key, external_task_ref: received.external_task_ref })
    }

    async fn judge_assertion(
        &self,
        header: &str,
        agent_runtime_id: &str,
        task_id: &str,
        sent_account: Option<String>,
    ) -> Result<(KnownAgent, KnownTask, u32), Error> {
        let (agent_id, task) = (agent_runtime_id.to_owned(), task_id.to_owned());
        let (agent, task) = self
            .store
            .run(Survives::Nothing, move |connection| {
                Ok((agents::find(connection, &agent_id)?, tasks::find(connection, &agent_id, &task)?))
            })
            .await?;
        let mut facts = self.facts(agent.as_ref());
        facts.sent_account = sent_account;
        facts.task = match &task {
            Some(task) if task.is_ended => TaskState::Ended,
            Some(_) => TaskState::Known,
            None => TaskState::Unknown,
        };
        let accepted = self.with_key(agent.as_ref(), |session, key| session.verify_assertion(header, key, &facts, self.policy))?;
        let (Some(agent), Some(task)) = (agent, task) else {
            return Err(Error::internal("an assertion of an unknown agent or task was accepted".into()));
        };
        Ok((agent, task, self.replay.admit(&accepted).await?))
    }

    async fn judge_registration(&self, path: &str, body: &[u8], agent_runtime_id: &str) -> Result<KnownAgent, Error> {
        let id = agent_runtime_id.to_owned();
        let agent = self.store.run(Survives::Nothing, move |connection| agents::find(connection, &id)).await?;
        let facts = self.facts(agent.as_ref());
        let accepted = self.with_key(agent.as_ref(), |session, key| session.verify_registration(path, body, key, &facts, self.policy))?;
        let agent = agent.ok_or_else(|| Error::internal("a registration of an unknown agent was accepted".into()))?;
        self.replay.admit(&accepted).await?;
        Ok(agent)
    }

    fn facts(&self, agent: Option<&KnownAgent>) -> Facts {
        Facts {
            revoked: agent.is_some_and(|agent| agent.is_revoked),
            registered_account: agent.map(|agent| agent.account_id.clone()),
            sent_account: None,
            task: TaskState::Unchecked,
            mark_s: self.replay.mark_s(),
        }
    }

    /// Runs a call with the agent's key in the instance; a key is imported in about 5 µs.
    fn with_key(
        &self,
        agent: Option<&KnownAgent>,
        call: impl Fn(&mut Session, Option<&VerifyingKeyHandle>) -> Result<Accepted, Error>,
    ) -> Result<Accepted, Error> {
        self.sessions.with(|session| {
            let Some(agent) = agent else { return call(session, None) };
            let key = session.import_verifying_key(PublicForm::Raw, &agent.public_key)?;
            let result = call(session, Some(&key));
            // Fails only after a trap, which `result` reports.
            let _ = session.release(key);
            result
        })
    }
}

fn unnamed(error: Error) -> Refused {
    Refused { error, agent_runtime_id: None, task_id: None }
}
