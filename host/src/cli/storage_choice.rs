//! Where the identity is kept: which storage is meant, and what opens it.

use super::failure::Failure;
use super::input::Source;
use super::output::Output;
use crate::storage::{Preferences, Rung, StorageMode, Unlock};
use crate::{Advice, Error};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;

/// The storages, as options and settings name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StorageName {
    /// Files with mode 0600 in the home folder
    File,
    /// The keyring of the operating system
    Keyring,
    /// One encrypted file in the home folder
    Encrypted,
    /// The keyring, and where that fails the file
    Auto,
    /// The first of keyring, encrypted file and file that works
    Strongest,
    /// Nowhere: gone when the command ends
    Memory,
}

/// What the options say.
#[derive(Clone, Default)]
pub struct StorageChoice {
    pub name: Option<StorageName>,
    /// Age identities that open the encrypted file.
    pub key_file: Option<PathBuf>,
    /// Holds the pass phrase that opens it.
    pub passphrase_file: Option<Source>,
}

impl StorageName {
    pub fn mode(self) -> StorageMode {
        match self {
            Self::File => StorageMode::File,
            Self::Keyring => StorageMode::Keyring,
            Self::Encrypted => StorageMode::EncryptedFile,
            Self::Auto => StorageMode::Auto,
            Self::Strongest => StorageMode::Strongest,
            Self::Memory => StorageMode::Ephemeral,
        }
    }

    /// The one place it is; none for those that choose.
    pub fn rung(self) -> Option<Rung> {
        match self {
            Self::File => Some(Rung::File),
            Self::Keyring => Some(Rung::Keyring),
            Self::Encrypted => Some(Rung::EncryptedFile),
            Self::Memory => Some(Rung::Memory),
            Self::Auto | Self::Strongest => None,
        }
    }
}

impl fmt::Display for StorageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

impl StorageChoice {
    /// What the library is told. `remembered`: the key file of the settings.
    pub fn preferences(&self, name: StorageName, remembered: Option<PathBuf>) -> Result<Preferences, Failure> {
        let unlock = match (&self.passphrase_file, self.key_file.clone().or(remembered)) {
            (Some(source), _) => Some(Unlock::PassPhrase(source.read_secret_text("a pass phrase", &Output::new(false, false))?)),
            (None, Some(path)) => Some(Unlock::KeyFile(path)),
            (None, None) => None,
        };
        Ok(Preferences { mode: name.mode(), unlock, ..Preferences::default() })
    }
}

/// A storage that cannot be used.
pub fn unusable(why: impl fmt::Display) -> Failure {
    let error = Error::new("store-read-failed", Advice::FixConfig, why.to_string());
    Failure::from(error).next("correct that, or choose another storage: --storage WHERE; agent-identity storage show tries them all")
}
