//! Bodies and messages: what the service answers 400 to. The service's own list, not the component's filter: what a client's filter
//! lets through is to be noticed here.

use crate::authority::answer::Refusal;
use crate::authority::endpoints::Endpoint;
use axum::http::StatusCode;
use serde_json::{Map, Value};

/// A body or message that is read.
pub(super) type Content = Map<String, Value>;

/// Members of item metadata (5-8): those that clients write, and those that are ignored on input.
const ITEM_METADATA: [&str; 6] = ["turn_id", "create_time", "content_item_kinds", "cell_id", "executed_tool_calls", "tool_calls_complete"];
const PASSTHROUGH: &str = "internal_chat_message_metadata_passthrough";

/// What is in it, as far as it can be read, and whether it is taken.
pub(super) fn judge(endpoint: Endpoint, body: &[u8]) -> (Content, Result<(), Refusal>) {
    let body = if body.is_empty() { b"{}" } else { body };
    let Ok(Value::Object(content)) = serde_json::from_slice(body) else {
        return (Content::new(), Err(malformed("the body must be a JSON object")));
    };
    let judged = check(endpoint, &content);
    (content, judged)
}

/// Whether a message only prepares for a turn (1-18).
pub(super) fn is_prewarm(content: &Content) -> bool {
    content.get("generate") == Some(&Value::Bool(false))
}

fn check(endpoint: Endpoint, content: &Content) -> Result<(), Refusal> {
    match endpoint {
        Endpoint::Compact if content.contains_key("client_metadata") => {
            return Err(unknown("client_metadata is no member of a compaction (1D)"));
        }
        Endpoint::Message => check_message(content)?,
        _ => {}
    }
    let items = content.get("input").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().enumerate().try_for_each(|(number, item)| check_item(number, item))
}

fn check_message(content: &Content) -> Result<(), Refusal> {
    if content.get("type").and_then(Value::as_str) != Some("response.create") {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "message-unknown").because("only messages of type response.create are known"));
    }
    let has_input = content.get("input").is_some_and(|input| input.as_array().is_none_or(|items| !items.is_empty()));
    if is_prewarm(content) && has_input {
        return Err(malformed("with generate: false the input must be an empty array"));
    }
    Ok(())
}

fn check_item(number: usize, item: &Value) -> Result<(), Refusal> {
    let Some(metadata) = item.get(PASSTHROUGH) else { return Ok(()) };
    let Some(metadata) = metadata.as_object() else {
        return Err(malformed(&format!("input[{number}].{PASSTHROUGH} must be an object")));
    };
    match metadata.keys().find(|name| !ITEM_METADATA.contains(&name.as_str())) {
        Some(name) => Err(unknown(&format!("input[{number}].{PASSTHROUGH} has no member {name:?}"))),
        None => Ok(()),
    }
}

fn malformed(message: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "request-malformed").because(message)
}

fn unknown(message: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "member-unknown").because(message)
}
