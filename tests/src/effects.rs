//! The real ports of a host, watched: a test learns of every effect before it is performed and after, and may change the world, or
//! end the process, at that point.

use agent_identity_host::ports::{Document, Http, HttpFailure, HttpRequest, HttpResponse, Revision, Sleeper, Storage, StorageError};
use async_trait::async_trait;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// An effect that is performed.
#[derive(Clone, Debug)]
pub struct Effect {
    /// How many were begun before it.
    pub number: usize,
    /// `http`, `load`, `store`, `erase` or `sleep`.
    pub kind: &'static str,
    /// The URL, the name of the document, or the milliseconds.
    pub what: String,
    /// Header fields of a request.
    pub headers: Vec<(String, String)>,
}

/// Where an effect stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Nothing has happened yet.
    Before,
    /// It has happened; nobody knows yet.
    After,
}

/// Is told of effects.
pub type Hook = dyn Fn(&Effect, Moment) + Send + Sync;

/// Ports that tell a hook what is asked of them.
#[derive(Clone)]
pub struct Watched {
    http: Arc<dyn Http>,
    storage: Arc<dyn Storage>,
    hook: Arc<Hook>,
    begun: Arc<AtomicUsize>,
}

impl Watched {
    /// These ports, watched by this hook.
    pub fn new(http: Arc<dyn Http>, storage: Arc<dyn Storage>, hook: Arc<Hook>) -> Self {
        Self { http, storage, hook, begun: Arc::default() }
    }

    fn begin(&self, kind: &'static str, what: &str, headers: &[(String, String)]) -> Effect {
        let number = self.begun.fetch_add(1, Ordering::SeqCst);
        let effect = Effect { number, kind, what: what.to_owned(), headers: headers.to_vec() };
        (self.hook)(&effect, Moment::Before);
        effect
    }

    fn end<T>(&self, effect: &Effect, outcome: T) -> T {
        (self.hook)(effect, Moment::After);
        outcome
    }
}

#[async_trait]
impl Http for Watched {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
        let effect = self.begin("http", &request.url, &request.headers);
        let answer = self.http.send(request).await;
        self.end(&effect, answer)
    }
}

#[async_trait]
impl Storage for Watched {
    async fn load(&self, name: &str) -> Result<Option<Document>, StorageError> {
        let effect = self.begin("load", name, &[]);
        let loaded = self.storage.load(name).await;
        self.end(&effect, loaded)
    }

    async fn store(&self, name: &str, document: Document) -> Result<(), StorageError> {
        let effect = self.begin("store", name, &[]);
        let stored = self.storage.store(name, document).await;
        self.end(&effect, stored)
    }

    async fn replace(&self, name: &str, expected: Option<&Revision>, document: Document) -> Result<(), StorageError> {
        let effect = self.begin("store", name, &[]);
        let stored = self.storage.replace(name, expected, document).await;
        self.end(&effect, stored)
    }

    async fn erase(&self, name: &str) -> Result<(), StorageError> {
        let effect = self.begin("erase", name, &[]);
        let erased = self.storage.erase(name).await;
        self.end(&effect, erased)
    }

    async fn erase_revision(&self, name: &str, expected: &Revision) -> Result<(), StorageError> {
        let effect = self.begin("erase", name, &[]);
        let erased = self.storage.erase_revision(name, expected).await;
        self.end(&effect, erased)
    }
}

/// Waits are over at once, and remembered.
#[async_trait]
impl Sleeper for Watched {
    async fn sleep(&self, duration: Duration) {
        let effect = self.begin("sleep", &duration.as_millis().to_string(), &[]);
        tokio::task::yield_now().await;
        self.end(&effect, ());
    }
}

/// Notes effects, as a hook does.
#[derive(Debug, Default)]
pub struct Notes(Mutex<Vec<Effect>>);

impl Notes {
    /// Takes note of an effect.
    pub fn note(&self, effect: &Effect) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(effect.clone());
    }

    /// What was noted since the last call.
    pub fn take(&self) -> Vec<Effect> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
