//! All the gates a delegate's requests go through.

use super::{SigningGate, SigningRequest};
use crate::error::Error;

/// A delegate's own gate, and above it those of its ancestors that are delegates themselves.
#[derive(Clone, Debug)]
pub struct Gates(Vec<SigningGate>);

impl Gates {
    /// Those of a root session's delegate.
    pub fn of(gate: SigningGate) -> Self {
        Self(vec![gate])
    }

    /// Those of a delegate of this delegate. What this one was granted does not cover the other (14-7).
    #[must_use]
    pub fn below(&self, gate: SigningGate) -> Self {
        Self([gate].into_iter().chain(self.0.iter().cloned()).collect())
    }

    /// Lets a request through or not; the request's own delegate is asked about first. Errors: those of [`SigningGate::admit`].
    pub async fn admit(&self, request: &SigningRequest) -> Result<(), Error> {
        for gate in &self.0 {
            gate.admit(request).await?;
        }
        Ok(())
    }

    /// Waits for the end of the delegate, or of one above it.
    pub(in crate::delegate) async fn ended(&self) {
        // A delegate's token is a child of its parent's: the first is cancelled with any of the others.
        match self.0.first() {
            Some(gate) => gate.0.ended.cancelled().await,
            None => std::future::pending().await,
        }
    }
}
