//! The task store beside the record (L2): it holds no secrets, so it is a file wherever the record is kept.

use super::{FileStorage, TASKS};
use crate::ports::{Document, Revision, Storage, StorageError};
use async_trait::async_trait;
use std::sync::Arc;

/// `agent_tasks.json` in the home directory, every other document elsewhere.
pub(super) struct TasksApart {
    pub(super) tasks: FileStorage,
    pub(super) others: Arc<dyn Storage>,
}

impl TasksApart {
    fn of(&self, name: &str) -> &dyn Storage {
        if name == TASKS { &self.tasks } else { &*self.others }
    }
}

#[async_trait]
impl Storage for TasksApart {
    async fn load(&self, name: &str) -> Result<Option<Document>, StorageError> {
        self.of(name).load(name).await
    }

    async fn store(&self, name: &str, document: Document) -> Result<(), StorageError> {
        self.of(name).store(name, document).await
    }

    async fn replace(&self, name: &str, expected: Option<&Revision>, document: Document) -> Result<(), StorageError> {
        self.of(name).replace(name, expected, document).await
    }

    async fn erase(&self, name: &str) -> Result<(), StorageError> {
        self.of(name).erase(name).await
    }

    async fn erase_revision(&self, name: &str, expected: &Revision) -> Result<(), StorageError> {
        self.of(name).erase_revision(name, expected).await
    }
}
