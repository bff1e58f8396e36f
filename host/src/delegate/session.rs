//! A delegate's session, as the program that runs it and the one that steers it see it.

use super::event::Event;
use super::operation::{Operation, Submission};
use super::signing::SigningGate;
use crate::error::{Advice, Error};
use std::fmt;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// What a delegate's session is connected to. The session ends when it drops `events`, and has to end when `operations` closes.
pub struct SessionPipes<E, O> {
    /// What it says. A full pipe makes it wait; nothing is dropped.
    pub events: mpsc::Sender<Event<E>>,
    /// What it is told.
    pub operations: mpsc::Receiver<Submission<O>>,
    /// What its requests go through before they are signed.
    pub signing: SigningGate,
    /// Cancelled when the delegate is, and when it ends: for what the session starts, delegates of its own among them. The session
    /// itself ends as it is told.
    pub cancel: CancellationToken,
}

/// Tells a delegate what to do. Cheap to clone; keeping one does not keep the delegate alive.
pub struct Operations<O>(pub(super) mpsc::Sender<Submission<O>>);

impl<O> Operations<O> {
    /// Submits an operation under this id; waits while the pipe is full. Errors: `delegate-closed`.
    pub async fn submit(&self, id: impl Into<String>, operation: Operation<O>) -> Result<(), Error> {
        self.0.send(Submission::new(id, operation)).await.map_err(|_| closed())
    }

    /// Whether nothing can be submitted any more.
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }
}

impl<O> Clone for Operations<O> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<O> fmt::Debug for Operations<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_closed() { "Operations(closed)" } else { "Operations(open)" })
    }
}

impl<E, O> fmt::Debug for SessionPipes<E, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionPipes({:?})", self.signing)
    }
}

/// Hands operations on, ids and all, until one side closes or the delegate is cancelled (14-10).
pub(super) async fn forward_operations<O: Send>(
    mut from_caller: mpsc::Receiver<Submission<O>>,
    to_session: mpsc::Sender<Submission<O>>,
    cancelled: CancellationToken,
) {
    let forwarding = async {
        while let Some(submission) = from_caller.recv().await {
            if to_session.send(submission).await.is_err() {
                break;
            }
        }
    };
    tokio::select! {
        biased;
        () = cancelled.cancelled() => (),
        () = forwarding => (),
    }
}

fn closed() -> Error {
    Error::new("delegate-closed", Advice::Never, "the delegate takes no more operations: it ended, or serves one turn only; start another")
}
