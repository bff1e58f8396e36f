//! Ports that fail when a test says so. Between faults they are the real ones.

use agent_identity_host::ports::{
    Clock, Document, Http, HttpFailure, HttpRequest, HttpResponse, Random, RandomError, Revision, Storage, StorageError,
};
use agent_identity_host::system::{SystemClock, SystemRandom};
use async_trait::async_trait;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is wrong with a machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing.
    #[default]
    None,
    /// No documents can be read.
    Unreadable,
    /// No documents can be written or removed.
    Unwritable,
    /// Somebody else replaces every document so many times before a write gets through.
    Contended(u32),
    /// There is no randomness.
    NoRandom,
    /// Nobody listens where requests go.
    Unreachable,
    /// Requests to URLs with this end are given up after 40 ms, whatever time they were allowed.
    Impatient(&'static str),
}

/// A machine that is sound until it is told otherwise.
pub struct Machine {
    http: Arc<dyn Http>,
    storage: Arc<dyn Storage>,
    trouble: Mutex<Trouble>,
    shift_ms: AtomicI64,
    monotonic_ms: AtomicU64,
}

impl Machine {
    /// With these real ports.
    pub fn new(http: Arc<dyn Http>, storage: Arc<dyn Storage>) -> Self {
        Self { http, storage, trouble: Mutex::default(), shift_ms: AtomicI64::new(0), monotonic_ms: AtomicU64::new(0) }
    }

    /// From now on this is wrong, and nothing else.
    pub fn set(&self, trouble: Trouble) {
        *self.trouble() = trouble;
    }

    /// Shifts the wall clock against the system's.
    pub fn shift_clock(&self, ms: i64) {
        self.shift_ms.store(ms, Ordering::Relaxed);
    }

    /// Lets time pass on the monotonic clock, which stands still otherwise.
    pub fn advance(&self, ms: u64) {
        self.monotonic_ms.fetch_add(ms, Ordering::Relaxed);
    }

    fn trouble(&self) -> MutexGuard<'_, Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_read(&self, name: &str) -> Result<(), StorageError> {
        match *self.trouble() {
            Trouble::Unreadable => Err(StorageError::Unreadable { what: name.into(), why: "of the test".into() }),
            _ => Ok(()),
        }
    }

    fn check_write(&self, name: &str) -> Result<(), StorageError> {
        match *self.trouble() {
            Trouble::Unwritable => Err(StorageError::Unwritable { what: name.into(), why: "of the test".into() }),
            _ => Ok(()),
        }
    }

    /// Writes that expect something find something else.
    fn check_expectation(&self, name: &str) -> Result<(), StorageError> {
        match &mut *self.trouble() {
            Trouble::Contended(left) if *left > 0 => {
                *left -= 1;
                Err(StorageError::Conflict { what: name.into() })
            }
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Http for Machine {
    async fn send(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
        let trouble = *self.trouble();
        match trouble {
            Trouble::Unreachable => request.url = nowhere(&request.url),
            Trouble::Impatient(end) if request.url.ends_with(end) => request.timeout_ms = 40,
            _ => {}
        }
        self.http.send(request).await
    }
}

#[async_trait]
impl Storage for Machine {
    async fn load(&self, name: &str) -> Result<Option<Document>, StorageError> {
        self.check_read(name)?;
        self.storage.load(name).await
    }

    async fn store(&self, name: &str, document: Document) -> Result<(), StorageError> {
        self.check_write(name)?;
        self.storage.store(name, document).await
    }

    async fn replace(&self, name: &str, expected: Option<&Revision>, document: Document) -> Result<(), StorageError> {
        self.check_write(name)?;
        self.check_expectation(name)?;
        self.storage.replace(name, expected, document).await
    }

    async fn erase(&self, name: &str) -> Result<(), StorageError> {
        self.check_write(name)?;
        self.storage.erase(name).await
    }

    async fn erase_revision(&self, name: &str, expected: &Revision) -> Result<(), StorageError> {
        self.check_write(name)?;
        self.check_expectation(name)?;
        self.storage.erase_revision(name, expected).await
    }
}

impl Random for Machine {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError> {
        if *self.trouble() == Trouble::NoRandom { Err(RandomError) } else { SystemRandom.fill(buffer) }
    }
}

impl Clock for Machine {
    fn now_ms(&self) -> i64 {
        SystemClock.now_ms().saturating_add(self.shift_ms.load(Ordering::Relaxed))
    }

    fn monotonic_ms(&self) -> u64 {
        self.monotonic_ms.load(Ordering::Relaxed)
    }
}

/// The same request to a port on which nobody listens.
fn nowhere(url: &str) -> String {
    let path = url.splitn(4, '/').nth(3).unwrap_or_default();
    format!("http://127.0.0.1:1/{path}")
}
