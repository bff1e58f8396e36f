//! Where documents are kept (§8.6): in the operating system's keyring, in an encrypted file, in files, or in memory.

mod account;
#[cfg(feature = "keyring")]
mod auto;
mod blocking;
mod change;
#[cfg(test)]
mod conformance;
#[cfg(feature = "age")]
mod encrypted;
mod ephemeral;
#[cfg(test)]
mod faulty;
mod file;
#[cfg(feature = "keyring")]
mod keyring;
mod ladder;
mod layered;
#[cfg(any(feature = "age", feature = "keyring"))]
mod layout;
mod memory;
mod migration;
mod place;
#[cfg(all(test, unix, feature = "age", feature = "keyring"))]
mod processes_tests;
#[cfg(all(test, feature = "age", feature = "keyring"))]
mod record_tests;
mod tasks_apart;

#[cfg(feature = "age")]
pub use encrypted::{EncryptedFileStorage, Unlock};
pub use ephemeral::ephemeral;
pub use file::{DocumentFacts, FileStorage};
#[cfg(feature = "keyring")]
pub use keyring::{CredentialStore, Keyring, KeyringError, KeyringStorage};
pub use ladder::{Chosen, NoStorage, Preferences, ProbeStep, Rung, RungReport, StorageLadder, StorageMode, StorageReport, Verdict};
pub use memory::MemoryStorage;
pub use migration::{MigrationError, Moved, migrate};
pub use place::Place;

use crate::ports::StorageError;
#[cfg(any(feature = "age", feature = "keyring"))]
use layout::same;

/// The document whose member `agent_identity` is the identity record (§8.2).
pub const RECORD: &str = "auth.json";

/// The document of registered tasks, which holds no secrets (L2).
pub const TASKS: &str = "agent_tasks.json";

/// Longest document that is stored or loaded, in bytes.
pub const MAX_DOCUMENT: usize = 8 * 1024 * 1024;

/// The name of a document: 1 to 64 of `a-z 0-9 _ . -`, not starting with a dot. No path can be spelt with it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DocumentName(String);

impl DocumentName {
    fn parse(text: &str) -> Option<Self> {
        let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-');
        let fits = (1..=64).contains(&text.len()) && !text.starts_with('.') && text.bytes().all(allowed);
        fits.then(|| Self(text.to_owned()))
    }

    fn to_read(text: &str) -> Result<Self, StorageError> {
        Self::parse(text).ok_or_else(|| unreadable(what(text), NAME_RULE))
    }

    fn to_write(text: &str) -> Result<Self, StorageError> {
        Self::parse(text).ok_or_else(|| unwritable(what(text), NAME_RULE))
    }

    fn as_str(&self) -> &str {
        &self.0
    }
}

const NAME_RULE: &str = "a document name is 1 to 64 of a-z 0-9 _ . - and does not start with a dot";

fn unreadable(what: impl Into<String>, why: impl Into<String>) -> StorageError {
    StorageError::Unreadable { what: what.into(), why: why.into() }
}

fn unwritable(what: impl Into<String>, why: impl Into<String>) -> StorageError {
    StorageError::Unwritable { what: what.into(), why: why.into() }
}

fn conflict(what: impl Into<String>) -> StorageError {
    StorageError::Conflict { what: what.into() }
}

/// Whether two documents say the same. Where only files and memory keep them, their layout never changes.
#[cfg(not(any(feature = "age", feature = "keyring")))]
fn same(one: &[u8], other: &[u8]) -> bool {
    one == other
}

/// A refused name, shortened so that an error stays readable.
fn what(text: &str) -> String {
    format!("document {:?}", text.chars().take(64).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_spell_no_path() {
        for good in ["auth.json", "a", "agent_tasks.json", "0-9", &"x".repeat(64)] {
            assert_eq!(DocumentName::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", ".", "..", ".lock", "a/b", "a\\b", "A", "é", "a b", "a\0", &"x".repeat(65)] {
            assert!(DocumentName::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn a_refused_name_is_quoted_and_cut() {
        let text = DocumentName::to_read(&format!("../{}", "x".repeat(500))).unwrap_err().to_string();
        assert!(text.starts_with("document \"../xx") && text.contains("does not start with a dot") && text.len() < 200, "{text}");
        assert!(matches!(DocumentName::to_write("/"), Err(StorageError::Unwritable { .. })));
    }
}
