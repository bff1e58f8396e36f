use super::*;
use alloc::format;

fn extras_of(snapshot: &Snapshot) -> (String, Rendering) {
    let rendering = turn(snapshot);
    let canonical = rendering.canonical.clone().unwrap();
    (canonical.strip_prefix(E14.trim_end_matches('}')).unwrap().into(), rendering)
}

#[test]
fn e34_r2_2_reserved_names_match_exactly() {
    let (extras, rendering) =
        extras_of(&Snapshot { turn: with_extras(texts(&[("session_id", "x"), ("Session_ID", "y"), ("team", "a")])), ..min() });
    assert_eq!(extras, r#","Session_ID":"y","team":"a"}"#);
    assert_eq!(dropped(&rendering.dropped), [("session_id", "reserved")]);
}

#[test]
fn r2_2_r2_3_every_reserved_name_is_dropped() {
    let names = "installation_id session_id thread_id agent_name turn_id window_id window_number context_window_id request_kind forked_from_thread_id forked_from_ordinal_exclusive parent_thread_id parent_turn_id root_turn_id subagent_kind thread_source turn_trigger sandbox sandbox_mode auto_review_enabled workspaces turn_started_at_unix_ms analytics_enabled compaction x-codex-installation-id x-codex-window-id x-openai-subagent x-codex-parent-thread-id x-codex-turn-metadata node_repl_auto_review_required node_repl_disabled history_ingest_requested guardian_credits_requested code_mode_tool_names tool_namespaces_info x-codex-routing-hint parent_response_id";
    for name in names.split(' ') {
        let (extras, rendering) = extras_of(&Snapshot { turn: with_extras(texts(&[(name, "x")])), ..min() });
        assert_eq!((extras.as_str(), dropped(&rendering.dropped)), ("}", [(name, "reserved")].to_vec()));
    }
}

#[test]
fn r2_6_some_names_are_not_reserved() {
    let pairs = [("model", "1"), ("reasoning_effort", "2"), ("user_input_requested_during_turn", "3"), ("workspace_kind", "4")];
    let (extras, rendering) = extras_of(&Snapshot { turn: with_extras(texts(&pairs)), ..min() });
    assert_eq!(extras, r#","model":"1","reasoning_effort":"2","user_input_requested_during_turn":"3","workspace_kind":"4"}"#);
    assert_eq!(rendering.dropped, []);
}

#[test]
fn e4_r2_5_the_configuration_wins_over_the_turn() {
    let snapshot = Snapshot { configured_extras: texts(&[("k", "sdk")]), turn: with_extras(texts(&[("k", "client")])), ..min() };
    let (extras, rendering) = extras_of(&snapshot);
    assert_eq!((extras.as_str(), dropped(&rendering.dropped)), (r#","k":"sdk"}"#, [("k", "shadowed")].to_vec()));
}

#[test]
fn e35_r1_5_execution_metadata_wins_over_both() {
    let execution = Some(Execution { model: "m2".into(), ..Execution::default() });
    let per_turn = texts(&[("model", "m1"), ("reasoning_effort", "low")]);
    let (extras, rendering) = extras_of(&Snapshot { execution: execution.clone(), turn: with_extras(per_turn.clone()), ..min() });
    let expect = [("model", "overwritten"), ("reasoning_effort", "overwritten")];
    assert_eq!((extras.as_str(), dropped(&rendering.dropped)), (r#","model":"m2"}"#, expect.to_vec()));
    let (extras, rendering) = extras_of(&Snapshot { execution, configured_extras: per_turn.clone(), turn: with_extras(per_turn), ..min() });
    assert_eq!((extras.as_str(), dropped(&rendering.dropped)), (r#","model":"m2"}"#, expect.to_vec()));
}

#[test]
fn e36_r2_8_configurations_are_checked() {
    let code = |extras: &Texts| check_configured(extras).err().map(|error| error.code.as_str());
    let many = |count: usize| (0..count).map(|nr| (format!("k{nr:02}"), "v".into())).collect::<Texts>();
    assert_eq!((code(&many(16)), code(&many(17))), (None, Some("extras-too-many")));
    let long = "k".repeat(65);
    for (key, value, expect) in [
        ("9lives", "v", Some("extras-bad-key")),
        (long.as_str(), "v", Some("extras-bad-key")),
        (&long[1..], "v", None),
        ("", "v", Some("extras-bad-key")),
        ("a b", "v", Some("extras-bad-key")),
        ("é", "v", Some("extras-bad-key")),
        ("a_.-9Z", "v", None),
        ("thread_source", "v", Some("extras-reserved-key")),
        ("x-codex-window-id", "v", Some("extras-reserved-key")),
        ("k", &"v".repeat(128), None),
        ("k", &"v".repeat(129), Some("extras-value-too-long")),
        ("k", &"東".repeat(43), Some("extras-value-too-long")),
        ("k", &"東".repeat(42), None),
    ] {
        assert_eq!(code(&texts(&[(key, value)])), expect, "{key} {}", value.len());
    }
}

#[test]
fn r2_8_entries_are_checked_in_order_and_the_first_failure_counts() {
    let code = |pairs: &[(&str, &str)]| check_configured(&texts(pairs)).unwrap_err().code.as_str();
    let long = "v".repeat(129);
    assert_eq!(code(&[("b", &long), ("9", "")]), "extras-bad-key");
    assert_eq!(code(&[("sandbox", &long), ("a", &long)]), "extras-value-too-long");
    assert_eq!(code(&[("sandbox", &long), ("t", "")]), "extras-reserved-key");
    let mut many: Texts = (0..16).map(|nr| (format!("k{nr:02}"), "v".into())).collect();
    many.push(("z z".into(), String::new()));
    assert_eq!(check_configured(&many).unwrap_err().code.as_str(), "extras-too-many");
    many.push(("a a".into(), String::new()));
    assert_eq!(check_configured(&many).unwrap_err().code.as_str(), "extras-bad-key");
}

#[test]
fn e37_r2_9_three_reserved_names_are_tolerated_without_effect() {
    let pairs = [("window_number", "x"), ("forked_from_ordinal_exclusive", "x"), ("analytics_enabled", "x")];
    assert_eq!(check_configured(&texts(&pairs)), Ok(()));
    let (extras, rendering) = extras_of(&Snapshot { configured_extras: texts(&pairs), ..min() });
    let expect = [("analytics_enabled", "reserved"), ("forked_from_ordinal_exclusive", "reserved"), ("window_number", "reserved")];
    assert_eq!((extras.as_str(), dropped(&rendering.dropped)), ("}", expect.to_vec()));
}

#[test]
fn r1_6_of_entries_with_one_name_the_last_counts() {
    let (extras, _) = extras_of(&Snapshot { turn: with_extras(texts(&[("k", "1"), ("a", "0"), ("k", "2"), ("k", "3")])), ..min() });
    assert_eq!(extras, r#","a":"0","k":"3"}"#);
}

#[test]
fn r2_4_a_steer_replaces_the_map_or_leaves_it() {
    let mut turn = Turn::default();
    for extras in [texts(&[("a", "1"), ("b", "2")]), texts(&[("c", "3")]), Vec::new()] {
        turn.update(TurnEvent::Steered(extras.clone()));
        turn.update(TurnEvent::UserInputRequested);
        assert_eq!(turn.extras, extras);
    }
}
