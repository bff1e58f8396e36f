use super::*;

fn sent(snapshot: &Snapshot, transport: Transport, additions: &Additions) -> Rendering {
    request(snapshot, Some(Kind::Turn), transport, additions).unwrap()
}

fn everything() -> Additions {
    Additions {
        originator: text("codex_cli_rs"),
        user_agent: text("codex_cli_rs/1"),
        prompt_cache_key: text("k"),
        beta_features: ["a".into(), "b".into()].into(),
        turn_state: text("sticky"),
        responses_lite: true,
        timing_metrics: true,
        us_residency: true,
        attestation: text("{}"),
        request_start_unix_ms: Some(7),
        traceparent: text("00-1-2-01"),
        tracestate: text("a=b"),
    }
}

#[test]
fn r10_each_endpoint_gets_its_headers() {
    let memgen = Snapshot { session_source: SessionSource::Internal("memory_consolidation".into()), ..min() };
    let additions = everything();
    let common = "originator User-Agent x-openai-memgen-request x-openai-internal-codex-residency";
    let of_a_turn =
        "session-id thread-id x-codex-beta-features x-oai-attestation x-codex-window-id x-codex-turn-metadata x-openai-subagent";
    for (transport, own) in [
        (Transport::RESPONSES, "x-client-request-id x-codex-turn-state x-openai-internal-codex-responses-lite"),
        (Transport::WEBSOCKET_HANDSHAKE, "x-client-request-id OpenAI-Beta x-responsesapi-include-timing-metrics"),
        (Transport::LEGACY_COMPACT, "x-codex-turn-state x-codex-installation-id"),
    ] {
        let rendering = sent(&memgen, transport, &additions);
        let mut names: Vec<&str> = headers(&rendering).into_iter().map(|(name, _)| name).collect();
        let mut expect: Vec<&str> = [common, of_a_turn, own].into_iter().flat_map(|names| names.split(' ')).collect();
        names.sort_unstable();
        expect.sort_unstable();
        assert_eq!(names, expect, "{transport:?}");
    }
    let summary = sent(&memgen, Transport::MEMORIES_SUMMARIZE, &additions);
    let names: Vec<&str> = headers(&summary).into_iter().map(|(name, _)| name).collect();
    let expect = ["x-openai-subagent", "originator", "User-Agent", "x-openai-memgen-request", "x-openai-internal-codex-residency"];
    assert_eq!(names, expect);
    assert_eq!(sent(&memgen, Transport::WEBSOCKET_MESSAGE, &additions).headers, []);
}

#[test]
fn r10_values_of_the_headers() {
    let rendering = sent(&min(), Transport::WEBSOCKET_HANDSHAKE, &everything());
    for expect in [
        ("session-id", "k"),
        ("thread-id", "t"),
        ("x-client-request-id", "t"),
        ("x-codex-beta-features", "a,b"),
        ("OpenAI-Beta", "responses_websockets=2026-02-06"),
        ("x-openai-internal-codex-residency", "us"),
    ] {
        assert!(headers(&rendering).contains(&expect), "{expect:?}");
    }
}

#[test]
fn r10_what_is_not_set_is_not_sent() {
    let rendering = sent(&min(), Transport::RESPONSES, &Additions::default());
    let names: Vec<&str> = headers(&rendering).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["x-codex-window-id", "x-codex-turn-metadata", "session-id", "thread-id", "x-client-request-id"]);
    assert_eq!(rendering.dropped, []);
}

#[test]
fn r1e_a_websocket_message_has_more_flat_keys() {
    let flat = |transport| {
        let rendering = sent(&min(), transport, &everything());
        rendering.client_metadata
    };
    let own = texts(&[
        ("ws_request_header_traceparent", "00-1-2-01"),
        ("ws_request_header_tracestate", "a=b"),
        ("ws_request_header_x_openai_internal_codex_responses_lite", "true"),
        ("x-codex-turn-state", "sticky"),
        ("x-codex-ws-stream-request-start-ms", "7"),
    ]);
    let message = flat(Transport::WEBSOCKET_MESSAGE);
    assert!(message.is_sorted());
    assert!(own.iter().all(|pair| message.contains(pair)));
    assert_eq!(message.len(), own.len() + flat(Transport::RESPONSES).len());
    assert_eq!(flat(Transport::RESPONSES), turn(&min()).client_metadata);
}

#[test]
fn e60_r10_1_prompt_cache_keys() {
    let guardian = SessionSource::Internal("guardian".into());
    assert_eq!(prompt_cache_key(None, &guardian, Some("p"), "s"), "guardian:p");
    assert_eq!(prompt_cache_key(None, &guardian, None, "s"), "s");
    assert_eq!(prompt_cache_key(Some("k"), &guardian, Some("p"), "s"), "k");
    assert_eq!(prompt_cache_key(None, &subagent("thread_spawn"), Some("p"), "s"), "s");
    let session_id = |snapshot: &Snapshot, key| {
        let rendering = sent(snapshot, Transport::RESPONSES, &Additions { prompt_cache_key: key, ..Additions::default() });
        headers(&rendering).into_iter().find(|(name, _)| *name == "session-id").map(|(_, value)| String::from(value))
    };
    assert_eq!(session_id(&min(), text("k")), text("k"));
    assert_eq!(session_id(&min(), None), text("s"));
    assert_eq!(session_id(&spawned(), text("k")), text("s"));
    assert_eq!(session_id(&Snapshot { session_source: guardian, ..spawned() }, None), text("s"));
}

#[test]
fn r10_3_no_underscore_spellings() {
    let rendering = sent(&spawned(), Transport::RESPONSES, &everything());
    assert!(headers(&rendering).iter().all(|(name, _)| !name.contains('_')));
}

#[test]
fn r15_4_debug_output_of_additions_shows_nothing() {
    assert_eq!(alloc::format!("{:?}", everything()), "Additions { .. }");
}
