//! Documents in process memory: the ephemeral mode (§8.6), and tests.

use super::change::{Change, exactly, removing, replacing};
use super::{DocumentName, MAX_DOCUMENT, Place, unwritable};
use crate::ports::{Document, Revision, Storage, StorageError};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Keeps documents until it is dropped; their bytes are overwritten then. `Debug` shows how many there are.
pub struct MemoryStorage {
    documents: Mutex<BTreeMap<DocumentName, Document>>,
    /// Tells it from others of this process.
    id: u64,
}

impl MemoryStorage {
    /// Without any document.
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self { documents: Mutex::default(), id: NEXT.fetch_add(1, Ordering::Relaxed) }
    }

    /// Replaces a document by what `change` makes of it, with no other change in between; see
    /// [`FileStorage::update`](super::FileStorage::update). `change` must not use this storage.
    pub fn update<E>(&self, name: &str, change: impl FnOnce(Option<Document>) -> Result<Document, E>) -> Result<(), E>
    where
        E: From<StorageError>,
    {
        let name = DocumentName::to_write(name)?;
        self.edit(name, |present| change(present).map(Change::Put))
    }

    fn edit<E>(&self, name: DocumentName, change: impl FnOnce(Option<Document>) -> Result<Change, E>) -> Result<(), E>
    where
        E: From<StorageError>,
    {
        let mut documents = self.documents();
        match change(documents.get(&name).cloned())? {
            Change::Keep => {}
            Change::Put(document) => put(&mut documents, name, document)?,
            Change::Remove => drop(documents.remove(&name)),
        }
        Ok(())
    }

    // A panic elsewhere cannot leave the map half changed, so a poisoned lock is still good.
    fn documents(&self) -> MutexGuard<'_, BTreeMap<DocumentName, Document>> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStorage {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryStorage({} documents)", self.documents().len())
    }
}

#[async_trait]
impl Storage for MemoryStorage {
    async fn load(&self, name: &str) -> Result<Option<Document>, StorageError> {
        let name = DocumentName::to_read(name)?;
        Ok(self.documents().get(&name).cloned())
    }

    async fn store(&self, name: &str, document: Document) -> Result<(), StorageError> {
        put(&mut self.documents(), DocumentName::to_write(name)?, document)
    }

    async fn replace(&self, name: &str, expected: Option<&Revision>, document: Document) -> Result<(), StorageError> {
        self.edit(DocumentName::to_write(name)?, replacing(exactly, name.to_owned(), expected.cloned(), document))
    }

    async fn erase(&self, name: &str) -> Result<(), StorageError> {
        self.documents().remove(&DocumentName::to_write(name)?);
        Ok(())
    }

    async fn erase_revision(&self, name: &str, expected: &Revision) -> Result<(), StorageError> {
        self.edit(DocumentName::to_write(name)?, removing(exactly, name.to_owned(), expected.clone()))
    }
}

impl Place for MemoryStorage {
    fn place(&self) -> String {
        format!("memory {} of this process", self.id)
    }
}

fn put(documents: &mut BTreeMap<DocumentName, Document>, name: DocumentName, document: Document) -> Result<(), StorageError> {
    if document.len() > MAX_DOCUMENT {
        return Err(unwritable(name.as_str(), "it is larger than 8 MiB"));
    }
    documents.insert(name, document);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::conformance::conforms;
    use std::sync::Arc;

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn conforms_in_memory() {
        conforms(Arc::new(MemoryStorage::new())).await;
    }

    fn document(text: &str) -> Document {
        Document::new(text.into())
    }

    #[tokio::test]
    async fn documents_are_replaced_erased_and_never_shown() {
        let storage = MemoryStorage::new();
        assert_eq!(storage.load("auth.json").await.unwrap(), None);
        storage.store("auth.json", document("one-secret")).await.unwrap();
        storage.store("auth.json", document("two-secret")).await.unwrap();
        assert_eq!(storage.load("auth.json").await.unwrap(), Some(document("two-secret")));
        assert_eq!(format!("{storage:?}"), "MemoryStorage(1 documents)");
        storage.erase("auth.json").await.unwrap();
        storage.erase("auth.json").await.unwrap();
        assert_eq!(storage.load("auth.json").await.unwrap(), None);
    }

    #[tokio::test]
    async fn refused_changes_leave_the_document() {
        let storage = MemoryStorage::new();
        storage.store("a", document("old")).await.unwrap();
        assert!(storage.store("a", Document::new(vec![0; MAX_DOCUMENT + 1])).await.is_err());
        let refused = storage.update("a", |_| Err(unwritable("a", "not wanted")));
        assert!(refused.is_err());
        assert!(storage.store("../a", document("x")).await.is_err());
        storage.update("a", |old| Ok::<_, StorageError>(document(&format!("{}er", str::from_utf8(&old.unwrap()).unwrap())))).unwrap();
        assert_eq!(storage.load("a").await.unwrap(), Some(document("older")));
    }
}
