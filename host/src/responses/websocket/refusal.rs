//! Events that stand for an answer with a status: `{"type":"error","status":…,"error":{…},"headers":{…}}`.

use crate::responses::failure::{ApiError, Redaction, from_answer};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The connection, not the request, is at fault.
const OF_THE_CONNECTION: [&str; 2] = ["previous_response_not_found", "websocket_connection_limit_reached"];

/// A message was refused.
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// The event.
    pub(super) body: Vec<u8>,
}

#[derive(Deserialize)]
struct Wire {
    r#type: String,
    #[serde(alias = "status_code")]
    status: Option<u16>,
    #[serde(default)]
    headers: Map<String, Value>,
}

impl Refusal {
    /// None for an event of a response, or an error without a status.
    pub(super) fn read(event: &str) -> Option<Self> {
        // Most events are pieces of text, which need not be read twice.
        if !event.contains("\"error\"") {
            return None;
        }
        let wire: Wire = serde_json::from_str(event).ok().filter(|wire: &Wire| wire.r#type == "error")?;
        let status = StatusCode::from_u16(wire.status?).ok().filter(|status| !status.is_success())?;
        let field = |(name, value): (&String, &Value)| {
            Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value.as_str()?).ok()?))
        };
        let headers = wire.headers.iter().filter_map(field).collect();
        Some(Self { status, headers, body: event.as_bytes().to_vec() })
    }

    pub(super) fn error(&self, redaction: &Redaction, now_ms: i64) -> ApiError {
        from_answer(self.status, &self.headers, &self.body, redaction, now_ms)
    }

    pub(super) fn is_of_the_connection(error: &ApiError) -> bool {
        error.api_code().is_some_and(|code| OF_THE_CONNECTION.contains(&code))
    }
}
