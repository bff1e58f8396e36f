//! From what a server said to a kind of failure.

use super::{ApiError, ApiErrorKind, Redaction, Said, delay, shown};
use crate::responses::rate_limits;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// An answer that is no success.
pub(in crate::responses) fn from_answer(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    redaction: &Redaction,
    now_ms: i64,
) -> ApiError {
    let value = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let object = error_object(&value);
    let mut said = said(object, redaction);
    said.delay = delay::from_headers(headers, now_ms).or(said.delay);
    let kind = of_codes(&said).filter(|_| !matches!(status.as_u16(), 300..=399 | 401 | 403)).unwrap_or_else(|| of_status(status));
    let detail = match message(object) {
        Some(message) => shown(message.as_bytes(), redaction),
        None => shown(body, redaction).trim().to_owned(),
    };
    let detail = if detail.is_empty() { format!("status {}", status.as_u16()) } else { format!("status {}, {detail}", status.as_u16()) };
    let request_id = ["x-request-id", "x-oai-request-id", "cf-ray"].iter().find_map(|name| headers.get(*name)?.to_str().ok());
    ApiError::because(kind, &detail)
        .with_said(said)
        .with_status(status.as_u16())
        .with_answer(request_id.and_then(|id| redaction.name(id)), rate_limits::from_headers(headers))
}

/// The error object of a `response.failed` or `error` event; null when the event has none.
pub(in crate::responses) fn from_event(error: &Value, redaction: &Redaction) -> ApiError {
    let said = said(error, redaction);
    let kind = of_codes(&said).unwrap_or(ApiErrorKind::ResponseFailed);
    ApiError::because(kind, &message(error).map(|message| shown(message.as_bytes(), redaction)).unwrap_or_default()).with_said(said)
}

/// The API's own codes and types that say more than a status. Others are kept, but do not decide.
fn of_codes(said: &Said) -> Option<ApiErrorKind> {
    let of = |name: &str| {
        Some(match name {
            "context_length_exceeded" => ApiErrorKind::ContextWindowExceeded,
            "insufficient_quota" => ApiErrorKind::QuotaExceeded,
            "usage_limit_reached" => ApiErrorKind::UsageLimitReached,
            "usage_not_included" => ApiErrorKind::UsageNotIncluded,
            "rate_limit_exceeded" => ApiErrorKind::RateLimited,
            "server_is_overloaded" | "slow_down" => ApiErrorKind::ServerOverloaded,
            "invalid_prompt" => ApiErrorKind::InvalidRequest,
            "cyber_policy" => ApiErrorKind::PolicyRefused,
            _ => return None,
        })
    };
    said.code.as_deref().and_then(of).or_else(|| said.kind.as_deref().and_then(of))
}

fn of_status(status: StatusCode) -> ApiErrorKind {
    match status.as_u16() {
        300..=399 => ApiErrorKind::RedirectRefused,
        401 | 403 => ApiErrorKind::Unauthorized,
        404 => ApiErrorKind::NotFound,
        408 | 500.. => ApiErrorKind::ServerUnavailable,
        426 => ApiErrorKind::UpgradeRequired,
        429 => ApiErrorKind::RateLimited,
        _ => ApiErrorKind::InvalidRequest,
    }
}

/// `{"error": {…}}`, `{"error": "code"}` or the members at the top, as different servers write them.
fn error_object(body: &Value) -> &Value {
    match body.get("error") {
        Some(error @ Value::Object(_)) => error,
        _ => body,
    }
}

fn said(error: &Value, redaction: &Redaction) -> Said {
    let text = |name: &str| error.get(name).and_then(Value::as_str).and_then(|text| redaction.name(text));
    let code = text("code").or_else(|| text("error"));
    let wait = (code.as_deref() == Some("rate_limit_exceeded")).then(|| message(error).and_then(delay::from_message)).flatten();
    Said { code, kind: text("type"), plan_type: text("plan_type"), resets_at: error.get("resets_at").and_then(seconds), delay: wait }
}

fn message(error: &Value) -> Option<&str> {
    let named = error.get("message").or_else(|| error.get("detail"));
    named.and_then(Value::as_str).map(str::trim).filter(|message| !message.is_empty())
}

fn seconds(value: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "saturates, and a fraction of a second does not matter")]
    let whole = |seconds: f64| seconds as i64;
    value.as_i64().or_else(|| value.as_f64().map(whole)).or_else(|| value.as_str()?.trim().parse().ok())
}
