use super::*;

#[test]
fn r3_session_sources_have_their_header_and_kind() {
    for (source, header, kind) in [
        (SessionSource::Root, None, None),
        (subagent("review"), Some("review"), Some("review")),
        (subagent("compact"), Some("compact"), Some("compact")),
        (subagent("memory_consolidation"), Some("memory_consolidation"), Some("memory_consolidation")),
        (subagent("thread_spawn"), Some("collab_spawn"), Some("thread_spawn")),
        (subagent("my label"), Some("my label"), Some("my label")),
        (SessionSource::Internal("memory_consolidation".into()), Some("memory_consolidation"), None),
        (SessionSource::Internal("my label".into()), Some("my label"), None),
    ] {
        assert_eq!((source.subagent_header(), source.subagent_kind()), (header, kind));
        assert_eq!(source.is_root(), header.is_none());
    }
}

#[test]
fn e40_r3_10_who_may_start_a_root_turn() {
    for (label, expect) in [
        (Some("title"), false),
        (Some("ambient_tips"), false),
        (Some("ambient"), false),
        (Some("ambience"), true),
        (Some("user"), true),
        (None, true),
        (Some("subagent"), false),
        (Some("guardian_review"), false),
        (Some("memory_consolidation"), false),
        (Some("system"), false),
        (Some("systems"), true),
        (Some("automation"), true),
    ] {
        assert_eq!(may_start_root_turn(&SessionSource::Root, label), expect, "{label:?}");
        assert!(!may_start_root_turn(&subagent("review"), label));
        assert!(!may_start_root_turn(&SessionSource::Internal("x".into()), label));
    }
}

#[test]
fn r3_2_without_another_a_thread_is_its_own_session() {
    assert_eq!(session_id(None, "t"), "t");
    assert_eq!(session_id(Some(" "), "t"), "t");
    assert_eq!(session_id(Some("s"), "t"), "s");
}

#[test]
fn r3_7_without_a_path_it_is_the_root() {
    assert_eq!((agent_name(None), agent_name(Some("")), agent_name(Some("/root/worker"))), ("/root", "/root", "/root/worker"));
}

#[test]
fn r3_3_facts_of_a_turn_are_set_once() {
    let mut turn = Turn::default();
    for text in [" ", "first", "second"] {
        for event in [TurnEvent::Parent, TurnEvent::Root, TurnEvent::Triggered] {
            turn.update(event(text.into()));
        }
    }
    assert_eq!([turn.parent_turn_id, turn.root_turn_id, turn.turn_trigger], [text("first"), text("first"), text("first")]);
}

#[test]
fn r3_4_an_ambiguous_root_is_not_rendered() {
    let mut turn = Turn::default();
    turn.update(TurnEvent::RootAmbiguous);
    turn.update(TurnEvent::Root("ru".into()));
    assert_eq!(canonical(&Snapshot { turn, ..min() }, Some(Kind::Turn)), E14);
}

#[test]
fn e5_r3_8_a_turn_starts_once() {
    let mut turn = Turn::default();
    turn.update(TurnEvent::Started(1_700_000_000_123));
    turn.update(TurnEvent::Started(1_800_000_000_000));
    assert!(canonical(&Snapshot { turn, ..min() }, Some(Kind::Turn)).ends_with(",\"turn_started_at_unix_ms\":1700000000123}"));
}

#[test]
fn r1_22_a_turn_remembers_that_it_asked() {
    let mut turn = Turn::default();
    assert!(!turn.user_input_requested);
    turn.update(TurnEvent::UserInputRequested);
    assert!(turn.user_input_requested);
}
