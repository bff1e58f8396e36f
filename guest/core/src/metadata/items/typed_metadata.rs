//! The typed metadata of an item (5-8, 5-9).

use super::rewriting::push_member;
use crate::json::{Member, Object, elements, pick, text};
use crate::metadata::dropped::{DropList, DropReason};
use alloc::string::String;
use alloc::vec::Vec;

/// Keys that are known. Only the first three are sent.
const KEYS: [&str; 6] = ["turn_id", "create_time", "content_item_kinds", "cell_id", "executed_tool_calls", "tool_calls_complete"];

/// The key of the turn id as it is written.
pub(super) const TURN_ID: &str = "\"turn_id\"";

/// What was found in an object.
pub(super) struct Typed<'a> {
    /// A turn id that is not empty, as JSON text.
    pub(super) turn_id: Option<&'a str>,
    /// Whether everything there may be sent.
    pub(super) is_clean: bool,
}

/// Appends to an open object what may be sent of `value`; reports the keys that nobody knows.
#[inline(never)]
pub(super) fn push_typed<'a>(out: &mut String, value: Option<&'a str>, content_item_kinds: bool, dropped: &mut DropList) -> Typed<'a> {
    let members = members_of(value);
    let mut values = [None; KEYS.len()];
    let is_unique = pick(&members, &KEYS, &mut values);
    let [turn_id, create_time, kinds, ..] = values;
    let turn_id = turn_id.filter(|id| is_filled(id));
    let create_time = create_time.filter(|time| is_integer(time));
    let kinds = kinds.filter(|kinds| content_item_kinds && is_string_array(kinds));
    let mut sent: usize = 0;
    for (key, value) in [(TURN_ID, turn_id), ("\"create_time\"", create_time), ("\"content_item_kinds\"", kinds)] {
        if let Some(value) = value {
            push_member(out, key, value);
            sent = sent.saturating_add(1);
        }
    }
    for (key, _) in &members {
        let name = text(key).unwrap_or_default();
        if !KEYS.contains(&&*name) {
            dropped.add(&name, DropReason::Illegal);
        }
    }
    Typed { turn_id, is_clean: is_unique && sent == members.len() }
}

/// The members of an object; none of anything else.
pub(super) fn members_of(value: Option<&str>) -> Vec<Member<'_>> {
    value.and_then(Object::read).map(Object::into_members).unwrap_or_default()
}

/// Whether `value` is a string and not empty.
pub(super) fn is_filled(value: &str) -> bool {
    text(value).is_some_and(|text| !text.is_empty())
}

/// Whether `value`, a JSON text, is a number without fraction and exponent, of no more digits than 64 bits have.
fn is_integer(value: &str) -> bool {
    value.len() <= 20 && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

fn is_string_array(value: &str) -> bool {
    elements(value).is_some_and(|items| items.into_iter().all(|item| text(item).is_some()))
}
