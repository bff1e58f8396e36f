//! What a request said about itself, sent back so that clients can compare.

use super::text;
use crate::authority::answer::Refusal;
use axum::http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Metadata of a request.
#[derive(Debug, Serialize)]
pub(super) struct Echo {
    /// Each metadata field, name in lower case, with its values in order.
    headers: BTreeMap<String, Vec<String>>,
    /// The member of the body, null if there is none.
    client_metadata: Value,
}

impl Echo {
    /// The body must be a JSON object or empty.
    pub(super) fn of(headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
        let body = if body.is_empty() { b"{}" } else { body };
        let Ok(Value::Object(mut body)) = serde_json::from_slice(body) else {
            return Err(Refusal::new(StatusCode::BAD_REQUEST, "request-malformed").because("the body must be a JSON object"));
        };
        let mut echoed = BTreeMap::<String, Vec<String>>::new();
        for (name, value) in headers.iter().filter(|(name, _)| is_metadata(name.as_str())) {
            echoed.entry(name.to_string()).or_default().push(text(value));
        }
        Ok(Self { headers: echoed, client_metadata: body.remove("client_metadata").unwrap_or_default() })
    }
}

fn is_metadata(name: &str) -> bool {
    name.starts_with("x-codex-") || matches!(name, "originator" | "session-id" | "thread-id")
}
