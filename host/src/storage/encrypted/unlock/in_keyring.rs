//! A random pass phrase in the keyring, where the reference client keeps it for all encrypted files of the home.

use super::{Key, secret};
use crate::ports::Document;
use crate::storage::account::Account;
use crate::storage::file::LockedDirectory;
use crate::storage::keyring::{Entry, Keyring, KeyringError, LOCK};
use std::path::Path;
use zeroize::Zeroizing;

/// Rounds of scrypt: nobody can guess 256 random bits, so stretching them gains nothing.
const WORK_FACTOR: u8 = 10;

const SERVICE: &str = "codex";

/// The key. `is_new`: there is no file yet, so a missing pass phrase is made. Blocks.
pub(super) fn key(keyring: &Keyring, home: &Path, is_new: bool) -> Result<Key, String> {
    let account = Account::of(home).pass_phrase();
    let found = match keyring.get(SERVICE, account.clone()).map_err(|error| error.to_string())? {
        Some(found) => found,
        None if is_new => make_pass_phrase(keyring, home, account)?,
        None => return Err(format!("its pass phrase is not in the keyring (service {SERVICE}, account {account}); restore it there")),
    };
    let text = str::from_utf8(&found).map_err(|_| "its pass phrase in the keyring is not text".to_owned())?;
    Ok(Key::PassPhrase { text: secret(text), work_factor: WORK_FACTOR })
}

/// Whoever is first makes it; what is used is what was read back.
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
fn random_pass_phrase() -> Result<Document, String> {
    let mut random = Zeroizing::new([0_u8; 32]);
    getrandom::fill(&mut random[..]).map_err(|_| "the random source failed".to_owned())?;
    let mut text = Document::new(Vec::with_capacity(64));
    for nibble in random.iter().flat_map(|byte| [byte >> 4, byte & 15]) {
        text.extend(char::from_digit(nibble.into(), 16).and_then(|digit| u8::try_from(digit).ok()));
    }
    Ok(text)
}
