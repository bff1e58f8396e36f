//! Documents in a directory (§8.6, mode *file*).
//!
//! One file per document, mode 0600, replaced by renaming a finished, synchronised copy over it: whoever reads, and whatever
//! power or process fails, the document is the old one or the new one. A lock file makes writers of all processes take turns.

mod directory;
mod permissions;

use super::{DocumentName, unreadable, unwritable};
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
        Directory::open(directory.as_ref()).map(|directory| Self { directory })
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
        let name = DocumentName::to_write(name)?;
        self.blocking(unwritable, move |directory| directory.update(&name, change)).await
    }

    /// Looks at a document without reading it, for diagnosis.
    pub async fn inspect(&self, name: &str) -> Result<DocumentFacts, StorageError> {
        let name = DocumentName::to_read(name)?;
        self.blocking(unreadable, move |directory| directory.inspect(&name)).await
    }

    /// File work and waiting for the lock block, so they run where blocking is allowed. Work that has begun is finished even
    /// if the caller no longer waits.
    async fn blocking<T, E>(
        &self,
        failed: fn(String, &'static str) -> StorageError,
        work: impl FnOnce(&Directory) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        let directory = self.directory.clone();
        match tokio::task::spawn_blocking(move || work(&directory)).await {
            Ok(done) => done,
            Err(stopped) => match stopped.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(failed(self.directory.shown(), "the program is shutting down").into()),
            },
        }
    }
}

#[async_trait]
impl Storage for FileStorage {
    async fn load(&self, name: &str) -> Result<Option<Document>, StorageError> {
        let name = DocumentName::to_read(name)?;
        self.blocking(unreadable, move |directory| directory.load(&name)).await
    }

    async fn store(&self, name: &str, document: Document) -> Result<(), StorageError> {
        let name = DocumentName::to_write(name)?;
        self.blocking(unwritable, move |directory| directory.store(&name, &document)).await
    }

    async fn replace(&self, name: &str, expected: Option<&Revision>, document: Document) -> Result<(), StorageError> {
        let (name, expected) = (DocumentName::to_write(name)?, expected.cloned());
        self.blocking(unwritable, move |directory| directory.replace(&name, expected.as_ref(), document)).await
    }

    async fn erase(&self, name: &str) -> Result<(), StorageError> {
        let name = DocumentName::to_write(name)?;
        self.blocking(unwritable, move |directory| directory.erase(&name)).await
    }

    async fn erase_revision(&self, name: &str, expected: &Revision) -> Result<(), StorageError> {
        let (name, expected) = (DocumentName::to_write(name)?, expected.clone());
        self.blocking(unwritable, move |directory| directory.erase_revision(&name, &expected)).await
    }
}

#[cfg(all(test, unix))]
mod crash_tests;
#[cfg(all(test, unix))]
mod tests;
