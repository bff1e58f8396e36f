use super::*;

fn names(rendering: &Rendering) -> Vec<&str> {
    headers(rendering).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn e29_a_spawned_thread_has_all_four() {
    let expect = [
        ("x-codex-window-id", "t2:0"),
        ("x-codex-turn-metadata", E17),
        ("x-codex-parent-thread-id", "22222222-2222-4222-8222-222222222222"),
        ("x-openai-subagent", "collab_spawn"),
    ];
    assert_eq!(headers(&turn(&spawned())), expect);
}

#[test]
fn e11_r3_6_a_review_without_parent() {
    let review = Snapshot { session_source: SessionSource::Review, ..min() };
    let rendering = turn(&review);
    assert_eq!(names(&rendering), ["x-codex-window-id", "x-codex-turn-metadata", "x-openai-subagent"]);
    assert_eq!((headers(&rendering)[0].1, headers(&rendering)[2].1), ("t:0", "review"));
}

#[test]
fn e30_r1_16_an_illegal_header_is_skipped_and_the_flat_copy_stays() {
    let snapshot = Snapshot { session_source: SessionSource::Other("réviseur".into()), ..min() };
    let rendering = turn(&snapshot);
    assert!(rendering.client_metadata.contains(&("x-openai-subagent".into(), "réviseur".into())));
    assert_eq!(names(&rendering), ["x-codex-window-id", "x-codex-turn-metadata"]);
    assert_eq!(dropped(&rendering.dropped), [("x-openai-subagent", "illegal")]);
}

#[test]
fn e31_r1_9_delete_is_ascii_and_no_header_text() {
    let rendering = turn(&Snapshot { turn: with_extras(texts(&[("n", "\u{7f}")])), ..min() });
    assert!(rendering.canonical.as_deref().unwrap().ends_with("\"n\":\"\u{7f}\"}"));
    assert!(rendering.client_metadata.iter().any(|(key, _)| key == "x-codex-turn-metadata"));
    assert_eq!(names(&rendering), ["x-codex-window-id"]);
    assert_eq!(dropped(&rendering.dropped), [("x-codex-turn-metadata", "illegal")]);
}

#[test]
fn e32_legacy_compaction_has_the_installation_id_as_a_header() {
    let rendering = render(&compaction(), Some(Kind::Compaction), Transport::LEGACY_COMPACT).unwrap();
    assert_eq!(rendering.client_metadata, []);
    assert_eq!(names(&rendering), ["x-codex-window-id", "x-codex-turn-metadata", "x-codex-installation-id"]);
    assert_eq!(headers(&rendering)[2].1, "installation-a");
}

#[test]
fn r1d_each_transport_takes_its_headers() {
    let all = &["x-codex-window-id", "x-codex-turn-metadata", "x-codex-parent-thread-id", "x-openai-subagent"][..];
    for (transport, expect) in [
        (Transport::RESPONSES, all.to_vec()),
        (Transport::WEBSOCKET_PRECONNECT, ["x-codex-window-id", "x-codex-parent-thread-id", "x-openai-subagent"].to_vec()),
        (Transport::WEBSOCKET_HANDSHAKE, all.to_vec()),
        (Transport::WEBSOCKET_MESSAGE, Vec::new()),
        (Transport::LOCAL_COMPACTION, all.to_vec()),
        (Transport::LEGACY_COMPACT, [all, &["x-codex-installation-id"]].concat()),
        (Transport::COMPACT_V2, all.to_vec()),
        (Transport::MEMORY_STAGE_ONE, all.to_vec()),
        (Transport::MEMORIES_SUMMARIZE, ["x-openai-subagent"].to_vec()),
        (Transport::MCP, Vec::new()),
    ] {
        let rendering = render(&spawned(), Some(Kind::Turn), transport).unwrap();
        assert_eq!(names(&rendering), expect, "{transport:?}");
        let has_none = [Transport::WEBSOCKET_PRECONNECT, Transport::MEMORIES_SUMMARIZE].contains(&transport);
        assert_eq!(rendering.canonical.is_none(), has_none);
    }
}

#[test]
fn r1_17_other_ids_are_no_headers_of_the_snapshot() {
    let sent = turn(&Snapshot { turn_id: text("u"), ..spawned() });
    assert!(!names(&sent).iter().any(|name| ["session-id", "thread-id", "x-codex-installation-id"].contains(name)));
}

#[test]
fn r0_3_legal_header_values() {
    for good in ["a", "~", "a b", "a\tb", "!\t !"] {
        assert_eq!(HeaderValue::new(good).map(HeaderValue::into_string).as_deref(), Ok(good));
    }
    assert_eq!(HeaderValue::new(""), Err(DropReason::Empty));
    for bad in [" ", "\t", " a", "a ", "\ta", "a\t", "a\nb", "a\rb", "a\0b", "a\u{7f}b", "é", "a\u{85}b"] {
        assert_eq!(HeaderValue::new(bad), Err(DropReason::Illegal), "{bad:?}");
    }
}
