//! Having a task when one is needed: known, stored or registered now (§7), and replaced when the backend refused it (D1).

use super::Agent;
use crate::documents::{self, AUTH, TASKS};
use crate::error::{Code, Error, Result};
use crate::flow::{Completion, Effects, Event, EventKind, Operation};
use crate::identifiers::TaskId;
use crate::ports::Ports;
use crate::record::{self, StoredIdentity};
use crate::registering::Label;
use crate::task_ref::TaskRef;
use crate::task_store::{Entry, Found, TaskStore};
use crate::timestamp::Timestamp;
use alloc::rc::Rc;
use alloc::string::String;
use zeroize::Zeroizing;

/// Which task is needed, and what may be done to get it.
#[derive(Debug)]
pub struct TaskRequest {
    /// The caller's own reference; none for the run task.
    pub reference: Option<TaskRef>,
    /// Only names the conversation in events.
    pub conversation: Option<String>,
    /// Whether the task may be registered; otherwise a missing one is `run-task-missing`.
    pub can_register: bool,
    /// A task that was just refused by the backend: it is dropped (D1).
    pub refused: Option<TaskId>,
}

impl Agent {
    /// The task of a request: the one known, else the one stored for this binding, else a new one, which is then stored (L2–L7).
    pub fn ensure_task(self: &Rc<Self>, request: TaskRequest, ports: Rc<dyn Ports>) -> Operation {
        let agent = self.clone();
        Operation::new(|effects| async move { agent.ensure(&effects, &*ports, request).await.map(Completion::TaskRegistered) })
    }

    pub(crate) async fn ensure(&self, effects: &Effects, ports: &dyn Ports, request: TaskRequest) -> Result<TaskId> {
        let TaskRequest { reference, conversation, can_register, refused } = request;
        let label = self.label(reference.as_ref(), conversation.as_deref());
        let text = reference.as_ref().map(|reference| String::from(reference.as_str()));
        if let Some(refused) = &refused {
            self.drop_refused(text.as_deref(), refused, effects, &label);
        }
        if let Some(id) = self.task(text.as_deref()) {
            effects.report(label.event(EventKind::Reused, 0));
            return Ok(id);
        }
        if let Some(id) = self.stored_task(text.as_deref(), effects, &label).await? {
            effects.report(label.event(EventKind::Reused, 0));
            return Ok(id);
        }
        if !can_register {
            return Err(Error::new(Code::RunTaskMissing, "no task is registered for this reference here; register it, then repeat"));
        }
        let registered = self.register(effects, ports, reference, label.clone(), false).await;
        let id = registered.map_err(|error| if refused.is_some() { error.with_cause(Code::RejectedTask.as_str()) } else { error })?;
        self.store_task(text, &id, effects, ports, &label).await?;
        Ok(id)
    }

    /// D1: only the task that was refused goes; another caller may have replaced it already.
    fn drop_refused(&self, reference: Option<&str>, refused: &TaskId, effects: &Effects, label: &Label) {
        let mut tasks = self.tasks.borrow_mut();
        if tasks.get(reference) == Some(refused) {
            tasks.remove(reference);
        }
        if !tasks.is_refused(refused) {
            tasks.refuse(refused.clone());
            effects.report(Event { code: Some(Code::RejectedTask), ..label.event(EventKind::Dropped, 0) });
        }
    }

    /// The stored task of a reference, if all five values of the binding are those of this agent (L4).
    async fn stored_task(&self, reference: Option<&str>, effects: &Effects, label: &Label) -> Result<Option<TaskId>> {
        let store = read_task_store(effects, label).await?;
        let entry = match store.find(&self.binding(), reference) {
            Found::Task(entry) if self.tasks.borrow().is_refused(&entry.task_id) => return Ok(None),
            Found::Task(entry) => entry.clone(),
            Found::OtherBinding => {
                effects.report(Event { code: Some(Code::TaskBindingMismatch), ..label.event(EventKind::Dropped, 0) });
                return Ok(None);
            }
            Found::Nothing => return Ok(None),
        };
        let id = entry.task_id.clone();
        self.tasks.borrow_mut().insert(entry.external_task_ref.clone(), id.clone());
        put_entry(entry, effects, label).await?;
        Ok(Some(id))
    }

    /// Stores a registered task: in the task store and, if it is the run task of a record, in the record (L2, §8.2). It is usable
    /// whether that succeeds or not, so a failure is only an event; a crash before is one registration more.
    pub(crate) async fn store_task(
        &self,
        reference: Option<String>,
        id: &TaskId,
        effects: &Effects,
        ports: &dyn Ports,
        label: &Label,
    ) -> Result<()> {
        if reference.is_none() {
            let written = documents::update(effects, AUTH, None, &mut |document| self.with_run_task(document, id)).await;
            tolerate(written, effects, label)?;
        }
        let registered_at = Timestamp::from_unix_ms(ports.now_ms())?.into();
        let entry = Entry { binding: self.binding(), task_id: id.clone(), registered_at, external_task_ref: reference };
        put_entry(entry, effects, label).await
    }

    /// The record with its run task; none if the document holds no record of this agent.
    fn with_run_task(&self, document: Option<&[u8]>, id: &TaskId) -> Result<Option<Zeroizing<alloc::vec::Vec<u8>>>> {
        match document.map(record::read).transpose()? {
            Some(StoredIdentity::Record(mut record))
                if record.agent_runtime_id == self.agent_runtime_id && record.task_id.as_ref() != Some(id) =>
            {
                record.task_id = Some(id.clone());
                record::write(document, &record).map(Some)
            }
            _ => Ok(None),
        }
    }
}

/// The stored tasks. A store that cannot be read counts as empty, with an event (L2).
pub(crate) async fn read_task_store(effects: &Effects, label: &Label) -> Result<TaskStore> {
    let store = match documents::load(effects, TASKS).await {
        Ok(None) => return Ok(TaskStore::default()),
        Ok(Some(loaded)) => TaskStore::read(&loaded.document),
        Err(error) if error.code == Code::Cancelled => return Err(error),
        Err(_) => None,
    };
    if store.is_none() {
        effects.report(Event { code: Some(Code::StoreReadFailed), ..label.event(EventKind::Dropped, 0) });
    }
    Ok(store.unwrap_or_default())
}

/// Makes an entry the most recently used one.
pub(crate) async fn put_entry(entry: Entry, effects: &Effects, label: &Label) -> Result<()> {
    let mut put = |document: Option<&[u8]>| {
        let mut store = document.and_then(TaskStore::read).unwrap_or_default();
        Ok(store.put(entry.clone()).then(|| Zeroizing::new(store.write())))
    };
    tolerate(documents::update(effects, TASKS, None, &mut put).await, effects, label)
}

/// A document that is only a help: failing to write it is an event and no error.
fn tolerate(written: Result<()>, effects: &Effects, label: &Label) -> Result<()> {
    match written {
        Err(error) if error.code != Code::Cancelled => {
            effects.report(Event { code: Some(error.code), ..label.event(EventKind::Failed, 0) });
            Ok(())
        }
        written => written,
    }
}
