//! Whether a canonical string is written as `spec/metadata.md` 1A and 1-6 to 1-9 say. A reader's check, made from the rules alone:
//! what the component writes is judged by something that shares nothing with it.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt::{self, Write};

/// Order of the members that are no extras (1A).
const ORDER: [&str; 24] = [
    "installation_id",
    "session_id",
    "thread_id",
    "agent_name",
    "turn_id",
    "window_id",
    "window_number",
    "context_window_id",
    "request_kind",
    "forked_from_thread_id",
    "forked_from_ordinal_exclusive",
    "parent_thread_id",
    "parent_turn_id",
    "root_turn_id",
    "subagent_kind",
    "thread_source",
    "turn_trigger",
    "sandbox",
    "sandbox_mode",
    "auto_review_enabled",
    WORKSPACES,
    "turn_started_at_unix_ms",
    "analytics_enabled",
    COMPACTION,
];
const WORKSPACES: &str = "workspaces";
const COMPACTION: &str = "compaction";
/// 3-15.
const COMPACTION_ORDER: [&str; 5] = ["trigger", "reason", "implementation", "phase", "strategy"];
/// 8-1.
const WORKSPACE_ORDER: [&str; 3] = ["associated_remote_urls", "latest_git_commit_hash", "has_changes"];

pub(super) fn is_canonical(text: &str) -> bool {
    let Ok(root) = serde_json::from_str::<Node>(text) else { return false };
    let Node::Object(members) = &root else { return false };
    let mut written = String::with_capacity(text.len());
    is_ordered(members, &ORDER) && members.iter().all(is_member) && root.write(&mut written).is_some() && written == text
}

fn is_member((name, value): &(String, Node)) -> bool {
    match (name.as_str(), value) {
        (COMPACTION, Node::Object(members)) => is_ordered(members, &COMPACTION_ORDER),
        (WORKSPACES, Node::Object(roots)) => is_ordered(roots, &[]) && roots.iter().all(|(_, facts)| is_workspace(facts)),
        (name, value) if ORDER.contains(&name) => matches!(value, Node::Text(_) | Node::Integer(_) | Node::Flag(_)),
        // Extras are strings (2-1).
        (_, value) => matches!(value, Node::Text(_)),
    }
}

fn is_workspace(facts: &Node) -> bool {
    let Node::Object(members) = facts else { return false };
    let sorted = |(_, value): &(String, Node)| !matches!(value, Node::Object(remotes) if !is_ordered(remotes, &[]));
    is_ordered(members, &WORKSPACE_ORDER) && members.iter().all(sorted)
}

/// Members of the order first, each once; then others, ascending by bytes.
fn is_ordered(members: &[(String, Node)], order: &[&str]) -> bool {
    let rank = |name: &str| order.iter().position(|known| *known == name).unwrap_or(order.len());
    members.windows(2).all(|pair| match pair {
        [(first, _), (second, _)] => (rank(first), first.as_bytes()) < (rank(second), second.as_bytes()),
        _ => true,
    })
}

/// JSON with its members as they came. Fractions are none of it (0-4).
enum Node {
    Null,
    Flag(bool),
    Integer(i128),
    Text(String),
    Array,
    Object(Vec<(String, Node)>),
}

impl Node {
    /// None for what is never written: null (1-7) and arrays.
    fn write(&self, text: &mut String) -> Option<()> {
        match self {
            Self::Null | Self::Array => None,
            Self::Flag(flag) => write!(text, "{flag}").ok(),
            Self::Integer(integer) => write!(text, "{integer}").ok(),
            Self::Text(string) => quote(string, text),
            Self::Object(members) => {
                text.push('{');
                for (number, (name, value)) in members.iter().enumerate() {
                    if number > 0 {
                        text.push(',');
                    }
                    quote(name, text)?;
                    text.push(':');
                    value.write(text)?;
                }
                text.push('}');
                Some(())
            }
        }
    }
}

/// 1-8, 1-9.
fn quote(string: &str, text: &mut String) -> Option<()> {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            ' '..='\u{7f}' => text.push(character),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    write!(text, "\\u{unit:04x}").ok()?;
                }
            }
        }
    }
    text.push('"');
    Some(())
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without fractions")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Node, E> {
        Ok(Node::Flag(flag))
    }

    fn visit_u64<E>(self, integer: u64) -> Result<Node, E> {
        Ok(Node::Integer(integer.into()))
    }

    fn visit_i64<E>(self, integer: i64) -> Result<Node, E> {
        Ok(Node::Integer(integer.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        while items.next_element::<Node>()?.is_some() {}
        Ok(Node::Array)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node, A::Error> {
        let mut read = Vec::new();
        while let Some(member) = members.next_entry()? {
            read.push(member);
        }
        Ok(Node::Object(read))
    }
}

#[cfg(test)]
mod tests;
