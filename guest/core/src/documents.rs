//! Stored documents, read and changed by flows without a lock: what was read is replaced only if it is still there (B2).

use crate::error::{Code, Error, Result};
use crate::flow::{Effects, LoadedDocument, StorageFailure, StoreRequest};
use alloc::vec::Vec;
use zeroize::Zeroizing;

/// The login, with the identity record as one member (§8.2).
pub const AUTH: &str = "auth.json";
/// The task store (L2).
pub const TASKS: &str = "agent_tasks.json";

/// How often a document is read again because somebody else replaced it meanwhile.
const ROUNDS: u32 = 16;

/// What a change makes of a document: its new content, or none to leave it as it is.
pub type Change<'a> = &'a mut dyn FnMut(Option<&[u8]>) -> Result<Option<Zeroizing<Vec<u8>>>>;

/// Reads a document. Errors: `store-read-failed`, `cancelled`.
pub async fn load(effects: &Effects, name: &'static str) -> Result<Option<LoadedDocument>> {
    effects.load(name).await?.map_err(failed)
}

/// Reads a document again, changes it and writes it. When it cannot be read, `known` counts, the copy read before.
/// Errors: those of `change`, `store-read-failed`, `store-write-failed`, `cancelled`.
pub async fn update(effects: &Effects, name: &'static str, known: Option<LoadedDocument>, change: Change<'_>) -> Result<()> {
    let mut known = known;
    for _ in 0..ROUNDS {
        let current = match (effects.load(name).await?, known.take()) {
            (Ok(current), _) => current,
            (Err(StorageFailure::Unreadable), Some(known)) => Some(known),
            (Err(failure), _) => return Err(failed(failure)),
        };
        let (document, revision) = match current {
            Some(LoadedDocument { document, revision }) => (Some(document), Some(revision)),
            None => (None, None),
        };
        let Some(document) = change(document.as_ref().map(|document| document.as_slice()))? else { return Ok(()) };
        match effects.store(StoreRequest { name, document, revision }).await? {
            Err(StorageFailure::Conflict) => {}
            stored => return stored.map_err(failed),
        }
    }
    Err(Error::new(Code::StoreWriteFailed, "the stored document is replaced by others again and again; nothing was written, repeat later"))
}

/// Removes a document. Errors: `store-write-failed`, `cancelled`.
pub async fn erase(effects: &Effects, name: &'static str) -> Result<()> {
    effects.erase(name).await?.map_err(failed)
}

fn failed(failure: StorageFailure) -> Error {
    Error::from(match failure {
        StorageFailure::Unreadable => Code::StoreReadFailed,
        StorageFailure::Unwritable | StorageFailure::Conflict => Code::StoreWriteFailed,
        StorageFailure::Cancelled => Code::Cancelled,
    })
}
