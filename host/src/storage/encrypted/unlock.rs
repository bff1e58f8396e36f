//! What an encrypted file is locked with.

#[cfg(feature = "keyring")]
mod in_keyring;

use super::envelope::Key;
#[cfg(feature = "keyring")]
use crate::storage::Keyring;
use crate::storage::file::read_private;
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

impl Unlock {
    /// The key. `is_new`: there is no file yet, so a missing pass phrase is made. Blocks.
    #[cfg_attr(not(feature = "keyring"), expect(unused_variables, reason = "only pass phrases in the keyring depend on them"))]
    pub(super) fn key(&self, home: &Path, is_new: bool) -> Result<Key, String> {
        match self {
            #[cfg(feature = "keyring")]
            Self::Keyring(keyring) => in_keyring::key(keyring, home, is_new),
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

/// A copy of exactly the size, for one that shrinks would leave another behind.
fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

#[cfg(test)]
mod tests;
