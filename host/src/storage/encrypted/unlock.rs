//! What an encrypted file is locked with.

use super::envelope::Key;
use crate::ports::Document;
#[cfg(feature = "keyring")]
use crate::storage::account::Account;
#[cfg(feature = "keyring")]
use crate::storage::file::LockedDirectory;
use crate::storage::file::read_private;
#[cfg(feature = "keyring")]
use crate::storage::keyring::{Entry, Keyring, KeyringError, LOCK};
use age::secrecy::SecretString;
use age::x25519;
use std::fmt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What opens and closes an encrypted file. `Debug` shows the kind only.
#[derive(Clone)]
#[non_exhaustive]
pub enum Unlock {
    /// A pass phrase of 256 random bits that is made when it is first needed and kept in the keyring, where the reference
    /// client keeps it.
    #[cfg(feature = "keyring")]
    Keyring(Keyring),
    /// A pass phrase that someone knows. Each opening takes half a second: that is what makes guessing slow.
    PassPhrase(Zeroizing<String>),
    /// An age identity: `AGE-SECRET-KEY-1…`.
    Identity(Zeroizing<String>),
    /// A file with age identities, one a line, as `age-keygen` writes it. Only its owner may read it. The encrypted file is
    /// closed for all of them.
    KeyFile(PathBuf),
}

/// Rounds for a pass phrase that people choose: what OWASP recommends.
const CHOSEN: u8 = 17;

/// Rounds for a random pass phrase: nobody can guess it, so stretching it gains nothing.
#[cfg(feature = "keyring")]
const RANDOM: u8 = 10;

#[cfg(feature = "keyring")]
const SERVICE: &str = "codex";

impl Unlock {
    /// The key. `is_new`: there is no file yet, so a missing pass phrase is made. Blocks.
    pub(super) fn key(&self, home: &Path, is_new: bool) -> Result<Key, String> {
        match self {
            #[cfg(feature = "keyring")]
            Self::Keyring(keyring) => pass_phrase_in(keyring, home, is_new),
            Self::PassPhrase(text) if text.is_empty() => Err("the pass phrase is empty; give one".into()),
            Self::PassPhrase(text) => Ok(Key::PassPhrase { text: secret(text), work_factor: CHOSEN }),
            Self::Identity(text) => identities(text),
            Self::KeyFile(path) => {
                let text = read_private(path).and_then(|text| text.ok_or_else(|| "there is no such file".into()));
                text.and_then(|text| identities(str::from_utf8(&text).unwrap_or_default()))
                    .map_err(|why| format!("its key file {} cannot be used: {why}", path.display()))
            }
        }
    }

    /// What it is, for people.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            #[cfg(feature = "keyring")]
            Self::Keyring(_) => "a pass phrase in the keyring",
            Self::PassPhrase(_) => "a pass phrase",
            Self::Identity(_) => "an age identity",
            Self::KeyFile(_) => "a key file",
        }
    }
}

impl fmt::Debug for Unlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unlock({})", self.kind())
    }
}

fn identities(text: &str) -> Result<Key, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let identities: Vec<x25519::Identity> = lines
        .map(|line| line.parse().map_err(|_| "a line is no age identity; each is AGE-SECRET-KEY-1… as age-keygen writes it".to_owned()))
        .collect::<Result<_, _>>()?;
    if identities.is_empty() {
        return Err("there is no age identity in it; make one: age-keygen".into());
    }
    Ok(Key::Identities(identities))
}

#[cfg(feature = "keyring")]
fn pass_phrase_in(keyring: &Keyring, home: &Path, is_new: bool) -> Result<Key, String> {
    let account = Account::of(home).pass_phrase();
    let found = match keyring.get(SERVICE, account.clone()).map_err(|error| error.to_string())? {
        Some(found) => found,
        None if is_new => make_pass_phrase(keyring, home, account)?,
        None => return Err(format!("its pass phrase is not in the keyring (service {SERVICE}, account {account}); restore it there")),
    };
    let text = str::from_utf8(&found).map_err(|_| "its pass phrase in the keyring is not text".to_owned())?;
    Ok(Key::PassPhrase { text: secret(text), work_factor: RANDOM })
}

/// Whoever is first makes it; what is used is what was read back.
#[cfg(feature = "keyring")]
fn make_pass_phrase(keyring: &Keyring, home: &Path, account: String) -> Result<Document, String> {
    let directory = LockedDirectory::open(home).map(|home| home.with_lock(LOCK, keyring.is_patient_for()));
    let lock = directory.and_then(|directory| directory.exclusive()).map_err(|error| error.to_string())?;
    let made = random_pass_phrase()?;
    let work = move |entry: &Entry| {
        let _lock = lock;
        if entry.get()?.is_none() {
            entry.set(&made)?;
        }
        entry.get()?.ok_or_else(|| KeyringError::Unusable("it did not keep what was written".into()))
    };
    keyring.ask(SERVICE, account, work).map_err(|error| error.to_string())
}

/// 32 random bytes in hex.
#[cfg(feature = "keyring")]
fn random_pass_phrase() -> Result<Document, String> {
    let mut random = Zeroizing::new([0_u8; 32]);
    getrandom::fill(&mut random[..]).map_err(|_| "the random source failed".to_owned())?;
    let mut text = Document::new(Vec::with_capacity(64));
    for nibble in random.iter().flat_map(|byte| [byte >> 4, byte & 15]) {
        text.extend(char::from_digit(nibble.into(), 16).and_then(|digit| u8::try_from(digit).ok()));
    }
    Ok(text)
}

/// A copy of exactly the size, for one that shrinks would leave another behind.
fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

#[cfg(test)]
mod tests;
