//! One request: its attempts, each with a credential of its own (11-3, 11-7, 11-8).

use super::ClientParts;
use super::endpoint::Endpoint;
use super::failure::{ApiError, ApiErrorKind, Redaction, from_answer};
use super::metadata::{Rendered, RequestMetadata};
use super::recording::Entry;
use super::request::Body;
use super::retry;
use super::sending::{Prepared, Receiving, Unanswered, Wanted};
use super::turn_state::Owner;
use crate::agent::ResponseFacts;
use crate::auth::{Attempt, Credential, Recovery, RequestNumber};
use crate::error::{Advice, Error};
use http::header::{AGE, DATE};
use http::{HeaderMap, HeaderName};
use std::time::Duration;

/// A request, as all its attempts send it.
pub(super) struct Call<'a> {
    pub(super) number: RequestNumber,
    pub(super) endpoint: Endpoint,
    pub(super) model: &'a str,
    /// None: nothing is posted.
    pub(super) body: Option<Body>,
    pub(super) metadata: &'a RequestMetadata,
    /// Of its metadata, for this endpoint.
    pub(super) rendered: &'a Rendered,
    pub(super) wanted: Wanted,
    pub(super) timeout: Duration,
}

/// A success.
pub(super) struct Answer<T> {
    pub(super) received: T,
    pub(super) headers: HeaderMap,
    pub(super) owner: Owner,
    pub(super) redaction: Redaction,
    pub(super) entry: Entry,
}

/// Why an attempt did not succeed.
pub(super) enum Failed {
    /// May be tried again (11-7).
    Transient(ApiError),
    /// 401 or 403.
    Refused(Box<Refused>),
    Final(ApiError),
}

pub(super) struct Refused {
    pub(super) error: ApiError,
    pub(super) sent: Credential,
    pub(super) facts: ResponseFacts,
}

impl ClientParts {
    /// Makes attempts until one succeeds or no other may be made: `request_max_retries` after failures that may pass, and one
    /// more after a 401 that the authorizer recovers from (D2, 12-6).
    pub(super) async fn run(&self, call: &Call<'_>) -> Result<Answer<Receiving>, ApiError> {
        let (mut attempts, mut retries, mut was_refused) = (0, 0, false);
        loop {
            attempts += 1;
            match self.attempt(call, attempts).await {
                Ok(answer) => return Ok(answer),
                Err(Failed::Transient(error)) if retries < self.provider.request_max_retries => {
                    retries += 1;
                    self.wait(retries, &error).await;
                }
                Err(Failed::Refused(refused)) if !was_refused => {
                    was_refused = true;
                    self.recover(call, *refused).await.map_err(|error| error.with_attempts(attempts))?;
                }
                Err(Failed::Refused(refused)) => return Err(refused.error.with_attempts(attempts)),
                Err(Failed::Transient(error) | Failed::Final(error)) => return Err(error.with_attempts(attempts)),
            }
        }
    }

    pub(super) async fn wait(&self, retry: u32, error: &ApiError) {
        let delay = retry::delay(retry, retry::jitter(&*self.random));
        tracing::info!(retry, delay_ms = delay.as_millis(), code = error.code(), "a request is sent again");
        tokio::time::sleep(delay).await;
    }

    /// Succeeds if the request is to be sent once more.
    pub(super) async fn recover(&self, call: &Call<'_>, refused: Refused) -> Result<(), ApiError> {
        let Refused { error, sent, facts } = refused;
        let may_repeat = facts.status == Some(401);
        match self.authorizer.recover(&call.attempt(), &sent, &facts).await {
            Ok(Recovery::Repeat) if may_repeat => {
                tracing::info!(credential = ?sent.kind(), "a refused request is sent again with a new credential");
                Ok(())
            }
            Ok(Recovery::Surface(Some(code))) => Err(error.with_rejection(&code)),
            Ok(Recovery::Repeat | Recovery::Surface(None)) => Err(error),
            Err(failed) if may_repeat => Err(ApiError::of(ApiErrorKind::Authorization, failed)),
            Err(_) => Err(error),
        }
    }

    async fn attempt(&self, call: &Call<'_>, number: u32) -> Result<Answer<Receiving>, Failed> {
        let mut entry = self.entry(call, number);
        let made = self.make_attempt(call, &mut entry).await;
        match made {
            Ok(made) => {
                entry.end(Some(made.status), None);
                let Made { received, headers, owner, redaction, .. } = made;
                Ok(Answer { received, headers, owner, redaction, entry })
            }
            Err(failed) => {
                let error = failed.error();
                entry.end(error.error().status, Some(error.code()));
                Err(failed)
            }
        }
    }

    async fn make_attempt(&self, call: &Call<'_>, entry: &mut Entry) -> Result<Made, Failed> {
        let credential = self.authorizer.authorize(&call.attempt()).await.map_err(unauthorized)?;
        entry.credential(&credential);
        let owner = Owner::of(&credential);
        let attestation = self.attest(call, &credential).await;
        let Prepared { request, redaction, dropped } = self.prepare(call, &credential, &owner, attestation).map_err(unbuildable)?;
        entry.dropped(dropped);
        let sent_ms = self.clock.now_ms();
        let answered = self.send(request, call.wanted, call.timeout).await;
        let received_ms = self.clock.now_ms();
        let answered = answered.map_err(|unanswered| match unanswered {
            Unanswered::Transient(kind) => Failed::Transient(ApiError::new(kind)),
            Unanswered::Final(error) => Failed::Final(error),
        })?;
        let (status, headers) = (answered.status, answered.headers);
        let body = match answered.received {
            Ok(received) => {
                self.keep_turn_state(call, &owner, &headers);
                return Ok(Made { status: status.as_u16(), received, headers, owner, redaction });
            }
            Err(body) => body,
        };
        let error = from_answer(status, &headers, &body, &redaction, received_ms);
        Err(match status.as_u16() {
            401 | 403 => {
                let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(Into::into);
                let status = Some(status.as_u16());
                let facts = ResponseFacts { status, date: text(DATE), age: text(AGE), body, sent_ms, received_ms };
                Failed::Refused(Box::new(Refused { error, sent: credential, facts }))
            }
            500.. => Failed::Transient(error),
            _ => Failed::Final(error),
        })
    }

    fn keep_turn_state(&self, call: &Call<'_>, owner: &Owner, headers: &HeaderMap) {
        let token = headers.get(super::turn_state::HEADER).and_then(|token| token.to_str().ok());
        if let (Some(state), Some(token), true) = (&call.metadata.turn_state, token, call.endpoint.takes_turn_state()) {
            state.offer(owner, token);
        }
    }
}

struct Made {
    status: u16,
    received: Receiving,
    headers: HeaderMap,
    owner: Owner,
    redaction: Redaction,
}

impl Call<'_> {
    pub(super) fn attempt(&self) -> Attempt<'_> {
        let attempt = Attempt::new(self.endpoint.scope(), &self.metadata.conversation, self.endpoint.path());
        attempt.for_task(self.metadata.reference.as_deref()).of_request(self.number)
    }
}

impl Failed {
    pub(super) fn into_error(self) -> ApiError {
        match self {
            Self::Transient(error) | Self::Final(error) => error,
            Self::Refused(refused) => refused.error,
        }
    }

    pub(super) fn error(&self) -> &ApiError {
        match self {
            Self::Transient(error) | Self::Final(error) => error,
            Self::Refused(refused) => &refused.error,
        }
    }
}

/// 11-3: what may pass counts as a network error. What was tried to the end, or waits for a cooldown, ends the turn (L7).
pub(super) fn unauthorized(error: Error) -> Failed {
    let may_pass = error.advice == Advice::BackOff && error.attempts.is_none() && !error.from_cooldown && error.code != "cancelled";
    let error = ApiError::of(ApiErrorKind::Authorization, error);
    if may_pass { Failed::Transient(error) } else { Failed::Final(error) }
}

pub(super) fn unbuildable(error: Error) -> Failed {
    Failed::Final(ApiError::of(ApiErrorKind::Unbuildable, error))
}
