//! Performs effects: the one place where an operation of the component meets the outside.

mod queued_observer;

pub use queued_observer::QueuedObserver;

use crate::attestation::{self, Attestor};
use crate::component::wit::operations as wit;
use crate::error::Error;
use crate::ports::{Custodian, CustodianError, Http, HttpFailure, HttpRequest, HttpResponse, Revision, Sleeper, Storage, StorageError};
use crate::session::{OperationHandle, Session, Step};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tracing::Instrument;
use zeroize::{Zeroize, Zeroizing};

pub use wit::{Completion, Event, EventKind};

/// What performs the effects of operations.
#[derive(Clone)]
pub(crate) struct Performer {
    pub(crate) http: Arc<dyn Http>,
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) sleeper: Arc<dyn Sleeper>,
    pub(crate) custodian: Option<Arc<dyn Custodian>>,
    pub(crate) attestor: Option<Arc<dyn Attestor>>,
    pub(crate) observer: Arc<dyn Observer>,
}

/// Is told what operations do. Never called while a lock is held; it cannot fail a request.
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
    /// Dropping the future cancels the operation. Everything it logs is inside one span.
    pub(crate) async fn run(&self, session: &Mutex<Session>, operation: OperationHandle) -> Result<Completion, Error> {
        self.run_to_the_end(session, operation).instrument(tracing::info_span!("agent_identity_operation")).await
    }

    async fn run_to_the_end(&self, session: &Mutex<Session>, operation: OperationHandle) -> Result<Completion, Error> {
        let operation = Running { session, handle: Some(operation) };
        let mut outcome: Option<wit::Outcome> = None;
        loop {
            let step = operation.resume(outcome.as_ref());
            wipe(outcome);
            let step = step?;
            step.events.iter().for_each(|event| self.report(event));
            match step.progress? {
                wit::Progress::Done(completion) => return Ok(completion),
                wit::Progress::Effect(effect) => outcome = Some(self.perform(effect).await),
            }
        }
    }

    /// Tells the observer; a panic of it changes nothing (metadata specification 15-1).
    pub(crate) fn report(&self, event: &Event) {
        let told = std::panic::catch_unwind(AssertUnwindSafe(|| self.observer.event(event)));
        if told.is_err() {
            tracing::warn!("an observer panicked; the event is lost");
        }
    }

    /// Performs one effect.
    pub(crate) async fn perform(&self, effect: wit::Effect) -> wit::Outcome {
        match effect {
            wit::Effect::Http(request) => wit::Outcome::Http(self.send(request).await),
            wit::Effect::Load(name) => wit::Outcome::Load(self.load(&name).await),
            wit::Effect::Store(request) => wit::Outcome::Store(self.store(request).await),
            wit::Effect::Erase(name) => wit::Outcome::Erase(self.storage.erase(&name).await.map_err(|error| storage_failed(&error))),
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
            wit::Effect::Attest(budget_ms) => wit::Outcome::Attest(self.attest(budget_ms).await),
            wit::Effect::Sleep(ms) => {
                self.sleeper.sleep(Duration::from_millis(ms)).await;
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

    /// The effect names no thread. That there is nobody to ask is a failure to it.
    async fn attest(&self, budget_ms: u32) -> wit::Attestation {
        let Some(attestor) = &self.attestor else { return wit::Attestation::Failed };
        let outcome = attestation::ask(&**attestor, None, Duration::from_millis(budget_ms.into())).await;
        outcome.map_or(wit::Attestation::Failed, wit::Attestation::from)
    }

    async fn load(&self, name: &str) -> Result<Option<wit::LoadedDocument>, wit::StorageFailure> {
        let document = self.storage.load(name).await.map_err(|error| storage_failed(&error))?;
        Ok(document.map(|mut document| {
            let revision = Revision::of(&document).as_str().to_owned();
            wit::LoadedDocument { document: std::mem::take(&mut *document), revision }
        }))
    }

    async fn store(&self, request: wit::StoreRequest) -> Result<(), wit::StorageFailure> {
        let wit::StoreRequest { name, document, revision } = request;
        let document = Zeroizing::new(document);
        // A revision that is none of this host's names no present document.
        let expected = match revision {
            None => None,
            Some(revision) => Some(Revision::parse(&revision).ok_or(wit::StorageFailure::Conflict)?),
        };
        self.storage.replace(&name, expected.as_ref(), document).await.map_err(|error| storage_failed(&error))
    }
}

/// Overwrites what an outcome carried once the component has its copy (K15).
fn wipe(outcome: Option<wit::Outcome>) {
    match outcome {
        Some(wit::Outcome::Load(Ok(Some(mut loaded)))) => loaded.document.zeroize(),
        Some(wit::Outcome::Http(Ok(mut response))) => response.body.zeroize(),
        Some(wit::Outcome::Unseal(Ok(mut opened))) => opened.zeroize(),
        Some(wit::Outcome::Attest(wit::Attestation::Token(mut token))) => token.zeroize(),
        _ => {}
    }
}

fn storage_failed(error: &StorageError) -> wit::StorageFailure {
    tracing::warn!(%error, "storage");
    match error {
        StorageError::Unreadable { .. } => wit::StorageFailure::Unreadable,
        StorageError::Unwritable { .. } | StorageError::Unanswered { .. } => wit::StorageFailure::Unwritable,
        StorageError::Conflict { .. } => wit::StorageFailure::Conflict,
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
    fn resume(&self, outcome: Option<&wit::Outcome>) -> Result<Step, Error> {
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

#[cfg(test)]
mod tests;
