//! How an installation gets, keeps, changes and loses its agent identity: bootstrap, login, rotation, logout (§7, §8).
//!
//! Each change is an operation. What it brings is taken only if no later change has begun meanwhile, so that switching the account
//! while one is under way never leaves the agent of the first account in use.

mod bootstrap;
mod cooldown;
mod login;
mod rotation;

use crate::agent::{Agent, AgentConfig};
use crate::base_urls;
use crate::documents::{self, AUTH, TASKS};
use crate::error::{Code, Error, Result};
use crate::flow::{Completion, Effects, Event, EventKind, Operation};
use crate::identifiers::{AccountId, TaskId};
use crate::keys::{PrivateForm, SecretKey};
use crate::ports::Ports;
use crate::record::IdentityRecord;
use crate::registering::Label;
use crate::registration::AgentDescription;
use crate::secret_text::SecretText;
use crate::signer::Signer;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use cooldown::Cooldowns;
use core::cell::{Cell, RefCell};

/// What holds for every change of an enrollment.
#[derive(Clone, Debug)]
pub struct EnrollmentConfig {
    /// Base of the registration endpoints, with or without a slash at its end.
    pub authapi_base: String,
    /// Where the key set for identity JWTs is.
    pub jwks_url: String,
    /// What a new agent says about itself.
    pub description: AgentDescription,
    /// Accounts that may be used; empty: any (J3).
    pub allowed_workspaces: Vec<String>,
    /// Whether a measured clock offset is applied.
    pub correct_clock: bool,
    /// Threshold from which it is applied.
    pub skew_threshold_s: Option<u32>,
}

/// The account of a managed login (§8.4).
#[derive(Clone, Debug)]
pub struct Account {
    /// Account the agent acts for.
    pub account_id: String,
    /// User the agent acts for.
    pub chatgpt_user_id: String,
    /// Mail address, kept in the record.
    pub email: Option<String>,
    /// Plan, kept in the record.
    pub plan_type: String,
    /// Whether the account is a FedRAMP one.
    pub fedramp: bool,
}

/// A change of what an enrollment holds.
#[derive(Debug)]
pub enum Change {
    /// Has an agent for this account: the stored one, else a new one, registered with the access token (§8.4).
    Bootstrap(Account, SecretText),
    /// Logs in with an identity JWT and stores it (J1–J9).
    Login(SecretText),
    /// Takes the stored identity, whosever it is. Nothing is registered.
    Load,
    /// Registers a new key beside the one in use, with the access token; both are stored until the rotation is finished.
    Rotate(SecretText),
    /// Puts the new key in the place of the old one, or with `false` drops it.
    FinishRotation(bool),
    /// Forgets the identity and its tasks (B3).
    Logout,
}

/// An installation's agent identity.
pub struct Enrollment {
    config: EnrollmentConfig,
    agent: RefCell<Option<Rc<Agent>>>,
    cooldowns: RefCell<Cooldowns>,
    /// How many changes have begun.
    changes: Cell<u32>,
    /// What agents before this one learnt of the backend's clock (D6).
    clock_offset_ms: Cell<i64>,
}

impl Enrollment {
    /// Checks the URLs (C7) and the threshold (D4).
    pub fn open(mut config: EnrollmentConfig) -> Result<Self> {
        config.authapi_base.truncate(config.authapi_base.trim_end_matches('/').len());
        base_urls::check_url(&config.authapi_base)?;
        base_urls::check_url(&config.jwks_url)?;
        crate::clock_offset::ClockOffset::new(config.correct_clock, config.skew_threshold_s)?;
        Ok(Self {
            config,
            agent: RefCell::default(),
            cooldowns: RefCell::default(),
            changes: Cell::default(),
            clock_offset_ms: Cell::default(),
        })
    }

    /// The agent in use.
    pub fn agent(&self) -> Option<Rc<Agent>> {
        self.agent.borrow().clone()
    }

    /// How many changes have begun.
    pub fn begun(&self) -> u32 {
        self.changes.get()
    }

    /// Begins a change. The agent in use stays until it succeeds. Errors: `chatgpt-auth-unavailable`, `record-invalid`.
    pub fn begin(self: &Rc<Self>, change: Change, conversation: Option<&str>, ports: Rc<dyn Ports>) -> Result<Operation> {
        if let Change::Bootstrap(account, _) = &change {
            account.check()?;
            self.leave_other_account(account);
        }
        let number = self.changes.get().wrapping_add(1);
        self.changes.set(number);
        let run = Run { enrollment: self.clone(), ports, conversation: conversation.map(Rc::from), number };
        Ok(Operation::new(|effects| async move { run.change(change, &effects).await }))
    }

    /// An account switch ends the use of the other account's agent at once, whatever becomes of the bootstrap (L4).
    fn leave_other_account(&self, account: &Account) {
        if let Some(left) = self.agent.borrow_mut().take_if(|agent| !account.is_of(agent)) {
            self.clock_offset_ms.set(left.clock().ms());
        }
    }
}

impl Account {
    fn check(&self) -> Result<()> {
        if self.account_id.trim().is_empty() || self.chatgpt_user_id.trim().is_empty() {
            return Err(Error::new(Code::ChatgptAuthUnavailable, "the login names no account or no user; log in again"));
        }
        AccountId::parse(&self.account_id).map(drop)
    }

    fn is_of(&self, agent: &Agent) -> bool {
        agent.account_id() == Some(&self.account_id) && agent.chatgpt_user_id() == Some(&self.chatgpt_user_id)
    }
}

/// A change under way.
struct Run {
    enrollment: Rc<Enrollment>,
    ports: Rc<dyn Ports>,
    conversation: Option<Rc<str>>,
    number: u32,
}

impl Run {
    async fn change(&self, change: Change, effects: &Effects) -> Result<Completion> {
        match change {
            Change::Bootstrap(account, token) => self.bootstrap(&account, &token, effects).await,
            Change::Login(jwt) => self.login(&jwt, effects).await,
            Change::Load => self.load(effects).await,
            Change::Rotate(token) => self.rotate(&token, effects).await,
            Change::FinishRotation(accept) => self.finish_rotation(accept, effects).await,
            Change::Logout => self.logout(effects).await,
        }
    }

    async fn logout(&self, effects: &Effects) -> Result<Completion> {
        self.check_current()?;
        self.enrollment.agent.replace(None);
        documents::erase(effects, AUTH).await?;
        documents::erase(effects, TASKS).await?;
        Ok(Completion::SignedOut)
    }

    /// Takes an agent, unless another change began meanwhile.
    fn take(&self, agent: Rc<Agent>) -> Result<Completion> {
        self.check_current()?;
        let id = agent.agent_runtime_id().clone();
        self.enrollment.clock_offset_ms.set(agent.clock().ms());
        self.enrollment.agent.replace(Some(agent));
        Ok(Completion::SignedIn(id))
    }

    fn check_current(&self) -> Result<()> {
        if self.enrollment.changes.get() == self.number {
            return Ok(());
        }
        Err(Error::new(Code::Cancelled, "another change of the login began meanwhile; what this one brought is not used"))
    }

    /// The agent of a record, or of the claims of a JWT, with its run task. It goes on with the clock offset learnt so far (D6).
    fn open_agent(&self, record: &IdentityRecord, key: SecretKey) -> Result<Rc<Agent>> {
        let config = &self.enrollment.config;
        let agent = Agent::open(
            &AgentConfig {
                agent_runtime_id: record.agent_runtime_id.as_str(),
                account_id: Some(&record.account_id),
                chatgpt_user_id: Some(&record.chatgpt_user_id),
                fedramp: record.fedramp,
                authapi_base: &config.authapi_base,
                correct_clock: config.correct_clock,
                skew_threshold_s: config.skew_threshold_s,
                clock_offset_ms: self.enrollment.clock_offset_ms.get(),
            },
            Rc::new(Signer::Held(key)),
        )?;
        if let Some(task_id) = &record.task_id {
            agent.adopt_task(None, task_id.as_str())?;
        }
        Ok(Rc::new(agent))
    }

    /// Names this change in events, by the account it is for.
    fn label(&self, account_id: &str) -> Label {
        Label::new("agent", self.conversation.as_deref(), &[account_id, &self.enrollment.config.authapi_base])
    }
}

/// The key of a record. Errors: the `key-…` codes.
fn key_of(record: &IdentityRecord) -> Result<SecretKey> {
    SecretKey::import(PrivateForm::Pkcs8Base64, record.agent_private_key.as_bytes())
}

/// The run task of a record, unless the task store knows it from another backend.
fn usable_run_task<'a>(record: &'a IdentityRecord, store: &crate::task_store::TaskStore, agent: &Agent) -> Option<&'a TaskId> {
    record.task_id.as_ref().filter(|task_id| !store.is_of_other_base(&agent.binding(), task_id))
}

fn report(effects: &Effects, label: &Label, kind: EventKind, code: Option<Code>) {
    effects.report(Event { code, ..label.event(kind, 0) });
}

#[cfg(test)]
pub(crate) mod tests;
