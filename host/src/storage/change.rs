//! Decisions about a document, made while no other writer can come in between.

use super::conflict;
use crate::ports::{Document, Revision, StorageError};

/// What becomes of a document.
pub(super) enum Change {
    /// It stays as it is.
    Keep,
    /// This takes its place.
    Put(Document),
    /// It goes.
    Remove,
}

/// Whether a document has a revision.
pub(super) type Matches = fn(&[u8], &Revision) -> bool;

/// Replaces the document that was expected, or the absence that was expected.
pub(super) fn replacing(
    matches: Matches,
    what: String,
    expected: Option<Revision>,
    document: Document,
) -> impl FnOnce(Option<Document>) -> Result<Change, StorageError> + Send + 'static {
    move |present| match (present, expected) {
        (None, None) => Ok(Change::Put(document)),
        (Some(present), Some(expected)) if matches(&present, &expected) => Ok(Change::Put(document)),
        _ => Err(conflict(what)),
    }
}

/// Removes the document that was expected. One that is gone already is fine.
pub(super) fn removing(
    matches: Matches,
    what: String,
    expected: Revision,
) -> impl FnOnce(Option<Document>) -> Result<Change, StorageError> + Send + 'static {
    move |present| match present {
        None => Ok(Change::Keep),
        Some(present) if matches(&present, &expected) => Ok(Change::Remove),
        Some(_) => Err(conflict(what)),
    }
}

/// The revision of these very bytes.
pub(super) fn exactly(document: &[u8], revision: &Revision) -> bool {
    Revision::of(document) == *revision
}
