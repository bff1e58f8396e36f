//! Keyrings for tests: one that outlives the process, one that does not answer until it is told to, and one with faults.

use keyring_core::api::{CredentialApi, CredentialStoreApi};
use keyring_core::{Credential, CredentialStore, Entry, Error, Result};
use std::any::Any;
use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};

/// Keeps entries as files of a directory, readable by anyone who looks: for tests only.
#[derive(Debug)]
pub(in crate::storage) struct FolderKeyring(PathBuf);

#[derive(Debug)]
struct FolderEntry(PathBuf);

impl FolderKeyring {
    pub(in crate::storage) fn of(folder: &Path) -> Arc<CredentialStore> {
        fs::create_dir_all(folder).unwrap();
        Arc::new(Self(folder.to_owned()))
    }
}

impl CredentialStoreApi for FolderKeyring {
    fn vendor(&self) -> String {
        "files, for tests".into()
    }

    fn id(&self) -> String {
        self.0.display().to_string()
    }

    fn build(&self, service: &str, user: &str, _modifiers: Option<&HashMap<&str, &str>>) -> Result<Entry> {
        let path = self.0.join(format!("{service} {}", user.replace(['|', '/'], " ")));
        Ok(Entry::new_with_credential(Arc::new(FolderEntry(path))))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl CredentialApi for FolderEntry {
    fn set_secret(&self, secret: &[u8]) -> Result<()> {
        let copy = self.0.with_extension(getrandom::u64().unwrap().to_string());
        fs::write(&copy, secret).and_then(|()| fs::rename(&copy, &self.0)).map_err(failed)
    }

    fn get_secret(&self) -> Result<Vec<u8>> {
        fs::read(&self.0).map_err(failed)
    }

    fn delete_credential(&self) -> Result<()> {
        fs::remove_file(&self.0).map_err(failed)
    }

    fn get_credential(&self) -> Result<Option<Arc<Credential>>> {
        Ok(None)
    }

    fn get_specifiers(&self) -> Option<(String, String)> {
        None
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn failed(error: std::io::Error) -> Error {
    if error.kind() == ErrorKind::NotFound { Error::NoEntry } else { Error::PlatformFailure(Box::new(error)) }
}

/// Another keyring behind a dialog: it answers once the gate is open.
#[derive(Debug)]
pub(in crate::storage) struct HeldKeyring {
    inner: Arc<CredentialStore>,
    open: Mutex<bool>,
    opened: Condvar,
}

impl HeldKeyring {
    pub(in crate::storage) fn before(inner: Arc<CredentialStore>) -> Arc<Self> {
        Arc::new(Self { inner, open: Mutex::new(false), opened: Condvar::new() })
    }

    pub(in crate::storage) fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

impl CredentialStoreApi for HeldKeyring {
    fn vendor(&self) -> String {
        self.inner.vendor()
    }

    fn id(&self) -> String {
        self.inner.id()
    }

    fn build(&self, service: &str, user: &str, modifiers: Option<&HashMap<&str, &str>>) -> Result<Entry> {
        drop(self.opened.wait_while(self.open.lock().unwrap(), |open| !*open).unwrap());
        self.inner.build(service, user, modifiers)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What is wrong with a keyring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::storage) enum KeyringFault {
    Nothing,
    /// Nobody answers.
    Unreachable,
    /// It can only be read.
    ReadOnly,
    /// It cannot be written, but entries can be removed.
    TooLong(usize),
    /// It keeps the beginning only, and says nothing.
    Truncates(usize),
}

/// Another keyring with a fault that comes and goes.
#[derive(Clone, Debug)]
pub(in crate::storage) struct FaultyKeyring {
    inner: Arc<CredentialStore>,
    fault: Arc<Mutex<KeyringFault>>,
}

#[derive(Debug)]
struct FaultyEntry {
    inner: Entry,
    keyring: FaultyKeyring,
}

impl FaultyKeyring {
    pub(in crate::storage) fn new(fault: KeyringFault) -> Arc<Self> {
        Arc::new(Self { inner: keyring_core::mock::Store::new().unwrap(), fault: Arc::new(Mutex::new(fault)) })
    }

    pub(in crate::storage) fn set(&self, fault: KeyringFault) {
        *self.fault.lock().unwrap() = fault;
    }

    fn fault(&self) -> KeyringFault {
        *self.fault.lock().unwrap()
    }
}

impl CredentialStoreApi for FaultyKeyring {
    fn vendor(&self) -> String {
        self.inner.vendor()
    }

    fn id(&self) -> String {
        "with a fault".into()
    }

    fn build(&self, service: &str, user: &str, modifiers: Option<&HashMap<&str, &str>>) -> Result<Entry> {
        if self.fault() == KeyringFault::Unreachable {
            return Err(Error::NoDefaultStore);
        }
        let entry = FaultyEntry { inner: self.inner.build(service, user, modifiers)?, keyring: self.clone() };
        Ok(Entry::new_with_credential(Arc::new(entry)))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl CredentialApi for FaultyEntry {
    fn set_secret(&self, secret: &[u8]) -> Result<()> {
        match self.keyring.fault() {
            KeyringFault::ReadOnly => Err(Error::NoStorageAccess("it can only be read".into())),
            KeyringFault::TooLong(limit) if secret.len() > limit => Err(Error::TooLong("password".into(), limit.try_into().unwrap())),
            KeyringFault::Truncates(length) => self.inner.set_secret(&secret[..length.min(secret.len())]),
            _ => self.inner.set_secret(secret),
        }
    }

    fn get_secret(&self) -> Result<Vec<u8>> {
        self.inner.get_secret()
    }

    fn delete_credential(&self) -> Result<()> {
        match self.keyring.fault() {
            KeyringFault::ReadOnly => Err(Error::NoStorageAccess("it can only be read".into())),
            _ => self.inner.delete_credential(),
        }
    }

    fn get_credential(&self) -> Result<Option<Arc<Credential>>> {
        Ok(None)
    }

    fn get_specifiers(&self) -> Option<(String, String)> {
        None
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
