//! An agent for hosts whose functions can be awaited. The flows are the same as everywhere: here they are driven to their ends by
//! awaiting each effect, and callers that want the same thing share one of them (L6). Requests are signed, sent, judged and repeated
//! once (D1, D2).

mod events;
mod flights;
mod sending;
mod signing;

pub use sending::{Answer, SignedRequest, method};

use crate::agent::{Agent, Headers, TaskRequest};
use crate::enrollment::{Account, Change, Enrollment, EnrollmentConfig};
use crate::error::{Code, Error, Result};
use crate::flow::{Completion, Effect, Event, EventKind, Operation, Outcome, Progress};
use crate::identifiers::{AgentRuntimeId, TaskId};
use crate::ports::Ports;
use crate::secret_text::SecretText;
use crate::task_ref::TaskRef;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::future::Future;
use events::Events;
use flights::Flights;

/// What performs effects.
pub trait Performer {
    /// Performs one effect. The case of the outcome is that of the effect.
    fn perform(&self, effect: Effect) -> impl Future<Output = Outcome>;

    /// Calls what works on secrets, and clears what it leaves on the stack (K15).
    fn guarded<T>(&self, call: impl FnOnce() -> T) -> T;
}

/// An agent whose effects are awaited.
pub struct Client<P> {
    source: Source,
    performer: P,
    ports: Rc<dyn Ports>,
    in_use: RefCell<Option<Rc<InUse>>>,
    /// Changes under way that callers share (L6, L13).
    changes: Flights<Shared, Result<Completion>>,
    events: Events,
}

/// Where the agent in use comes from.
enum Source {
    /// From an enrollment, which may change it.
    Enrolled(Rc<Enrollment>),
    /// From the caller.
    Given(Rc<Agent>),
}

/// The agent in use, and its tasks being had, by reference.
struct InUse {
    agent: Rc<Agent>,
    tasks: Flights<Option<TaskRef>, Had>,
}

/// The refused task that is replaced, if one is, and the task that is had.
type Had = (Option<TaskId>, Result<TaskId>);

/// What callers of changes share.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Shared {
    /// For this account and user.
    Bootstrap(String, String),
    Load,
}

impl<P: Performer> Client<P> {
    /// The agent that an enrollment with this configuration comes to hold. Errors: `base-url-unsupported`, `config-invalid`.
    pub fn enroll(config: EnrollmentConfig, performer: P, ports: Rc<dyn Ports>) -> Result<Self> {
        Ok(Self::new(Source::Enrolled(Rc::new(Enrollment::open(config)?)), performer, ports))
    }

    /// An agent that the caller has. Its identity cannot be changed here.
    pub fn open(agent: Agent, performer: P, ports: Rc<dyn Ports>) -> Self {
        Self::new(Source::Given(Rc::new(agent)), performer, ports)
    }

    fn new(source: Source, performer: P, ports: Rc<dyn Ports>) -> Self {
        Self { source, performer, ports, in_use: RefCell::default(), changes: Flights::default(), events: Events::default() }
    }

    /// The agent in use.
    pub fn agent(&self) -> Option<Rc<Agent>> {
        match &self.source {
            Source::Enrolled(enrollment) => enrollment.agent(),
            Source::Given(agent) => Some(agent.clone()),
        }
    }

    /// What happened since the last call, oldest first (L9).
    pub fn take_events(&self) -> Vec<Event> {
        self.events.take()
    }

    /// Has an agent for this account (§8.4). Callers for one account share one bootstrap.
    pub async fn bootstrap(&self, account: Account, token: SecretText, conversation: Option<String>) -> Result<AgentRuntimeId> {
        let shared = Shared::Bootstrap(account.account_id.clone(), account.chatgpt_user_id.clone());
        let start = || self.change(Change::Bootstrap(account.clone(), token.clone()), conversation.as_deref());
        signed_in(self.share(shared, start).await?)
    }

    /// Takes the stored identity, whosever it is. Callers share one loading.
    pub async fn load(&self) -> Result<AgentRuntimeId> {
        signed_in(self.share(Shared::Load, || self.change(Change::Load, None)).await?)
    }

    /// Logs in with an identity JWT and stores it (J1–J9).
    pub async fn login(&self, jwt: SecretText) -> Result<AgentRuntimeId> {
        signed_in(self.change(Change::Login(jwt), None).await?)
    }

    /// Registers a new key beside the one in use; the id that waits until the rotation is finished.
    pub async fn rotate(&self, access_token: SecretText) -> Result<AgentRuntimeId> {
        match self.change(Change::Rotate(access_token), None).await? {
            Completion::RotationPending(id) => Ok(id),
            _ => Err(Code::Internal.into()),
        }
    }

    /// Puts the new key in the place of the old one, or with `false` drops it.
    pub async fn finish_rotation(&self, accept: bool) -> Result<AgentRuntimeId> {
        signed_in(self.change(Change::FinishRotation(accept), None).await?)
    }

    /// Forgets the identity and its tasks.
    pub async fn logout(&self) -> Result<()> {
        self.change(Change::Logout, None).await.map(drop)
    }

    /// A change that its host cancelled is begun anew by another caller. One that a later change overtook is over for all.
    async fn share<F: Future<Output = Result<Completion>>>(&self, what: Shared, change: impl Fn() -> F) -> Result<Completion> {
        let begun = Cell::new(0);
        let start = || {
            let change = change();
            begun.set(self.begun().wrapping_add(1));
            change
        };
        let gave_up = |ended: &Result<Completion>| is_cancelled(ended) && begun.get() == self.begun();
        self.changes.join(what, start, gave_up, || {}, |ms| self.sleep(ms)).await
    }

    /// How many changes have begun.
    fn begun(&self) -> u32 {
        match &self.source {
            Source::Enrolled(enrollment) => enrollment.begun(),
            Source::Given(_) => 0,
        }
    }

    async fn change(&self, change: Change, conversation: Option<&str>) -> Result<Completion> {
        let Source::Enrolled(enrollment) = &self.source else {
            return Err(Error::new(Code::ConfigInvalid, "this agent was opened with an identity of its own; enroll to have one changed"));
        };
        self.drive(enrollment.begin(change, conversation, self.ports.clone())?).await
    }

    /// The task of a reference, none being the run task: known, stored, or registered now (L2–L7). Callers share one registration.
    pub async fn ensure_task(&self, reference: Option<TaskRef>, conversation: Option<&str>) -> Result<TaskId> {
        self.have_task(&*self.in_use()?, reference, conversation).await
    }

    async fn have_task(&self, in_use: &InUse, reference: Option<TaskRef>, conversation: Option<&str>) -> Result<TaskId> {
        match in_use.agent.task(reference.as_ref().map(TaskRef::as_str)) {
            Some(id) => Ok(id),
            None => self.fly(in_use, reference, conversation, None).await.1,
        }
    }

    /// Replaces a task that the backend has just refused; if that has happened already, the new one is returned (D1).
    async fn replace_task(
        &self,
        in_use: &InUse,
        reference: Option<TaskRef>,
        conversation: Option<&str>,
        refused: &TaskId,
    ) -> Result<TaskId> {
        loop {
            match self.fly(in_use, reference.clone(), conversation, Some(refused)).await {
                // What others began before the refusal may bring the refused task.
                (replaced, Ok(id)) if id == *refused && replaced.as_ref() != Some(refused) => {}
                (_, had) => return had.map_err(|error| error.with_cause(Code::RejectedTask.as_str())),
            }
        }
    }

    /// Has a task, or shares in what others do for it (L6). Also told is which refused task that replaces.
    async fn fly(&self, in_use: &InUse, reference: Option<TaskRef>, conversation: Option<&str>, refused: Option<&TaskId>) -> Had {
        let start = || async {
            let request = TaskRequest {
                reference: reference.clone(),
                conversation: conversation.map(String::from),
                can_register: true,
                refused: refused.cloned(),
            };
            let had = self.drive(in_use.agent.ensure_task(request, self.ports.clone())).await;
            (refused.cloned(), had.and_then(task_of))
        };
        let waiting = || self.events.note([in_use.agent.label(reference.as_ref(), conversation).event(EventKind::Waiting, 0)]);
        in_use.tasks.join(reference.clone(), start, |(_, had)| is_cancelled(had), waiting, |ms| self.sleep(ms)).await
    }

    /// The header fields of one request for a known task (A3, A5). If they cannot be built there are none at all (A6).
    pub async fn authorize(&self, reference: Option<&str>) -> Result<Headers> {
        Ok(self.sign(&self.in_use()?.agent, reference).await?.0)
    }

    /// Takes a task that was registered earlier.
    pub fn adopt_task(&self, reference: Option<String>, task_id: &str) -> Result<()> {
        self.agent().ok_or_else(no_agent)?.adopt_task(reference, task_id)
    }

    async fn sleep(&self, ms: u64) {
        self.performer.perform(Effect::Sleep(ms)).await;
    }

    async fn drive(&self, operation: Operation) -> Result<Completion> {
        drive(&self.performer, operation, |events| self.events.note(events)).await
    }

    /// Another agent than the last time begins without flights.
    fn in_use(&self) -> Result<Rc<InUse>> {
        let agent = self.agent().ok_or_else(no_agent)?;
        let mut in_use = self.in_use.borrow_mut();
        match &*in_use {
            Some(same) if Rc::ptr_eq(&same.agent, &agent) => Ok(same.clone()),
            _ => Ok(in_use.insert(Rc::new(InUse { agent, tasks: Flights::default() })).clone()),
        }
    }
}

/// Runs an operation to its end. Dropping the future cancels it.
pub async fn drive(performer: &impl Performer, mut operation: Operation, note: impl Fn(Vec<Event>)) -> Result<Completion> {
    let mut outcome = None;
    loop {
        let step = performer.guarded(|| operation.resume(outcome.take()))?;
        note(step.events);
        match step.progress? {
            Progress::Done(completion) => return Ok(completion),
            Progress::Effect(effect) => outcome = Some(performer.perform(effect).await),
        }
    }
}

fn is_cancelled<T>(ended: &Result<T>) -> bool {
    ended.as_ref().is_err_and(|error| error.code == Code::Cancelled)
}

fn no_agent() -> Error {
    Error::new(Code::AuthMaterialMissing, "no agent is in use; bootstrap, log in or load the stored one first")
}

fn signed_in(completion: Completion) -> Result<AgentRuntimeId> {
    match completion {
        Completion::SignedIn(id) => Ok(id),
        _ => Err(Code::Internal.into()),
    }
}

fn task_of(completion: Completion) -> Result<TaskId> {
    match completion {
        Completion::TaskRegistered(id) => Ok(id),
        _ => Err(Code::Internal.into()),
    }
}

#[cfg(test)]
mod tests;
