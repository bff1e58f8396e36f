//! What is asked about: never the bytes, never a key.

use crate::delegate::approval::Decision;
use std::collections::BTreeMap;
use std::fmt;
use tokio::sync::{Mutex, oneshot};

/// One request of a delegate, with all its attempts. Make one for each request and keep it for its retries: an approval belongs
/// to this value, so it cannot be copied.
#[derive(Debug)]
pub struct SigningRequest {
    pub(super) subject: SigningSubject,
    /// By the number of the gate that obtained it.
    pub(super) decisions: Mutex<BTreeMap<u64, Decision>>,
}

impl SigningRequest {
    /// A new request.
    pub fn new(subject: SigningSubject) -> Self {
        Self { subject, decisions: Mutex::default() }
    }

    /// What a person is shown.
    pub fn subject(&self) -> &SigningSubject {
        &self.subject
    }
}

/// What a person is shown who decides about a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningSubject {
    /// Whose request it is.
    pub delegate_thread_id: String,
    /// Whose identity signs; none while it is still to be registered.
    pub agent_runtime_id: Option<String>,
    /// The task it is signed for, as known now; none while it is still to be registered.
    pub task_id: Option<String>,
    /// Where the request goes, such as `responses`.
    pub endpoint: String,
    /// What the request is for.
    pub kind: RequestKind,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// A turn.
    Turn,
    /// Warming up a connection.
    Prewarm,
    /// A compaction.
    Compaction,
    /// A memory stage.
    Memory,
    /// The registration of a task.
    TaskRegistration,
}

impl RequestKind {
    /// The kind that an endpoint tells: `responses/compact` and `memories/…` have their own, everything else serves turns.
    pub fn of_endpoint(endpoint: &str) -> Self {
        let path = endpoint.split(['?', '#']).next().unwrap_or_default();
        if path.ends_with("responses/compact") {
            Self::Compaction
        } else if path.split('/').any(|segment| segment == "memories") {
            Self::Memory
        } else {
            Self::Turn
        }
    }
}

impl fmt::Display for RequestKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Turn => "turn",
            Self::Prewarm => "prewarm",
            Self::Compaction => "compaction",
            Self::Memory => "memory",
            Self::TaskRegistration => "task-registration",
        })
    }
}

/// A question about a signature, on its way to the parent.
#[derive(Debug)]
pub struct SigningApproval {
    /// The answer goes by it.
    pub approval_id: String,
    /// What is asked about.
    pub subject: SigningSubject,
    /// Set by a gate, which waits there. Without it the answer goes to the session, as an operation.
    pub(in crate::delegate) responder: Option<oneshot::Sender<Decision>>,
}

impl SigningApproval {
    /// A question of a session that does not ask through its gate, for example one in another process.
    pub fn new(approval_id: impl Into<String>, subject: SigningSubject) -> Self {
        Self { approval_id: approval_id.into(), subject, responder: None }
    }

    pub(super) fn answered_by(approval_id: String, subject: SigningSubject, responder: oneshot::Sender<Decision>) -> Self {
        Self { approval_id, subject, responder: Some(responder) }
    }
}
