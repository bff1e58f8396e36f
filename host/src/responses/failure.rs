//! Why a request failed: this crate's stable codes, beside the API's own.

mod classify;
mod delay;
mod text;

pub(super) use classify::{from_answer, from_event};
pub(super) use text::{Redaction, shown};

use super::rate_limits::RateLimitSnapshot;
use crate::error::{Advice, Error};
use std::fmt;
use std::time::Duration;

/// A request that failed. It never holds a secret: what the server said is cut (N6) and freed of what was sent to it in confidence.
#[derive(Clone, PartialEq)]
pub struct ApiError {
    kind: ApiErrorKind,
    facts: Box<Facts>,
}

#[derive(Clone, PartialEq)]
struct Facts {
    error: Error,
    said: Said,
    rate_limits: Vec<RateLimitSnapshot>,
    request_id: Option<String>,
}

/// What an answer or an event said about a failure.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Said {
    pub(super) code: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) plan_type: Option<String>,
    pub(super) resets_at: Option<i64>,
    pub(super) delay: Option<Duration>,
}

/// What kind of failure it is; each kind has one stable code, except [`Unauthorized`](Self::Unauthorized),
/// [`Authorization`](Self::Authorization) and [`Unbuildable`](Self::Unbuildable), whose codes say more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApiErrorKind {
    /// `context-window-exceeded`: the input does not fit into the model's context window.
    ContextWindowExceeded,
    /// `quota-exceeded`: nothing is left of what was paid for.
    QuotaExceeded,
    /// `usage-limit-reached`: the plan's limit is used up until [`ApiError::resets_at`].
    UsageLimitReached,
    /// `usage-not-included`: the plan does not include this use.
    UsageNotIncluded,
    /// `rate-limited`: too many requests; [`ApiError::retry_after`] says for how long, if the server did.
    RateLimited,
    /// `server-overloaded`: the server says so.
    ServerOverloaded,
    /// `server-unavailable`: status 408 or 5xx.
    ServerUnavailable,
    /// `request-invalid`: the server does not accept the request.
    InvalidRequest,
    /// `policy-refused`: the request is against the service's rules.
    PolicyRefused,
    /// `endpoint-not-found`: status 404.
    NotFound,
    /// `upgrade-required`: status 426.
    UpgradeRequired,
    /// Status 401 or 403: `rejected-clock`, `rejected-task`, `rejected-key` or `rejected-unknown`.
    Unauthorized,
    /// `redirect-refused`: status 3xx.
    RedirectRefused,
    /// `response-failed`: the server began an answer and gave it up.
    ResponseFailed,
    /// `response-undecodable`: an answer of success is not what the endpoint answers.
    ResponseUndecodable,
    /// `response-too-large`: an answer is longer than the client accepts.
    ResponseTooLarge,
    /// `event-too-large`: an event of a stream is longer than the client accepts.
    EventTooLarge,
    /// `event-undecodable`: the last event of a stream cannot be read.
    EventUndecodable,
    /// `stream-broken`: the connection failed in the middle of a stream.
    StreamBroken,
    /// `stream-idle-timeout`: the stream was silent for longer than the provider allows.
    StreamIdle,
    /// `stream-unfinished`: the stream ended without its last event.
    StreamUnfinished,
    /// `network-timeout`: no answer in time.
    Timeout,
    /// `network-connect`: the connection was not made.
    Connect,
    /// `network-failed`: sending or receiving broke off.
    Network,
    /// No credential could be built, nothing was sent; the authorizer's code.
    Authorization,
    /// The request cannot be built, nothing was sent: `config-invalid`, `base-url-unsupported`, `internal`.
    Unbuildable,
}

impl ApiErrorKind {
    /// Code, advice and text.
    fn known(self) -> (&'static str, Advice, &'static str) {
        use Advice::{BackOff, FixConfig, Never};
        match self {
            Self::ContextWindowExceeded => {
                ("context-window-exceeded", Never, "the input does not fit into the model's context window; compact or shorten it")
            }
            Self::QuotaExceeded => ("quota-exceeded", FixConfig, "the account's quota is used up; check its plan and billing"),
            Self::UsageLimitReached => ("usage-limit-reached", BackOff, "the plan's usage limit is reached; wait until it starts anew"),
            Self::UsageNotIncluded => {
                ("usage-not-included", FixConfig, "the account's plan does not include this; use another plan or provider")
            }
            Self::RateLimited => ("rate-limited", BackOff, "too many requests; wait, then send it again"),
            Self::ServerOverloaded => ("server-overloaded", BackOff, "the server is overloaded; wait, then send it again"),
            Self::ServerUnavailable => ("server-unavailable", BackOff, "the server failed; wait, then send it again"),
            Self::InvalidRequest => ("request-invalid", Never, "the server does not accept the request"),
            Self::PolicyRefused => ("policy-refused", Never, "the service refuses requests of this kind"),
            Self::NotFound => {
                ("endpoint-not-found", FixConfig, "the server does not have this endpoint or model; check base URL and model")
            }
            Self::UpgradeRequired => ("upgrade-required", Never, "the server wants another protocol; use HTTP for the whole session"),
            Self::Unauthorized => ("rejected-unknown", Never, "the server refused the credential"),
            Self::RedirectRefused => ("redirect-refused", FixConfig, "the server redirects, which is not followed; correct the base URL"),
            Self::ResponseFailed => ("response-failed", BackOff, "the server gave up on the response; send the request again"),
            Self::ResponseUndecodable => {
                ("response-undecodable", Never, "the answer is not what this endpoint answers; check the base URL")
            }
            Self::ResponseTooLarge => ("response-too-large", Never, "the answer is longer than this client accepts"),
            Self::EventTooLarge => ("event-too-large", Never, "an event is longer than this client accepts"),
            Self::EventUndecodable => ("event-undecodable", Never, "the last event of the stream cannot be read"),
            Self::StreamBroken => ("stream-broken", BackOff, "the connection failed in the middle of the stream; send the request again"),
            Self::StreamIdle => ("stream-idle-timeout", BackOff, "the stream has been silent for too long; send the request again"),
            Self::StreamUnfinished => ("stream-unfinished", BackOff, "the stream ended without its last event; send the request again"),
            Self::Timeout => ("network-timeout", BackOff, "no answer in time; check the network, then send it again"),
            Self::Connect => ("network-connect", BackOff, "the connection was not made; check network and base URL"),
            Self::Network => ("network-failed", BackOff, "sending or receiving broke off; check the network, then send it again"),
            Self::Authorization => ("internal", Never, "no credential could be built"),
            Self::Unbuildable => ("config-invalid", FixConfig, "the request cannot be built"),
        }
    }
}

impl ApiError {
    pub(super) fn new(kind: ApiErrorKind) -> Self {
        Self::because(kind, "")
    }

    /// `detail` is appended to the kind's own text.
    pub(super) fn because(kind: ApiErrorKind, detail: &str) -> Self {
        let (code, advice, text) = kind.known();
        let message = if detail.is_empty() { text.to_owned() } else { format!("{text}: {detail}") };
        Self::of(kind, Error::new(code, advice, message))
    }

    /// Nothing was sent, because of this.
    pub(super) fn of(kind: ApiErrorKind, error: Error) -> Self {
        let facts = Facts { error, said: Said::default(), rate_limits: Vec::new(), request_id: None };
        Self { kind, facts: Box::new(facts) }
    }

    pub(super) fn with_said(mut self, said: Said) -> Self {
        self.facts.error.retry_after_s = said.delay.map(|delay| delay.as_secs() + u64::from(delay.subsec_nanos() > 0));
        self.facts.said = said;
        self
    }

    pub(super) fn with_status(mut self, status: u16) -> Self {
        self.facts.error.status = Some(status);
        self
    }

    pub(super) fn with_attempts(mut self, attempts: u32) -> Self {
        self.facts.error.attempts = Some(attempts);
        self
    }

    pub(super) fn with_answer(mut self, request_id: Option<String>, rate_limits: Vec<RateLimitSnapshot>) -> Self {
        self.facts.request_id = request_id;
        self.facts.rate_limits = rate_limits;
        self
    }

    /// What the authorizer made of a refusal: a code of `spec/identity.md` §10.
    pub(super) fn with_rejection(mut self, code: &str) -> Self {
        let (advice, what) = match code {
            "rejected-clock" => (Advice::FixClock, "the server refused the credential for its time; set the clock"),
            "rejected-task" => (Advice::AfterRegister, "the server does not know the task; register it again"),
            "rejected-key" => (Advice::FixConfig, "the server refused key, agent or account; log in again"),
            _ => (Advice::Never, "the server refused the credential"),
        };
        let detail = self.facts.error.message.split_once(": ").map(|(_, detail)| detail.to_owned());
        self.facts.error.message = detail.map_or_else(|| what.to_owned(), |detail| format!("{what}: {detail}"));
        self.facts.error.code = code.into();
        self.facts.error.advice = advice;
        self
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ApiErrorKind {
        self.kind
    }

    /// Code, advice, message, status and attempts, as everywhere in this crate.
    pub fn error(&self) -> &Error {
        &self.facts.error
    }

    /// The stable code.
    pub fn code(&self) -> &str {
        &self.facts.error.code
    }

    /// The API's own code, such as `context_length_exceeded`.
    pub fn api_code(&self) -> Option<&str> {
        self.facts.said.code.as_deref()
    }

    /// The API's own type of error, such as `usage_limit_reached`.
    pub fn api_type(&self) -> Option<&str> {
        self.facts.said.kind.as_deref()
    }

    /// The plan of the account, where the API names it.
    pub fn plan_type(&self) -> Option<&str> {
        self.facts.said.plan_type.as_deref()
    }

    /// When a usage limit starts anew, Unix seconds.
    pub fn resets_at(&self) -> Option<i64> {
        self.facts.said.resets_at
    }

    /// How long the server asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.facts.said.delay
    }

    /// The limits the answer told of.
    pub fn rate_limits(&self) -> &[RateLimitSnapshot] {
        &self.facts.rate_limits
    }

    /// The server's name for the exchange, to quote when reporting a problem.
    pub fn request_id(&self) -> Option<&str> {
        self.facts.request_id.as_deref()
    }

    /// Whether the same request may succeed when it is sent again as a whole, because only the stream of its answer failed (11-8).
    pub fn is_broken_stream(&self) -> bool {
        use ApiErrorKind::{ResponseFailed, StreamBroken, StreamIdle, StreamUnfinished};
        let failed_midway = self.facts.error.status.is_none() && self.kind == ApiErrorKind::RateLimited;
        failed_midway || matches!(self.kind, StreamBroken | StreamIdle | StreamUnfinished | ResponseFailed)
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = &self.facts.said;
        f.debug_struct("ApiError")
            .field("kind", &self.kind)
            .field("error", &self.facts.error)
            .field("said", said)
            .field("request_id", &self.facts.request_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.facts.error.fmt(f)
    }
}

impl std::error::Error for ApiError {}

/// The API's own code becomes the cause.
impl From<ApiError> for Error {
    fn from(failed: ApiError) -> Self {
        let Facts { mut error, said, .. } = *failed.facts;
        error.cause = error.cause.or(said.code);
        error
    }
}

#[cfg(test)]
mod tests;
