//! What the caller wants.

use super::Rung;
use crate::ports::StorageError;
#[cfg(feature = "age")]
use crate::storage::{EncryptedFileStorage, Unlock};
use crate::storage::{FileStorage, Place, ephemeral};
#[cfg(feature = "keyring")]
use crate::storage::{Keyring, KeyringStorage};
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

/// Where documents shall be kept. The names are those of settings and options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StorageMode {
    /// `strongest`: the first of keyring, encrypted file, plain file and memory that works.
    #[default]
    Strongest,
    /// `keyring`: nowhere else.
    Keyring,
    /// `secrets`: in the encrypted file, nowhere else.
    EncryptedFile,
    /// `file`: in plain files, nowhere else.
    File,
    /// `auto`: the keyring, and on an error of it the plain file, each time anew.
    Auto,
    /// `ephemeral`: in memory, nowhere else.
    Ephemeral,
}

/// What a mode has to do with a rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It can be chosen.
    Candidate,
    /// What is there is superseded by what is chosen.
    Superseded,
    /// Nothing.
    None,
}

impl StorageMode {
    const NAMES: [(&str, Self); 6] = [
        ("strongest", Self::Strongest),
        ("keyring", Self::Keyring),
        ("secrets", Self::EncryptedFile),
        ("file", Self::File),
        ("auto", Self::Auto),
        ("ephemeral", Self::Ephemeral),
    ];

    pub(super) fn role(self, rung: Rung) -> Role {
        match (self, rung) {
            (Self::Strongest, _)
            | (Self::Keyring | Self::Auto, Rung::Keyring)
            | (Self::EncryptedFile, Rung::EncryptedFile)
            | (Self::File | Self::Auto, Rung::File)
            | (Self::Ephemeral, Rung::Memory) => Role::Candidate,
            (Self::Keyring | Self::EncryptedFile, Rung::File) | (Self::EncryptedFile, Rung::Keyring) => Role::Superseded,
            _ => Role::None,
        }
    }
}

impl fmt::Display for StorageMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::NAMES.iter().find(|(_, mode)| mode == self).map_or("", |(name, _)| name);
        f.write_str(name)
    }
}

impl FromStr for StorageMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::NAMES.iter().find(|(name, _)| *name == text).map(|(_, mode)| *mode);
        known.ok_or_else(|| format!("{text:?} is no storage mode; it is one of {}", Self::NAMES.map(|(name, _)| name).join(", ")))
    }
}

/// What the caller wants, and what opens the rungs.
#[derive(Clone, Debug, Default)]
pub struct Preferences {
    /// Where documents shall be kept.
    pub mode: StorageMode,
    /// The keyring; that of the platform unless another is given.
    #[cfg(feature = "keyring")]
    pub keyring: Option<Keyring>,
    /// What the encrypted file is locked with; a pass phrase in the keyring unless something else is given.
    #[cfg(feature = "age")]
    pub unlock: Option<Unlock>,
}

impl Preferences {
    /// A rung by itself, as migration needs it: whatever is done there touches no other rung. None if this build does not have
    /// it.
    pub fn place(&self, home: impl AsRef<Path>, rung: Rung) -> Result<Option<Arc<dyn Place>>, StorageError> {
        let home = home.as_ref();
        Ok(match rung {
            Rung::Keyring => self.keyring_storage(home)?,
            Rung::EncryptedFile => self.encrypted_file(home)?,
            Rung::File => Some(Arc::new(FileStorage::open(home)?)),
            Rung::Memory => Some(ephemeral(home)),
        })
    }

    #[cfg(feature = "keyring")]
    fn keyring_storage(&self, home: &Path) -> Result<Option<Arc<dyn Place>>, StorageError> {
        let keyring = self.keyring.clone().unwrap_or_else(Keyring::platform);
        Ok(Some(Arc::new(KeyringStorage::open(home, keyring)?)))
    }

    #[cfg(not(feature = "keyring"))]
    fn keyring_storage(&self, _home: &Path) -> Result<Option<Arc<dyn Place>>, StorageError> {
        Ok(None)
    }

    #[cfg(feature = "age")]
    fn encrypted_file(&self, home: &Path) -> Result<Option<Arc<dyn Place>>, StorageError> {
        #[cfg(feature = "keyring")]
        let unlock = self.unlock.clone().or_else(|| Some(Unlock::Keyring(self.keyring.clone().unwrap_or_else(Keyring::platform))));
        #[cfg(not(feature = "keyring"))]
        let unlock = self.unlock.clone();
        let unlock = unlock.ok_or_else(|| StorageError::Unreadable {
            what: "the encrypted file".into(),
            why: "neither a pass phrase nor a key file was given; give one".into(),
        })?;
        Ok(Some(Arc::new(EncryptedFileStorage::open(home, unlock)?)))
    }

    #[cfg(not(feature = "age"))]
    fn encrypted_file(&self, _home: &Path) -> Result<Option<Arc<dyn Place>>, StorageError> {
        Ok(None)
    }
}
