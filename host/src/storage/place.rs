//! Storages that reach no further than themselves.

use crate::ports::Storage;

/// A storage that touches nothing but its own documents: erasing here erases nothing elsewhere. Documents can be
/// [migrated](super::migrate) between such places only.
pub trait Place: Storage {
    /// What and where it is, for people. Two places are one exactly if this is equal.
    fn place(&self) -> String;
}
