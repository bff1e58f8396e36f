//! One place that counts, and others that it supersedes (§8.6, modes *keyring* and *secrets file*).

use super::{Place, same};
use crate::ports::{Document, Revision, Storage, StorageError};
use async_trait::async_trait;
use std::sync::Arc;

/// Documents of one place. What is superseded goes when something newer is safely stored, and when it is erased.
pub(super) struct Layered {
    pub(super) top: Arc<dyn Place>,
    pub(super) beneath: Vec<Beneath>,
}

/// A superseded place.
pub(super) struct Beneath {
    pub(super) place: Arc<dyn Place>,
    /// Whether its document counts where the top has none.
    pub(super) counts: bool,
    /// Whether storing clears it; erasing always does.
    pub(super) cleared_by_storing: bool,
}

impl Layered {
    /// The document that counts and lies beneath, and where. The top has none.
    async fn beneath(&self, name: &str) -> Result<Option<(&Arc<dyn Place>, Document)>, StorageError> {
        for beneath in self.beneath.iter().filter(|beneath| beneath.counts) {
            if let Some(document) = beneath.place.load(name).await? {
                return Ok(Some((&beneath.place, document)));
            }
        }
        Ok(None)
    }

    /// Clears what is superseded, once the top has been seen to hold the new document. Failures only warn: the top counts.
    async fn supersede(&self, name: &str, stored: &Document) {
        for Beneath { place, .. } in self.beneath.iter().filter(|beneath| beneath.cleared_by_storing) {
            let cleared = match place.load(name).await {
                Ok(None) => continue,
                Ok(Some(_)) | Err(_) if !self.holds(name, stored).await => {
                    tracing::warn!(name, place = place.place(), "an older document stays: the newer one was not read back");
                    continue;
                }
                Ok(Some(older)) => place.erase_revision(name, &Revision::of(&older)).await,
                Err(_) => place.erase(name).await,
            };
            if let Err(error) = cleared {
                tracing::warn!(name, place = place.place(), %error, "an older document stays");
            }
        }
    }

    async fn holds(&self, name: &str, stored: &Document) -> bool {
        self.top.load(name).await.is_ok_and(|found| found.is_some_and(|found| same(&found, stored)))
    }

    /// Erases beneath, everywhere, whatever fails on the way; the first failure is reported.
    async fn erase_beneath(&self, name: &str) -> Result<(), StorageError> {
        let mut outcome = Ok(());
        for beneath in &self.beneath {
            outcome = outcome.and(beneath.place.erase(name).await);
        }
        outcome
    }

    /// Whether the document that counts is one beneath that has this revision.
    async fn lies_beneath(&self, name: &str, expected: &Revision) -> Result<bool, StorageError> {
        if self.top.load(name).await?.is_some() {
            return Ok(false);
        }
        let Some((_, document)) = self.beneath(name).await? else { return Ok(false) };
        Ok(Revision::of(&document) == *expected)
    }
}

#[async_trait]
impl Storage for Layered {
    async fn load(&self, name: &str) -> Result<Option<Document>, StorageError> {
        match self.top.load(name).await? {
            Some(document) => Ok(Some(document)),
            None => Ok(self.beneath(name).await?.map(|(_, document)| document)),
        }
    }

    async fn store(&self, name: &str, document: Document) -> Result<(), StorageError> {
        self.top.store(name, document.clone()).await?;
        self.supersede(name, &document).await;
        Ok(())
    }

    async fn replace(&self, name: &str, expected: Option<&Revision>, document: Document) -> Result<(), StorageError> {
        let on_top = match expected {
            None => match self.beneath(name).await? {
                Some((place, _)) => return Err(StorageError::Conflict { what: format!("{name} in {}", place.place()) }),
                None => None,
            },
            Some(expected) if self.lies_beneath(name, expected).await? => None,
            expected => expected,
        };
        self.top.replace(name, on_top, document.clone()).await?;
        self.supersede(name, &document).await;
        Ok(())
    }

    async fn erase(&self, name: &str) -> Result<(), StorageError> {
        let beneath = self.erase_beneath(name).await;
        self.top.erase(name).await.and(beneath)
    }

    async fn erase_revision(&self, name: &str, expected: &Revision) -> Result<(), StorageError> {
        match self.top.load(name).await? {
            Some(_) => self.top.erase_revision(name, expected).await?,
            None => {
                if let Some((place, _)) = self.beneath(name).await? {
                    place.erase_revision(name, expected).await?;
                }
            }
        }
        self.erase_beneath(name).await
    }
}

#[cfg(test)]
mod tests;
