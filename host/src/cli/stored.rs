//! What is stored about the identity, read without network and without changing anything.

use super::failure::Failure;
use super::home::{Home, identity_of};
use crate::ports::Document;
use crate::storage::TASKS;
use crate::types::{Identity, PublicForms};
use crate::{Error, Session};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The stored login and its tasks.
pub struct Stored {
    /// The mode of `auth.json`, if it has one that is known (§8.1).
    pub auth_mode: Option<String>,
    pub identity: StoredIdentity,
    /// The identity that waits for the end of a rotation.
    pub next: Option<Identity>,
    /// The stored tasks, or why they count as none (L2).
    pub tasks: Result<Vec<StoredTask>, String>,
}

/// The member `agent_identity` (§8.2).
pub enum StoredIdentity {
    None,
    /// An identity JWT. Nothing in it counts before it is verified (J4).
    Jwt,
    /// A record, with the public half of its key, or what is wrong with that.
    Record(Box<Identity>, Result<Box<PublicForms>, Error>),
}

/// One entry of the task store, as far as people are told about it.
#[derive(Deserialize)]
pub struct StoredTask {
    pub agent_runtime_id: String,
    pub authapi_base: String,
    pub task_id: String,
    pub external_task_ref: Option<String>,
}

/// What is known about a run task.
pub enum RunTask<'a> {
    None,
    Known(&'a str),
    /// It belongs to this other backend (§8.4).
    Elsewhere(&'a str),
}

impl Stored {
    /// Errors: `store-read-failed`, `record-invalid`, `auth-material-missing`.
    pub async fn read(home: &Home, session: &mut Session) -> Result<Self, Failure> {
        let document = home.record().await?;
        let tasks = stored_tasks(home).await;
        let Some(document) = document else {
            return Ok(Self { auth_mode: None, identity: StoredIdentity::None, next: None, tasks });
        };
        let identity = match identity_of(session, &document)? {
            Some(identity) => StoredIdentity::Record(Box::new(identity), public_half(session, &document).map(Box::new)),
            None if is_jwt(&document) => StoredIdentity::Jwt,
            None => StoredIdentity::None,
        };
        let next = match next_record(&document) {
            Some(next) => identity_of(session, &next)?,
            None => None,
        };
        Ok(Self { auth_mode: session.auth_mode(&document).ok(), identity, next, tasks })
    }

    /// The run task of an agent at a backend. The record wins (L5), unless its task is known to belong to another backend.
    pub fn run_task(&self, agent_runtime_id: &str, authapi_base: &str) -> RunTask<'_> {
        let tasks = self.tasks.as_deref().unwrap_or_default();
        let entry = tasks.iter().rfind(|task| task.agent_runtime_id == agent_runtime_id && task.external_task_ref.is_none());
        let of_record = self.record().filter(|record| record.agent_runtime_id == agent_runtime_id);
        match (of_record.and_then(|record| record.task_id.as_deref()), entry) {
            (Some(task_id), Some(entry)) if entry.task_id != task_id => RunTask::Known(task_id),
            (_, Some(entry)) if entry.authapi_base != authapi_base => RunTask::Elsewhere(&entry.authapi_base),
            (Some(task_id), _) => RunTask::Known(task_id),
            (None, Some(entry)) => RunTask::Known(&entry.task_id),
            (None, None) => RunTask::None,
        }
    }

    /// The record, if there is one.
    pub fn record(&self) -> Option<&Identity> {
        match &self.identity {
            StoredIdentity::Record(identity, _) => Some(identity),
            _ => None,
        }
    }
}

/// Whether a document's identity is a JWT.
pub fn is_jwt(document: &[u8]) -> bool {
    members(document).agent_identity.is_some_and(|value| value.get().starts_with('"'))
}

/// The identity that waits for the end of a rotation, as a document of its own.
pub fn next_record(document: &[u8]) -> Option<Document> {
    let next = members(document).agent_identity_next?.get();
    let (before, after) = ("{\"agent_identity\":", "}");
    let mut record = Document::new(Vec::with_capacity(before.len() + next.len() + after.len()));
    for part in [before, next, after] {
        record.extend_from_slice(part.as_bytes());
    }
    Some(record)
}

/// The two identities of a document, borrowed from it: they hold keys.
#[derive(Default, Deserialize)]
struct Members<'a> {
    #[serde(borrow, default)]
    agent_identity: Option<&'a RawValue>,
    #[serde(borrow, default)]
    agent_identity_next: Option<&'a RawValue>,
}

/// None of a document that is no JSON object; the component says what is wrong with it.
fn members(document: &[u8]) -> Members<'_> {
    serde_json::from_slice(document).unwrap_or_default()
}

fn public_half(session: &mut Session, document: &[u8]) -> Result<PublicForms, Error> {
    let key = session.record_key(document)?;
    let public = session.public_forms(&key)?;
    session.release(key)?;
    Ok(public)
}

#[derive(Deserialize)]
struct TaskStore {
    version: u32,
    tasks: Vec<StoredTask>,
}

async fn stored_tasks(home: &Home) -> Result<Vec<StoredTask>, String> {
    let loaded = match home.storage().await {
        Ok(storage) => storage.load(TASKS).await.map_err(|error| error.to_string())?,
        Err(failure) => return Err(failure.texts().0),
    };
    let Some(document) = loaded else { return Ok(Vec::new()) };
    match serde_json::from_slice::<TaskStore>(&document) {
        Ok(store) if store.version == 1 => Ok(store.tasks),
        _ => Err(format!("{} is not a task store of version 1", home.path().join(TASKS).display())),
    }
}
