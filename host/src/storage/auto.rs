//! The keyring where it can be used, else the file (§8.6, mode *auto*).

use super::Place;
use super::layered::{Beneath, Layered};
use super::layout::has_revision;
use crate::ports::{Document, Revision, Storage, StorageError};
use async_trait::async_trait;
use std::sync::Arc;

/// Reads the keyring, and on none or an error the file; writes the keyring, and on an error the file; erases both.
///
/// What counts after a write is what was written. A document that stayed in the keyring would be read before the file, so the
/// file takes over only if the keyring can be cleared, or cannot be read either.
pub(super) struct Auto {
    keyring: Arc<dyn Place>,
    file: Arc<dyn Place>,
    /// The keyring over the file.
    layered: Layered,
}

impl Auto {
    pub(super) fn new(keyring: Arc<dyn Place>, file: Arc<dyn Place>) -> Self {
        let beneath = vec![Beneath { place: Arc::clone(&file), counts: true, cleared_by_storing: true }];
        Self { layered: Layered { top: Arc::clone(&keyring), beneath }, keyring, file }
    }

    /// Makes the file count, which has just been written. The keyring refused to be.
    async fn take_over(&self, name: &str, refused: StorageError) -> Result<(), StorageError> {
        let still_counts = matches!(self.keyring.load(name).await, Ok(Some(_)));
        if still_counts && self.keyring.erase(name).await.is_err() {
            self.file.erase(name).await?;
            return Err(refused);
        }
        tracing::warn!(name, error = %refused, "the document is kept in a file instead of the keyring");
        Ok(())
    }
}

#[async_trait]
impl Storage for Auto {
    async fn load(&self, name: &str) -> Result<Option<Document>, StorageError> {
        match self.keyring.load(name).await {
            Ok(Some(document)) => return Ok(Some(document)),
            Ok(None) => {}
            Err(error) => tracing::warn!(name, %error, "the file is read instead of the keyring"),
        }
        self.file.load(name).await
    }

    async fn store(&self, name: &str, document: Document) -> Result<(), StorageError> {
        match self.layered.store(name, document.clone()).await {
            Err(refused) if is_refusal(&refused) => {
                self.file.store(name, document).await?;
                self.take_over(name, refused).await
            }
            done => done,
        }
    }

    async fn replace(&self, name: &str, expected: Option<&Revision>, document: Document) -> Result<(), StorageError> {
        let refused = match self.layered.replace(name, expected, document.clone()).await {
            Err(refused) if is_refusal(&refused) => refused,
            done => return done,
        };
        match self.keyring.load(name).await {
            Ok(Some(present)) if expected.is_some_and(|expected| has_revision(&present, expected)) => {
                self.file.store(name, document).await?
            }
            Ok(Some(_)) => return Err(StorageError::Conflict { what: format!("{name} in {}", self.keyring.place()) }),
            Ok(None) | Err(_) => self.file.replace(name, expected, document).await?,
        }
        self.take_over(name, refused).await
    }

    async fn erase(&self, name: &str) -> Result<(), StorageError> {
        self.layered.erase(name).await
    }

    async fn erase_revision(&self, name: &str, expected: &Revision) -> Result<(), StorageError> {
        match self.layered.erase_revision(name, expected).await {
            Err(refused) if is_refusal(&refused) => self.file.erase_revision(name, expected).await,
            done => done,
        }
    }
}

/// Nothing has happened, and nothing will.
fn is_refusal(error: &StorageError) -> bool {
    matches!(error, StorageError::Unreadable { .. } | StorageError::Unwritable { .. })
}

#[cfg(test)]
mod tests;
