//! Interface `operations`: the core's flows, one effect at a time.

use crate::Component;
use crate::exports::errors::Error;
use crate::exports::operations as wit;
use crate::ports::with_clean_stack;
use ::core::cell::RefCell;
use agent_identity_core::flow as core;
use zeroize::Zeroizing;

impl wit::Guest for Component {
    type Operation = OperationResource;
}

/// A flow under way; dropping it cancels it.
pub(crate) struct OperationResource(RefCell<core::Operation>);

impl OperationResource {
    pub(crate) fn handle(operation: core::Operation) -> wit::Operation {
        wit::Operation::new(Self(RefCell::new(operation)))
    }
}

impl wit::GuestOperation for OperationResource {
    fn resume(&self, outcome: Option<wit::Outcome>) -> Result<wit::Step, Error> {
        // A step may open a sealed task id or sign.
        let step = with_clean_stack(|| self.0.borrow_mut().resume(outcome.map(Into::into)))?;
        Ok(wit::Step {
            events: step.events.into_iter().map(Into::into).collect(),
            progress: step.progress.map(Into::into).map_err(Into::into),
        })
    }
}

impl From<core::Progress> for wit::Progress {
    fn from(progress: core::Progress) -> Self {
        match progress {
            core::Progress::Effect(effect) => Self::Effect(effect.into()),
            core::Progress::Done(completion) => Self::Done(match completion {
                core::Completion::AgentRegistered(id) => wit::Completion::AgentRegistered(id.as_str().into()),
                core::Completion::TaskRegistered(id) => wit::Completion::TaskRegistered(id.as_str().into()),
                core::Completion::SignedIn(id) => wit::Completion::SignedIn(id.as_str().into()),
                core::Completion::RotationPending(id) => wit::Completion::RotationPending(id.as_str().into()),
                core::Completion::SignedOut => wit::Completion::SignedOut,
                core::Completion::Attested(header) => wit::Completion::Attested(header.map(|header| (*header).into())),
            }),
        }
    }
}

impl From<core::Effect> for wit::Effect {
    fn from(effect: core::Effect) -> Self {
        match effect {
            core::Effect::Http(request) => Self::Http(wit::HttpRequest {
                method: request.method.into(),
                url: request.url,
                headers: request.headers,
                body: request.body,
                timeout_ms: request.timeout_ms,
                success_limit: request.success_limit,
                error_limit: request.error_limit,
            }),
            core::Effect::Load(name) => Self::Load(name.into()),
            core::Effect::Store(mut request) => Self::Store(wit::StoreRequest {
                name: request.name.into(),
                document: ::core::mem::take(&mut *request.document),
                revision: request.revision,
            }),
            core::Effect::Erase(name) => Self::Erase(name.into()),
            core::Effect::Sign(request) => Self::Sign(request),
            core::Effect::Unseal(request) => Self::Unseal(request),
            core::Effect::Attest(budget_ms) => Self::Attest(budget_ms),
            core::Effect::Sleep(ms) => Self::Sleep(ms),
        }
    }
}

impl From<wit::Outcome> for core::Outcome {
    fn from(outcome: wit::Outcome) -> Self {
        match outcome {
            wit::Outcome::Http(answer) => Self::Http(answer.map_err(Into::into)),
            wit::Outcome::Load(answer) => Self::Load(answer.map(|loaded| loaded.map(Into::into)).map_err(Into::into)),
            wit::Outcome::Store(answer) => Self::Store(answer.map_err(Into::into)),
            wit::Outcome::Erase(answer) => Self::Erase(answer.map_err(Into::into)),
            wit::Outcome::Sign(answer) => Self::Sign(answer.map_err(Into::into)),
            wit::Outcome::Unseal(answer) => Self::Unseal(answer.map_err(Into::into)),
            wit::Outcome::Attest(answer) => Self::Attest(answer.into()),
            wit::Outcome::Slept => Self::Slept,
        }
    }
}

impl From<wit::LoadedDocument> for core::LoadedDocument {
    fn from(loaded: wit::LoadedDocument) -> Self {
        Self { document: Zeroizing::new(loaded.document), revision: loaded.revision }
    }
}

impl From<wit::HttpFailure> for core::HttpFailure {
    fn from(failure: wit::HttpFailure) -> Self {
        match failure {
            wit::HttpFailure::Timeout => Self::Timeout,
            wit::HttpFailure::Connect => Self::Connect,
            wit::HttpFailure::Failed => Self::Failed,
            wit::HttpFailure::Cancelled => Self::Cancelled,
        }
    }
}

impl From<wit::StorageFailure> for core::StorageFailure {
    fn from(failure: wit::StorageFailure) -> Self {
        match failure {
            wit::StorageFailure::Unreadable => Self::Unreadable,
            wit::StorageFailure::Unwritable => Self::Unwritable,
            wit::StorageFailure::Conflict => Self::Conflict,
            wit::StorageFailure::Cancelled => Self::Cancelled,
        }
    }
}

impl From<wit::CustodianFailure> for core::CustodianFailure {
    fn from(failure: wit::CustodianFailure) -> Self {
        match failure {
            wit::CustodianFailure::Unsupported => Self::Unsupported,
            wit::CustodianFailure::Failed => Self::Failed,
            wit::CustodianFailure::Cancelled => Self::Cancelled,
        }
    }
}

impl From<wit::Attestation> for core::Attestation {
    fn from(attestation: wit::Attestation) -> Self {
        match attestation {
            wit::Attestation::Token(token) => Self::Token(token.into()),
            wit::Attestation::Timeout => Self::Timeout,
            wit::Attestation::Failed => Self::Failed,
            wit::Attestation::Cancelled => Self::Cancelled,
            wit::Attestation::Malformed => Self::Malformed,
        }
    }
}

impl From<core::Event> for wit::Event {
    fn from(event: core::Event) -> Self {
        Self {
            kind: match event.kind {
                core::EventKind::Waiting => wit::EventKind::Waiting,
                core::EventKind::Registering => wit::EventKind::Registering,
                core::EventKind::RetryScheduled => wit::EventKind::RetryScheduled,
                core::EventKind::Registered => wit::EventKind::Registered,
                core::EventKind::Reused => wit::EventKind::Reused,
                core::EventKind::Dropped => wit::EventKind::Dropped,
                core::EventKind::ClockCorrected => wit::EventKind::ClockCorrected,
                core::EventKind::Failed => wit::EventKind::Failed,
                core::EventKind::FallbackEngaged => wit::EventKind::FallbackEngaged,
            },
            subject: event.subject.into(),
            conversation: event.conversation.as_deref().map(Into::into),
            key_digest: event.key_digest.as_ref().into(),
            attempt: event.attempt,
            delay_ms: event.delay_ms,
            code: event.code.map(|code| code.as_str().into()),
        }
    }
}
