//! Runs a sub-agent's session for a parent session (`spec/metadata.md` §14).
//!
//! The embedding program brings the sessions; this module connects them. [`Delegate::start`] opens a session with what a
//! [`DelegateContext`] inherits, and forwards its events and operations through bounded pipes. What the delegate may not decide
//! itself is answered through the [`Parent`], and what it wants to sign with the parent's identity goes through a
//! [`SigningGate`].
//!
//! ```no_run
//! # use agent_identity_host::delegate::*;
//! # use std::sync::Arc;
//! # use tokio_util::sync::CancellationToken;
//! # struct Services;
//! # async fn session(_: DelegateContext<Services>, _: SessionPipes<String, ()>) {}
//! # async fn program(parent: Arc<dyn Parent>, turn: ParentContext<Services>, cancel: CancellationToken)
//! # -> Result<(), agent_identity_host::Error> {
//! let context = DelegateContext::of(&turn, SubagentKind::Review, &Ids::default())?;
//! let options = DelegateOptions { signing: DelegateSigning::Ask, ..DelegateOptions::default() };
//! let mut delegate = Delegate::one_shot(parent, context, options, &cancel, UserInput::text("Review it."), |context, pipes| async {
//!     tokio::spawn(session(context, pipes));
//!     Ok(())
//! })
//! .await?;
//! while let Some(event) = delegate.next_event().await {
//!     println!("{event:?}");
//! }
//! # Ok(())
//! # }
//! ```

mod agent;
mod approval;
#[cfg(feature = "client")]
mod authorizer;
mod connection;
mod context;
mod event;
mod forwarding;
mod ids;
mod lineage;
mod operation;
mod options;
mod parent;
mod session;
mod signing;

pub use agent::DelegateAgent;
pub use approval::{
    Answers, CommandApproval, Decision, FileChange, Grant, GrantScope, McpCall, NetworkContext, PatchApproval, Permissions,
    PermissionsRequest, PolicyChange, Question, UserInputRequest,
};
#[cfg(feature = "client")]
pub use authorizer::{GatedAuthorizer, GatedIdentities, SigningIdentity};
pub use context::{DelegateContext, Features, Instructions, ParentContext, ParentTurn};
pub use event::{Event, EventKind};
pub use ids::Ids;
pub use lineage::{ForkedFrom, Lineage, SubagentKind};
pub use operation::{InputItem, Operation, Submission, UserInput};
pub use options::{DelegateOptions, McpQuestions};
pub use parent::{Parent, Resolved, Review, Reviewer, SubagentStarted};
pub use session::{Operations, SessionPipes};
pub use signing::{DelegateSigning, Gates, RequestKind, SigningApproval, SigningGate, SigningRequest, SigningSubject};

use crate::error::Error;
use connection::Connection;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A sub-agent's session at work. Dropping it ends the session as cancelling does.
pub struct Delegate<E, O> {
    events: mpsc::Receiver<Event<E>>,
    operations: Operations<O>,
    lineage: Lineage,
    ids: Ids,
    gate: SigningGate,
    cancel: CancellationToken,
    ended: CancellationToken,
}

impl<E: Send + 'static, O: Send + 'static> Delegate<E, O> {
    /// Opens a session and connects it. `cancel` is the parent's: cancelling it ends the delegate, not the other way round (14-8).
    ///
    /// `open` starts the session; the pipes are its own from then on. Errors: `cancelled`, `config-invalid`, and those of `open`.
    pub async fn start<S, Open, Opening>(
        parent: Arc<dyn Parent>,
        context: DelegateContext<S>,
        options: DelegateOptions,
        cancel: &CancellationToken,
        open: Open,
    ) -> Result<Self, Error>
    where
        Open: FnOnce(DelegateContext<S>, SessionPipes<E, O>) -> Opening,
        Opening: Future<Output = Result<(), Error>>,
    {
        let connection = Connection::open(context, options, cancel, open).await?;
        Ok(connection.run(parent))
    }

    /// The same for a single turn: the input is submitted at once, without per-turn extras, and the session ends with its turn.
    /// Nothing can be submitted (14-11). Errors: those of [`Self::start`], `random-failed`, and `delegate-closed` from a session
    /// that takes no input.
    pub async fn one_shot<S, Open, Opening>(
        parent: Arc<dyn Parent>,
        context: DelegateContext<S>,
        options: DelegateOptions,
        cancel: &CancellationToken,
        input: UserInput,
        open: Open,
    ) -> Result<Self, Error>
    where
        Open: FnOnce(DelegateContext<S>, SessionPipes<E, O>) -> Opening,
        Opening: Future<Output = Result<(), Error>>,
    {
        let turn_id = context.ids.fresh()?;
        let connection = Connection::open(context, options, cancel, open).await?;
        connection.submit(turn_id, UserInput { extras: BTreeMap::new(), ..input }).await?;
        Ok(connection.run_one_shot(parent))
    }

    /// The next event, or none after the session's end. Events that were delivered stay readable after it (14-9).
    pub async fn next_event(&mut self) -> Option<Event<E>> {
        self.events.recv().await
    }

    /// Submits an operation under a new id, which is the turn's if it starts one; waits while the pipe is full.
    /// Errors: `delegate-closed`, `random-failed`.
    pub async fn submit(&self, operation: Operation<O>) -> Result<String, Error> {
        let id = self.ids.fresh()?;
        self.operations.submit(id.clone(), operation).await?;
        Ok(id)
    }

    /// What tells the delegate what to do, for other tasks.
    pub fn operations(&self) -> Operations<O> {
        self.operations.clone()
    }

    /// Where it comes from.
    pub fn lineage(&self) -> &Lineage {
        &self.lineage
    }

    /// What its requests go through before they are signed.
    pub fn signing(&self) -> &SigningGate {
        &self.gate
    }

    /// Ends the delegate; the parent goes on.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Waits until the delegate is disconnected from its session. Unread events do not delay that.
    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }
}

impl<E, O> fmt::Debug for Delegate<E, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Delegate({}, {:?})", self.lineage.thread_id, self.operations)
    }
}

#[cfg(test)]
mod tests;
