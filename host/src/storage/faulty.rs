//! A place that fails, or has something happen, at a chosen operation.

use super::Place;
use crate::ports::{Document, Revision, Storage, StorageError};
use async_trait::async_trait;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nothing is done.
    Before,
    /// It is done, and reported as failed all the same.
    After,
}

/// Fails once, at the operation with this number.
pub(super) struct Faulty {
    inner: Arc<dyn Place>,
    fault: Fault,
    at: usize,
    done: AtomicUsize,
}

impl Faulty {
    pub(super) fn new(inner: Arc<dyn Place>, fault: Fault, at: usize) -> Self {
        Self { inner, fault, at, done: AtomicUsize::new(0) }
    }

    /// Whether it has failed.
    pub(super) fn has_failed(&self) -> bool {
        self.done.load(Ordering::Relaxed) > self.at
    }

    async fn disturb<T>(&self, work: impl Future<Output = Result<T, StorageError>>) -> Result<T, StorageError> {
        let is_it = self.done.fetch_add(1, Ordering::Relaxed) == self.at;
        match self.fault {
            Fault::Before if is_it => Err(failed()),
            Fault::After if is_it => work.await.and(Err(failed())),
            _ => work.await,
        }
    }
}

fn failed() -> StorageError {
    StorageError::Unwritable { what: "it".into(), why: "the test wants it so".into() }
}

#[async_trait]
impl Storage for Faulty {
    async fn load(&self, name: &str) -> Result<Option<Document>, StorageError> {
        self.disturb(self.inner.load(name)).await
    }

    async fn store(&self, name: &str, document: Document) -> Result<(), StorageError> {
        self.disturb(self.inner.store(name, document)).await
    }

    async fn replace(&self, name: &str, expected: Option<&Revision>, document: Document) -> Result<(), StorageError> {
        self.disturb(self.inner.replace(name, expected, document)).await
    }

    async fn erase(&self, name: &str) -> Result<(), StorageError> {
        self.disturb(self.inner.erase(name)).await
    }

    async fn erase_revision(&self, name: &str, expected: &Revision) -> Result<(), StorageError> {
        self.disturb(self.inner.erase_revision(name, expected)).await
    }
}

impl Place for Faulty {
    fn place(&self) -> String {
        self.inner.place()
    }
}
