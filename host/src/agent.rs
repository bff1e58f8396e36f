//! An agent that a program holds: cheap to clone, shared by threads.

mod builder;
mod control;
mod flights;
#[cfg(feature = "client")]
mod identities;

pub use crate::component::wit::agents::{Rejection, ResponseFacts};
pub use builder::AgentBuilder;
pub(crate) use flights::Flights;

use crate::component::Component;
use crate::component::wit::agents::TaskRequest;
use crate::component::wit::registrations::AgentDescription;
use crate::component::wit::task_refs::ExternalTaskRef;
use crate::driver::{Completion, Event, EventKind, Performer};
use crate::error::Error;
use crate::signer::{Key, Signer};
use control::Control;
use std::fmt;
use std::sync::Arc;

/// Header fields, in order.
pub type Headers = Vec<(String, String)>;

/// An identity with its tasks: registers tasks and builds the header fields of requests.
///
/// State lives in one instance of the component, locked for microseconds; signatures are made in a pool of others, so that
/// any number of threads sign at once.
#[derive(Clone)]
pub struct Agent(Arc<Inner>);

struct Inner {
    control: Control,
    signer: Signer,
    performer: Performer,
    /// Whether a refused task is replaced (D1).
    #[cfg_attr(not(feature = "client"), allow(dead_code, reason = "only what sends requests asks"))]
    replaces_tasks: bool,
    /// Tasks being had, by reference (L6).
    flights: Arc<Flights<Option<String>, Had>>,
}

/// The refused task that is replaced, if one is, and the task that is had.
type Had = (Option<String>, Result<String, Error>);

impl Agent {
    /// Begins describing an agent. `authapi_base` is where its tasks are registered.
    pub fn builder(agent_runtime_id: impl Into<String>, key: Key, authapi_base: impl Into<String>) -> AgentBuilder {
        AgentBuilder::new(agent_runtime_id.into(), key, authapi_base.into())
    }

    /// Begins describing the agent that a stored document holds: `auth.json` as `agent-identity register` and the reference client
    /// write it. Its run task, if it has one, is known from the start.
    /// Errors: `record-invalid`, `auth-material-missing`, `store-read-failed`, the `key-…` codes.
    pub fn from_record(component: &Component, auth_json: &[u8], authapi_base: impl Into<String>) -> Result<AgentBuilder, Error> {
        AgentBuilder::from_record(component, auth_json, authapi_base.into())
    }

    /// The id the backend gave it.
    pub fn agent_runtime_id(&self) -> &str {
        self.0.control.agent_runtime_id()
    }

    /// The header fields of one request for the run task (`None`) or for a normalised reference: `Authorization` and the account
    /// fields. Build them anew for every attempt. Errors: `run-task-missing`, `clock-out-of-range`, `signature-invalid`.
    pub async fn authorize(&self, reference: Option<&str>) -> Result<Headers, Error> {
        self.sign(reference).await.map(|(headers, _)| headers)
    }

    /// The header fields, and the task they are for.
    async fn sign(&self, reference: Option<&str>) -> Result<(Headers, String), Error> {
        let ticket = self.0.control.ticket(reference)?;
        let value = self.0.signer.authorize(&ticket.agent_runtime_id, &ticket.task_id, ticket.clock_offset_ms).await?;
        let mut headers = Vec::with_capacity(1 + ticket.account_headers.len());
        headers.push(("Authorization".to_owned(), value));
        headers.extend(ticket.account_headers);
        Ok((headers, ticket.task_id))
    }

    /// The account the agent acts for.
    pub fn account_id(&self) -> Option<&str> {
        self.0.control.config().account_id.as_deref()
    }

    /// The user the agent acts for.
    pub fn chatgpt_user_id(&self) -> Option<&str> {
        self.0.control.config().chatgpt_user_id.as_deref()
    }

    /// The task of a normalised reference, or the run task: the one known, else the one stored for this account, backend and key,
    /// else a new one, which is then stored. Concurrent callers share one registration; one that gives up does not stop the others.
    /// Errors: `task-register-…`, `sealed-…`, `config-invalid` for a reference that is not normalised.
    pub async fn ensure_task(&self, reference: Option<&str>, conversation: Option<&str>) -> Result<String, Error> {
        match self.task(reference)? {
            Some(task_id) => Ok(task_id),
            None => self.have_task(reference, conversation, None).await,
        }
    }

    /// As [`Self::ensure_task`], but nothing is sent: a task that is neither known nor stored is `run-task-missing`.
    pub async fn stored_task(&self, reference: Option<&str>) -> Result<String, Error> {
        match self.task(reference)? {
            Some(task_id) => Ok(task_id),
            None => self.perform_task(reference, None, None, false).await,
        }
    }

    /// Replaces a task that the backend has just refused; if that has happened already, the new one is returned (D1).
    pub async fn replace_task(&self, reference: Option<&str>, refused: &str, conversation: Option<&str>) -> Result<String, Error> {
        self.have_task(reference, conversation, Some(refused)).await
    }

    /// Callers of one reference share one flight, whatever the reason they have for it.
    async fn have_task(&self, reference: Option<&str>, conversation: Option<&str>, refused: Option<&str>) -> Result<String, Error> {
        loop {
            let (replaced, had) = self.fly(reference, conversation, refused).await;
            match had {
                // What others began before the refusal may bring the refused task.
                Ok(id) if refused == Some(&id) && replaced != refused.map(str::to_owned) => {}
                Err(error) if refused.is_some() => return Err(Error { cause: Some("rejected-task".into()), ..error }),
                had => return had,
            }
        }
    }

    /// Has a task, or shares in what others do for it (L6). Also told is which refused task that replaces.
    async fn fly(&self, reference: Option<&str>, conversation: Option<&str>, refused: Option<&str>) -> Had {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let (agent, key) = (self.clone(), owned(reference));
        let (wanted, refused, named) = (owned(reference), owned(refused), owned(conversation));
        let registering = move || async move {
            let had = agent.perform_task(wanted.as_deref(), named.as_deref(), refused.as_deref(), true).await;
            (refused, had)
        };
        let waiting = || self.0.performer.report(&self.waiting(reference, owned(conversation)));
        let had = self.0.flights.join(key, registering, waiting).await;
        had.unwrap_or_else(|| (None, Err(Error::internal("a task registration panicked".into()))))
    }

    async fn perform_task(
        &self,
        reference: Option<&str>,
        conversation: Option<&str>,
        refused: Option<&str>,
        can_register: bool,
    ) -> Result<String, Error> {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let operation = self.0.control.begin_ensure_task(&TaskRequest {
            ref_: owned(reference),
            conversation: owned(conversation),
            can_register,
            refused: owned(refused),
        })?;
        let id = task_of(self.0.performer.run(self.0.control.session(), operation).await?)?;
        self.0.control.remember(owned(reference), &id);
        Ok(id)
    }

    fn waiting(&self, reference: Option<&str>, conversation: Option<String>) -> Event {
        Event {
            kind: EventKind::Waiting,
            subject: "task".into(),
            conversation,
            key_digest: self.0.control.key_digest(reference),
            attempt: 0,
            delay_ms: None,
            code: None,
        }
    }

    /// Registers the run task, or a task for a reference of the caller's own, and returns its id; nothing is stored. Retried as the
    /// specification says. Most programs want [`Self::ensure_task`].
    pub async fn register_task(&self, reference: Option<&ExternalTaskRef>, conversation: Option<&str>) -> Result<String, Error> {
        let operation = self.0.control.begin_register_task(reference, conversation)?;
        let id = task_of(self.0.performer.run(self.0.control.session(), operation).await?)?;
        let normalized = self.0.control.normalize(reference)?;
        self.0.control.remember(normalized, &id);
        Ok(id)
    }

    /// Takes a task that was registered earlier; `reference` is normalised.
    pub fn adopt_task(&self, reference: Option<&str>, task_id: &str) -> Result<(), Error> {
        self.0.control.adopt_task(reference, task_id)
    }

    /// The task known for a normalised reference.
    pub fn task(&self, reference: Option<&str>) -> Result<Option<String>, Error> {
        self.0.control.task(reference)
    }

    /// Drops a task.
    pub fn forget_task(&self, reference: Option<&str>) -> Result<Option<String>, Error> {
        self.0.control.forget_task(reference)
    }

    /// The one spelling of a reference.
    pub fn normalize(&self, reference: &ExternalTaskRef) -> Result<Option<String>, Error> {
        self.0.control.normalize(Some(reference))
    }

    /// Judges the response to a signed request and learns the clock offset from it.
    pub fn on_response(&self, response: &ResponseFacts) -> Result<Rejection, Error> {
        self.0.control.on_response(response)
    }

    /// The wall clock that responses are measured by, uncorrected.
    #[cfg(feature = "client")]
    pub(crate) fn now_ms(&self) -> i64 {
        self.0.control.now_ms()
    }

    /// Offset that is added to the wall clock, milliseconds.
    pub fn clock_offset_ms(&self) -> Result<i64, Error> {
        self.0.control.clock_offset_ms()
    }
}

fn task_of(completion: Completion) -> Result<String, Error> {
    match completion {
        Completion::TaskRegistered(id) => Ok(id),
        _ => Err(Error::internal("a task registration ended as something else".into())),
    }
}

impl fmt::Debug for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Agent({})", self.0.control.agent_runtime_id())
    }
}

/// What an agent says about where it runs (N5): `linux`, `macos`, `windows` or the platform's own name.
pub fn description(source: &str) -> AgentDescription {
    AgentDescription { source: source.into(), os: std::env::consts::OS.into(), agent_version: None }
}
