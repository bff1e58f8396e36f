//! Answers: JSON, and refusals whose body names a code.

use super::verifier::Refused;
use crate::error::Error;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json as object};

/// What the log and the metrics say about an answer; carried by it as an extension.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    /// `accepted`, `ok`, or the code of the refusal.
    pub(super) verdict: String,
    pub(super) agent_runtime_id: Option<String>,
    pub(super) task_id: Option<String>,
}

impl Judged {
    pub(super) fn ok() -> Self {
        Self { verdict: "ok".into(), agent_runtime_id: None, task_id: None }
    }

    pub(super) fn accepted(agent_runtime_id: impl Into<String>, task_id: Option<String>) -> Self {
        Self { verdict: "accepted".into(), agent_runtime_id: Some(agent_runtime_id.into()), task_id }
    }

    /// Notes it on an answer.
    pub(super) fn on(self, mut response: Response) -> Response {
        response.extensions_mut().insert(self);
        response
    }
}

/// A request that is not served: `{"error":{"code":"…"}}`.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    retry_after_s: Option<u64>,
    /// Added to the body where the code alone does not say what to do.
    message: Option<String>,
    judged: Judged,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: impl Into<String>) -> Self {
        let judged = Judged { verdict: code.into(), agent_runtime_id: None, task_id: None };
        Self { status, retry_after_s: None, message: None, judged }
    }

    pub(super) fn because(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// Its code.
    pub(super) fn code(&self) -> &str {
        &self.judged.verdict
    }

    /// What the log and the metrics say about it, with its status.
    pub(super) fn judged(&self) -> (&Judged, u16) {
        (&self.judged, self.status.as_u16())
    }

    /// On a WebSocket, where there are no statuses.
    pub(super) fn to_event(&self) -> Value {
        let mut event = object!({"type": "error", "status": self.status.as_u16(), "error": self.error()});
        if let Some(seconds) = self.retry_after_s {
            event["headers"] = object!({"retry-after": seconds.to_string()});
        }
        event
    }

    fn error(&self) -> Value {
        let mut error = object!({"code": self.judged.verdict});
        if let Some(message) = &self.message {
            error["message"] = message.as_str().into();
        }
        error
    }

    pub(super) fn retry_after(mut self, seconds: Option<u64>) -> Self {
        self.retry_after_s = seconds;
        self
    }
}

/// Codes of `spec/identity.md` §11 that are answered with 401. `…-invalid` are the verdicts of V4 and V6.
const VERDICTS: [&str; 14] = [
    "assertion-missing",
    "assertion-too-long",
    "assertion-malformed",
    "runtime-id-invalid",
    "task-id-invalid",
    "timestamp-invalid",
    "agent-unknown",
    "agent-revoked",
    "signature-invalid",
    "account-mismatch",
    "assertion-expired",
    "assertion-not-yet-valid",
    "task-unknown",
    "task-ended",
];

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error.code.as_str() {
            "assertion-replayed" => Self::new(StatusCode::TOO_MANY_REQUESTS, error.code).retry_after(Some(1)),
            "replay-store-unavailable" | "server-unavailable" => {
                tracing::warn!(%error, "an answer has to wait");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, error.code).retry_after(Some(1))
            }
            "internal" => {
                tracing::error!(%error, "an answer failed");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.code)
            }
            verdict if VERDICTS.contains(&verdict) => Self::new(StatusCode::UNAUTHORIZED, error.code),
            _ => Self::new(StatusCode::BAD_REQUEST, error.code).because(error.message),
        }
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        let mut refusal = Self::from(refused.error);
        refusal.judged.agent_runtime_id = refused.agent_runtime_id;
        refusal.judged.task_id = refused.task_id;
        refusal
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = json(&object!({"error": self.error()}));
        *response.status_mut() = self.status;
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        self.judged.on(response)
    }
}

/// 200 with a JSON body.
pub(super) fn json(body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => with_type("application/json", body),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// 200 with a body of this type.
pub(super) fn with_type(content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
