//! The typed metadata of an item (5-8, 5-9).

use super::rewriting::push_member;
use crate::json::{Object, elements, text};
use crate::metadata::dropped::{DropList, DropReason};
use alloc::string::String;

/// Keys with a type. The last three are known, but never sent.
const KEYS: [&str; 6] = ["turn_id", "create_time", "content_item_kinds", "cell_id", "executed_tool_calls", "tool_calls_complete"];

/// The key of the turn id as it is written.
pub(super) const TURN_ID: &str = "\"turn_id\"";

/// What was found in an object.
#[derive(Default)]
pub(super) struct Typed<'a> {
    /// A turn id that is not empty, as JSON text.
    pub(super) turn_id: Option<&'a str>,
    /// Whether everything there may be sent.
    pub(super) is_clean: bool,
}

/// Appends to an open object what may be sent of `value`; reports the keys that nobody knows.
#[inline(never)]
pub(super) fn push_typed<'a>(out: &mut String, value: Option<&'a str>, content_item_kinds: bool, dropped: &mut DropList) -> Typed<'a> {
    let mut typed = Typed::default();
    let Some(object) = value.and_then(Object::read) else { return typed };
    typed.is_clean = true;
    let mut seen = [false; KEYS.len()];
    for (key, value) in object.members() {
        let name = text(key).unwrap_or_default();
        let place = KEYS.iter().position(|known| *known == name);
        let is_second = place.and_then(|at| seen.get_mut(at)).is_some_and(|seen| core::mem::replace(seen, true));
        let is_sent = match place {
            Some(0) => is_filled(value),
            Some(1) => value.parse::<i64>().is_ok(),
            Some(2) => content_item_kinds && is_string_array(value),
            _ => false,
        };
        if is_sent && !is_second {
            push_member(out, key, value);
            typed.turn_id = typed.turn_id.or(Some(value).filter(|_| place == Some(0)));
        } else {
            typed.is_clean = false;
        }
        if place.is_none() {
            dropped.add(&name, DropReason::Illegal);
        }
    }
    typed
}

/// Whether `value` is a string and not empty.
pub(super) fn is_filled(value: &str) -> bool {
    text(value).is_some_and(|text| !text.is_empty())
}

fn is_string_array(value: &str) -> bool {
    elements(value).is_some_and(|items| items.into_iter().all(|item| text(item).is_some()))
}
