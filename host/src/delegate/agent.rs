//! The parent's agent in a delegate's hands.

use super::lineage::Lineage;
use super::signing::{Gates, RequestKind, SigningGate, SigningRequest, SigningSubject};
use crate::agent::{Agent, Headers};
use crate::error::{Advice, Error};
use std::fmt;

/// Signs a delegate's requests with its parent's identity, as far as its gates allow. Cheap to clone.
///
/// Tasks are the agent's: a failed registration for a reference of the delegate's own leaves those of the parent as they are (L8).
#[derive(Clone)]
pub struct DelegateAgent {
    agent: Agent,
    gates: Gates,
    lineage: Lineage,
    reference: Option<String>,
}

impl DelegateAgent {
    /// The agent of a root session, for one of its delegates. Signs for the run task.
    pub fn new(agent: Agent, gate: SigningGate, lineage: Lineage) -> Self {
        Self { agent, gates: Gates::of(gate), lineage, reference: None }
    }

    /// The same identity for a delegate of this delegate. A request of it has to pass its own gate and each gate above: what this
    /// delegate was granted does not cover it (14-7).
    #[must_use]
    pub fn descend(&self, gate: SigningGate, lineage: Lineage) -> Self {
        Self { agent: self.agent.clone(), gates: self.gates.below(gate), lineage, reference: None }
    }

    /// Signs for the task of this normalised reference instead of the run task.
    #[must_use]
    pub fn for_task(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }

    /// Whose delegate signs.
    pub fn lineage(&self) -> &Lineage {
        &self.lineage
    }

    /// What its requests go through.
    pub fn gates(&self) -> &Gates {
        &self.gates
    }

    /// A request to be signed: make one for each, keep it for its retries. Errors: those of [`Agent::task`].
    pub fn request(&self, endpoint: impl Into<String>, kind: RequestKind) -> Result<SigningRequest, Error> {
        let task_id = self.agent.task(self.reference.as_deref())?;
        Ok(SigningRequest::new(self.subject(endpoint.into(), kind, task_id)))
    }

    /// The header fields of one attempt of a request, built after the gates let it through and without any network use before that.
    /// Errors: `approval-denied`, `approval-cancelled`, and those of [`Agent::authorize`]. On an error nothing may be sent.
    pub async fn authorize(&self, request: &SigningRequest) -> Result<Headers, Error> {
        self.gates.admit(request).await?;
        self.agent.authorize(self.reference.as_deref()).await
    }

    /// The task it signs for: the one known or stored, else a new one. Registering is a signature with the parent's identity too, and
    /// asked about like one. The delegate's end gives up waiting, which stops nobody else (L6).
    /// Errors: `approval-denied`, `approval-cancelled`, `cancelled`, and those of [`Agent::ensure_task`].
    pub async fn ensure_task(&self, conversation: Option<&str>) -> Result<String, Error> {
        let reference = self.reference.as_deref();
        match self.agent.stored_task(reference).await {
            Err(error) if error.code == "run-task-missing" => (),
            known => return known,
        }
        let subject = self.subject("task/register".into(), RequestKind::TaskRegistration, None);
        self.gates.admit(&SigningRequest::new(subject)).await?;
        tokio::select! {
            biased;
            () = self.gates.ended() => Err(given_up()),
            task_id = self.agent.ensure_task(reference, conversation) => task_id,
        }
    }

    fn subject(&self, endpoint: String, kind: RequestKind, task_id: Option<String>) -> SigningSubject {
        SigningSubject {
            delegate_thread_id: self.lineage.thread_id.clone(),
            agent_runtime_id: Some(self.agent.agent_runtime_id().into()),
            task_id,
            endpoint,
            kind,
        }
    }
}

impl fmt::Debug for DelegateAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DelegateAgent({:?} for {})", self.agent, self.lineage.thread_id)
    }
}

fn given_up() -> Error {
    Error::new("cancelled", Advice::BackOff, "the delegate ended while its task was being registered")
}
