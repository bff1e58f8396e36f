//! Documents in one encrypted file (§8.6, mode *secrets file*).

mod envelope;
mod secrets;
mod unlock;

pub use unlock::Unlock;

use super::account::canonical;
use super::blocking::blocking;
use super::change::{Change, removing, replacing};
use super::file::FileStorage;
use super::layout::{has_revision, indented, one_line};
use super::{DocumentName, Place, unreadable, unwritable};
use crate::ports::{Document, Revision, Storage, StorageError};
use async_trait::async_trait;
use secrets::Secrets;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Keeps documents in `<home>/secrets/codex_auth.age`, which the reference client and the age tools can open.
///
/// The file is replaced as a whole, atomically, with mode 0600, one writer of all processes after the other. JSON is kept on
/// one line and handed out indented; a [`Revision`] of either layout is one of the document. What else is in the file stays.
/// All documents together may have 8 MiB. Working copies inside the age crate are out of reach of K15.
#[derive(Clone, Debug)]
pub struct EncryptedFileStorage {
    file: FileStorage,
    home: Arc<PathBuf>,
    unlock: Arc<Unlock>,
}

/// In the directory `secrets` of the home.
const FILE: &str = "codex_auth.age";

impl EncryptedFileStorage {
    /// The documents of `home`. Nothing is opened yet.
    pub fn open(home: impl AsRef<Path>, unlock: Unlock) -> Result<Self, StorageError> {
        let home = canonical(home.as_ref());
        Ok(Self { file: FileStorage::open(home.join("secrets"))?, home: Arc::new(home), unlock: Arc::new(unlock) })
    }

    /// Where the file is, or would be.
    pub fn path(&self) -> PathBuf {
        self.home.join("secrets").join(FILE)
    }

    /// Locks the file with something else from now on. Where there is no file nothing happens.
    pub async fn relock(&mut self, unlock: Unlock) -> Result<(), StorageError> {
        let (old, new) = (self.clone(), Arc::new(unlock));
        let with = Self { unlock: Arc::clone(&new), ..self.clone() };
        let change = move |sealed: Option<Document>| match sealed {
            None => Ok(Change::Keep),
            Some(sealed) => with.sealed(&old.opened(&sealed)?, true).map(Change::Put),
        };
        self.file.edit(FILE, change).await?;
        self.unlock = new;
        Ok(())
    }

    /// Lets `change` decide what becomes of a document, with no other writer in between.
    async fn edit(
        &self,
        name: DocumentName,
        change: impl FnOnce(Option<Document>) -> Result<Change, StorageError> + Send + 'static,
    ) -> Result<(), StorageError> {
        let this = self.clone();
        let change = move |sealed: Option<Document>| {
            let text = sealed.as_ref().map(|sealed| this.opened(sealed)).transpose()?;
            let secrets = this.secrets(text.as_ref())?;
            let present = secrets.get(&name).map_err(|why| this.unreadable(why))?.map(indented);
            match change(present)? {
                Change::Keep => Ok(Change::Keep),
                Change::Put(document) => this.sealed(&secrets.with(&name, Some(&document)), sealed.is_none()).map(Change::Put),
                Change::Remove if secrets.holds_only(&name) => Ok(Change::Remove),
                Change::Remove => this.sealed(&secrets.with(&name, None), false).map(Change::Put),
            }
        };
        self.file.edit(FILE, change).await
    }

    fn secrets<'a>(&self, text: Option<&'a Document>) -> Result<Secrets<'a>, StorageError> {
        text.map_or(Ok(Secrets::none()), |text| Secrets::read(text).map_err(|why| self.unreadable(why)))
    }

    /// Blocks.
    fn opened(&self, sealed: &Document) -> Result<Document, StorageError> {
        let opened = self.unlock.key(&self.home, false).and_then(|key| envelope::open(&key, sealed));
        opened.map_err(|why| self.unreadable(why))
    }

    /// Blocks.
    fn sealed(&self, text: &Document, is_new: bool) -> Result<Document, StorageError> {
        let sealed = self.unlock.key(&self.home, is_new).and_then(|key| envelope::seal(&key, text));
        sealed.map_err(|why| unwritable(self.path().display().to_string(), why))
    }

    fn unreadable(&self, why: String) -> StorageError {
        unreadable(self.path().display().to_string(), why)
    }

    fn what(&self, name: &DocumentName) -> String {
        format!("{} in {}", name.as_str(), self.path().display())
    }
}

#[async_trait]
impl Storage for EncryptedFileStorage {
    async fn load(&self, name: &str) -> Result<Option<Document>, StorageError> {
        let name = DocumentName::to_read(name)?;
        let Some(sealed) = self.file.load(FILE).await? else { return Ok(None) };
        let this = self.clone();
        let open = move || {
            let text = this.opened(&sealed)?;
            this.secrets(Some(&text))?.get(&name).map_err(|why| this.unreadable(why))
        };
        Ok(blocking(|why| self.unreadable(why.into()), open).await?.map(indented))
    }

    async fn store(&self, name: &str, document: Document) -> Result<(), StorageError> {
        let name = DocumentName::to_write(name)?;
        let document = one_line(&self.what(&name), document)?;
        self.edit(name, |_| Ok(Change::Put(document))).await
    }

    async fn replace(&self, name: &str, expected: Option<&Revision>, document: Document) -> Result<(), StorageError> {
        let name = DocumentName::to_write(name)?;
        let document = one_line(&self.what(&name), document)?;
        let change = replacing(has_revision, self.what(&name), expected.cloned(), document);
        self.edit(name, change).await
    }

    async fn erase(&self, name: &str) -> Result<(), StorageError> {
        let name = DocumentName::to_write(name)?;
        if self.file.inspect(FILE).await?.exists { self.edit(name, |_| Ok(Change::Remove)).await } else { Ok(()) }
    }

    async fn erase_revision(&self, name: &str, expected: &Revision) -> Result<(), StorageError> {
        let name = DocumentName::to_write(name)?;
        let change = removing(has_revision, self.what(&name), expected.clone());
        if self.file.inspect(FILE).await?.exists { self.edit(name, change).await } else { Ok(()) }
    }
}

impl Place for EncryptedFileStorage {
    fn place(&self) -> String {
        format!("the encrypted file {}", self.path().display())
    }
}

#[cfg(test)]
mod tests;
