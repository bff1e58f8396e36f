//! The task store (L2): every registered task with the binding it belongs to, without secrets, most recently used last.

use crate::encoding::push_json_string;
use crate::identifiers::TaskId;
use crate::json::{Decoded, Object, elements};
use alloc::string::String;
use alloc::vec::Vec;

/// Most entries kept (L2).
const MOST: usize = 512;

const BINDING_MEMBERS: [&str; 5] = ["agent_runtime_id", "account_id", "chatgpt_user_id", "authapi_base", "key_thumbprint"];

/// What a task is bound to: runtime id, account id, user id, AuthAPI base and key thumbprint (L4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding([String; 5]);

impl Binding {
    /// The five values in that order; what an agent does not have is empty.
    pub fn new(values: [&str; 5]) -> Self {
        Self(values.map(String::from))
    }

    /// The values, in the order of [`Self::new`].
    pub fn values(&self) -> [&str; 5] {
        self.0.each_ref().map(String::as_str)
    }

    fn agent_runtime_id(&self) -> &str {
        let [agent_runtime_id, ..] = &self.0;
        agent_runtime_id
    }
}

/// One registered task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who may use it.
    pub binding: Binding,
    /// Its id.
    pub task_id: TaskId,
    /// When it was registered, written as a timestamp (I3).
    pub registered_at: String,
    /// Its normalised reference; none is the run task.
    pub external_task_ref: Option<String>,
}

/// The document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskStore {
    entries: Vec<Entry>,
}

/// What the store knows about a reference.
#[derive(Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// A task of this binding.
    Task(&'a Entry),
    /// Only tasks of the same agent under another binding (L4).
    OtherBinding,
    /// Nothing.
    Nothing,
}

impl TaskStore {
    /// Reads a document; `None` unless it is a task store of version 1, which then counts as empty (L2).
    pub fn read(document: &[u8]) -> Option<Self> {
        let document = Object::read(core::str::from_utf8(document).ok()?)?;
        if document.value("version").ok()?? != "1" {
            return None;
        }
        let entries = elements(document.value("tasks").ok()??)?;
        Some(Self { entries: entries.into_iter().map(|entry| Entry::read(&Object::read(entry)?)).collect::<Option<_>>()? })
    }

    /// The document's text.
    pub fn write(&self) -> Vec<u8> {
        let mut out = String::from("{\"version\":1,\"tasks\":[");
        for (at, entry) in self.entries.iter().enumerate() {
            out.push_str(if at == 0 { "\n" } else { ",\n" });
            entry.write(&mut out);
        }
        out.push_str("\n]}\n");
        out.into_bytes()
    }

    /// What is known about a reference for this binding.
    pub fn find(&self, binding: &Binding, reference: Option<&str>) -> Found<'_> {
        let is_asked_for = |entry: &&Entry| {
            entry.external_task_ref.as_deref() == reference && entry.binding.agent_runtime_id() == binding.agent_runtime_id()
        };
        let mut found = Found::Nothing;
        for entry in self.entries.iter().rev().filter(is_asked_for) {
            if entry.binding == *binding {
                return Found::Task(entry);
            }
            found = Found::OtherBinding;
        }
        found
    }

    /// Whether a task is known under this binding, except that its AuthAPI base is another one (§8.4).
    pub fn is_of_other_base(&self, binding: &Binding, task_id: &TaskId) -> bool {
        let [agent, account, user, base, thumbprint] = binding.values();
        self.entries.iter().any(|entry| {
            let [of_agent, of_account, of_user, of_base, of_thumbprint] = entry.binding.values();
            entry.task_id == *task_id
                && [of_agent, of_account, of_user, of_thumbprint] == [agent, account, user, thumbprint]
                && of_base != base
        })
    }

    /// Puts an entry last, in the place of whatever its agent had for the reference, under whatever binding (L4). The same task
    /// for the same binding stays as old as it is. Whether anything changed.
    pub fn put(&mut self, mut entry: Entry) -> bool {
        if let Found::Task(known) = self.find(&entry.binding, entry.external_task_ref.as_deref())
            && known.task_id == entry.task_id
        {
            entry.registered_at = known.registered_at.clone();
        }
        if self.entries.last() == Some(&entry) {
            return false;
        }
        self.entries.retain(|old| {
            old.binding.agent_runtime_id() != entry.binding.agent_runtime_id() || old.external_task_ref != entry.external_task_ref
        });
        self.entries.push(entry);
        if let Some(surplus) = self.entries.len().checked_sub(MOST) {
            self.entries.drain(..surplus);
        }
        true
    }

    /// The entries, least recently used first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

impl Entry {
    fn read(object: &Object<'_>) -> Option<Self> {
        let text = |name| object.string(name);
        let [agent, account, user, base, thumbprint] = BINDING_MEMBERS;
        let binding = || -> Decoded<_> { Ok(Binding([text(agent)?, text(account)?, text(user)?, text(base)?, text(thumbprint)?])) };
        Some(Self {
            binding: binding().ok()?,
            task_id: TaskId::parse(&text("task_id").ok()?).ok()?,
            registered_at: text("registered_at").ok()?,
            external_task_ref: object.optional_string("external_task_ref").ok()?,
        })
    }

    fn write(&self, out: &mut String) {
        let named = BINDING_MEMBERS.into_iter().zip(self.binding.values());
        let rest = [("task_id", self.task_id.as_str()), ("registered_at", &self.registered_at)];
        for (at, (name, value)) in named.chain(rest).enumerate() {
            out.push(if at == 0 { '{' } else { ',' });
            push_json_string(out, name);
            out.push(':');
            push_json_string(out, value);
        }
        out.push_str(",\"external_task_ref\":");
        match &self.external_task_ref {
            Some(reference) => push_json_string(out, reference),
            None => out.push_str("null"),
        }
        out.push('}');
    }
}

#[cfg(test)]
mod tests;
