//! Documents in the operating system's keyring (§8.6, mode *keyring*).

mod entries;

pub(super) use entries::Entry;
pub use entries::{Keyring, KeyringError};
/// What a keyring is made of, for programs that bring their own.
pub use keyring_core::CredentialStore;

use super::account::{Account, canonical};
use super::blocking::{Turns, blocking};
use super::change::{Change, removing, replacing};
use super::file::LockedDirectory;
use super::layout::{has_revision, indented, one_line};
use super::{DocumentName, Place, unreadable, unwritable};
use crate::ports::{Document, Revision, Storage, StorageError};
use async_trait::async_trait;
use std::path::Path;

/// The service under which documents are kept (§8.6).
const SERVICE: &str = "Codex Auth";

/// Keeps the documents of a home directory in the keyring: the record where the reference client keeps it, others beside it.
///
/// JSON is kept on one line and handed out indented; a [`Revision`] of either layout is one of the document. A lock file in
/// the home directory makes writers of all processes take turns. Some keyrings limit the length of an entry, Windows to
/// 1,280 characters. Copies made inside the keyring's client library are out of reach of K15.
#[derive(Clone, Debug)]
pub struct KeyringStorage {
    keyring: Keyring,
    account: Account,
    lock: LockedDirectory,
    turns: Turns,
}

impl KeyringStorage {
    /// The documents of `home`. Nothing is asked of the keyring yet.
    pub fn open(home: impl AsRef<Path>, keyring: Keyring) -> Result<Self, StorageError> {
        let home = canonical(home.as_ref());
        let lock = LockedDirectory::open(&home)?.with_lock(LOCK, keyring.is_patient_for());
        Ok(Self { keyring, account: Account::of(&home), lock, turns: Turns::new() })
    }

    /// Lets `change` decide what becomes of the entry, with no other writer in between. The lock goes along with the work, which
    /// may outlast the wait for it.
    async fn edit(
        &self,
        name: DocumentName,
        change: impl FnOnce(Option<Document>) -> Result<Change, StorageError> + Send + 'static,
    ) -> Result<(), StorageError> {
        let (this, what, account) = (self.clone(), self.what(&name), self.account.document(&name));
        let turn = self.turns.next().await;
        let work = move || {
            let _turn = turn;
            let lock = this.lock.exclusive()?;
            let asking = move |entry: &Entry| {
                let _lock = lock;
                apply(entry, change)
            };
            this.keyring.ask(SERVICE, account, asking).unwrap_or_else(|error| Err(not_written(what, &error)))
        };
        blocking(|why| unwritable(self.what(&name), why), work).await
    }

    fn what(&self, name: &DocumentName) -> String {
        format!("{} in {} ({})", name.as_str(), self.keyring.name(), self.account.document(name))
    }
}

#[async_trait]
impl Storage for KeyringStorage {
    async fn load(&self, name: &str) -> Result<Option<Document>, StorageError> {
        let name = DocumentName::to_read(name)?;
        let (keyring, account, what) = (self.keyring.clone(), self.account.document(&name), self.what(&name));
        let read = blocking(
            |why| unreadable(self.what(&name), why),
            move || keyring.get(SERVICE, account).map_err(|error| unreadable(what, error.to_string())),
        );
        Ok(read.await?.map(indented))
    }

    async fn store(&self, name: &str, document: Document) -> Result<(), StorageError> {
        let name = DocumentName::to_write(name)?;
        let document = one_line(&self.what(&name), document)?;
        self.edit(name, |_| Ok(Change::Put(document))).await
    }

    async fn replace(&self, name: &str, expected: Option<&Revision>, document: Document) -> Result<(), StorageError> {
        let name = DocumentName::to_write(name)?;
        let document = one_line(&self.what(&name), document)?;
        let change = replacing(has_revision, self.what(&name), expected.cloned(), document);
        self.edit(name, change).await
    }

    async fn erase(&self, name: &str) -> Result<(), StorageError> {
        self.edit(DocumentName::to_write(name)?, |_| Ok(Change::Remove)).await
    }

    async fn erase_revision(&self, name: &str, expected: &Revision) -> Result<(), StorageError> {
        let name = DocumentName::to_write(name)?;
        let change = removing(has_revision, self.what(&name), expected.clone());
        self.edit(name, change).await
    }
}

impl Place for KeyringStorage {
    fn place(&self) -> String {
        format!("{}, service {SERVICE}, home {}", self.keyring.name(), self.account)
    }
}

/// In the home directory.
pub(super) const LOCK: &str = ".keyring.lock";

/// What the keyring says about the change, or what the decision says.
fn apply(
    entry: &Entry,
    change: impl FnOnce(Option<Document>) -> Result<Change, StorageError>,
) -> Result<Result<(), StorageError>, KeyringError> {
    match change(entry.get()?.map(indented)) {
        Ok(Change::Keep) => Ok(Ok(())),
        Ok(Change::Put(document)) => entry.set(&document).map(Ok),
        Ok(Change::Remove) => entry.delete().map(Ok),
        Err(refused) => Ok(Err(refused)),
    }
}

fn not_written(what: String, error: &KeyringError) -> StorageError {
    match error {
        KeyringError::Silent(seconds) => StorageError::Unanswered { what, seconds: *seconds },
        error => unwritable(what, error.to_string()),
    }
}

#[cfg(test)]
pub(super) mod doubles;
#[cfg(all(test, target_os = "linux"))]
mod secret_service_tests;
#[cfg(test)]
mod tests;
