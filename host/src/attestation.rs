//! Attestation: what the connected app says for a thread, asked just in time (`spec/metadata.md` §9).
//!
//! The question has one budget, for queueing and reply (9-6). When it is used up the question is withdrawn and the request goes on with
//! an envelope that says so. Nobody to ask means no envelope at all (9-5). The envelope itself is the component's.

mod connections;
mod envelopes;

pub use connections::{AppConnection, Attached, Connections, METHOD};
pub use envelopes::Envelopes;

use crate::component::wit::operations as wit;
use async_trait::async_trait;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// Gets attestation tokens.
#[async_trait]
pub trait Attestor: Send + Sync {
    /// Whether there is somebody to ask for this thread. If not, a request has no envelope (9-5).
    fn attests(&self, thread: Option<&str>) -> bool {
        let _ = thread;
        true
    }

    /// The token of a thread; without a thread, that of whatever is not part of one. Dropping the future withdraws the question: a reply
    /// that comes later is ignored.
    async fn attest(&self, thread: Option<&str>) -> Result<Zeroizing<String>, AttestError>;
}

/// Why there is no token. Never holds what the app said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttestError {
    /// Nobody attests for this thread.
    #[error("nothing attests for this thread")]
    Unavailable,
    /// The question was not delivered, or answered by an error.
    #[error("the request for an attestation failed")]
    Failed,
    /// The app or the host withdrew it.
    #[error("the request for an attestation was cancelled")]
    Cancelled,
    /// The reply has no token.
    #[error("the reply has no token")]
    Malformed,
}

/// What became of a question (9-2). `Debug` shows no token.
#[derive(Clone, PartialEq, Eq)]
pub enum AttestationOutcome {
    /// The app gave its token, which is opaque to everybody else.
    Token(Zeroizing<String>),
    /// No reply within the budget.
    Timeout,
    /// The question was not delivered, or answered by an error.
    Failed,
    /// It was withdrawn.
    Cancelled,
    /// The reply has no token.
    Malformed,
}

/// An attestor for one thread: for operations, whose effect names none.
pub struct InThread {
    attestor: Arc<dyn Attestor>,
    thread: String,
}

impl InThread {
    /// Asks for this thread, whatever it is asked.
    pub fn new(attestor: Arc<dyn Attestor>, thread: impl Into<String>) -> Self {
        Self { attestor, thread: thread.into() }
    }
}

#[async_trait]
impl Attestor for InThread {
    fn attests(&self, _: Option<&str>) -> bool {
        self.attestor.attests(Some(&self.thread))
    }

    async fn attest(&self, _: Option<&str>) -> Result<Zeroizing<String>, AttestError> {
        self.attestor.attest(Some(&self.thread)).await
    }
}

/// Asks; none if there is nobody to ask. Nothing is kept: each request has a token of its own (9-3).
pub async fn ask(attestor: &dyn Attestor, thread: Option<&str>, budget: Duration) -> Option<AttestationOutcome> {
    Some(match tokio::time::timeout(budget, attestor.attest(thread)).await {
        Ok(Ok(token)) if token.is_empty() => AttestationOutcome::Malformed,
        Ok(Ok(token)) => AttestationOutcome::Token(token),
        Ok(Err(AttestError::Unavailable)) => return None,
        Ok(Err(AttestError::Failed)) => AttestationOutcome::Failed,
        Ok(Err(AttestError::Cancelled)) => AttestationOutcome::Cancelled,
        Ok(Err(AttestError::Malformed)) => AttestationOutcome::Malformed,
        Err(_) => AttestationOutcome::Timeout,
    })
}

impl fmt::Debug for AttestationOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Token(…)",
            Self::Timeout => "Timeout",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
            Self::Malformed => "Malformed",
        })
    }
}

/// As the component takes it. Whoever passes it on wipes the token then.
impl From<AttestationOutcome> for wit::Attestation {
    fn from(outcome: AttestationOutcome) -> Self {
        match outcome {
            AttestationOutcome::Token(mut token) => Self::Token(std::mem::take(&mut *token)),
            AttestationOutcome::Timeout => Self::Timeout,
            AttestationOutcome::Failed => Self::Failed,
            AttestationOutcome::Cancelled => Self::Cancelled,
            AttestationOutcome::Malformed => Self::Malformed,
        }
    }
}

#[cfg(test)]
mod tests;
