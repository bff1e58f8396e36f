//! The home folder: settings, the key before registration, the identity record.
//!
//! | document | content | where |
//! |---|---|---|
//! | `config.json` | which backend, which storage | a file |
//! | `pending-key.json` | a key that is not registered yet; secret | the chosen storage |
//! | `auth.json` | the identity record in the reference client's format (§8.2); secret | the chosen storage |
//! | `agent_tasks.json` | the task store (L2) | a file |

use super::failure::Failure;
use super::storage_choice::{StorageChoice, StorageName, unusable};
use crate::ports::{Document, Revision, Storage, StorageError};
use crate::storage::{Chosen, DocumentFacts, FileStorage, Preferences, RECORD, StorageLadder};
use crate::types::{PrivateForm, SecretForm};
use crate::{Error, Session, session};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

pub const SETTINGS: &str = "config.json";
pub const PENDING_KEY: &str = "pending-key.json";

/// The folder an identity lives in.
#[derive(Clone)]
pub struct Home {
    path: PathBuf,
    /// Settings, and whatever is looked at as a file.
    files: FileStorage,
    choice: StorageChoice,
    kept: Arc<OnceCell<Kept>>,
}

/// Where the identity is kept.
pub struct Kept {
    pub name: StorageName,
    pub storage: Arc<dyn Storage>,
    /// What and where that is, for people; none for files of the home folder.
    pub place: Option<String>,
}

/// What is remembered between commands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authapi_base: Option<String>,
    /// Where the key set for identity JWTs is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<StorageName>,
    /// Age identities that open the encrypted file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_key_file: Option<PathBuf>,
    /// A migration that was begun and has not ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migration: Option<Migration>,
}

/// Documents on their way from one storage to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    pub from: StorageName,
    pub to: StorageName,
}

/// The secret is borrowed from the document, which is overwritten on drop.
#[derive(Deserialize)]
struct PendingKey<'a> {
    version: u32,
    agent_private_key: &'a str,
}

impl Default for Settings {
    fn default() -> Self {
        Self { version: 1, authapi_base: None, jwks_url: None, storage: None, storage_key_file: None, migration: None }
    }
}

impl Home {
    /// The folder named, or the one of this user. It need not exist.
    pub fn open(path: Option<PathBuf>, choice: StorageChoice) -> Result<Self, Failure> {
        let path = path.or_else(of_user).ok_or_else(|| {
            Failure::config("there is no folder for the identity: neither HOME nor XDG_CONFIG_HOME is set", "name one with --home DIR")
        })?;
        Ok(Self { files: FileStorage::open(&path)?, path, choice, kept: Arc::default() })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The key file that an option names.
    pub fn key_file(&self) -> Option<PathBuf> {
        self.choice.key_file.clone()
    }

    /// What is known about a file without reading it.
    pub async fn inspect(&self, name: &str) -> Result<DocumentFacts, Failure> {
        Ok(self.files.inspect(name).await?)
    }

    /// Where the identity is kept; found out once.
    pub async fn kept(&self) -> Result<&Kept, Failure> {
        self.kept.get_or_try_init(|| self.choose()).await
    }

    /// The storage the identity is kept in.
    pub async fn storage(&self) -> Result<Arc<dyn Storage>, Failure> {
        Ok(self.kept().await?.storage.clone())
    }

    async fn choose(&self) -> Result<Kept, Failure> {
        let remembered = self.settings().await?.unwrap_or_default();
        let name = self.choice.name.or(remembered.storage).unwrap_or(StorageName::File);
        if name == StorageName::File {
            return Ok(Kept { name, storage: Arc::new(self.files.clone()), place: None });
        }
        let preferences = self.choice.preferences(name, remembered.storage_key_file)?;
        let Chosen { storage, report } = StorageLadder::probe(&self.path, preferences).await.map_err(unusable)?;
        let place = report.rungs.iter().find(|rung| Some(rung.rung) == report.chosen).and_then(|rung| rung.place.clone());
        Ok(Kept { name, storage, place })
    }

    /// What opens one storage by itself.
    pub async fn preferences(&self, name: StorageName) -> Result<Preferences, Failure> {
        let remembered = self.settings().await?.unwrap_or_default();
        self.choice.preferences(name, remembered.storage_key_file)
    }

    pub async fn settings(&self) -> Result<Option<Settings>, Failure> {
        let Some(document) = self.files.load(SETTINGS).await? else { return Ok(None) };
        let settings: Option<Settings> = serde_json::from_slice(&document).ok();
        settings.filter(|settings| settings.version == 1).map(Some).ok_or_else(|| {
            Failure::config(
                format!("{} does not hold settings of version 1", self.path.join(SETTINGS).display()),
                "remove it, then name the backend with --authapi-base",
            )
        })
    }

    /// Changes what is remembered.
    pub async fn remember(&self, change: impl FnOnce(&mut Settings)) -> Result<(), Failure> {
        let present = self.settings().await?;
        let mut settings = present.clone().unwrap_or_default();
        change(&mut settings);
        if present.as_ref() == Some(&settings) {
            return Ok(());
        }
        let document = serde_json::to_vec_pretty(&settings).map_err(|error| Failure::internal(error.to_string()))?;
        Ok(self.files.store(SETTINGS, Document::new(document)).await?)
    }

    /// Remembers the registration endpoints, and the storage if one was named.
    pub async fn remember_base(&self, authapi_base: &str) -> Result<(), Failure> {
        let StorageChoice { name, key_file, .. } = self.choice.clone();
        self.remember(|settings| {
            settings.authapi_base = Some(authapi_base.into());
            // What is gone with the command need not be found again.
            settings.storage = name.filter(|name| *name != StorageName::Memory).or(settings.storage);
            settings.storage_key_file = key_file.or(settings.storage_key_file.take());
        })
        .await
    }

    /// What was on its way is gone.
    pub async fn forget_migration(&self) -> Result<(), Failure> {
        match self.settings().await?.and_then(|settings| settings.migration) {
            Some(_) => self.remember(|settings| settings.migration = None).await,
            None => Ok(()),
        }
    }

    /// The identity record's document.
    pub async fn record(&self) -> Result<Option<Document>, Failure> {
        let record = self.storage().await?.load(RECORD).await?;
        match self.settings().await?.and_then(|settings| settings.migration) {
            Some(Migration { from, to }) if record.is_none() => Err(Failure::config(
                format!("the identity was on its way from {from} to {to} when that was interrupted"),
                format!("finish it: agent-identity storage migrate --from {from} --to {to}"),
            )),
            _ => Ok(record),
        }
    }

    /// Whether the identity's storage has a document.
    pub async fn has(&self, name: &str) -> Result<bool, Failure> {
        let kept = self.kept().await?;
        match kept.name {
            // A file that cannot be read is there too.
            StorageName::File => Ok(self.inspect(name).await?.exists),
            _ => Ok(kept.storage.load(name).await?.is_some()),
        }
    }

    /// The key that waits for its registration.
    pub async fn pending_key(&self, session: &mut Session) -> Result<Option<session::KeyHandle>, Failure> {
        let Some(document) = self.storage().await?.load(PENDING_KEY).await? else { return Ok(None) };
        let shown = self.shown(PENDING_KEY).await;
        let damaged = || Failure::config(format!("{shown} does not hold a key"), "make a new key: agent-identity init --force");
        let pending: PendingKey<'_> = serde_json::from_slice(&document).map_err(|_| damaged())?;
        if pending.version != 1 {
            return Err(damaged());
        }
        Ok(Some(session.import_key(PrivateForm::Pkcs8Base64, pending.agent_private_key.as_bytes())?))
    }

    pub async fn write_pending_key(&self, session: &mut Session, key: &session::KeyHandle) -> Result<(), Failure> {
        let secret = session.reveal(key, SecretForm::Pkcs8Base64)?;
        let (before, after) = (b"{\n  \"version\": 1,\n  \"agent_private_key\": \"", b"\"\n}\n");
        let mut document = Zeroizing::new(Vec::with_capacity(before.len() + secret.len() + after.len()));
        document.extend_from_slice(before);
        document.extend_from_slice(&secret);
        document.extend_from_slice(after);
        Ok(self.storage().await?.store(PENDING_KEY, document).await?)
    }

    /// Replaces the record by what `change` makes of it, with no other writer in between: it is asked again when there was one.
    pub async fn update_record(&self, mut change: impl FnMut(Option<&[u8]>) -> Result<Document, Failure>) -> Result<(), Failure> {
        let storage = self.storage().await?;
        loop {
            let present = storage.load(RECORD).await?;
            let revision = present.as_ref().map(|present| Revision::of(present));
            let document = change(present.as_ref().map(|present| present.as_slice()))?;
            match storage.replace(RECORD, revision.as_ref(), document).await {
                Err(StorageError::Conflict { .. }) => {}
                replaced => return Ok(replaced?),
            }
        }
    }

    /// Where a document of the identity is, for people.
    pub async fn shown(&self, name: &str) -> String {
        match self.kept().await.ok().and_then(|kept| kept.place.as_deref()) {
            Some(place) => format!("{name} in {place}"),
            None => self.path.join(name).display().to_string(),
        }
    }
}

/// The identity inside a record's document; none when the document holds none.
pub fn identity_of(session: &mut Session, record: &[u8]) -> Result<Option<crate::types::Identity>, Error> {
    // The account is only used to decide about a bootstrap, which is not what is asked here.
    Ok(session.read_record(record, "", "")?.identity)
}

fn of_user() -> Option<PathBuf> {
    let base = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let base = base.or_else(|| Some(std::env::home_dir()?.join(".config")))?;
    Some(base.join("agent-identity"))
}
