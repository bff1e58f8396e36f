//! Performs effects: the one place where an operation of the component meets the outside.

use crate::component::wit::operations as wit;
use crate::error::Error;
use crate::ports::{Custodian, CustodianError, Http, HttpFailure, HttpRequest, HttpResponse, Storage};
use crate::session::{OperationHandle, Session};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use zeroize::Zeroizing;

pub use wit::{Completion, Event, EventKind};

/// What performs the effects of operations.
#[derive(Clone)]
pub(crate) struct Performer {
    pub(crate) http: Arc<dyn Http>,
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) custodian: Option<Arc<dyn Custodian>>,
    pub(crate) observer: Arc<dyn Observer>,
}

/// Is told what operations do. Called between two steps, never while a lock is held; it cannot fail a request.
pub trait Observer: Send + Sync {
    /// Something happened, or is about to. Events hold no secrets.
    fn event(&self, event: &Event);
}

/// Passes events on to `tracing`.
#[derive(Clone, Copy, Debug, Default)]
pub struct TraceEvents;

impl Observer for TraceEvents {
    fn event(&self, event: &Event) {
        tracing::info!(
            kind = kind_text(event.kind),
            subject = event.subject,
            key = event.key_digest,
            attempt = event.attempt,
            delay_ms = event.delay_ms,
            code = event.code,
            "agent identity"
        );
    }
}

/// The kebab-case name of a kind of event.
pub fn kind_text(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Waiting => "waiting",
        EventKind::Registering => "registering",
        EventKind::RetryScheduled => "retry-scheduled",
        EventKind::Registered => "registered",
        EventKind::Reused => "reused",
        EventKind::Dropped => "dropped",
        EventKind::ClockCorrected => "clock-corrected",
        EventKind::Failed => "failed",
        EventKind::FallbackEngaged => "fallback-engaged",
    }
}

impl Performer {
    /// Runs an operation to its end. The session is locked for each step only, never while an effect is performed.
    /// Dropping the future cancels the operation.
    pub(crate) async fn run(&self, session: &Mutex<Session>, operation: OperationHandle) -> Result<Completion, Error> {
        let operation = Running { session, handle: Some(operation) };
        let mut outcome = None;
        loop {
            let step = operation.resume(outcome.as_ref())?;
            for event in &step.events {
                self.observer.event(event);
            }
            match step.progress? {
                wit::Progress::Done(completion) => return Ok(completion),
                wit::Progress::Effect(effect) => outcome = Some(self.perform(effect).await),
            }
        }
    }

    async fn perform(&self, effect: wit::Effect) -> wit::Outcome {
        match effect {
            wit::Effect::Http(request) => wit::Outcome::Http(self.send(request).await),
            wit::Effect::Load(name) => wit::Outcome::Load(match self.storage.load(&name).await {
                Ok(document) => Ok(document.map(|document| document.to_vec())),
                Err(error) => Err(self.storage_failed(&error, wit::StorageFailure::Unreadable)),
            }),
            wit::Effect::Store(request) => {
                let stored = self.storage.store(&request.name, Zeroizing::new(request.document)).await;
                wit::Outcome::Store(stored.map_err(|error| self.storage_failed(&error, wit::StorageFailure::Unwritable)))
            }
            wit::Effect::Erase(name) => {
                let erased = self.storage.erase(&name).await;
                wit::Outcome::Erase(erased.map_err(|error| self.storage_failed(&error, wit::StorageFailure::Unwritable)))
            }
            wit::Effect::Sign(request) => wit::Outcome::Sign(match &self.custodian {
                Some(custodian) => custodian.sign(&request.key_id, &request.text).await.map(Vec::from).map_err(custodian_failed),
                None => Err(wit::CustodianFailure::Unsupported),
            }),
            wit::Effect::Unseal(request) => wit::Outcome::Unseal(match &self.custodian {
                Some(custodian) => {
                    custodian.unseal(&request.key_id, &request.sealed).await.map(|opened| opened.to_vec()).map_err(custodian_failed)
                }
                None => Err(wit::CustodianFailure::Unsupported),
            }),
            // No host of this crate attests yet.
            wit::Effect::Attest(_) => wit::Outcome::Attest(wit::Attestation::Failed),
            wit::Effect::Sleep(ms) => {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                wit::Outcome::Slept
            }
        }
    }

    async fn send(&self, request: wit::HttpRequest) -> Result<wit::HttpResponse, wit::HttpFailure> {
        let request = HttpRequest {
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: request.body,
            timeout_ms: request.timeout_ms,
            success_limit: request.success_limit,
            error_limit: request.error_limit,
        };
        match self.http.send(request).await {
            Ok(HttpResponse { status, headers, body, truncated }) => Ok(wit::HttpResponse { status, headers, body, truncated }),
            Err(HttpFailure::Timeout) => Err(wit::HttpFailure::Timeout),
            Err(HttpFailure::Connect) => Err(wit::HttpFailure::Connect),
            Err(HttpFailure::Failed) => Err(wit::HttpFailure::Failed),
            Err(HttpFailure::Cancelled) => Err(wit::HttpFailure::Cancelled),
        }
    }

    fn storage_failed(&self, error: &crate::ports::StorageError, failure: wit::StorageFailure) -> wit::StorageFailure {
        tracing::warn!(%error, "storage");
        failure
    }
}

fn custodian_failed(error: CustodianError) -> wit::CustodianFailure {
    tracing::warn!(%error, "custodian");
    match error {
        CustodianError::Unsupported => wit::CustodianFailure::Unsupported,
        CustodianError::UnknownKey | CustodianError::Failed(_) => wit::CustodianFailure::Failed,
    }
}

/// An operation that is given back to its session however it ends.
struct Running<'a> {
    session: &'a Mutex<Session>,
    handle: Option<OperationHandle>,
}

impl Running<'_> {
    fn resume(&self, outcome: Option<&wit::Outcome>) -> Result<wit::Step, Error> {
        let handle = self.handle.as_ref().ok_or_else(|| Error::internal("an operation is resumed after its end".into()))?;
        lock(self.session).resume(handle, outcome)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            // A trapped session has dropped it already.
            let _ = lock(self.session).release(handle);
        }
    }
}

/// A panic of another thread cannot leave a session half-changed: its calls either return or trap.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
