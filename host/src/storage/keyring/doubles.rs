//! Keyrings for tests: one that outlives the process, and one that does not answer until it is told to.

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
