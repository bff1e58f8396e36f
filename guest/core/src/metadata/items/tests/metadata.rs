use super::*;
use alloc::vec::Vec;

const OPENAI: Outbound<'static> =
    Outbound { item_ids: true, store: false, provider_name: "OpenAI", form: ItemMetadataForm::Passthrough, content_item_kinds: false };

fn item(metadata: &str) -> String {
    format!(r#"[{{"type":"message"{}{metadata}}}]"#, if metadata.is_empty() { "" } else { "," })
}

fn own(object: &str) -> String {
    format!(r#""{PASSTHROUGH}":{object}"#)
}

/// What is sent of a message with these members, and the names that were dropped.
fn sent(metadata: &str, target: Outbound<'_>) -> (String, Vec<String>) {
    let sent = outbound(item(metadata), &target).unwrap();
    (sent.items, sent.dropped.into_iter().map(|dropped| [&dropped.name, " ", dropped.reason.as_str()].concat()).collect())
}

fn assert_sent(metadata: &str, target: Outbound<'_>, expect: &str, dropped: &[&str]) {
    let (items, names) = sent(metadata, target);
    assert_eq!((items, names), (item(expect), dropped.iter().map(|name| (*name).into()).collect()), "{metadata}");
}

#[test]
fn e48_r5_9_r5_10_unknown_keys_are_removed_and_others_get_nothing() {
    let object = own(r#"{"turn_id":"t","foo":1}"#);
    assert_sent(&object, OPENAI, &own(r#"{"turn_id":"t"}"#), &["foo illegal"]);
    assert_sent(&object, Outbound { provider_name: "Azure", ..OPENAI }, "", &[]);
    assert_sent(&own(r#"{"foo":1}"#), OPENAI, "", &["foo illegal"]);
}

#[test]
fn r5_8_only_typed_keys_are_sent() {
    for (object, expect) in [
        (r#"{ "turn_id":"t", "create_time" : 1 }"#, r#"{ "turn_id":"t", "create_time" : 1 }"#),
        (r#"{"turn_id":1,"create_time":1}"#, r#"{"create_time":1}"#),
        (r#"{"turn_id":"","create_time":1}"#, r#"{"create_time":1}"#),
        (r#"{"turn_id":"t","create_time":1.5}"#, r#"{"turn_id":"t"}"#),
        (r#"{"turn_id":"t","create_time":"1"}"#, r#"{"turn_id":"t"}"#),
        (r#"{"turn_id":"u","create_time":1,"turn_id":"t"}"#, r#"{"turn_id":"t","create_time":1}"#),
        (r#"{"turn_id":"t","cell_id":"c","executed_tool_calls":1,"tool_calls_complete":true}"#, r#"{"turn_id":"t"}"#),
        (r#"{"turn_id":"t","content_item_kinds":["a"]}"#, r#"{"turn_id":"t"}"#),
    ] {
        assert_sent(&own(object), OPENAI, &own(expect), &[]);
    }
    for nothing in ["{}", "null", "1", r#"["turn_id"]"#, r#"{"cell_id":"c"}"#, r#"{"turn_id":""}"#] {
        assert_sent(&own(nothing), OPENAI, "", &[]);
    }
}

#[test]
fn r5_9_content_item_kinds_need_their_feature() {
    let on = Outbound { content_item_kinds: true, ..OPENAI };
    let object = own(r#"{"turn_id":"t","content_item_kinds":["a","b"]}"#);
    assert_sent(&object, on, &object, &[]);
    for malformed in [r#"["a",1]"#, "{}", r#""a""#, "null"] {
        assert_sent(&own(&format!(r#"{{"turn_id":"t","content_item_kinds":{malformed}}}"#)), on, &own(r#"{"turn_id":"t"}"#), &[]);
    }
}

#[test]
fn r5_8_additional_tools_and_unknown_types_carry_none() {
    for item_type in ["additional_tools", "compaction_trigger", "configuration_update", "unheard_of"] {
        let items = format!(r#"[{{"type":"{item_type}",{}}}]"#, own(r#"{"turn_id":"t"}"#));
        assert_eq!(outbound(items, &OPENAI).unwrap().items, format!(r#"[{{"type":"{item_type}"}}]"#));
    }
}

#[test]
fn r5_11_the_setting_chooses_the_form() {
    let older = Outbound { form: ItemMetadataForm::Metadata, ..OPENAI };
    let off = Outbound { form: ItemMetadataForm::Off, ..OPENAI };
    let both = [own(r#"{"turn_id":"t","create_time":1}"#), r#""metadata":{"turn_id":"u"}"#.into()].join(",");
    assert_sent(&both, OPENAI, &own(r#"{"turn_id":"t","create_time":1}"#), &[]);
    assert_sent(&both, older, r#""metadata":{"turn_id":"t"}"#, &[]);
    assert_sent(&both, off, "", &[]);
    assert_sent(&both, Outbound { provider_name: "other", ..older }, "", &[]);
    assert_sent(&own(r#"{"turn_id":"t"}"#), older, r#""metadata":{"turn_id":"t"}"#, &[]);
    assert_sent(&own(r#"{"create_time":1}"#), older, "", &[]);
}

#[test]
fn r5_11_the_older_form_fills_a_missing_turn_id() {
    let older = r#""metadata":{"turn_id":"u","foo":1}"#;
    assert_sent(older, OPENAI, &own(r#"{"turn_id":"u"}"#), &["foo illegal"]);
    let with_time = [own(r#"{"create_time":1,"turn_id":""}"#), older.into()].join(",");
    assert_sent(&with_time, OPENAI, &own(r#"{"create_time":1,"turn_id":"u"}"#), &["foo illegal"]);
    assert_sent(r#""metadata":{"foo":1}"#, OPENAI, "", &["foo illegal"]);
}

fn prepared(items: &str, turn_id: Option<&str>, create_time: Option<i64>) -> String {
    prepare(items.into(), &Preparation { item_ids: false, turn_id, create_time }, &Fixed::at(NOW)).unwrap()
}

#[test]
fn r5_9_the_turn_is_stamped_where_none_is_named() {
    for (before, after) in [
        ("", own(r#"{"turn_id":"u"}"#)),
        (&*own("null"), own(r#"{"turn_id":"u"}"#)),
        (&own(r#"{"turn_id":""}"#), own(r#"{"turn_id":"u"}"#)),
        (&own(r#"{"foo": 1, "turn_id":null}"#), own(r#"{"foo": 1, "turn_id":"u"}"#)),
        (&own("{ }"), own(r#"{ "turn_id":"u"}"#)),
        (&own(r#"{ "turn_id":"t"}"#), own(r#"{ "turn_id":"t"}"#)),
        (r#""metadata":{"turn_id":"old"}"#, format!(r#""metadata":{{"turn_id":"old"}},{}"#, own(r#"{"turn_id":"old"}"#))),
    ] {
        assert_eq!(prepared(&item(before), Some("u"), None), item(&after), "{before}");
    }
    assert_eq!(prepared(&item(""), Some(""), None), item(""));
    assert_eq!(
        prepared(r#"[{"type":"additional_tools"},{"type":"x"}]"#, Some("u"), Some(1)),
        r#"[{"type":"additional_tools"},{"type":"x"}]"#
    );
}

#[test]
fn r5_9_the_time_is_stamped_once_on_what_comes_in() {
    for (head, is_stamped) in [
        (r#""type":"message","role":"user""#, true),
        (r#""type":"message","role":"developer""#, true),
        (r#""type":"message","role":"assistant""#, false),
        (r#""type":"message""#, false),
        (r#""type":"agent_message""#, true),
        (r#""type":"function_call_output""#, true),
        (r#""type":"custom_tool_call_output""#, true),
        (r#""type":"tool_search_output""#, true),
        (r#""type":"function_call""#, false),
        (r#""type":"reasoning""#, false),
    ] {
        let stamp = if is_stamped { format!(",{}", own(r#"{"create_time":1700000000}"#)) } else { String::new() };
        assert_eq!(prepared(&format!("[{{{head}}}]"), None, Some(1_700_000_000)), format!("[{{{head}{stamp}}}]"));
    }
    let once = format!(r#"[{{"type":"agent_message",{}}}]"#, own(r#"{"create_time":1}"#));
    assert_eq!(prepared(&once, None, Some(2)), once);
}

#[test]
fn r5_9_ids_and_stamps_come_together() {
    let items = prepare(
        r#"[{"type":"message","role":"user"}]"#.into(),
        &Preparation { item_ids: true, turn_id: Some("u\""), create_time: Some(-1) },
        &Fixed::at(NOW),
    );
    let expect = format!(r#"[{{"type":"message","role":"user","id":"msg_{FIRST}",{}}}]"#, own(r#"{"turn_id":"u\"","create_time":-1}"#));
    assert_eq!(items.unwrap(), expect);
}
