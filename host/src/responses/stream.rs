//! The events of a response, read as they arrive.

use super::event::{Decoded, ResponseEvent, decode};
use super::exchange::Answer;
use super::failure::{ApiError, ApiErrorKind, Redaction};
use super::rate_limits::{self, RateLimitSnapshot};
use super::recording::Entry;
use super::sse::{SseEvent, SseParser};
use super::turn_state::{Owner, TurnState};
use super::websocket::Asked;
use bytes::Bytes;
use futures_core::Stream;
use http::HeaderMap;
use reqwest::Response;
use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::{Instant, Sleep, sleep_until, timeout};

/// The stream of one response. First come the rate limits of the answer's header fields, then its events; after
/// [`Completed`](ResponseEvent::Completed), [`Incomplete`](ResponseEvent::Incomplete) or an error there are no more.
///
/// Nothing is read ahead of who asks: at most one event and one piece of the network are held. Dropping the stream cancels the
/// response. Waiting can be given up and taken up again without losing an event.
pub struct ResponseStream {
    source: Source,
    limits: VecDeque<RateLimitSnapshot>,
    idle: Idle,
    facts: StreamFacts,
    turn_state: Option<TurnState>,
    owner: Owner,
    redaction: Redaction,
    entry: Entry,
    is_ended: bool,
}

/// What the header fields of an answer say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamFacts {
    /// Rate limits.
    pub rate_limits: Vec<RateLimitSnapshot>,
    /// The server's name for the exchange.
    pub request_id: Option<String>,
    /// The model that answers, where the server names it.
    pub model: Option<String>,
}

impl StreamFacts {
    pub(super) fn read(headers: &HeaderMap, redaction: &Redaction) -> Self {
        let text = |name: &str| headers.get(name)?.to_str().ok().and_then(|text| redaction.name(text));
        Self {
            rate_limits: rate_limits::from_headers(headers),
            request_id: ["x-request-id", "x-oai-request-id", "cf-ray"].into_iter().find_map(text),
            model: text("openai-model"),
        }
    }
}

/// What a stream is read with.
pub(super) struct Reading {
    pub(super) idle_timeout: Duration,
    pub(super) most_event_bytes: usize,
    pub(super) turn_state: Option<TurnState>,
}

/// Where events come from.
enum Source {
    Http(SseBody),
    Socket(Box<Asked>),
}

/// What a stream is known by.
pub(super) struct About {
    pub(super) facts: StreamFacts,
    pub(super) owner: Owner,
    pub(super) redaction: Redaction,
}

impl ResponseStream {
    pub(super) fn new(answer: Answer<Response>, reading: Reading) -> Self {
        let Answer { received, headers, owner, redaction, entry } = answer;
        let facts = StreamFacts::read(&headers, &redaction);
        let body = SseBody { body: Some(Box::pin(received.bytes_stream())), parser: SseParser::new(reading.most_event_bytes) };
        let about = About { facts, owner, redaction };
        Self::of(Source::Http(body), about, reading.idle_timeout, reading.turn_state, entry)
    }

    pub(super) fn over_socket(asked: Asked, about: About, idle_timeout: Duration, turn_state: Option<TurnState>, entry: Entry) -> Self {
        Self::of(Source::Socket(Box::new(asked)), about, idle_timeout, turn_state, entry)
    }

    fn of(source: Source, about: About, idle_timeout: Duration, turn_state: Option<TurnState>, mut entry: Entry) -> Self {
        let About { facts, owner, redaction } = about;
        entry.begin_stream();
        Self {
            source,
            limits: facts.rate_limits.clone().into(),
            idle: Idle::new(idle_timeout),
            facts,
            turn_state,
            owner,
            redaction,
            entry,
            is_ended: false,
        }
    }

    /// What the header fields of the answer say.
    pub fn facts(&self) -> &StreamFacts {
        &self.facts
    }

    /// The next event; none after the last.
    pub async fn next(&mut self) -> Option<Result<ResponseEvent, ApiError>> {
        poll_fn(|context| self.poll_event(context)).await
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<ResponseEvent, ApiError>>> {
        if let Some(limit) = self.limits.pop_front() {
            return Poll::Ready(Some(Ok(ResponseEvent::RateLimits(limit))));
        }
        if self.is_ended {
            return Poll::Ready(None);
        }
        self.idle.begin();
        loop {
            let next = match &mut self.source {
                Source::Http(body) => body.poll_event(context, &mut self.idle),
                Source::Socket(asked) => asked.poll_event(context, &mut self.idle),
            };
            let event = match ready!(next) {
                // What some services end a stream with.
                Ok(event) if event.data.trim() == "[DONE]" => continue,
                Ok(event) => self.decode(event).map(|decoded| self.pass_on(decoded)),
                Err(kind) => Err(ApiError::new(kind)),
            };
            return Poll::Ready(Some(event.map_err(|error| self.fail(error))));
        }
    }

    fn decode(&self, event: SseEvent) -> Result<Decoded, ApiError> {
        let refusal = match &self.source {
            Source::Http(_) => None,
            Source::Socket(asked) => asked.refusal(&event, &self.redaction),
        };
        refusal.map_or_else(|| decode(event, &self.redaction), Err)
    }

    fn pass_on(&mut self, decoded: Decoded) -> ResponseEvent {
        self.idle.end();
        if let (Some(state), Some(token)) = (&self.turn_state, &decoded.turn_state) {
            state.offer(&self.owner, token);
        }
        if decoded.is_last {
            self.is_ended = true;
            self.entry.end(None, None);
        }
        match &mut self.source {
            Source::Socket(asked) => asked.note(&decoded.event),
            Source::Http(body) if decoded.is_last => body.leave(),
            Source::Http(_) => {}
        }
        decoded.event
    }

    fn fail(&mut self, error: ApiError) -> ApiError {
        self.is_ended = true;
        match &mut self.source {
            Source::Http(body) => body.body = None,
            Source::Socket(asked) => asked.fail(&error),
        }
        self.entry.end(None, Some(error.code()));
        tracing::debug!(code = error.code(), "a stream failed");
        error.with_answer(self.facts.request_id.clone(), self.facts.rate_limits.clone())
    }
}

/// The body of an answer over HTTP.
struct SseBody {
    body: Option<Body>,
    parser: SseParser,
}

impl SseBody {
    fn poll_event(&mut self, context: &mut Context<'_>, idle: &mut Idle) -> Poll<Result<SseEvent, ApiErrorKind>> {
        loop {
            match self.parser.take() {
                Ok(Some(event)) => return Poll::Ready(Ok(event)),
                Ok(None) => match ready!(self.poll_bytes(context, idle)) {
                    Ok(bytes) => self.parser.push(&bytes),
                    Err(kind) => return Poll::Ready(Err(kind)),
                },
                Err(_) => return Poll::Ready(Err(ApiErrorKind::EventTooLarge)),
            }
        }
    }

    fn poll_bytes(&mut self, context: &mut Context<'_>, idle: &mut Idle) -> Poll<Result<Bytes, ApiErrorKind>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(Err(ApiErrorKind::StreamUnfinished));
        };
        if idle.is_over_without_event() {
            return Poll::Ready(Err(ApiErrorKind::StreamIdle));
        }
        match body.as_mut().poll_next(context) {
            Poll::Ready(Some(Ok(bytes))) => {
                idle.read();
                Poll::Ready(Ok(bytes))
            }
            Poll::Ready(Some(Err(_))) => Poll::Ready(Err(ApiErrorKind::StreamBroken)),
            Poll::Ready(None) => Poll::Ready(Err(ApiErrorKind::StreamUnfinished)),
            Poll::Pending => idle.poll_over(context).map(|()| Err(ApiErrorKind::StreamIdle)),
        }
    }

    fn leave(&mut self) {
        if let Some(body) = self.body.take() {
            leave(body);
        }
    }
}

type Body = Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>;

/// Reads what is left after the last event, usually nothing but the end, so that the connection can be used again.
fn leave(mut body: Body) {
    const MOST_CHUNKS: usize = 16;
    const MOST_TIME: Duration = Duration::from_secs(1);
    let rest = async move {
        for _ in 0..MOST_CHUNKS {
            if !matches!(poll_fn(|context| body.as_mut().poll_next(context)).await, Some(Ok(_))) {
                break;
            }
        }
    };
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(timeout(MOST_TIME, rest));
    }
}

impl Stream for ResponseStream {
    type Item = Result<ResponseEvent, ApiError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(context)
    }
}

impl fmt::Debug for ResponseStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseStream").field("facts", &self.facts).field("is_ended", &self.is_ended).finish_non_exhaustive()
    }
}

/// How long the next event may take.
pub(super) struct Idle {
    timeout: Duration,
    /// Set while an event is awaited.
    deadline: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
    /// Whether anything was read since then.
    has_read: bool,
}

impl Idle {
    fn new(timeout: Duration) -> Self {
        Self { timeout, deadline: None, timer: None, has_read: false }
    }

    fn begin(&mut self) {
        if self.deadline.is_none() {
            self.deadline = Some(deadline_in(self.timeout));
            self.has_read = false;
        }
    }

    fn end(&mut self) {
        self.deadline = None;
    }

    /// Something has arrived.
    pub(super) fn read(&mut self) {
        self.has_read = true;
    }

    /// What has arrived in time counts although it is read late; what completes no event does not count.
    pub(super) fn is_over_without_event(&self) -> bool {
        self.has_read && self.deadline.is_some_and(|deadline| deadline <= Instant::now())
    }

    pub(super) fn poll_over(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(deadline) = self.deadline else {
            return Poll::Pending;
        };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        timer.as_mut().poll(context)
    }
}

/// Far away where the timeout is longer than a clock can count.
pub(super) fn deadline_in(timeout: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(30 * 366 * 24 * 60 * 60);
    Instant::now() + timeout.min(FAR)
}

#[cfg(test)]
mod tests;
