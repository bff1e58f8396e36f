//! Any snapshot, against a renderer that shares nothing with the component.

use super::independent;
use agent_identity_tests::{ask, ask_all};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const KINDS: [Option<&str>; 5] = [Some("turn"), Some("prewarm"), Some("compaction"), Some("memory"), None];
const TRANSPORTS: [&str; 9] = [
    "responses",
    "websocket-preconnect",
    "websocket-handshake",
    "websocket-message",
    "local-compaction",
    "legacy-compact",
    "compact-v2",
    "memory-stage-one",
    "memories-summarize",
];

/// Text that may hold anything, more often what is special somewhere.
fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![4 => proptest::char::range(' ', '~'), 2 => any::<char>(), 1 => prop::sample::select(vec!['\r', '\n', '\0', '"', '\\', '\u{7f}', ':'])];
    prop::collection::vec(character, 0..10).prop_map(String::from_iter)
}

fn filled() -> impl Strategy<Value = String> {
    text().prop_map(|text| format!("x{text}"))
}

fn uuid() -> impl Strategy<Value = String> {
    "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
}

fn extras() -> impl Strategy<Value = Value> {
    prop::collection::btree_map(text(), text(), 0..6).prop_map(|map| json!(map))
}

/// Some of a set of members, each with a value of its own.
fn some<T: Into<Value> + Clone + std::fmt::Debug>(
    name: &'static str,
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = (&'static str, Value)> {
    prop::option::of(value).prop_map(move |value| (name, value.map_or(Value::Null, Into::into)))
}

fn snapshot() -> impl Strategy<Value = Value> {
    let always =
        ["installation_id", "session_id", "thread_id", "window_id"].map(|name| filled().prop_map(move |text| (name, Value::from(text))));
    let texts = ["agent_name", "turn_id", "sandbox", "parent_turn_id", "root_turn_id", "turn_trigger", "thread_source", "subagent_kind"]
        .map(|name| some(name, text()));
    let uuids = ["context_window_id", "forked_from_thread_id", "parent_thread_id"].map(|name| some(name, uuid()));
    let numbers = ["window_number", "forked_from_ordinal_exclusive"].map(|name| some(name, any::<u64>()));
    let modes = prop::sample::select(vec!["danger-full-access", "external-sandbox", "read-only", "workspace-write"]);
    let mode = some("sandbox_mode", modes);
    let flags = ["auto_review_enabled", "analytics_enabled"].map(|name| some(name, any::<bool>()));
    let others = (some("turn_started_at_unix_ms", any::<i64>()), mode, extras(), extras());
    (always, texts, uuids, numbers, flags, others).prop_map(|(always, texts, uuids, numbers, flags, (started, mode, own, configured))| {
        let members = always.into_iter().chain(texts).chain(uuids).chain(numbers).chain(flags).chain([started, mode]);
        let mut snapshot: Map<String, Value> = members.map(|(name, value)| (name.to_owned(), value)).collect();
        snapshot.insert("extras".into(), own);
        snapshot.insert("configured_extras".into(), configured);
        let compaction =
            json!({"trigger":"auto","reason":"context_limit","implementation":"responses","phase":"mid_turn","strategy":"memento"});
        snapshot.insert("compaction".into(), compaction);
        Value::Object(snapshot)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn r1_6_r1_7_r1_8_r1_9_r2_1_r2_5_r3_5_canonical_strings_are_those_of_another_renderer(snapshot in snapshot()) {
        let questions = KINDS.map(|kind| json!({"snapshot": snapshot, "kind": kind, "transport": "responses"}));
        let questions: Vec<_> = questions.iter().map(|question| ("metadata.render", question)).collect();
        for (kind, answer) in KINDS.into_iter().zip(ask_all(&questions)) {
            let rendered = &answer["ok"];
            let canonical = rendered["canonical"].as_str().expect("a canonical string");
            prop_assert_eq!(canonical, independent::canonical(&snapshot, kind));
            prop_assert!(canonical.is_ascii());
            prop_assert!(!canonical.bytes().any(|byte| byte < b' '));
            let parsed: Map<String, Value> = serde_json::from_str(canonical).expect("JSON");
            prop_assert!(parsed.values().all(|value| !value.is_null()));
        }
    }

    #[test]
    fn r1_1_r1_10_map_and_header_hold_the_same_text(snapshot in snapshot()) {
        let answer = ask("metadata.render", &json!({"snapshot": snapshot, "kind": "turn", "transport": "responses"}));
        let rendered = &answer["ok"];
        prop_assert_eq!(&rendered["client_metadata"]["x-codex-turn-metadata"], &rendered["canonical"]);
        let header = header(rendered, "x-codex-turn-metadata");
        let is_legal = !rendered["canonical"].as_str().expect("text").contains('\u{7f}');
        prop_assert_eq!(header, is_legal.then(|| rendered["canonical"].clone()));
    }

    #[test]
    fn r0_3_r1_16_no_header_value_can_end_its_line(snapshot in snapshot(), label in text(), given in text()) {
        let mut snapshot = snapshot;
        snapshot["session_source"] = json!({"subagent": {"other": label}});
        let additions = json!({
            "originator": given, "user_agent": given, "prompt_cache_key": given, "beta_features": [given], "turn_state": given,
            "attestation": given, "traceparent": given, "tracestate": given,
        });
        let questions = TRANSPORTS.map(|transport| json!({"snapshot": snapshot, "kind": "turn", "transport": transport, "additions": additions}));
        let questions: Vec<_> = questions.iter().map(|question| ("metadata.render", question)).collect();
        for answer in ask_all(&questions) {
            for pair in answer["ok"]["headers"].as_array().expect("header fields") {
                let value = pair[1].as_str().expect("text");
                prop_assert!(!value.is_empty() && value.bytes().all(|byte| byte == b'\t' || matches!(byte, b' '..=b'~')), "{}", pair);
                prop_assert_eq!(value.trim_matches([' ', '\t']), value);
            }
            for dropped in answer["ok"]["dropped"].as_array().expect("what was left out") {
                prop_assert_eq!(dropped.as_object().map(Map::len), Some(2), "a name and a reason, no value");
            }
        }
    }

    #[test]
    fn r1_21_r1_22_r1_23_r2_7_tool_metadata_is_that_of_another_renderer(snapshot in snapshot()) {
        let answer = ask("metadata.mcp", &json!({"snapshot": snapshot}));
        prop_assert_eq!(&answer["ok"]["meta"], &independent::tools(&snapshot));
    }

    #[test]
    fn r0_1_equal_questions_have_equal_answers(snapshot in snapshot()) {
        let question = json!({"snapshot": snapshot, "kind": "turn", "transport": "websocket-message"});
        let again = ask_all(&[("metadata.render", &question), ("metadata.mcp", &question), ("metadata.render", &question)]);
        prop_assert_eq!(&again[0], &again[2]);
        prop_assert_eq!(&again[0], &ask("metadata.render", &question), "from a new instance");
    }

    #[test]
    fn r8_7_r8_12_sanitised_remotes_stay_as_they_are(user in "[a-z]{1,8}(:[a-z0-9]{1,8})?", host in "[a-z]{1,8}(\\.[a-z]{2,3}){1,2}", path in "[a-zA-Z0-9%._@/-]{0,20}") {
        let first = ask("git-url.sanitize", &json!({"url": format!("https://{user}@{host}/{path}")}));
        let expected = format!("https://{host}/{path}");
        prop_assert_eq!(&first["ok"]["url"], &Value::from(expected.as_str()));
        prop_assert_eq!(&ask("git-url.sanitize", &json!({"url": expected})), &first);
    }
}

fn header(rendered: &Value, name: &str) -> Option<Value> {
    rendered["headers"].as_array()?.iter().find(|pair| pair[0] == name).map(|pair| pair[1].clone())
}
