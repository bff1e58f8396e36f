//! The installation id: one UUID for all programs of a client home (`spec/metadata.md` §7).
//!
//! The host opens, locks and writes; what a text means is the component's to say.

mod file;

use crate::component::wit::metadata::InstallationId;
use crate::error::{Advice, Error};
use crate::ports::{Document, Revision, Storage, StorageError};
use crate::session::Session;
use std::path::Path;

/// Name of the file in the client's home directory, and of the document where a host has no files (7-1, 7-5).
pub const NAME: &str = "installation_id";

/// The id in the file [`NAME`] of the client's home directory; both are made if they are missing. Processes that do so at the same
/// time get the same id. Errors: `installation-id-io`, `random-failed`.
pub async fn id_in_home(home: impl AsRef<Path>, mut session: Session) -> Result<String, Error> {
    let path = home.as_ref().join(NAME);
    match tokio::task::spawn_blocking(move || file::id(&path, |content| session.parse_installation_id(content))).await {
        Ok(id) => id,
        Err(stopped) => match stopped.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(failed("the installation id was not read: the program is shutting down")),
        },
    }
}

/// The id in the document [`NAME`] of a storage, for hosts without files. The first of several writers decides. Errors: as for the file.
pub async fn id_in_storage(storage: &dyn Storage, mut session: Session) -> Result<String, Error> {
    for _ in 0..ATTEMPTS {
        let kept = storage.load(NAME).await.map_err(not_stored)?;
        let InstallationId { id, is_new } = session.parse_installation_id(kept.as_deref().map(Vec::as_slice).unwrap_or_default())?;
        if !is_new {
            return Ok(id);
        }
        let revision = kept.as_deref().map(|kept| Revision::of(kept));
        match storage.replace(NAME, revision.as_ref(), Document::new(id.clone().into_bytes())).await {
            Ok(()) => return Ok(id),
            Err(StorageError::Conflict { .. }) => {}
            Err(error) => return Err(not_stored(error)),
        }
    }
    Err(failed(format!("the document {NAME} changes all the time; end what writes it, then try again")))
}

/// How often the document may change while it is being replaced.
const ATTEMPTS: usize = 8;

/// The one code of every failure to read or keep the id (7-5).
fn failed(message: impl Into<String>) -> Error {
    Error::new("installation-id-io", Advice::FixConfig, message)
}

fn not_stored(error: StorageError) -> Error {
    failed(format!("the installation id is not kept: {error}"))
}

#[cfg(test)]
mod tests;
