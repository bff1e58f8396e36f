//! From an opened session to a delegate at work.

use super::Delegate;
use super::context::{DelegateContext, ParentTurn};
use super::event::Event;
use super::forwarding::{Forwarding, Reader};
use super::ids::Ids;
use super::lineage::Lineage;
use super::operation::{Operation, UserInput};
use super::options::DelegateOptions;
use super::parent::{Parent, SubagentStarted};
use super::session::{Operations, SessionPipes, forward_operations};
use super::signing::SigningGate;
use crate::error::{Advice, Error};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A session that was opened and whose events nobody forwards yet.
pub(super) struct Connection<E, O> {
    from_session: mpsc::Receiver<Event<E>>,
    operations: Operations<O>,
    lineage: Lineage,
    turn: ParentTurn,
    ids: Ids,
    options: DelegateOptions,
    capacity: usize,
    gate: SigningGate,
    /// The delegate's own token, a child of the parent's.
    cancel: CancellationToken,
    /// Cancels it if the start fails after the session was opened.
    unconnected: DropGuard,
}

impl<E: Send + 'static, O: Send + 'static> Connection<E, O> {
    /// Opens a session. Cancelled: the pipes close, whatever `open` has started by then.
    pub(super) async fn open<S, Open, Opening>(
        context: DelegateContext<S>,
        options: DelegateOptions,
        cancel: &CancellationToken,
        open: Open,
    ) -> Result<Self, Error>
    where
        Open: FnOnce(DelegateContext<S>, SessionPipes<E, O>) -> Opening,
        Opening: Future<Output = Result<(), Error>>,
    {
        let capacity = options.checked_capacity()?;
        let cancel = cancel.child_token();
        let (events, from_session) = mpsc::channel(capacity);
        let (to_session, operations) = mpsc::channel(capacity);
        let gate = SigningGate::new(options.signing, context.lineage.thread_id.clone(), cancel.clone(), &events);
        let pipes = SessionPipes { events, operations, signing: gate.clone(), cancel: cancel.child_token() };
        let connection = Self {
            from_session,
            operations: Operations(to_session),
            lineage: context.lineage.clone(),
            turn: context.parent_turn.clone(),
            ids: context.ids.clone(),
            options,
            capacity,
            gate,
            cancel: cancel.clone(),
            unconnected: cancel.clone().drop_guard(),
        };
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(cancelled()),
            opened = async { open(context, pipes).await } => opened.map(|()| connection),
        }
    }

    /// Submits the input of a one-shot delegate.
    pub(super) async fn submit(&self, turn_id: String, input: UserInput) -> Result<(), Error> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(cancelled()),
            submitted = self.operations.submit(turn_id, Operation::UserInput(input)) => submitted,
        }
    }

    /// Forwards events and operations.
    pub(super) fn run(self, parent: Arc<dyn Parent>) -> Delegate<E, O> {
        let (caller, operations) = mpsc::channel(self.capacity);
        let forwarding = forward_operations(operations, self.operations.0.clone(), self.cancel.child_token());
        self.spawn(parent, Operations(caller), false, forwarding)
    }

    /// Forwards events until the turn ends; the pipe of operations is closed from the start.
    pub(super) fn run_one_shot(self, parent: Arc<dyn Parent>) -> Delegate<E, O> {
        let (closed, _) = mpsc::channel(1);
        self.spawn(parent, Operations(closed), true, std::future::ready(()))
    }

    fn spawn(
        self,
        parent: Arc<dyn Parent>,
        operations: Operations<O>,
        is_one_shot: bool,
        forwarding_operations: impl Future<Output = ()> + Send + 'static,
    ) -> Delegate<E, O> {
        announce(&*parent, &self.lineage);
        let (sender, events) = mpsc::channel(self.capacity);
        let forwarding = Forwarding {
            from_session: self.from_session,
            to_session: self.operations.0,
            reader: Reader { events: sender, cancelled: self.cancel.child_token() },
            parent,
            turn: self.turn,
            mcp_questions: self.options.mcp_questions,
            gate: self.gate.clone(),
            is_one_shot,
            mcp_calls: BTreeMap::new(),
            replies: 0,
        };
        let (cancel, ended) = (self.unconnected.disarm(), CancellationToken::new());
        let forwarding_events = {
            // Whatever ends it, a panic of the parent's included: operations stop and the gate lets nothing more through.
            let stop = cancel.clone().drop_guard();
            let forwarding = forwarding.run(cancel);
            async move {
                let _stop = stop;
                forwarding.await;
            }
        };
        let end = ended.clone().drop_guard();
        tokio::spawn(async move {
            let _end = end;
            tokio::join!(forwarding_events, forwarding_operations);
        });
        Delegate { events, operations, lineage: self.lineage, ids: self.ids, gate: self.gate, cancel: self.cancel, ended }
    }
}

fn announce(parent: &dyn Parent, lineage: &Lineage) {
    let Lineage { session_id, thread_id, parent_thread_id, .. } = lineage;
    tracing::info!(session_id, thread_id, parent_thread_id, kind = lineage.kind.metadata_value(), "sub-agent started");
    parent.started(&SubagentStarted {
        session_id: session_id.clone(),
        thread_id: thread_id.clone(),
        parent_thread_id: parent_thread_id.clone(),
    });
}

fn cancelled() -> Error {
    Error::new("cancelled", Advice::BackOff, "the delegate was cancelled while it started; nothing of it runs")
}
