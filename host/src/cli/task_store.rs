//! The task store (L2): every registered task, without secrets, most recently used last.

use super::failure::Failure;
use super::home::{Home, TASKS};
use crate::ports::{Document, Storage, StorageError};
use serde::{Deserialize, Serialize};

/// Most entries kept (L2).
const MOST: usize = 512;

/// The document.
#[derive(Debug, Serialize, Deserialize)]
pub struct TaskStore {
    version: u32,
    tasks: Vec<Entry>,
}

/// One registered task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    #[serde(flatten)]
    pub binding: Binding,
    pub task_id: String,
    pub registered_at: String,
    pub external_task_ref: Option<String>,
}

/// What a task is bound to (L4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    pub agent_runtime_id: String,
    pub account_id: String,
    pub chatgpt_user_id: String,
    pub authapi_base: String,
    pub key_thumbprint: String,
}

impl Default for TaskStore {
    fn default() -> Self {
        Self { version: 1, tasks: Vec::new() }
    }
}

impl TaskStore {
    /// The stored tasks. A store that cannot be read counts as empty (L2); the second value says why.
    pub async fn load(home: &Home) -> (Self, Option<String>) {
        match home.storage.load(TASKS).await {
            Ok(document) => Self::read(document),
            Err(error) => (Self::default(), Some(error.to_string())),
        }
    }

    fn read(document: Option<Document>) -> (Self, Option<String>) {
        let Some(document) = document else { return (Self::default(), None) };
        match serde_json::from_slice::<Self>(&document) {
            Ok(store) if store.version == 1 => (store, None),
            _ => (Self::default(), Some("it is not a task store of version 1".into())),
        }
    }

    /// The task for a reference; `None` is the run task.
    pub fn find(&self, binding: &Binding, reference: Option<&str>) -> Option<&Entry> {
        self.tasks.iter().rfind(|entry| entry.binding == *binding && entry.external_task_ref.as_deref() == reference)
    }

    /// Whether another binding of the same agent holds this task.
    pub fn is_bound_elsewhere(&self, binding: &Binding, task_id: &str) -> bool {
        self.tasks.iter().any(|entry| {
            entry.task_id == task_id && entry.binding.agent_runtime_id == binding.agent_runtime_id && entry.binding != *binding
        })
    }

    /// Whether an entry is the most recently used one.
    fn is_last(&self, entry: &Entry) -> bool {
        self.tasks.last() == Some(entry)
    }

    /// Puts an entry last, in the place of whatever the agent had for the reference, under whatever binding (L4).
    pub fn put(&mut self, entry: Entry) {
        let replaced = |old: &Entry| {
            old.binding.agent_runtime_id == entry.binding.agent_runtime_id && old.external_task_ref == entry.external_task_ref
        };
        self.tasks.retain(|old| !replaced(old));
        self.tasks.push(entry);
        let surplus = self.tasks.len().saturating_sub(MOST);
        self.tasks.drain(..surplus);
    }

    /// Notes that a task was registered or used. Nothing is written when nothing changes.
    pub async fn remember(home: &Home, entry: Entry) -> Result<(), Failure> {
        if Self::load(home).await.0.is_last(&entry) {
            return Ok(());
        }
        let change = move |document: Option<Document>| -> Result<Document, StorageError> {
            let mut store = Self::read(document).0;
            store.put(entry);
            serde_json::to_vec_pretty(&store)
                .map(Document::new)
                .map_err(|error| StorageError::Unwritable { what: TASKS.into(), why: error.to_string() })
        };
        Ok(home.storage.update(TASKS, change).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binding(base: &str) -> Binding {
        let text = |text: &str| text.to_owned();
        Binding {
            agent_runtime_id: text("agent-1"),
            account_id: text("acct"),
            chatgpt_user_id: text("user"),
            authapi_base: text(base),
            key_thumbprint: text("thumb"),
        }
    }

    fn entry(base: &str, task_id: &str, reference: Option<&str>) -> Entry {
        Entry {
            binding: binding(base),
            task_id: task_id.into(),
            registered_at: "2026-04-23T00:00:00Z".into(),
            external_task_ref: reference.map(Into::into),
        }
    }

    #[test]
    fn l2_the_document_has_the_members_of_the_specification() {
        let mut store = TaskStore::default();
        store.put(entry("https://a.example", "task-1", None));
        let json = serde_json::to_value(&store).unwrap();
        assert_eq!(json["version"], 1);
        let members: Vec<&String> = json["tasks"][0].as_object().unwrap().keys().collect();
        let mut expected = vec![
            "agent_runtime_id",
            "account_id",
            "chatgpt_user_id",
            "authapi_base",
            "key_thumbprint",
            "task_id",
            "registered_at",
            "external_task_ref",
        ];
        expected.sort_unstable();
        let mut members: Vec<&str> = members.into_iter().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, expected);
        assert!(json["tasks"][0]["external_task_ref"].is_null());
    }

    #[test]
    fn l2_the_least_recently_used_task_goes_first() {
        let mut store = TaskStore::default();
        for n in 0..MOST {
            store.put(entry("https://a.example", &format!("task-{n}"), Some(&n.to_string())));
        }
        store.put(entry("https://a.example", "task-0", Some("0")));
        store.put(entry("https://a.example", "one more", Some("new")));
        assert_eq!(store.tasks.len(), MOST);
        assert!(store.find(&binding("https://a.example"), Some("0")).is_some());
        assert!(store.find(&binding("https://a.example"), Some("1")).is_none());
    }

    #[test]
    fn l4_a_task_of_another_binding_is_never_found_and_gives_way() {
        let mut store = TaskStore::default();
        store.put(entry("https://a.example", "task-a", None));
        assert!(store.find(&binding("https://b.example"), None).is_none());
        assert!(store.is_bound_elsewhere(&binding("https://b.example"), "task-a"));
        store.put(entry("https://b.example", "task-b", None));
        assert!(store.find(&binding("https://a.example"), None).is_none());
    }

    #[test]
    fn l2_an_unreadable_store_is_an_empty_one() {
        for bad in ["", "[]", "{\"version\":2,\"tasks\":[]}", "{\"version\":1,\"tasks\":[{}]}"] {
            let (store, why) = TaskStore::read(Some(Document::new(bad.as_bytes().to_vec())));
            assert!(store.tasks.is_empty() && why.is_some(), "{bad}");
        }
    }
}
