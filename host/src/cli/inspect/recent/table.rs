//! Requests for people: a heading each, and a line for each field.

use crate::cli::output::{paint, visible};
use crate::timestamp::timestamp;
use clap::builder::styling::Style;
use serde_json::{Map, Value};

type Rows = Vec<(String, String)>;

pub fn of(requests: &[Value]) -> String {
    requests.iter().map(block).collect::<Vec<_>>().join("\n\n")
}

fn block(request: &Value) -> String {
    let rows = rows(request);
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let lines = rows.into_iter().map(|(name, text)| format!("  {name:width$}  {text}"));
    std::iter::once(paint(Style::new().bold(), heading(request))).chain(lines).collect::<Vec<_>>().join("\n")
}

fn heading(request: &Value) -> String {
    let seconds = request["received_at_unix_ms"].as_i64().unwrap_or_default().div_euclid(1000);
    let parts = ["transport", "endpoint", "verdict"].map(|name| plain(&request[name]));
    format!("#{}  {}  {}", request["number"], timestamp(seconds), parts.join("  "))
}

fn rows(request: &Value) -> Rows {
    let mut rows = Rows::new();
    for name in ["agent_runtime_id", "task_id", "external_task_ref", "account_id", "websocket"] {
        if !request[name].is_null() {
            rows.push((name.replace('_', " "), plain(&request[name])));
        }
    }
    for (name, field) in members(&request["headers"]) {
        rows.push((format!("header {}", visible(name)), told(field)));
        rows.extend(inside(field));
    }
    for (name, field) in members(&request["client_metadata"]).filter(|(_, field)| field.is_object()) {
        rows.push((format!("flat {}", visible(name)), told(field)));
        if field["equal"] != true {
            rows.extend(inside(field));
        }
    }
    if let Some(error) = request["client_metadata"]["error"].as_str() {
        rows.push(("flat map".into(), error.into()));
    }
    let counted = |name: &&String| !matches!(name.as_str(), "members" | "input_items" | "traces");
    for (name, value) in members(&request["body"]).filter(|(name, _)| counted(name)) {
        rows.push((format!("body {}", visible(name).replace('_', " ")), plain(value)));
    }
    rows
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

/// The members of a canonical string, which is one field.
fn inside(field: &Value) -> Rows {
    members(&field["json"]).map(|(name, value)| (format!("  {}", visible(name)), plain(value))).collect()
}

fn told(field: &Value) -> String {
    let is = |name: &str, yes: &str, no: &str| field[name].as_bool().map(|holds| if holds { yes } else { no }.to_owned());
    if field["present"] == true {
        return "present, not shown".into();
    }
    if let Some(text) = field["text"].as_str().filter(|_| !field["canonical"].is_null()) {
        let facts = [
            Some(format!("{} bytes", text.len())),
            is("ascii", "ASCII", "not ASCII"),
            is("canonical", "canonical", "not canonical"),
            is("equal", "equal to the header's", "other than the header's"),
            field["error"].as_str().map(str::to_owned),
        ];
        return facts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    }
    if let Some(text) = field["text"].as_str() {
        let count = field["count"].as_u64().map(|count| format!(" (first of {count})"));
        return visible(text) + &count.unwrap_or_default();
    }
    if let Some(error) = field["error"].as_str() {
        return error.into();
    }
    let token = field["token_length"].as_u64().map(|length| format!("a token of {length} bytes, not shown"));
    let facts = [field["status"].as_str().map(str::to_owned), token, is("canonical", "canonical", "not canonical")];
    facts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => visible(text),
        other => visible(&other.to_string()),
    }
}
