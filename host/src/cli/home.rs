//! The home folder: settings, the key before registration, the identity record.
//!
//! | document | content |
//! |---|---|
//! | `config.json` | which backend |
//! | `pending-key.json` | a key that is not registered yet; secret |
//! | `auth.json` | the identity record in the reference client's format (§8.2); secret |
//! | `agent_tasks.json` | the task store (L2) |

use super::failure::Failure;
use crate::ports::{Document, Storage};
use crate::storage::{DocumentFacts, FileStorage, RECORD};
use crate::types::{PrivateForm, SecretForm};
use crate::{Error, Session, session};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

pub const SETTINGS: &str = "config.json";
pub const PENDING_KEY: &str = "pending-key.json";

/// The folder an identity lives in.
#[derive(Clone)]
pub struct Home {
    path: PathBuf,
    pub storage: FileStorage,
}

/// What `init` and `login` remember.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    version: u32,
    pub authapi_base: String,
    /// Where the key set for identity JWTs is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_url: Option<String>,
}

/// The secret is borrowed from the document, which is overwritten on drop.
#[derive(Deserialize)]
struct PendingKey<'a> {
    version: u32,
    agent_private_key: &'a str,
}

impl Settings {
    pub fn new(authapi_base: String) -> Self {
        Self { version: 1, authapi_base, jwks_url: None }
    }
}

impl Home {
    /// The folder named, or the one of this user. It need not exist.
    pub fn open(path: Option<PathBuf>) -> Result<Self, Failure> {
        let path = path.or_else(of_user).ok_or_else(|| {
            Failure::config("there is no folder for the identity: neither HOME nor XDG_CONFIG_HOME is set", "name one with --home DIR")
        })?;
        Ok(Self { storage: FileStorage::open(&path)?, path })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is known about a document without reading it.
    pub async fn inspect(&self, name: &str) -> Result<DocumentFacts, Failure> {
        Ok(self.storage.inspect(name).await?)
    }

    pub async fn settings(&self) -> Result<Option<Settings>, Failure> {
        let Some(document) = self.storage.load(SETTINGS).await? else { return Ok(None) };
        let settings: Option<Settings> = serde_json::from_slice(&document).ok();
        settings.filter(|settings| settings.version == 1).map(Some).ok_or_else(|| {
            Failure::config(
                format!("{} does not hold settings of version 1", self.shown(SETTINGS)),
                "remove it, then name the backend with --authapi-base",
            )
        })
    }

    /// Remembers the registration endpoints, and leaves what else is remembered.
    pub async fn remember_base(&self, authapi_base: &str) -> Result<(), Failure> {
        let settings = self.settings().await?.unwrap_or_else(|| Settings::new(authapi_base.into()));
        self.write_settings(&Settings { authapi_base: authapi_base.into(), ..settings }).await
    }

    /// Remembers where the key set for identity JWTs is.
    pub async fn remember_jwks(&self, jwks_url: &str) -> Result<(), Failure> {
        match self.settings().await? {
            Some(settings) => self.write_settings(&Settings { jwks_url: Some(jwks_url.into()), ..settings }).await,
            None => Ok(()),
        }
    }

    async fn write_settings(&self, settings: &Settings) -> Result<(), Failure> {
        let document = serde_json::to_vec_pretty(settings).map_err(|error| Failure::internal(error.to_string()))?;
        Ok(self.storage.store(SETTINGS, Document::new(document)).await?)
    }

    /// The identity record's document.
    pub async fn record(&self) -> Result<Option<Document>, Failure> {
        Ok(self.storage.load(RECORD).await?)
    }

    /// The key that waits for its registration.
    pub async fn pending_key(&self, session: &mut Session) -> Result<Option<session::KeyHandle>, Failure> {
        let Some(document) = self.storage.load(PENDING_KEY).await? else { return Ok(None) };
        let damaged =
            || Failure::config(format!("{} does not hold a key", self.shown(PENDING_KEY)), "make a new key: agent-identity init --force");
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
        Ok(self.storage.store(PENDING_KEY, document).await?)
    }

    /// Replaces the record by what `change` makes of it, with no other writer in between.
    pub async fn update_record<F>(&self, change: F) -> Result<(), Failure>
    where
        F: FnOnce(Option<Document>) -> Result<Document, Failure> + Send + 'static,
    {
        self.storage.update(RECORD, change).await
    }

    /// Where a document is, for people.
    pub fn shown(&self, name: &str) -> String {
        self.path.join(name).display().to_string()
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
