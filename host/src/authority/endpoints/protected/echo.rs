//! What a request said about itself, sent back so that clients can compare.

use super::content::Content;
use super::text;
use axum::http::HeaderMap;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Metadata of a request. On a WebSocket the fields are those of its handshake.
#[derive(Debug, Serialize)]
pub(super) struct Echo {
    /// Each metadata field, name in lower case, with its values in order.
    headers: BTreeMap<String, Vec<String>>,
    /// The member of the body or message, null if there is none.
    client_metadata: Value,
}

impl Echo {
    pub(super) fn of(headers: &HeaderMap, content: &Content) -> Self {
        let mut echoed = BTreeMap::<String, Vec<String>>::new();
        for (name, value) in headers.iter().filter(|(name, _)| is_metadata(name.as_str())) {
            echoed.entry(name.to_string()).or_default().push(text(value));
        }
        Self { headers: echoed, client_metadata: content.get("client_metadata").cloned().unwrap_or_default() }
    }
}

/// The fields of `spec/metadata.md` 1C, §9 and §10 but for the user agent; never a credential.
fn is_metadata(name: &str) -> bool {
    const OTHERS: [&str; 9] = [
        "originator",
        "session-id",
        "thread-id",
        "x-client-request-id",
        "x-oai-attestation",
        "x-responsesapi-include-timing-metrics",
        "openai-beta",
        "traceparent",
        "tracestate",
    ];
    name.starts_with("x-codex-") || name.starts_with("x-openai-") || OTHERS.contains(&name)
}
