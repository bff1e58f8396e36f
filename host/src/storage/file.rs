//! Documents in a directory (§8.6, mode *file*).
//!
//! One file per document, mode 0600, replaced by renaming a finished, synchronised copy over it: whoever reads, and whatever
//! power or process fails, the document is the old one or the new one. A lock file makes writers of all processes take turns.

mod directory;
mod permissions;

#[cfg(feature = "keyring")]
pub(super) use directory::Directory as LockedDirectory;
#[cfg(feature = "age")]
pub(super) use directory::read as read_private;

use super::account::canonical;
use super::blocking::{Turns, blocking};
use super::change::{Change, exactly, removing, replacing};
use super::{DocumentName, Place, unreadable, unwritable};
use crate::ports::{Document, Revision, Storage, StorageError};
use async_trait::async_trait;
use directory::Directory;
use std::path::{Path, PathBuf};

/// Keeps documents as files of one directory.
///
/// On Unix it refuses documents that are symbolic links, belong to someone else, or can be read or written by others: each
/// error says what to run. Programs that do not know the lock file are not kept out, but never see half a document.
#[derive(Clone, Debug)]
pub struct FileStorage {
    directory: Directory,
    turns: Turns,
}

/// What is known about a stored document without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentFacts {
    /// Where it is, or would be.
    pub path: PathBuf,
    /// Whether anything is there.
    pub exists: bool,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// Its permission bits, where the platform has them.
    pub mode: Option<u32>,
    /// Whether it belongs to the user this process runs as, where the platform tells.
    pub owned: Option<bool>,
    /// Permission bits of the directory, where the platform has them.
    pub directory_mode: Option<u32>,
    /// Why loading it would be refused, and what to do.
    pub problem: Option<String>,
}

impl FileStorage {
    /// Documents of `directory`, which is created with mode 0700 by the first write if it is missing.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, StorageError> {
        Directory::open(directory.as_ref()).map(|directory| Self { directory, turns: Turns::new() })
    }

    /// The file of a document. Errors: a name that is none.
    pub fn path(&self, name: &str) -> Result<PathBuf, StorageError> {
        DocumentName::to_read(name).map(|name| self.directory.path_of(&name))
    }

    /// Replaces a document by what `change` makes of it, with no other writer in between. `change` runs on a thread for
    /// blocking work and must not use this storage: the lock is held. When it fails, nothing changes.
    pub async fn update<E, F>(&self, name: &str, change: F) -> Result<(), E>
    where
        E: From<StorageError> + Send + 'static,
        F: FnOnce(Option<Document>) -> Result<Document, E> + Send + 'static,
    {
        self.edit(name, |present| change(present).map(Change::Put)).await
    }

    /// Like [`update`](Self::update), but the document may also stay or go.
    pub(in crate::storage) async fn edit<E, F>(&self, name: &str, change: F) -> Result<(), E>
    where
        E: From<StorageError> + Send + 'static,
        F: FnOnce(Option<Document>) -> Result<Change, E> + Send + 'static,
    {
        let name = DocumentName::to_write(name)?;
        self.write(move |directory| directory.edit(&name, change)).await
    }

    /// Looks at a document without reading it, for diagnosis.
    pub async fn inspect(&self, name: &str) -> Result<DocumentFacts, StorageError> {
        let name = DocumentName::to_read(name)?;
        self.read(move |directory| directory.inspect(&name)).await
    }

    fn what(&self, name: &str) -> String {
        self.directory.path().join(name).display().to_string()
    }

    async fn write<T, E>(&self, work: impl FnOnce(&Directory) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        let (directory, turn) = (self.directory.clone(), self.turns.next().await);
        let work = move || {
            let _turn = turn;
            work(&directory)
        };
        blocking(|why| unwritable(self.directory.shown(), why), work).await
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Directory) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let directory = self.directory.clone();
        blocking(|why| unreadable(self.directory.shown(), why), move || work(&directory)).await
    }
}

#[async_trait]
impl Storage for FileStorage {
    async fn load(&self, name: &str) -> Result<Option<Document>, StorageError> {
        let name = DocumentName::to_read(name)?;
        self.read(move |directory| directory.load(&name)).await
    }

    async fn store(&self, name: &str, document: Document) -> Result<(), StorageError> {
        let name = DocumentName::to_write(name)?;
        self.write(move |directory| directory.store(&name, &document)).await
    }

    async fn replace(&self, name: &str, expected: Option<&Revision>, document: Document) -> Result<(), StorageError> {
        self.edit(name, replacing(exactly, self.what(name), expected.cloned(), document)).await
    }

    async fn erase(&self, name: &str) -> Result<(), StorageError> {
        let name = DocumentName::to_write(name)?;
        self.write(move |directory| directory.erase(&name)).await
    }

    async fn erase_revision(&self, name: &str, expected: &Revision) -> Result<(), StorageError> {
        let change = removing(exactly, self.what(name), expected.clone());
        let name = DocumentName::to_write(name)?;
        self.write(move |directory| directory.edit_if_there(&name, change)).await
    }
}

impl Place for FileStorage {
    fn place(&self) -> String {
        format!("the directory {}", canonical(self.directory.path()).display())
    }
}

#[cfg(all(test, unix))]
mod crash_tests;
#[cfg(all(test, unix))]
mod tests;
