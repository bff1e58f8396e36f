//! Moving documents from one place to another.
//!
//! A document is copied, read back and compared, and only then erased where it was, if it is still what was copied. So at no
//! instant it is nowhere. Whatever interrupts this, doing it again finishes it.

use super::{Place, same};
use crate::ports::{Document, Revision, StorageError};

/// What became of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// It was copied and erased at the source.
    Moved,
    /// The target had it already, from an interrupted migration; it was erased at the source.
    Finished,
    /// The source has none.
    Nothing,
}

/// Why a document stays where it is. Never holds its content.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrationError {
    /// Source and target are one.
    #[error("{place} is source and target; name two places")]
    SamePlace {
        /// Which.
        place: String,
    },
    /// Nobody but the user can tell which one counts.
    #[error("{name} is in both, {from} and {to}, and they differ; nothing changed. Decide which one counts, and erase the other")]
    Differs {
        /// Which document.
        name: String,
        /// The source.
        from: String,
        /// The target.
        to: String,
    },
    /// What was read back is not what was written.
    #[error("{to} did not keep {name} as it was written; it is still in {from}. Use another place")]
    NotKept {
        /// Which document.
        name: String,
        /// The source.
        from: String,
        /// The target.
        to: String,
    },
    /// Somebody keeps writing.
    #[error("{name} changes in {from} all the time; end what uses it, then try again")]
    Unsettled {
        /// Which document.
        name: String,
        /// The source.
        from: String,
    },
    /// The source or the target failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Moves documents, one after the other; says for each what became of it. Stops at the first that cannot be moved: those
/// before it have moved, it and those behind it are where they were.
pub async fn migrate(from: &dyn Place, to: &dyn Place, names: &[&str]) -> Result<Vec<Moved>, MigrationError> {
    Migration { from, to, reached: |_| {} }.run(names).await
}

/// How often a document may change at the source while it is being moved.
const ATTEMPTS: usize = 8;

/// The steps for one document. Tests kill the process at each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Read,
    Copied,
    Compared,
    Erased,
}

struct Migration<'a> {
    from: &'a dyn Place,
    to: &'a dyn Place,
    reached: fn(Step),
}

impl Migration<'_> {
    async fn run(&self, names: &[&str]) -> Result<Vec<Moved>, MigrationError> {
        let place = self.from.place();
        if place == self.to.place() {
            return Err(MigrationError::SamePlace { place });
        }
        let mut moved = Vec::new();
        for name in names {
            moved.push(self.document(name).await?);
        }
        Ok(moved)
    }

    async fn document(&self, name: &str) -> Result<Moved, MigrationError> {
        // What this run has copied already: the target may be replaced only then.
        let mut copied = None;
        for _ in 0..ATTEMPTS {
            let Some(document) = self.from.load(name).await? else { return Ok(self.gone(copied)) };
            (self.reached)(Step::Read);
            let Some(outcome) = self.copy(name, &document, copied.as_ref()).await? else { continue };
            (self.reached)(Step::Copied);
            self.compare(name, &document).await?;
            (self.reached)(Step::Compared);
            match self.from.erase_revision(name, &Revision::of(&document)).await {
                Ok(()) => {
                    (self.reached)(Step::Erased);
                    return Ok(outcome);
                }
                Err(StorageError::Conflict { .. }) => copied = Some(document),
                Err(error) => return Err(error.into()),
            }
        }
        Err(MigrationError::Unsettled { name: name.into(), from: self.from.place() })
    }

    /// Somebody erased it at the source while it was being moved, or there never was one.
    fn gone(&self, copied: Option<Document>) -> Moved {
        if copied.is_some() { Moved::Moved } else { Moved::Nothing }
    }

    /// Puts the document where there is none, or where an older copy of this run is. None: the target has changed meanwhile.
    async fn copy(&self, name: &str, document: &Document, copied: Option<&Document>) -> Result<Option<Moved>, MigrationError> {
        let present = self.to.load(name).await?;
        let expected = match &present {
            Some(present) if same(present, document) => return Ok(Some(if copied.is_some() { Moved::Moved } else { Moved::Finished })),
            Some(present) if copied.is_some_and(|copied| same(present, copied)) => Some(Revision::of(present)),
            Some(_) => return Err(MigrationError::Differs { name: name.into(), from: self.from.place(), to: self.to.place() }),
            None => None,
        };
        match self.to.replace(name, expected.as_ref(), document.clone()).await {
            Ok(()) => Ok(Some(Moved::Moved)),
            Err(StorageError::Conflict { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn compare(&self, name: &str, document: &Document) -> Result<(), MigrationError> {
        let kept = self.to.load(name).await?;
        if kept.is_some_and(|kept| same(&kept, document)) {
            return Ok(());
        }
        Err(MigrationError::NotKept { name: name.into(), from: self.from.place(), to: self.to.place() })
    }
}

#[cfg(all(test, unix, feature = "age", feature = "keyring"))]
mod crash_tests;
#[cfg(test)]
mod tests;
