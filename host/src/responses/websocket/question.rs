//! A request on its way over a WebSocket: its attempts.

use super::asked::Asked;
use super::belonging::Belonging;
use super::connection::{Connection, Frame};
use super::missed::Missed;
use super::refusal::Refusal;
use super::slot::{Lease, Opening, Slot};
use crate::agent::ResponseFacts;
use crate::auth::{Credential, RequestNumber};
use crate::responses::endpoint::Endpoint;
use crate::responses::exchange::{Call, Failed, Refused, unauthorized, unbuildable};
use crate::responses::failure::{ApiError, ApiErrorKind, Redaction};
use crate::responses::metadata::RequestMetadata;
use crate::responses::recording::Entry;
use crate::responses::request::ResponsesRequest;
use crate::responses::sending::Wanted;
use crate::responses::stream::{About, ResponseStream, StreamFacts, deadline_in};
use crate::responses::{self, ClientParts};
use http::HeaderName;
use http::header::{AGE, DATE};
use tokio::time::{Instant, timeout_at};

/// A request.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) number: RequestNumber,
    pub(super) request: &'a ResponsesRequest,
    pub(super) metadata: &'a RequestMetadata,
    pub(super) is_prewarm: bool,
}

/// What became of it.
pub(super) enum Outcome {
    Answered(Box<ResponseStream>),
    /// It is to be sent over HTTP. Why, where something failed.
    OverHttp(Option<ApiError>),
}

/// The attempts of a question so far.
#[derive(Default)]
struct Tried {
    attempts: u32,
    retries: u32,
    was_refused: bool,
    was_reopened: bool,
}

impl ClientParts {
    /// As over HTTP: `request_max_retries` attempts after failures that may pass, and one after a 401 that the authorizer recovers from.
    pub(super) async fn ask(&self, slot: &Slot, question: &Question<'_>) -> Result<Outcome, ApiError> {
        let (request, metadata) = (question.request, question.metadata);
        let rendered = metadata.render(Endpoint::Socket, request.prompt_cache_key.as_deref()).map_err(responses::unbuildable)?;
        let call = Call {
            number: question.number,
            endpoint: Endpoint::Socket,
            model: &request.model,
            body: None,
            metadata,
            rendered: &rendered,
            wanted: Wanted::Stream,
            timeout: self.provider.stream_idle_timeout,
        };
        let mut tried = Tried::default();
        loop {
            tried.attempts += 1;
            // 15-5.
            let mut entry = if question.is_prewarm { Entry::none() } else { self.entry(&call, tried.attempts) };
            let missed = match self.attempt_over_socket(slot, question, &call, &mut entry).await {
                Ok((asked, about)) => {
                    entry.end(None, None);
                    let (idle_timeout, turn_state) = (self.provider.stream_idle_timeout, metadata.turn_state.clone());
                    return Ok(Outcome::Answered(Box::new(ResponseStream::over_socket(asked, about, idle_timeout, turn_state, entry))));
                }
                Err(missed) => missed,
            };
            if let Some(error) = missed.error() {
                entry.end(error.error().status, Some(error.code()));
            } else {
                entry.forget();
            }
            if let Some(outcome) = self.after(slot, &call, missed, &mut tried).await? {
                return Ok(outcome);
            }
        }
    }

    /// None: another attempt is to be made.
    async fn after(&self, slot: &Slot, call: &Call<'_>, missed: Missed, tried: &mut Tried) -> Result<Option<Outcome>, ApiError> {
        match missed {
            Missed::Busy => return Ok(Some(Outcome::OverHttp(None))),
            Missed::ForGood(error) => {
                tracing::info!(code = error.code(), "this session uses HTTP from now on");
                slot.use_http();
                return Ok(Some(Outcome::OverHttp(None)));
            }
            Missed::NoSocket(error) => {
                tracing::info!(code = error.code(), "no WebSocket can be had; a request goes over HTTP");
                slot.failed();
                return Ok(Some(Outcome::OverHttp(Some(error))));
            }
            Missed::Again(_) if !tried.was_reopened => tried.was_reopened = true,
            Missed::Failed(Failed::Refused(refused)) if !tried.was_refused => {
                tried.was_refused = true;
                self.recover(call, *refused).await.map_err(|error| error.with_attempts(tried.attempts))?;
            }
            Missed::Failed(Failed::Transient(error)) if tried.retries < self.provider.request_max_retries => {
                tried.retries += 1;
                self.wait(tried.retries, &error).await;
            }
            Missed::Failed(Failed::Refused(refused)) => return Err(refused.error.with_attempts(tried.attempts)),
            Missed::Again(error) | Missed::Failed(Failed::Transient(error) | Failed::Final(error)) => {
                return Err(error.with_attempts(tried.attempts));
            }
        }
        Ok(None)
    }

    async fn attempt_over_socket(
        &self,
        slot: &Slot,
        question: &Question<'_>,
        call: &Call<'_>,
        entry: &mut Entry,
    ) -> Result<(Asked, About), Missed> {
        let (connection, opening) = self.connection(slot, call, entry).await?;
        entry.credential(&connection.credential);
        let message = self.message(question, &connection).map_err(unbuildable).map_err(Missed::Failed)?;
        let (mut about, is_first) = (About::of(&connection), !connection.is_used);
        if let Some(token) = question.metadata.turn_state.as_ref().and_then(|state| state.token_for(&about.owner)) {
            about.redaction = about.redaction.and(&token);
        }
        let lease = slot.lend(connection, opening, question.is_prewarm);
        let sent_ms = self.clock.now_ms();
        let (lease, first) = self.first_event(lease, message, is_first).await?;
        let Some(refusal) = Refusal::read(&first) else {
            let (request, clock) = (question.request.clone(), self.clock.clone());
            return Ok((Asked { lease, first: Some(first), request, added: Vec::new(), clock }, about));
        };
        Err(self.refused(&refusal, lease, &about.redaction, sent_ms))
    }

    /// The connection there is, if it may be used; else a new one. Waits no longer than a connection may take to be made (11-12),
    /// whoever makes it; a credential takes the time it takes.
    pub(super) async fn connection(&self, slot: &Slot, call: &Call<'_>, entry: &mut Entry) -> Result<(Connection, Opening), Missed> {
        let (began, limit, failures) = (Instant::now(), self.provider.websocket_connect_timeout, slot.failures());
        let too_late = |_| Missed::NoSocket(ApiError::new(ApiErrorKind::Timeout));
        let opening = timeout_at(deadline_in(limit), slot.opening()).await.map_err(too_late)?;
        // What was waited for may have come to nothing: it is not waited for twice.
        if slot.is_taken() || slot.uses_http() || slot.failures() > failures {
            return Err(Missed::Busy);
        }
        let left = limit.saturating_sub(began.elapsed());
        // For every request: it may have to be approved (14-7), and the login may be another by now.
        let credential = self.authorizer.authorize(&call.attempt()).await.map_err(unauthorized).map_err(Missed::Failed)?;
        let belonging = Belonging::new(call.metadata, &credential);
        match slot.idle(&opening).await.filter(|connection| connection.belonging == belonging) {
            Some(connection) => Ok((connection, opening)),
            None => Ok((self.shake_hands(call, credential, deadline_in(left), entry).await?, opening)),
        }
    }

    /// Sends a message and waits for the answer to begin.
    async fn first_event(&self, mut lease: Lease, message: String, is_first: bool) -> Result<(Lease, String), Missed> {
        let deadline = deadline_in(self.provider.stream_idle_timeout);
        let Some(connection) = lease.connection() else { return Err(Missed::Busy) };
        connection.is_used = true;
        let asking = async {
            connection.say(message).await?;
            loop {
                if let Frame::Text(text) = connection.frame().await? {
                    return Ok(text);
                }
            }
        };
        let kind = match timeout_at(deadline, asking).await {
            Ok(Ok(text)) => return Ok((lease, text)),
            Ok(Err(kind @ (ApiErrorKind::EventTooLarge | ApiErrorKind::EventUndecodable))) => {
                return Err(Missed::Failed(Failed::Final(ApiError::new(kind))));
            }
            // The server gave up a connection that had been waiting.
            Ok(Err(_)) if !is_first => return Err(Missed::Again(ApiError::new(ApiErrorKind::Network))),
            Ok(Err(_)) => ApiErrorKind::Network,
            Err(_) => ApiErrorKind::Timeout,
        };
        lease.give_up(true);
        Err(Missed::Failed(Failed::Transient(ApiError::new(kind))))
    }

    fn refused(&self, refusal: &Refusal, mut lease: Lease, redaction: &Redaction, sent_ms: i64) -> Missed {
        let received_ms = self.clock.now_ms();
        let error = refusal.error(redaction, received_ms);
        Missed::Failed(match refusal.status.as_u16() {
            _ if Refusal::is_of_the_connection(&error) => return Missed::Again(error),
            401 | 403 => {
                let text = |name: HeaderName| refusal.headers.get(name).and_then(|value| value.to_str().ok()).map(Into::into);
                let (status, body) = (Some(refusal.status.as_u16()), refusal.body.clone());
                let judged = ResponseFacts { status, date: text(DATE), age: text(AGE), body, sent_ms, received_ms };
                let sent = lease.connection().map(|connection| std::mem::replace(&mut connection.credential, Credential::nothing("")));
                let sent = sent.unwrap_or_else(|| Credential::nothing(""));
                Failed::Refused(Box::new(Refused { error, sent, facts: judged }))
            }
            500.. => Failed::Transient(error),
            _ => Failed::Final(error),
        })
    }
}

impl About {
    /// Rate limits are those of the moment: the handshake's are of its own request only.
    fn of(connection: &Connection) -> Self {
        let rate_limits = if connection.is_used { Vec::new() } else { connection.facts.rate_limits.clone() };
        Self {
            facts: StreamFacts { rate_limits, ..connection.facts.clone() },
            owner: connection.belonging.owner.clone(),
            redaction: connection.redaction.clone(),
        }
    }
}
