//! Where a session comes from, in the forms that clients write it in.

use super::members::Members;
use crate::types::metadata::SessionSource;

/// Sources that are nobody's sub-agent.
const ROOTS: [&str; 8] = ["cli", "vscode", "exec", "mcp", "custom", "unknown", "app_server", "root"];
/// Kinds of sub-agents that are known by name.
const KINDS: [&str; 4] = ["review", "compact", "memory_consolidation", "thread_spawn"];

/// Reads a JSON value; `None` for one that names no source.
pub(super) fn read(json: &str) -> Option<SessionSource> {
    match serde_json::from_str::<String>(json) {
        Ok(name) => named(&name),
        Err(_) => of_object(json),
    }
}

/// A source given by a name alone. A label of a sub-agent's own needs the object form: as a name it might be anything.
fn named(name: &str) -> Option<SessionSource> {
    if ROOTS.iter().any(|root| root.eq_ignore_ascii_case(name)) {
        return Some(SessionSource::Root);
    }
    if KINDS.contains(&name) {
        return Some(SessionSource::Subagent(name.into()));
    }
    let (class, rest) = name.split_once([':', ' ']).or_else(|| name.split_once('_'))?;
    classed(class, || Some(rest.into()))
}

/// `{"subagent": …}`, `{"internal": …}` or `{"custom": …}`.
fn of_object(json: &str) -> Option<SessionSource> {
    let (class, value) = only_member(json)?;
    classed(&class, || label(value))
}

fn classed(class: &str, label: impl FnOnce() -> Option<String>) -> Option<SessionSource> {
    match class {
        "subagent" | "sub_agent" | "subAgent" => label().map(SessionSource::Subagent),
        "internal" => label().map(SessionSource::Internal),
        "custom" => Some(SessionSource::Root),
        _ => None,
    }
}

/// A kind or name: itself, `{"other": label}`, or one with facts of its own, for example `{"thread_spawn": {…}}`.
fn label(json: &str) -> Option<String> {
    if let Ok(name) = serde_json::from_str(json) {
        return Some(name);
    }
    let (kind, value) = only_member(json)?;
    match kind.as_str() {
        "other" => serde_json::from_str(value).ok(),
        _ => KINDS.contains(&kind.as_str()).then_some(kind),
    }
}

/// Name and value of the one member of an object.
fn only_member(json: &str) -> Option<(String, &str)> {
    Members::read(json, "").ok()?.into_only()
}
