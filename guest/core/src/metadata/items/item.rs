//! The members of an item that rules look at.

use super::{METADATA, PASSTHROUGH};
use crate::json::{Member, pick, text};
use alloc::borrow::Cow;

const ENCRYPTED_ARGS: &str = "encrypted_function_args";
const NAMES: [&str; 6] = ["type", "id", "role", PASSTHROUGH, METADATA, ENCRYPTED_ARGS];

/// Values as JSON texts.
pub(super) struct Item<'a> {
    /// Empty if there is none.
    pub(super) item_type: Cow<'a, str>,
    pub(super) role: Option<&'a str>,
    pub(super) id: Option<&'a str>,
    pub(super) passthrough: Option<&'a str>,
    pub(super) older: Option<&'a str>,
    pub(super) encrypted_args: Option<&'a str>,
}

impl<'a> Item<'a> {
    /// Name of the member `encrypted_args`.
    pub(super) const ENCRYPTED_ARGS: &'static str = ENCRYPTED_ARGS;

    /// Picks the members; `None` if one of them is there twice.
    pub(super) fn read(members: &[Member<'a>]) -> Option<Self> {
        let mut values = [None; NAMES.len()];
        let is_plain = pick(members, &NAMES, &mut values);
        let [item_type, id, role, passthrough, older, encrypted_args] = values;
        let item_type = item_type.and_then(text).unwrap_or_default();
        is_plain.then_some(Self { item_type, role, id, passthrough, older, encrypted_args })
    }

    /// Whether an id is missing: none, `null` or empty (5-3).
    pub(super) fn lacks_id(&self) -> bool {
        matches!(self.id, None | Some("null" | "\"\""))
    }

    /// Whether items of this kind are stamped with their time (5-9).
    pub(super) fn has_time(&self) -> bool {
        match &*self.item_type {
            "message" => self.role.and_then(text).is_some_and(|role| matches!(&*role, "user" | "developer")),
            "agent_message" | "function_call_output" | "custom_tool_call_output" | "tool_search_output" => true,
            _ => false,
        }
    }
}
