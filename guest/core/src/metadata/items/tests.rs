//! The rules of `spec/metadata.md` §5, and its examples.

use super::*;
use crate::error::Result;
use crate::ports::Ports;
use alloc::format;
use alloc::string::String;
use core::cell::Cell;

mod filtering;
mod metadata;
mod properties;

/// A clock that stands, and randomness that counts.
pub(crate) struct Fixed {
    now_ms: i64,
    next: Cell<u8>,
    pub(crate) draws: Cell<usize>,
}

impl Fixed {
    pub(crate) fn at(now_ms: i64) -> Self {
        Self { now_ms, next: Cell::new(0), draws: Cell::new(0) }
    }
}

impl Ports for Fixed {
    fn now_ms(&self) -> i64 {
        self.now_ms
    }

    fn monotonic_ms(&self) -> u64 {
        0
    }

    fn fill_random(&self, buffer: &mut [u8]) -> Result<()> {
        self.draws.set(self.draws.get().wrapping_add(1));
        for byte in buffer {
            *byte = self.next.get();
            self.next.set(self.next.get().wrapping_add(1));
        }
        Ok(())
    }
}

/// What the first two ids of [`Fixed`] at this time are.
const NOW: i64 = 0x0198_0c5a_7b2f;
const FIRST: &str = "01980c5a-7b2f-7001-8203-040506070809";
const SECOND: &str = "01980c5a-7b2f-7a0b-8c0d-0e0f10111213";

fn assigned(items: &str) -> String {
    assign_ids(items.into(), true, &Fixed::at(NOW)).unwrap()
}

#[test]
fn e13_e44_r5_1_ids_have_the_prefix_of_their_type() {
    for (item_type, prefix) in [
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
    ] {
        let expect = format!(r#"[{{"type":"{item_type}","id":"{prefix}_{FIRST}"}}]"#);
        assert_eq!(assigned(&format!(r#"[{{"type":"{item_type}"}}]"#)), expect);
    }
    for item_type in ["compaction_trigger", "configuration_update", "Message", "unheard_of", ""] {
        let items = format!(r#"[{{"type":"{item_type}"}}]"#);
        assert_eq!(assigned(&items), items);
    }
    assert_eq!(assigned(r#"[{"role":"user"},{"type":1}]"#), r#"[{"role":"user"},{"type":1}]"#);
}

#[test]
fn r5_3_ids_that_are_there_are_not_touched() {
    let items = r#" [ {"type":"message","id":"server-1"} , {"id" : 7, "type":"message"}, {"\u0069d":"m_1","type":"reasoning"} ] "#;
    assert_eq!(assigned(items), items);
    for missing in [r#""""#, "null"] {
        let items = format!(r#"[{{"a":1, "\u0069d" : {missing}, "type" : "message"}}]"#);
        assert_eq!(assigned(&items), format!(r#"[{{"a":1, "\u0069d" : "msg_{FIRST}", "type" : "message"}}]"#), "{missing}");
    }
}

#[test]
fn r5_2_items_keep_their_order_and_unknown_members() {
    let items = r#"[{"type":"message","n":1.0e5,"x":{"b":[ 1 ],"a":null}} , {"type":"other"},
 {"type":"\u0072easoning","s":"\u00e9"}]"#;
    let expect = format!(
        r#"[{{"type":"message","n":1.0e5,"x":{{"b":[ 1 ],"a":null}},"id":"msg_{FIRST}"}} , {{"type":"other"}},
 {{"type":"\u0072easoning","s":"\u00e9","id":"rs_{SECOND}"}}]"#
    );
    assert_eq!(assigned(items), expect);
}

#[test]
fn r5_4_without_the_feature_nothing_is_assigned() {
    let items = r#"[{"type":"message"}]"#;
    assert_eq!(assign_ids(items.into(), false, &Fixed::at(NOW)).unwrap(), items);
}

#[test]
fn r5_4_what_is_not_an_array_of_objects_is_refused() {
    for bad in ["", "{}", "[1]", "[{}", "[[]]", r#"[{"type":"message","type":"message"}]"#, r#"[{"id":"","\u0069d":""}]"#] {
        let error = assign_ids(bad.into(), true, &Fixed::at(NOW)).unwrap_err();
        assert_eq!(error.code.as_str(), "items-invalid", "{bad}");
    }
    let error = assign_ids(r#"[{"type":"message"}]"#.into(), true, &Fixed::at(-1)).unwrap_err();
    assert_eq!(error.code.as_str(), "clock-out-of-range");
}

#[test]
fn r5_1_randomness_is_drawn_for_many_ids_at_once() {
    let items = format!("[{}{{}}]", r#"{"type":"message"},"#.repeat(5000));
    let ports = Fixed::at(NOW);
    let assigned = assign_ids(items, true, &ports).unwrap();
    assert_eq!(assigned.matches("msg_01980c5a-7b2f-7").count(), 5000);
    assert!(!assigned.contains("00000000-0000"));
    assert_eq!(ports.draws.get(), 2);
}

#[test]
fn e45_r5_5_prefixed_ids() {
    for (id, expect) in
        [("msg_1", true), ("a_b_c", true), ("a__", true), ("_x", false), ("msg_", false), ("msg-1", false), ("__a", false), ("", false)]
    {
        assert_eq!(is_prefixed(id), expect, "{id}");
    }
}
