//! A request as it is shown: every field of `spec/metadata.md` §1, §9 and §10 by itself, and what of the body tells who asks for what.
//! Of the conversation nothing is kept but types, roles and ids of its items.

use super::fields::{self, HEADERS};
use super::{Arrival, Endpoint};
use axum::http::HeaderMap;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const CANONICAL: &str = "x-codex-turn-metadata";
/// Members that are shown as they are (§11).
const MEMBERS: [&str; 9] =
    ["type", "model", "store", "stream", "service_tier", "reasoning", "prompt_cache_key", "generate", "previous_response_id"];
/// Most items and traces that are shown; all are counted.
const MOST_ITEMS: usize = 1000;

pub(super) fn describe(arrival: &Arrival<'_>, now_ms: i64) -> Value {
    let is_message = arrival.endpoint == Endpoint::Message;
    let verified = arrival.verified;
    json!({
        "received_at_unix_ms": now_ms,
        "transport": match arrival.endpoint {
            Endpoint::Socket => "websocket-handshake",
            Endpoint::Message => "websocket-message",
            _ => "http",
        },
        "websocket": arrival.socket,
        "endpoint": arrival.endpoint.protected_path(),
        "verdict": arrival.refusal.map_or("accepted", |refusal| refusal.code()),
        "agent_runtime_id": verified.agent_runtime_id,
        "task_id": verified.task_id,
        "external_task_ref": verified.external_task_ref,
        "account_id": verified.account_id,
        // A message has none of its own.
        "headers": if is_message { Value::Null } else { headers(arrival.headers) },
        "other_headers": if is_message { Value::Null } else { others(arrival.headers) },
        "client_metadata": flat_map(arrival),
        "body": if arrival.endpoint == Endpoint::Socket { Value::Null } else { body(arrival.content) },
    })
}

fn headers(headers: &HeaderMap) -> Value {
    let decoded = HEADERS.iter().filter_map(|name| {
        let text = text(headers, name)?;
        let mut field = fields::decode(name, &text);
        let count = headers.get_all(*name).iter().count();
        if count > 1 {
            field["count"] = count.into();
        }
        Some(((*name).to_owned(), field))
    });
    Value::Object(decoded.collect())
}

/// Names only: credentials are among them.
fn others(headers: &HeaderMap) -> Value {
    let names: BTreeSet<&str> = headers.keys().map(|name| name.as_str()).filter(|name| !HEADERS.contains(name)).collect();
    json!(names)
}

fn flat_map(arrival: &Arrival<'_>) -> Value {
    let map = match arrival.content.get("client_metadata") {
        None => return Value::Null,
        Some(Value::Object(map)) => map,
        Some(_) => return json!({"error": "not an object"}),
    };
    let decode = |(name, value): (&String, &Value)| {
        let Some(text) = value.as_str() else { return (name.clone(), json!({"error": "not a string"})) };
        let mut field = fields::decode(name, text);
        if name == CANONICAL
            && let Some(header) = self::text(arrival.headers, CANONICAL)
        {
            // 1-10: the same text as in the header, on a WebSocket that of the request which opened it.
            field["equal"] = (header == text).into();
        }
        (name.clone(), field)
    };
    Value::Object(map.iter().map(decode).collect())
}

fn body(content: &Map<String, Value>) -> Value {
    let mut shown: Map<String, Value> = MEMBERS.iter().filter_map(|name| Some(((*name).to_owned(), content.get(*name)?.clone()))).collect();
    shown.insert("members".into(), content.keys().cloned().collect());
    match content.get("input") {
        Some(Value::Array(items)) => {
            shown.insert("input_items".into(), items.iter().take(MOST_ITEMS).map(item).collect());
            shown.insert("input_count".into(), items.len().into());
        }
        Some(Value::String(text)) => {
            shown.insert("input_length".into(), text.len().into());
        }
        _ => {}
    }
    if let Some(traces) = content.get("traces").and_then(Value::as_array) {
        shown.insert("traces".into(), traces.iter().take(MOST_ITEMS).map(trace).collect());
        shown.insert("trace_count".into(), traces.len().into());
    }
    Value::Object(shown)
}

fn item(item: &Value) -> Value {
    const SHOWN: [&str; 6] = ["type", "role", "id", "phase", "metadata", "internal_chat_message_metadata_passthrough"];
    let mut shown: Map<String, Value> = SHOWN.iter().filter_map(|name| Some(((*name).to_owned(), item.get(*name)?.clone()))).collect();
    if item.get("encrypted_function_args").is_some() {
        shown.insert("has_encrypted_function_args".into(), true.into());
    }
    Value::Object(shown)
}

fn trace(trace: &Value) -> Value {
    let items = trace.get("items").and_then(Value::as_array).map_or(0, Vec::len);
    json!({"id": trace.get("id"), "source_path": trace.pointer("/metadata/source_path"), "item_count": items})
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}
