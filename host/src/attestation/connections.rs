//! Apps that are connected to a host of threads, and may attest for them.

use super::{AttestError, Attestor};
use crate::driver::lock;
use async_trait::async_trait;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use zeroize::Zeroizing;

/// The method an app is asked by, with empty parameters (9-5).
pub const METHOD: &str = "attestation/generate";

/// A connection to an app, as its host has it.
#[async_trait]
pub trait AppConnection: Send + Sync {
    /// Whether the app said so in its handshake: capability `requestAttestation`.
    fn requests_attestation(&self) -> bool;

    /// Sends a request with empty parameters and waits for its reply: member `token` of the result, if it is a text. Dropping the future
    /// cancels the request.
    async fn request_token(&self, method: &str) -> Result<Option<Zeroizing<String>>, AttestError>;
}

/// Which apps are connected to which thread, first come first. Clones share them.
#[derive(Clone, Default)]
pub struct Connections {
    threads: Arc<Mutex<HashMap<String, Vec<Entry>>>>,
}

#[derive(Clone)]
struct Entry {
    connection: Arc<dyn AppConnection>,
    /// Tells it from others of the same app.
    id: Arc<()>,
}

/// A connection belongs to a thread until this is dropped.
#[must_use = "dropping it detaches the connection"]
pub struct Attached {
    connections: Connections,
    thread: String,
    id: Arc<()>,
}

impl Connections {
    /// Nothing is connected.
    pub fn new() -> Self {
        Self::default()
    }

    /// A connection joins a thread, behind those that are there.
    pub fn attach(&self, thread: impl Into<String>, connection: Arc<dyn AppConnection>) -> Attached {
        let (thread, id) = (thread.into(), Arc::new(()));
        lock(&self.threads).entry(thread.clone()).or_default().push(Entry { connection, id: id.clone() });
        Attached { connections: self.clone(), thread, id }
    }

    /// The first connection of this thread that attests (9-5).
    fn first(&self, thread: &str) -> Option<Arc<dyn AppConnection>> {
        let threads = lock(&self.threads);
        threads.get(thread)?.iter().map(|entry| &entry.connection).find(|connection| connection.requests_attestation()).cloned()
    }
}

#[async_trait]
impl Attestor for Connections {
    fn attests(&self, thread: Option<&str>) -> bool {
        thread.is_some_and(|thread| self.first(thread).is_some())
    }

    async fn attest(&self, thread: Option<&str>) -> Result<Zeroizing<String>, AttestError> {
        let connection = thread.and_then(|thread| self.first(thread)).ok_or(AttestError::Unavailable)?;
        connection.request_token(METHOD).await?.ok_or(AttestError::Malformed)
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        let mut threads = lock(&self.connections.threads);
        if let Some(entries) = threads.get_mut(&self.thread) {
            entries.retain(|entry| !Arc::ptr_eq(&entry.id, &self.id));
            if entries.is_empty() {
                threads.remove(&self.thread);
            }
        }
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").field("threads", &lock(&self.threads).len()).finish()
    }
}

impl fmt::Debug for Attached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attached").field("thread", &self.thread).finish_non_exhaustive()
    }
}
