use super::*;

#[test]
fn e33_the_object_for_tool_servers() {
    let snapshot = Snapshot {
        turn_id: text("u"),
        execution: Some(Execution { model: "gpt-5.4".into(), ..Execution::default() }),
        turn: with_extras(texts(&[("reasoning_effort", "x"), ("team", "a")])),
        ..min()
    };
    let meta = tool(&snapshot);
    assert_eq!(meta.canonical.as_deref().unwrap(), r#"{"model":"gpt-5.4","session_id":"s","team":"a","thread_id":"t","turn_id":"u"}"#);
    assert_eq!(dropped(&meta.dropped), [("reasoning_effort", "overwritten")]);
}

#[test]
fn r1_21_it_is_not_escaped_to_ascii() {
    let snapshot = Snapshot { turn: with_extras(texts(&[("origin", "東京")])), ..min() };
    assert_eq!(object(&snapshot), r#"{"origin":"東京","session_id":"s","thread_id":"t"}"#);
}

#[test]
fn r1_22_it_says_when_the_user_was_asked() {
    let asked = |user_input_requested| {
        let turn = Turn { user_input_requested, ..with_extras(texts(&[("user_input_requested_during_turn", "no")])) };
        object(&Snapshot { turn, ..min() })
    };
    assert_eq!(asked(true), r#"{"session_id":"s","thread_id":"t","user_input_requested_during_turn":true}"#);
    assert_eq!(asked(false), r#"{"session_id":"s","thread_id":"t"}"#);
}

#[test]
fn e6_r1_23_it_names_fork_and_parent() {
    let id = uuid("33333333-3333-4333-8333-333333333333");
    let snapshot = Snapshot { forked_from_thread_id: id, parent_thread_id: id, ..min() };
    let expect = r#"{"forked_from_thread_id":"33333333-3333-4333-8333-333333333333","parent_thread_id":"33333333-3333-4333-8333-333333333333","session_id":"s","thread_id":"t"}"#;
    assert_eq!(object(&snapshot), expect);
}

#[test]
fn e4_r2_7_configured_extras_are_not_shown() {
    let snapshot = Snapshot {
        configured_extras: texts(&[("codex_security_surface", "sdk")]),
        turn: with_extras(texts(&[("codex_security_surface", "client")])),
        ..min()
    };
    let meta = tool(&snapshot);
    assert_eq!(meta.canonical.as_deref().unwrap(), r#"{"session_id":"s","thread_id":"t"}"#);
    assert_eq!(dropped(&meta.dropped), [("codex_security_surface", "shadowed")]);
    assert!(canonical(&snapshot, Some(Kind::Turn)).ends_with(r#","codex_security_surface":"sdk"}"#));
}
