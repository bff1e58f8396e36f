use super::*;

fn pairs(rendering: &Rendering) -> Vec<(&str, &str)> {
    rendering.client_metadata.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

#[test]
fn e27_a_turn_has_the_string_in_its_flat_map() {
    let expect = [
        ("session_id", "s"),
        ("thread_id", "t"),
        ("x-codex-installation-id", "i"),
        ("x-codex-turn-metadata", E14),
        ("x-codex-window-id", "t:0"),
    ];
    assert_eq!(pairs(&turn(&min())), expect);
}

#[test]
fn e28_without_a_kind_the_other_keys_stay() {
    let rendering = render(&spawned(), None, Transport::RESPONSES).unwrap();
    let expect = [
        ("parent_turn_id", "pu"),
        ("root_turn_id", "ru"),
        ("session_id", "s"),
        ("thread_id", "t2"),
        ("turn_id", "u2"),
        ("x-codex-installation-id", "i"),
        ("x-codex-parent-thread-id", "22222222-2222-4222-8222-222222222222"),
        ("x-codex-window-id", "t2:0"),
        ("x-openai-subagent", "collab_spawn"),
    ];
    assert_eq!(pairs(&rendering), expect);
}

#[test]
fn r1_10_the_copies_of_the_string_are_identical() {
    let rendering = turn(&full());
    let canonical = rendering.canonical.as_deref();
    let flat = pairs(&rendering).into_iter().find(|(key, _)| *key == "x-codex-turn-metadata").map(|(_, value)| value);
    let header = headers(&rendering).into_iter().find(|(key, _)| *key == "x-codex-turn-metadata").map(|(_, value)| value);
    assert_eq!((flat, header), (canonical, canonical));
}

#[test]
fn r1_13_extras_are_no_flat_keys() {
    let snapshot = Snapshot { turn: with_extras(texts(&[("team", "a")])), configured_extras: texts(&[("surface", "b")]), ..min() };
    assert_eq!(turn(&snapshot).client_metadata.len(), turn(&min()).client_metadata.len());
}

#[test]
fn r1_14_memory_keeps_its_flat_keys() {
    let rendering = render(&min(), Some(Kind::Memory), Transport::MEMORY_STAGE_ONE).unwrap();
    let keys: Vec<_> = pairs(&rendering).into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["session_id", "thread_id", "x-codex-installation-id", "x-codex-turn-metadata", "x-codex-window-id"]);
}

#[test]
fn r1_15_empty_values_are_left_out_and_reported_once() {
    let rendering = render(&Snapshot::default(), Some(Kind::DetachedMemory), Transport::MEMORY_STAGE_ONE).unwrap();
    assert_eq!(rendering.client_metadata.len(), 2);
    let expect = [("session_id", "empty"), ("thread_id", "empty"), ("x-codex-installation-id", "empty"), ("x-codex-window-id", "empty")];
    assert_eq!(dropped(&rendering.dropped), expect);
}

#[test]
fn r1b_the_parent_response_goes_with_a_reviewer_request_only() {
    let reviewer = |is_reviewer_request| Snapshot { parent_response_id: text("resp_1"), is_reviewer_request, ..min() };
    assert_eq!(pairs(&turn(&reviewer(true)))[0], ("parent_response_id", "resp_1"));
    assert_eq!(pairs(&turn(&reviewer(false)))[0], ("session_id", "s"));
}

#[test]
fn r1d_some_transports_have_no_flat_map() {
    for transport in Transport::ALL {
        let rendering = render(&min(), None, transport).unwrap();
        let has_none =
            ["websocket-preconnect", "websocket-handshake", "legacy-compact", "memories-summarize", "mcp"].contains(&transport.as_str());
        assert_eq!(rendering.client_metadata.is_empty(), has_none, "{transport:?}");
        assert_eq!(Transport::parse(transport.as_str()), Ok(transport));
    }
    assert_eq!(Transport::parse("smtp").unwrap_err().code.as_str(), "config-invalid");
}
