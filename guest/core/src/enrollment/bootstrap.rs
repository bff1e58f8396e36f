//! The managed bootstrap (§8.4): an agent for the account of a login.

use super::{Account, Run, key_of, report, usable_run_task};
use crate::agent::{Agent, put_entry, read_task_store};
use crate::documents::{self, AUTH};
use crate::error::{Code, Error, Result};
use crate::flow::{Completion, Effects, EventKind, LoadedDocument};
use crate::identifiers::TaskId;
use crate::keys::{ExportForm, SecretKey};
use crate::record::{self, BootstrapAction, IdentityRecord, StoredIdentity};
use crate::registering::{AgentRegistration, Label};
use crate::secret_text::SecretText;
use crate::task_store::Entry;
use crate::timestamp::Timestamp;
use alloc::rc::Rc;
use alloc::string::String;
use zeroize::Zeroizing;

impl Run {
    /// Reuses what is stored for the account, else registers and stores it. The cooldown forbids only what needs the network: an
    /// identity that another process stored meanwhile is found.
    pub(super) async fn bootstrap(&self, account: &Account, token: &SecretText, effects: &Effects) -> Result<Completion> {
        if let Some(agent) = self.enrollment.agent().filter(|agent| account.is_of(agent) && agent.task(None).is_some()) {
            return self.take(agent);
        }
        let label = self.label(&account.account_id);
        let loaded = documents::load(effects, AUTH).await?;
        if let Some(agent) = self.stored_agent(account, loaded.as_ref(), effects, &label).await? {
            report(effects, &label, EventKind::Reused, None);
            return self.take(agent);
        }
        let now_ms = self.ports.monotonic_ms();
        let cooldown = self.enrollment.cooldowns.borrow().check(&account.account_id, now_ms);
        if let Err(error) = cooldown {
            report(effects, &label, EventKind::Failed, Some(error.code));
            return Err(error);
        }
        let ended = self.register_and_save(account, token, loaded, effects, &label).await;
        self.enrollment.cooldowns.borrow_mut().note(&account.account_id, self.ports.monotonic_ms(), &ended);
        self.take(ended?)
    }

    /// The agent of the stored record, if nothing is to be registered for it. Its run task enters the task store (L5).
    async fn stored_agent(
        &self,
        account: &Account,
        loaded: Option<&LoadedDocument>,
        effects: &Effects,
        label: &Label,
    ) -> Result<Option<Rc<Agent>>> {
        let Some((record, key)) = matching(account, loaded)? else { return Ok(None) };
        let agent = self.open_agent(&record, key)?;
        let store = read_task_store(effects, label).await?;
        let Some(task_id) = usable_run_task(&record, &store, &agent) else { return Ok(None) };
        self.remember_run_task(&agent, task_id, effects, label).await?;
        Ok(Some(agent))
    }

    /// Registers what is missing and saves it, all of it or nothing (B1, B2).
    async fn register_and_save(
        &self,
        account: &Account,
        token: &SecretText,
        loaded: Option<LoadedDocument>,
        effects: &Effects,
        label: &Label,
    ) -> Result<Rc<Agent>> {
        // A record whose task belongs to another backend is of no use here, nor is its agent.
        let stored = matching(account, loaded.as_ref())?.filter(|(record, _)| record.task_id.is_none());
        let (mut record, key) = match stored {
            Some(stored) => stored,
            None => self.register_agent(account, token, effects, label).await?,
        };
        record.task_id = None;
        let agent = self.open_agent(&record, key)?;
        let task_label = agent.label(None, self.conversation.as_deref());
        let task_id = agent.register(effects, &*self.ports, None, task_label, true).await?;
        record.task_id = Some(task_id.clone());
        self.check_current()?;
        documents::update(effects, AUTH, loaded, &mut |document| record::write_only(document, &record).map(Some)).await?;
        self.remember_run_task(&agent, &task_id, effects, label).await?;
        Ok(agent)
    }

    /// A new agent for the account, with a new key (K11).
    pub(super) async fn register_agent(
        &self,
        account: &Account,
        token: &SecretText,
        effects: &Effects,
        label: &Label,
    ) -> Result<(IdentityRecord, SecretKey)> {
        let config = &self.enrollment.config;
        // Its run task will be signed with a timestamp: an agent that could not get one is not registered.
        Timestamp::from_unix_ms(self.ports.now_ms())?;
        let key = SecretKey::generate(&*self.ports)?;
        let token = Zeroizing::new(String::from(&**token));
        let registration = AgentRegistration::new(&config.authapi_base, key.public(), &config.description, token, account.fedramp)?
            .labelled(label.clone());
        let agent_runtime_id = registration.run(effects, &*self.ports).await?;
        let text = key.export(ExportForm::Base64);
        let record = IdentityRecord {
            agent_runtime_id,
            agent_private_key: core::str::from_utf8(&text).map_err(|_| Error::from(Code::Internal))?.into(),
            account_id: account.account_id.clone(),
            chatgpt_user_id: account.chatgpt_user_id.clone(),
            email: account.email.clone(),
            plan_type: account.plan_type.clone(),
            fedramp: account.fedramp,
            task_id: None,
        };
        Ok((record, key))
    }

    pub(super) async fn remember_run_task(&self, agent: &Agent, task_id: &TaskId, effects: &Effects, label: &Label) -> Result<()> {
        // The record knows the task too: that it cannot be dated is no reason to fail what is done.
        let Ok(now) = Timestamp::from_unix_ms(self.ports.now_ms()) else { return Ok(()) };
        let entry = Entry { binding: agent.binding(), task_id: task_id.clone(), registered_at: now.into(), external_task_ref: None };
        put_entry(entry, effects, label).await
    }
}

/// The stored record and its key, if it is one of this account whose key parses. Anything else is ignored (§8.4).
fn matching(account: &Account, loaded: Option<&LoadedDocument>) -> Result<Option<(IdentityRecord, SecretKey)>> {
    let Some(loaded) = loaded else { return Ok(None) };
    let stored = record::read(&loaded.document)?;
    let action = record::decide(&stored, &account.account_id, &account.chatgpt_user_id, |_| true);
    Ok(match stored {
        StoredIdentity::Record(record) if action != BootstrapAction::RegisterAgent => key_of(&record).ok().map(|key| (record, key)),
        _ => None,
    })
}
