//! An agent: its identity, the tasks it knows, and the clock offset it has learnt.

mod ensuring;
mod tasks;

pub use ensuring::TaskRequest;
pub(crate) use ensuring::{put_entry, read_task_store};

use crate::assertion::Claim;
use crate::base_urls;
use crate::clock_offset::ClockOffset;
use crate::error::{Code, Error, Result};
use crate::flow::{Completion, Effects, Flow, Operation};
use crate::identifiers::{AccountId, AgentRuntimeId, TaskId};
use crate::ports::Ports;
use crate::registering::{Label, TaskRegistering};
use crate::signer::Signer;
use crate::task_ref::TaskRef;
use crate::task_store::Binding;
use crate::timestamp::Timestamp;
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;
use tasks::Tasks;

/// Header fields, in order.
pub type Headers = Vec<(String, String)>;

/// What an agent is made of.
#[derive(Clone, Debug)]
pub struct AgentConfig<'a> {
    /// Id the backend gave the agent.
    pub agent_runtime_id: &'a str,
    /// Account the agent acts for.
    pub account_id: Option<&'a str>,
    /// User the agent acts for.
    pub chatgpt_user_id: Option<&'a str>,
    /// Whether requests carry `X-OpenAI-Fedramp: true`.
    pub fedramp: bool,
    /// Base of the registration endpoints.
    pub authapi_base: &'a str,
    /// Whether a measured offset is applied.
    pub correct_clock: bool,
    /// Threshold from which it is applied.
    pub skew_threshold_s: Option<u32>,
    /// Offset learnt before; 0 for none.
    pub clock_offset_ms: i64,
}

/// An identity with its tasks.
pub struct Agent {
    agent_runtime_id: AgentRuntimeId,
    account_id: Option<AccountId>,
    chatgpt_user_id: Option<String>,
    fedramp: bool,
    authapi_base: String,
    signer: Rc<Signer>,
    clock: Rc<ClockOffset>,
    tasks: RefCell<Tasks>,
}

/// What is needed to sign for a task elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Id of the agent.
    pub agent_runtime_id: AgentRuntimeId,
    /// Id of the task.
    pub task_id: TaskId,
    /// Offset to be added to the wall clock.
    pub clock_offset_ms: i64,
    /// What goes beside `Authorization`.
    pub account_headers: Headers,
}

impl Agent {
    /// Checks the parts (I1, A5, C7, D4).
    pub fn open(config: &AgentConfig<'_>, signer: Rc<Signer>) -> Result<Self> {
        base_urls::check_url(config.authapi_base)?;
        Ok(Self {
            agent_runtime_id: AgentRuntimeId::parse(config.agent_runtime_id)?,
            account_id: config.account_id.map(AccountId::parse).transpose()?,
            chatgpt_user_id: config.chatgpt_user_id.map(Into::into),
            fedramp: config.fedramp,
            authapi_base: config.authapi_base.trim_end_matches('/').into(),
            signer,
            clock: Rc::new(ClockOffset::new(config.correct_clock, config.skew_threshold_s)?.starting_at(config.clock_offset_ms)),
            tasks: RefCell::default(),
        })
    }

    /// The header fields of a request (A3, A5). If the assertion cannot be built there are none at all (A6).
    pub fn authorize(&self, reference: Option<&str>, ports: &dyn Ports) -> Result<Headers> {
        let key = self.signer.held()?;
        let claim = Claim {
            agent_runtime_id: self.agent_runtime_id.clone(),
            task_id: self.known_task(reference)?,
            timestamp: Timestamp::from_unix_ms(self.clock.corrected(ports.now_ms()))?,
        };
        let mut headers = Vec::with_capacity(3);
        headers.push(("Authorization".into(), claim.authorize(key)));
        headers.extend(self.account_headers());
        Ok(headers)
    }

    /// What another instance needs to sign for this task.
    pub fn ticket(&self, reference: Option<&str>) -> Result<Ticket> {
        Ok(Ticket {
            agent_runtime_id: self.agent_runtime_id.clone(),
            task_id: self.known_task(reference)?,
            clock_offset_ms: self.clock.ms(),
            account_headers: self.account_headers().collect(),
        })
    }

    /// Takes a task that was registered earlier.
    pub fn adopt_task(&self, reference: Option<String>, task_id: &str) -> Result<()> {
        self.tasks.borrow_mut().insert(reference, TaskId::parse(task_id)?);
        Ok(())
    }

    /// The task known for a normalised reference.
    pub fn task(&self, reference: Option<&str>) -> Option<TaskId> {
        self.tasks.borrow().get(reference).cloned()
    }

    /// Drops a task and returns it.
    pub fn forget_task(&self, reference: Option<&str>) -> Option<TaskId> {
        self.tasks.borrow_mut().remove(reference)
    }

    /// Registers a task; on success the agent knows it. Nothing is stored.
    pub fn register_task(self: &Rc<Self>, reference: Option<TaskRef>, conversation: Option<&str>, ports: Rc<dyn Ports>) -> Operation {
        let label = self.label(reference.as_ref(), conversation);
        let agent = self.clone();
        Operation::new(
            |effects| async move { agent.register(&effects, &*ports, reference, label, false).await.map(Completion::TaskRegistered) },
        )
    }

    /// Registers a task and takes it.
    pub(crate) fn register<'a>(
        &'a self,
        effects: &'a Effects,
        ports: &'a dyn Ports,
        reference: Option<TaskRef>,
        label: Label,
        bootstraps: bool,
    ) -> Flow<'a, TaskId> {
        Box::pin(self.register_and_take(effects, ports, reference, label, bootstraps))
    }

    async fn register_and_take(
        &self,
        effects: &Effects,
        ports: &dyn Ports,
        reference: Option<TaskRef>,
        label: Label,
        bootstraps: bool,
    ) -> Result<TaskId> {
        let text = reference.as_ref().map(|reference| String::from(reference.as_str()));
        let registering = TaskRegistering {
            authapi_base: self.authapi_base.clone(),
            agent_runtime_id: self.agent_runtime_id.clone(),
            signer: self.signer.clone(),
            clock: self.clock.clone(),
            reference,
            label,
            bootstraps,
        };
        let id = registering.run(effects, ports).await?;
        self.tasks.borrow_mut().insert(text, id.clone());
        Ok(id)
    }

    /// Names a task of this agent in events, by its cache key (L1).
    pub(crate) fn label(&self, reference: Option<&TaskRef>, conversation: Option<&str>) -> Label {
        let cache_key = [
            self.agent_runtime_id.as_str(),
            self.account_id.as_ref().map_or("", AccountId::as_str),
            self.chatgpt_user_id.as_deref().unwrap_or_default(),
            &self.authapi_base,
            reference.map_or("", TaskRef::as_str),
        ];
        Label::new("task", conversation, &cache_key)
    }

    /// What a task of this agent is bound to (L4).
    pub(crate) fn binding(&self) -> Binding {
        Binding::new([
            self.agent_runtime_id.as_str(),
            self.account_id.as_ref().map_or("", AccountId::as_str),
            self.chatgpt_user_id.as_deref().unwrap_or_default(),
            &self.authapi_base,
            &self.signer.public().thumbprint(),
        ])
    }

    /// The agent's id.
    pub fn agent_runtime_id(&self) -> &AgentRuntimeId {
        &self.agent_runtime_id
    }

    /// Its key.
    pub fn signer(&self) -> &Rc<Signer> {
        &self.signer
    }

    /// The account it acts for.
    pub fn account_id(&self) -> Option<&str> {
        self.account_id.as_ref().map(AccountId::as_str)
    }

    /// The user it acts for.
    pub fn chatgpt_user_id(&self) -> Option<&str> {
        self.chatgpt_user_id.as_deref()
    }

    /// Whether its requests carry `X-OpenAI-Fedramp: true`.
    pub fn fedramp(&self) -> bool {
        self.fedramp
    }

    /// The clock offset: what responses teach and timestamps are shifted by.
    pub fn clock(&self) -> &ClockOffset {
        &self.clock
    }

    fn known_task(&self, reference: Option<&str>) -> Result<TaskId> {
        self.task(reference)
            .ok_or_else(|| Error::new(Code::RunTaskMissing, "no task is registered for this reference; register it, then repeat"))
    }

    fn account_headers(&self) -> impl Iterator<Item = (String, String)> {
        let account = self.account_id.iter().map(|id| ("ChatGPT-Account-ID".into(), id.as_str().into()));
        account.chain(self.fedramp.then(|| ("X-OpenAI-Fedramp".into(), "true".into())))
    }
}

#[cfg(test)]
mod tests;
