//! The keyring as such: secret texts under a service and an account.

use crate::ports::Document;
use keyring_core::Error;
use keyring_core::api::CredentialStore;
use std::fmt;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use zeroize::Zeroizing;

/// The operating system's keyring: Secret Service, Keychain or Credential Manager. Cheap to clone; connects when first used.
#[derive(Clone)]
pub struct Keyring {
    store: Store,
    patience: Duration,
}

#[derive(Clone)]
enum Store {
    /// Of this platform, once it is connected.
    Platform(Arc<Mutex<Option<Arc<CredentialStore>>>>),
    Given(Arc<CredentialStore>),
}

const PATIENCE: Duration = Duration::from_secs(120);

/// Why the keyring did not do what it was asked. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// Nobody offers a keyring here, or it broke.
    #[error("no keyring answers here: {0}; use a desktop session with a Secret Service, or another storage")]
    Unavailable(String),
    /// It is locked, or its owner refused.
    #[error("the keyring is locked or refused access: {0}; unlock it and try again")]
    Refused(String),
    /// No answer: perhaps a dialog waits for someone.
    #[error("the keyring has not answered for {0} s; look whether a dialog waits for you, and unlock it there")]
    Silent(u64),
    /// Longer than this keyring allows.
    #[error("the keyring takes at most {0} characters; use the encrypted file")]
    TooLong(u32),
    /// The entry cannot be used.
    #[error("its entry in the keyring cannot be used: {0}")]
    Unusable(String),
}

impl Keyring {
    /// The one of this platform.
    pub fn platform() -> Self {
        Self { store: Store::Platform(Arc::default()), patience: PATIENCE }
    }

    /// Another store, such as the kernel's or one in memory.
    pub fn of(store: Arc<CredentialStore>) -> Self {
        Self { store: Store::Given(store), patience: PATIENCE }
    }

    /// How long an answer is waited for: the user may have to unlock the keyring meanwhile. 120 s unless told otherwise.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// How long an answer is waited for.
    pub(in crate::storage) fn is_patient_for(&self) -> Duration {
        self.patience
    }

    /// Which keyring, for people.
    pub(in crate::storage) fn name(&self) -> String {
        match &self.store {
            Store::Platform(_) => "the keyring".into(),
            Store::Given(store) => format!("the keyring {}", store.id()),
        }
    }

    /// Reads an entry. Blocks, at most as long as its patience.
    pub(in crate::storage) fn get(&self, service: &'static str, account: String) -> Result<Option<Document>, KeyringError> {
        self.ask(service, account, |entry| entry.get())
    }

    /// Works on an entry. Blocks, at most as long as its patience; after [`KeyringError::Silent`] the work goes on, and what
    /// it holds, such as a lock, is given up when it ends. For that reason it has a thread of its own: a desktop waits for its
    /// user as long as it likes, and nothing calls it back.
    pub(in crate::storage) fn ask<T: Send + 'static>(
        &self,
        service: &'static str,
        account: String,
        work: impl FnOnce(&Entry) -> Result<T, KeyringError> + Send + 'static,
    ) -> Result<T, KeyringError> {
        let (answer, answered) = mpsc::channel();
        let store = self.store.clone();
        let asking = move || {
            // Nobody listens any more if it took too long.
            let _ = answer.send(store.entry(service, &account).and_then(|entry| work(&entry)));
        };
        let thread = std::thread::Builder::new().name("keyring".into());
        thread.spawn(asking).map_err(|error| KeyringError::Unavailable(error.to_string()))?;
        let outcome = match answered.recv_timeout(self.patience) {
            Ok(done) => done,
            Err(RecvTimeoutError::Timeout) => Err(KeyringError::Silent(self.patience.as_secs())),
            Err(RecvTimeoutError::Disconnected) => Err(KeyringError::Unavailable("its client library failed".into())),
        };
        if matches!(outcome, Err(KeyringError::Unavailable(_))) {
            self.store.disconnect();
        }
        outcome
    }
}

/// One entry of the keyring.
pub(in crate::storage) struct Entry(keyring_core::Entry);

impl Entry {
    pub(in crate::storage) fn get(&self) -> Result<Option<Document>, KeyringError> {
        match self.0.get_password() {
            Ok(text) => Ok(Some(Zeroizing::new(text.into_bytes()))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    pub(in crate::storage) fn set(&self, text: &Document) -> Result<(), KeyringError> {
        let text = str::from_utf8(text).map_err(|_| KeyringError::Unusable("what it should hold is not text".into()))?;
        self.0.set_password(text).map_err(failed)
    }

    pub(in crate::storage) fn delete(&self) -> Result<(), KeyringError> {
        match self.0.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }
}

impl Store {
    fn entry(&self, service: &str, account: &str) -> Result<Entry, KeyringError> {
        let store = match self {
            Self::Given(store) => Arc::clone(store),
            Self::Platform(connected) => {
                let mut connected = connected.lock().unwrap_or_else(PoisonError::into_inner);
                match &*connected {
                    Some(store) => Arc::clone(store),
                    None => Arc::clone(connected.insert(platform().map_err(failed)?)),
                }
            }
        };
        store.build(service, account, None).map(Entry).map_err(failed)
    }

    /// The service may have been started anew: the next question connects again.
    fn disconnect(&self) {
        if let Self::Platform(connected) = self {
            *connected.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}

/// What may quote bytes of a secret is not passed on, and overwritten.
fn failed(error: Error) -> KeyringError {
    match error {
        Error::NoStorageAccess(why) => KeyringError::Refused(why.to_string()),
        Error::TooLong(_, limit) => KeyringError::TooLong(limit),
        Error::Ambiguous(entries) => KeyringError::Unusable(format!("there are {} of this name; remove all but one", entries.len())),
        Error::BadEncoding(bytes) | Error::BadDataFormat(bytes, _) => {
            drop(Zeroizing::new(bytes));
            KeyringError::Unusable("it is not text; remove it".into())
        }
        Error::PlatformFailure(why) => KeyringError::Unavailable(why.to_string()),
        other => KeyringError::Unavailable(other.to_string()),
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring")
    }
}

#[cfg(all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android"))))]
fn platform() -> Result<Arc<CredentialStore>, Error> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn platform() -> Result<Arc<CredentialStore>, Error> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn platform() -> Result<Arc<CredentialStore>, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(any(target_os = "ios", target_os = "android"))]
fn platform() -> Result<Arc<CredentialStore>, Error> {
    Err(Error::NotSupportedByStore("there is no keyring for this platform in this build".into()))
}
