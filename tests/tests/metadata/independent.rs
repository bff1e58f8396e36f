//! A second renderer, straight from table 1A, that shares nothing with the component.

use serde_json::{Map, Value};

/// Names in the order of 1A, and the columns: turn, prewarm and compaction (f), memory (m), none (n), tool servers (t).
const TABLE: [(&str, &str); 23] = [
    ("installation_id", "f"),
    ("session_id", "fnt"),
    ("thread_id", "fnt"),
    ("agent_name", "fn"),
    ("turn_id", "fmnt"),
    ("window_id", "f"),
    ("window_number", "f"),
    ("context_window_id", "f"),
    ("request_kind", "fm"),
    ("forked_from_thread_id", "fmnt"),
    ("forked_from_ordinal_exclusive", "fmn"),
    ("parent_thread_id", "fmnt"),
    ("parent_turn_id", "fmn"),
    ("root_turn_id", "fmn"),
    ("subagent_kind", "fmnt"),
    ("thread_source", "fmnt"),
    ("turn_trigger", "fmnt"),
    ("sandbox", "fmnt"),
    ("sandbox_mode", "fmnt"),
    ("auto_review_enabled", "fmnt"),
    ("turn_started_at_unix_ms", "fmnt"),
    ("analytics_enabled", "fmn"),
    ("compaction", "f"),
];

/// Names that extras may not have and that these snapshots use.
pub(crate) fn is_reserved(name: &str) -> bool {
    TABLE.iter().any(|(field, _)| *field == name) || name == "workspaces" || name.starts_with("x-codex") || name == "parent_response_id"
}

/// The canonical string of a snapshot without workspaces and execution metadata.
pub(crate) fn canonical(snapshot: &Value, kind: Option<&str>) -> String {
    let column = match kind {
        None => 'n',
        Some("memory") => 'm',
        Some(_) => 'f',
    };
    let mut members = facts(snapshot, column, kind);
    members.extend(extras(snapshot, true));
    let members: Vec<_> = members.iter().map(|(name, value)| format!("{}:{}", ascii(name), text(name, value))).collect();
    format!("{{{}}}", members.join(","))
}

/// The object for tool servers.
pub(crate) fn tools(snapshot: &Value) -> Value {
    let mut members = facts(snapshot, 't', None);
    members.extend(extras(snapshot, false));
    Value::Object(Map::from_iter(members))
}

fn facts(snapshot: &Value, column: char, kind: Option<&str>) -> Vec<(String, Value)> {
    let mut members = Vec::new();
    for (name, columns) in TABLE {
        let value = if name == "request_kind" { kind.into() } else { snapshot[name].clone() };
        let hides_fork = snapshot["forked_from_thread_id"].is_null() || column != 't' && !snapshot["parent_thread_id"].is_null();
        let is_blank = value.as_str().is_some_and(|text| text.trim().is_empty());
        let is_left_out = value.is_null()
            || !columns.contains(column)
            || name.starts_with("forked_from") && hides_fork
            || name == "compaction" && kind != Some("compaction")
            || ["parent_turn_id", "root_turn_id", "turn_trigger", "thread_source"].contains(&name) && is_blank;
        if !is_left_out {
            members.push((name.to_owned(), value));
        }
    }
    members
}

/// In ascending byte order of name; configured ones are the stronger.
fn extras(snapshot: &Value, with_configured: bool) -> Vec<(String, Value)> {
    let map = |name: &str| snapshot[name].as_object().cloned().unwrap_or_default();
    let (own, configured) = (map("extras"), map("configured_extras"));
    let own = own.into_iter().filter(|(name, _)| !configured.contains_key(name));
    let mut all: Vec<_> = own.chain(configured.clone().into_iter().filter(|_| with_configured)).collect();
    all.retain(|(name, _)| !is_reserved(name) && (with_configured || name != "user_input_requested_during_turn"));
    all.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
    all
}

fn text(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) => ascii(text),
        Value::Object(object) if name == "compaction" => {
            let names = ["trigger", "reason", "implementation", "phase", "strategy"];
            let members: Vec<_> = names.map(|name| format!("\"{name}\":{}", object[name])).into();
            format!("{{{}}}", members.join(","))
        }
        other => other.to_string(),
    }
}

/// A JSON string in ASCII.
fn ascii(text: &str) -> String {
    let json = Value::from(text).to_string();
    let escaped = |c: char| -> String {
        if c.is_ascii() {
            return c.into();
        }
        c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
    };
    json.chars().map(escaped).collect()
}
