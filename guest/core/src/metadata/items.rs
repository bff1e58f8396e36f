//! Response items (§5): ids and typed metadata on their way into the history, and what of both is sent.
//!
//! Items are a JSON array, read in one pass. What is not changed stays as it was written, byte for byte.

mod azure;
mod item;
mod outbound;
mod preparation;
mod rewriting;
mod typed_metadata;

pub use azure::stores_responses;
pub use outbound::{ItemMetadataForm, Outbound, Sent, outbound};
pub use preparation::{Preparation, assign_ids, prepare};

/// Name of the typed metadata (5-8).
const PASSTHROUGH: &str = "internal_chat_message_metadata_passthrough";
/// Name of its older form (5-11).
const METADATA: &str = "metadata";

/// The types that can have an id, and what it begins with.
const PREFIXES: [(&str, &str); 15] = [
    ("additional_tools", "at"),
    ("message", "msg"),
    ("agent_message", "amsg"),
    ("reasoning", "rs"),
    ("local_shell_call", "lsh"),
    ("function_call", "fc"),
    ("function_call_output", "fco"),
    ("custom_tool_call", "ctc"),
    ("custom_tool_call_output", "ctco"),
    ("tool_search_call", "tsc"),
    ("tool_search_output", "tso"),
    ("web_search_call", "ws"),
    ("image_generation_call", "ig"),
    ("compaction", "cmp"),
    ("context_compaction", "cmp"),
];

/// What the ids of this type of item begin with; none if it cannot have one.
pub fn id_prefix(item_type: &str) -> Option<&'static str> {
    PREFIXES.iter().find(|(name, _)| *name == item_type).map(|(_, prefix)| *prefix)
}

/// Whether an id has text before and after its first `_` (5-5).
pub fn is_prefixed(id: &str) -> bool {
    id.split_once('_').is_some_and(|(prefix, rest)| !prefix.is_empty() && !rest.is_empty())
}

/// Whether items of this type carry the typed metadata (5-8).
fn carries_metadata(item_type: &str) -> bool {
    item_type != "additional_tools" && id_prefix(item_type).is_some()
}

#[cfg(test)]
pub(crate) mod tests;
