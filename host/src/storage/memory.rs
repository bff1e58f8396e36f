//! Documents in process memory: the ephemeral mode (§8.6), and tests.

use super::{DocumentName, MAX_DOCUMENT, conflict, is_expected, unwritable};
use crate::ports::{Document, Revision, Storage, StorageError};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Keeps documents until it is dropped; their bytes are overwritten then. `Debug` shows how many there are.
#[derive(Default)]
pub struct MemoryStorage {
    documents: Mutex<BTreeMap<DocumentName, Document>>,
}

impl MemoryStorage {
    /// Without any document.
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces a document by what `change` makes of it, with no other change in between; see
    /// [`FileStorage::update`](super::FileStorage::update). `change` must not use this storage.
    pub fn update<E>(&self, name: &str, change: impl FnOnce(Option<Document>) -> Result<Document, E>) -> Result<(), E>
    where
        E: From<StorageError>,
    {
        let name = DocumentName::to_write(name)?;
        let mut documents = self.documents();
        let document = change(documents.get(&name).cloned())?;
        Ok(put(&mut documents, name, document)?)
    }

    // A panic elsewhere cannot leave the map half changed, so a poisoned lock is still good.
    fn documents(&self) -> MutexGuard<'_, BTreeMap<DocumentName, Document>> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
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
        let name = DocumentName::to_write(name)?;
        let mut documents = self.documents();
        if !is_expected(documents.get(&name), expected) {
            return Err(conflict(name.as_str()));
        }
        put(&mut documents, name, document)
    }

    async fn erase(&self, name: &str) -> Result<(), StorageError> {
        self.documents().remove(&DocumentName::to_write(name)?);
        Ok(())
    }

    async fn erase_revision(&self, name: &str, expected: &Revision) -> Result<(), StorageError> {
        let name = DocumentName::to_write(name)?;
        let mut documents = self.documents();
        if documents.get(&name).is_some_and(|present| !is_expected(Some(present), Some(expected))) {
            return Err(conflict(name.as_str()));
        }
        documents.remove(&name);
        Ok(())
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
