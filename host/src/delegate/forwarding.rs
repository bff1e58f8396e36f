//! The loop between a delegate's session and whoever reads its events (second table of `spec/metadata.md` §14).

mod asking;
mod on_cancel;
mod winding_down;

use super::approval::McpCall;
use super::context::ParentTurn;
use super::event::{Event, EventKind};
use super::operation::{Operation, Submission};
use super::options::McpQuestions;
use super::parent::Parent;
use super::signing::SigningGate;
use on_cancel::reply_on_cancel;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use winding_down::wind_down;

/// Forwards events, and answers questions through the parent.
pub(super) struct Forwarding<E, O> {
    pub(super) from_session: mpsc::Receiver<Event<E>>,
    pub(super) to_session: mpsc::Sender<Submission<O>>,
    pub(super) reader: Reader<E>,
    pub(super) parent: Arc<dyn Parent>,
    pub(super) turn: ParentTurn,
    pub(super) mcp_questions: McpQuestions,
    pub(super) gate: SigningGate,
    pub(super) is_one_shot: bool,
    pub(super) mcp_calls: BTreeMap<String, McpCall>,
    pub(super) replies: u64,
}

/// Whoever reads the events, until it stops or is stopped.
pub(super) struct Reader<E> {
    pub(super) events: mpsc::Sender<Event<E>>,
    /// Of the events alone; a child of the delegate's (14-8).
    pub(super) cancelled: CancellationToken,
}

/// Why forwarding ended.
enum Ending<O> {
    /// The session said all it had to say.
    SessionEnded,
    /// Cancelled, or nobody reads. The reply the session is still owed, if it waits for one.
    Stopped(Option<Operation<O>>),
    /// The only turn of a one-shot delegate is over.
    TurnOver,
}

/// Break: forwarding ends.
type Flow<O> = ControlFlow<Ending<O>>;

impl<E: Send + 'static, O: Send + 'static> Forwarding<E, O> {
    /// Runs to the end of the delegate, of which this is the token.
    pub(super) async fn run(mut self, delegate: CancellationToken) {
        let ending = self.forward_all().await;
        let Self { mut from_session, to_session, reader, .. } = self;
        match ending {
            Ending::SessionEnded => (),
            Ending::Stopped(reply) => {
                // The caller's operations stop first: none may follow the shutdown.
                delegate.cancel();
                let reply = reply.map(|reply| Submission::new("reply-on-cancel", reply));
                let end = [Submission::new("interrupt", Operation::Interrupt), Submission::new("shutdown", Operation::Shutdown)];
                wind_down(&mut from_session, &to_session, reply.into_iter().chain(end).collect(), &delegate, Event::ends_turn).await;
            }
            Ending::TurnOver => {
                // All there is to read was delivered; the reader need not wait for the session.
                drop(reader);
                let end = vec![Submission::new("shutdown", Operation::Shutdown)];
                wind_down(&mut from_session, &to_session, end, &delegate, |_| false).await;
            }
        }
    }

    /// Everything it waits for ends with [`Reader::stopped`].
    async fn forward_all(&mut self) -> Ending<O> {
        loop {
            let event = tokio::select! {
                biased;
                () = self.reader.stopped() => return Ending::Stopped(None),
                event = self.from_session.recv() => event,
            };
            let Some(event) = event else { return Ending::SessionEnded };
            if let ControlFlow::Break(ending) = self.treat(event).await {
                return ending;
            }
        }
    }

    async fn treat(&mut self, event: Event<E>) -> Flow<O> {
        let on_cancel = reply_on_cancel(&event);
        let Event { id, kind } = event;
        match kind {
            EventKind::TokenCount
            | EventKind::SessionConfigured
            | EventKind::MessageDelta
            | EventKind::ReasoningDelta
            | EventKind::ThreadNameUpdated => ControlFlow::Continue(()),
            EventKind::CommandApproval(request) => self.command(id, request, on_cancel).await,
            EventKind::PatchApproval(request) => self.patch(request, on_cancel).await,
            EventKind::Permissions(request) => self.permissions(request, on_cancel).await,
            EventKind::UserInput(request) => self.user_input(id, request, on_cancel).await,
            EventKind::Signing(request) => self.signing(request, on_cancel).await,
            EventKind::McpCallBegin { call, content } => {
                self.mcp_calls.insert(call.call_id.clone(), call.clone());
                self.forward(Event { id, kind: EventKind::McpCallBegin { call, content } }).await
            }
            EventKind::McpCallEnd { call_id, content } => {
                self.mcp_calls.remove(&call_id);
                self.forward(Event { id, kind: EventKind::McpCallEnd { call_id, content } }).await
            }
            kind @ (EventKind::McpElicitation(_) | EventKind::TurnCompleted(_) | EventKind::TurnAborted(_) | EventKind::Other(_)) => {
                self.forward(Event { id, kind }).await
            }
        }
    }

    /// Waits for room, so that a reader who is slow slows the session down (14-1).
    async fn forward(&self, event: Event<E>) -> Flow<O> {
        let is_over = self.is_one_shot && event.ends_turn();
        let sent = tokio::select! {
            biased;
            () = self.reader.stopped() => false,
            sent = self.reader.events.send(event) => sent.is_ok(),
        };
        match sent {
            false => ControlFlow::Break(Ending::Stopped(None)),
            true if is_over => ControlFlow::Break(Ending::TurnOver),
            true => ControlFlow::Continue(()),
        }
    }
}

impl<E> Reader<E> {
    /// Cancelled, or nobody reads any more.
    async fn stopped(&self) {
        tokio::select! {
            biased;
            () = self.cancelled.cancelled() => (),
            () = self.events.closed() => (),
        }
    }
}
