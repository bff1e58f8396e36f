//! Sans-I/O flows. A flow is a plain `async fn` that awaits effects through [`Effects`]; [`Operation`] runs it one effect at
//! a time, so that a host on any runtime, or none, can drive it.

mod effect;

pub use effect::{
    Attestation, CustodianFailure, Effect, HttpFailure, HttpRequest, HttpResponse, LoadedDocument, Outcome, SignRequest, StorageFailure,
    StoreRequest, UnsealRequest,
};

use crate::error::{Code, Error, Result};
use crate::identifiers::{AgentRuntimeId, TaskId};
use crate::secret_text::SecretText;
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use effect::Kind;

/// What a flow ends with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Completion {
    /// The runtime id the backend gave the agent.
    AgentRegistered(AgentRuntimeId),
    /// The id of the task, new or known.
    TaskRegistered(TaskId),
    /// The agent that an enrollment holds from now on.
    SignedIn(AgentRuntimeId),
    /// The agent that waits beside the one in use until the rotation is finished.
    RotationPending(AgentRuntimeId),
    /// Nothing is stored any more.
    SignedOut,
    /// Value of `x-oai-attestation`; none if the token may not stand in a header.
    Attested(Option<SecretText>),
}

/// What happened or is about to happen (L9). Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// `agent` or `task`.
    pub subject: &'static str,
    /// The caller's name for the conversation.
    pub conversation: Option<Rc<str>>,
    /// First 16 hex digits of SHA-256 over the cache key.
    pub key_digest: Rc<str>,
    /// Counted from 1.
    pub attempt: u32,
    /// Delay before the next attempt, milliseconds.
    pub delay_ms: Option<u64>,
    /// Error code.
    pub code: Option<Code>,
}

/// The kinds of events (L9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// Another caller is registering; its outcome is awaited.
    Waiting,
    /// A registration is about to be sent.
    Registering,
    /// A registration failed and is repeated.
    RetryScheduled,
    /// A registration succeeded.
    Registered,
    /// A known task is used.
    Reused,
    /// A task was dropped.
    Dropped,
    /// The clock offset was corrected by a measured skew.
    ClockCorrected,
    /// The flow failed.
    Failed,
    /// The conversation falls back to a bearer token.
    FallbackEngaged,
}

/// Where an operation stands.
#[derive(Debug)]
pub enum Progress {
    /// It waits for the outcome of this effect.
    Effect(Effect),
    /// It is done.
    Done(Completion),
}

/// What one call of [`Operation::resume`] brought. An error ends the operation.
#[derive(Debug)]
pub struct Step {
    /// Oldest first.
    pub events: Vec<Event>,
    /// Where the operation stands.
    pub progress: Result<Progress>,
}

/// A flow under way. Dropping it cancels it.
pub struct Operation {
    flow: Option<Pin<Box<dyn Future<Output = Result<Completion>>>>>,
    channel: Rc<Channel>,
}

impl Operation {
    /// Makes an operation of the flow that `start` returns; nothing runs before the first [`Self::resume`].
    pub fn new<F>(start: impl FnOnce(Effects) -> F) -> Self
    where
        F: Future<Output = Result<Completion>> + 'static,
    {
        let channel = Rc::new(Channel::default());
        Self { flow: Some(Box::pin(start(Effects(channel.clone())))), channel }
    }

    /// Goes on: without an outcome at the start, then with the outcome of the pending effect.
    ///
    /// `outcome-mismatch` leaves the operation waiting; `operation-finished` after its end.
    pub fn resume(&mut self, outcome: Option<Outcome>) -> Result<Step> {
        let flow = self.flow.as_mut().ok_or(Code::OperationFinished)?;
        if outcome.as_ref().map(Outcome::kind) != self.channel.awaited.get() {
            return Err(Code::OutcomeMismatch.into());
        }
        self.channel.answer.replace(outcome);
        let polled = flow.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        let events = self.channel.events.take();
        let progress = match polled {
            Poll::Ready(result) => {
                self.flow = None;
                result.map(Progress::Done)
            }
            Poll::Pending => match self.channel.asked.take() {
                Some(effect) => {
                    self.channel.awaited.set(Some(effect.kind()));
                    Ok(Progress::Effect(effect))
                }
                None => {
                    self.flow = None;
                    Err(Error::new(Code::Internal, "an operation waits for nothing"))
                }
            },
        };
        Ok(Step { events, progress })
    }
}

/// What passes between an operation and its flow.
#[derive(Default)]
struct Channel {
    asked: RefCell<Option<Effect>>,
    awaited: Cell<Option<Kind>>,
    answer: RefCell<Option<Outcome>>,
    events: RefCell<Vec<Event>>,
}

/// A flow's way to the outside.
pub struct Effects(Rc<Channel>);

/// A flow that others await. Behind a pointer, so that its code is there once and not in everything that awaits it.
pub type Flow<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;

impl Effects {
    /// Makes an HTTP request.
    pub async fn http(&self, request: HttpRequest) -> Result<Result<HttpResponse, HttpFailure>> {
        self.perform(Effect::Http(request)).await.into_http()
    }

    /// Has a custodian sign.
    pub async fn sign(&self, key_id: String, text: Vec<u8>) -> Result<Result<Vec<u8>, CustodianFailure>> {
        self.perform(Effect::Sign(SignRequest { key_id, text })).await.into_signature()
    }

    /// Has a custodian open a sealed box.
    pub async fn unseal(&self, key_id: String, sealed: Vec<u8>) -> Result<Result<Vec<u8>, CustodianFailure>> {
        self.perform(Effect::Unseal(UnsealRequest { key_id, sealed })).await.into_opened()
    }

    /// Reads a document.
    pub async fn load(&self, name: &'static str) -> Result<Result<Option<LoadedDocument>, StorageFailure>> {
        self.perform(Effect::Load(name)).await.into_loaded()
    }

    /// Replaces a document.
    pub async fn store(&self, request: StoreRequest) -> Result<Result<(), StorageFailure>> {
        self.perform(Effect::Store(request)).await.into_written()
    }

    /// Removes a document.
    pub async fn erase(&self, name: &'static str) -> Result<Result<(), StorageFailure>> {
        self.perform(Effect::Erase(name)).await.into_written()
    }

    /// Asks for an attestation.
    pub async fn attest(&self, budget_ms: u32) -> Result<Attestation> {
        self.perform(Effect::Attest(budget_ms)).await.into_attestation()
    }

    /// Waits.
    pub async fn sleep(&self, ms: u64) -> Result<()> {
        // `resume` lets no other outcome through.
        self.perform(Effect::Sleep(ms)).await;
        Ok(())
    }

    /// Reports an event with the next step.
    pub fn report(&self, event: Event) {
        self.0.events.borrow_mut().push(event);
    }

    fn perform(&self, effect: Effect) -> Performed<'_> {
        Performed { channel: &self.0, effect: Some(effect) }
    }
}

/// The outcome of an effect, once it is there.
struct Performed<'a> {
    channel: &'a Channel,
    effect: Option<Effect>,
}

impl Future for Performed<'_> {
    type Output = Outcome;

    #[inline(never)]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Outcome> {
        match self.effect.take() {
            Some(effect) => {
                self.channel.asked.replace(Some(effect));
                Poll::Pending
            }
            None => self.channel.answer.take().map_or(Poll::Pending, Poll::Ready),
        }
    }
}

#[cfg(test)]
mod tests;
