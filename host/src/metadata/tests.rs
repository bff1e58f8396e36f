use super::*;
use crate::component::{Component, LoadOptions};
use crate::ports::{Random, RandomError};
use crate::surroundings::Surroundings;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const THREAD: &str = "01980c5a-7b2f-7a31-8c4d-5e6f70819203";

fn metadata() -> Metadata {
    Metadata::new(&Component::load().unwrap(), &Surroundings::default()).unwrap()
}

fn facts() -> SessionFacts {
    SessionFacts { installation_id: "i".into(), thread_id: THREAD.into(), ..SessionFacts::default() }
}

/// E14 of the specification.
fn minimal() -> Facts {
    let [installation_id, session_id, thread_id, window_id] = ["i", "s", "t", "t:0"].map(Into::into);
    Facts { installation_id, session_id, thread_id, window_id, ..Facts::default() }
}

#[test]
fn e14_e27_e29_a_snapshot_is_rendered_by_the_component() {
    let rendering = metadata().render(&minimal().into(), Some(Kind::Turn), Transport::Responses, None).unwrap();
    let canonical = r#"{"installation_id":"i","session_id":"s","thread_id":"t","window_id":"t:0","request_kind":"turn"}"#;
    assert_eq!(rendering.canonical.as_deref(), Some(canonical));
    assert_eq!(rendering.client_metadata["x-codex-turn-metadata"], canonical);
    let names: Vec<_> = rendering.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["x-codex-window-id", "x-codex-turn-metadata"]);
    assert_eq!((rendering.prompt_cache_key.as_str(), rendering.dropped.len()), ("s", 0));
}

#[test]
fn r1_4_errors_of_the_component_are_the_callers() {
    let incomplete = Facts { thread_id: String::new(), ..minimal() };
    let error = metadata().render(&incomplete.into(), Some(Kind::Turn), Transport::Responses, None).unwrap_err();
    assert_eq!(error.code, "invalid-snapshot");
}

#[test]
fn e33_r1_21_the_object_for_tools_has_no_extras_of_the_configuration() {
    let facts = SessionFacts { configured_extras: vec![("surface".into(), "sdk".into())], ..facts() };
    let turn = SessionMetadata::open(&metadata(), facts).unwrap().turn("u");
    turn.learn(&TurnEvent::Steered(vec![("team".into(), "a".into()), ("surface".into(), "b".into())])).unwrap();
    turn.learn(&TurnEvent::UserInputRequested).unwrap();
    let object: serde_json::Value = serde_json::from_str(&turn.tool_object().unwrap()).unwrap();
    for (key, text) in [("session_id", THREAD), ("thread_id", THREAD), ("turn_id", "u"), ("team", "a")] {
        assert_eq!(object[key], text, "{key}");
    }
    assert!(object.get("user_input_requested_during_turn").is_some());
    assert!(object.get("surface").is_none() && object.get("window_id").is_none());
}

#[test]
fn r3_2_r3_7_a_session_without_session_id_and_agent_path_is_a_root() {
    let session = SessionMetadata::open(&metadata(), facts()).unwrap();
    let snapshot = session.snapshot();
    assert_eq!((snapshot.facts().session_id.as_str(), snapshot.facts().agent_name.as_deref()), (THREAD, Some("/root")));
}

#[test]
fn e39_r3_11_r3_12_windows_follow_each_other_and_leave_records() {
    let session = SessionMetadata::open(&metadata(), facts()).unwrap();
    let first = session.window();
    assert_eq!((first.id.as_str(), first.number), (format!("{THREAD}:0").as_str(), 0));
    let second = session.clone().compaction_installed().unwrap();
    assert_eq!((session.window().id, second.number), (format!("{THREAD}:1"), 1));
    assert_ne!(first.context_window_id, second.context_window_id);
    let record: serde_json::Value = serde_json::from_str(&second.record).unwrap();
    assert_eq!(record["previous_window_id"].as_str(), first.context_window_id.as_deref());
    assert_eq!(record["first_window_id"].as_str(), first.context_window_id.as_deref());
    // What is left in the history opens the same window again (3-13).
    let resumed = SessionMetadata::resume(&metadata(), facts(), &format!("[{},{}]", first.record, second.record)).unwrap();
    assert_eq!((resumed.window().id, resumed.window().context_window_id), (second.id, second.context_window_id));
    let third = resumed.compaction_installed().unwrap();
    let record: serde_json::Value = serde_json::from_str(&third.record).unwrap();
    assert_eq!(record["first_window_id"].as_str(), first.context_window_id.as_deref());
}

#[test]
fn e38_r3_13_older_histories_are_resumed() {
    for (records, number) in [("[]", 0), ("[{}]", 1), (r#"[{"window_id":4}]"#, 4), (r#"[{"window_number":2},{"window_number":3}]"#, 3)] {
        let session = SessionMetadata::resume(&metadata(), facts(), records).unwrap();
        assert_eq!(session.window().number, number, "{records}");
        assert_eq!(session.compaction_installed().unwrap().number, number + 1);
    }
    assert_eq!(SessionMetadata::resume(&metadata(), facts(), "{").unwrap_err().code, "items-invalid");
}

/// Random bytes that can be stopped.
struct Stoppable(AtomicBool);

impl Random for Stoppable {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError> {
        if self.0.load(Ordering::Relaxed) {
            return Err(RandomError);
        }
        buffer.fill(7);
        Ok(())
    }
}

#[test]
fn r3_11_a_window_that_cannot_be_opened_leaves_the_one_before() {
    let random = Arc::new(Stoppable(AtomicBool::new(false)));
    let surroundings = Surroundings::default().random(random.clone());
    let metadata = Metadata::new(&Component::load().unwrap(), &surroundings).unwrap();
    let session = SessionMetadata::open(&metadata, facts()).unwrap();
    random.0.store(true, Ordering::Relaxed);
    assert_eq!(session.compaction_installed().unwrap_err().code, "random-failed");
    assert_eq!(session.window().number, 0);
    assert_eq!(metadata.fresh_id().unwrap_err().code, "random-failed");
}

#[test]
fn r2_8_extras_of_the_configuration_are_checked_when_a_session_is_opened() {
    let facts = SessionFacts { configured_extras: vec![("9lives".into(), "x".into())], ..facts() };
    assert_eq!(SessionMetadata::open(&metadata(), facts).unwrap_err().code, "extras-bad-key");
}

#[test]
fn r3_3_r3_4_r3_8_a_turn_learns_things_once() {
    let turn = SessionMetadata::open(&metadata(), facts()).unwrap().turn("u");
    for event in [
        TurnEvent::Parent(" ".into()),
        TurnEvent::Parent("p".into()),
        TurnEvent::Parent("q".into()),
        TurnEvent::Root("r".into()),
        TurnEvent::Started(5),
        TurnEvent::Started(6),
    ] {
        turn.learn(&event).unwrap();
    }
    let snapshot = turn.snapshot();
    let learnt = &snapshot.facts().turn;
    assert_eq!((learnt.parent_turn_id.as_deref(), learnt.turn_started_at_unix_ms), (Some("p"), Some(5)));
    turn.learn(&TurnEvent::RootAmbiguous).unwrap();
    let flat = turn.describe(turn.snapshot(), Kind::Turn).render(Transport::Responses, &Moment::default()).unwrap().client_metadata;
    assert!(!flat.contains_key("root_turn_id"));
    assert!(!snapshot.facts().turn.is_root_ambiguous, "1-2: what was taken stays");
}

#[test]
fn r1e_what_is_only_known_at_sending_goes_with_a_websocket_message() {
    let turn = SessionMetadata::open(&metadata(), facts()).unwrap().turn("u").responses_lite(true);
    let description = turn.describe(turn.snapshot(), Kind::Turn);
    let moment = Moment { turn_state: Some(String::from("sticky").into()), start_unix_ms: Some(7), ..Moment::default() };
    let flat = description.render(Transport::WebsocketMessage, &moment).unwrap().client_metadata;
    for (key, value) in [
        ("x-codex-turn-state", "sticky"),
        ("x-codex-ws-stream-request-start-ms", "7"),
        ("ws_request_header_x_openai_internal_codex_responses_lite", "true"),
    ] {
        assert_eq!(flat.get(key).map(String::as_str), Some(value));
    }
    // 1D: a handshake for no request has no kind.
    let preconnect = description.render(Transport::WebsocketPreconnect, &moment).unwrap();
    assert!(preconnect.canonical.is_none() && preconnect.headers.iter().all(|(name, _)| name != "x-codex-turn-metadata"));
}

#[test]
fn r5_7_the_component_says_who_stores_responses() {
    let metadata = metadata();
    for (name, url, stores) in [
        ("Azure", "", true),
        ("x", "https://foo.openai.azure.us/openai/deployments/bar", true),
        ("x", "https://proxy.example/openai.azure.com", false),
        ("OpenAI", "", false),
    ] {
        assert_eq!(metadata.stores_responses(name, url).unwrap(), stores, "{name} {url}");
    }
}

#[test]
fn e50_e52_r6_originator_and_user_agent() {
    let metadata = metadata();
    let candidates = OriginatorCandidates { env: Some("bad\n".into()), process: Some("mine".into()), ..OriginatorCandidates::default() };
    let originator = metadata.originator(&candidates, &OriginatorRules::default()).unwrap();
    assert_eq!((originator.value.as_str(), originator.source.as_str()), ("mine", "process"));
    assert_eq!(originator.warnings, [("env".to_owned(), "illegal".to_owned())]);
    assert_eq!(metadata.originator_parent("fork", None, Some("p"), None).unwrap(), None, "6-5: the persisted one applies");
    let [originator, version, os, os_version, terminal] = ["codex_cli_rs", "1.2.3", "Ubuntu", "24.4.0", "xterm"].map(Into::into);
    let parts = UserAgent { originator, version, os, os_version, terminal, ..UserAgent::default() };
    assert_eq!(metadata.user_agent(&parts).unwrap(), "codex_cli_rs/1.2.3 (Ubuntu 24.4.0; unknown) xterm");
}

#[test]
fn e40_r3_10_lineage_is_described() {
    let lineage = metadata()
        .describe_lineage(&ThreadOrigin {
            session_source: SessionSource::Subagent("thread_spawn".into()),
            thread_source: Some("subagent".into()),
            ..ThreadOrigin::default()
        })
        .unwrap();
    assert_eq!((lineage.subagent_header.as_deref(), lineage.subagent_kind.as_deref()), (Some("collab_spawn"), Some("thread_spawn")));
    assert!(!lineage.may_start_root_turn);
}

#[test]
fn r15_4_debug_shows_ids_and_names_only() {
    const MARK: &str = "planted";
    let facts = SessionFacts { configured_extras: vec![("k".into(), MARK.into())], prompt_cache_key: Some(MARK.into()), ..facts() };
    let session = SessionMetadata::open(&metadata(), facts.clone()).unwrap();
    let turn = session.turn("u");
    turn.learn(&TurnEvent::Steered(vec![("e".into(), MARK.into())])).unwrap();
    let secret = || Some(String::from(MARK).into());
    let moment = Moment { turn_state: secret(), attestation: secret(), ..Moment::default() };
    let additions = Additions { turn_state: secret(), attestation: secret(), ..Additions::default() };
    let description = turn.describe(turn.snapshot(), Kind::Turn);
    let rendering = description.render(Transport::WebsocketMessage, &moment).unwrap();
    assert!(rendering.client_metadata.values().any(|value| value.contains(MARK)));
    let shown = format!("{facts:?} {session:?} {turn:?} {moment:?} {additions:?} {description:?} {rendering:?} {:?}", turn.snapshot());
    assert!(!shown.contains(MARK) && shown.contains(THREAD), "{shown}");
}

#[test]
fn an_instance_that_trapped_is_replaced() {
    let options = LoadOptions { memory_limit: 4 << 20, ..LoadOptions::default() };
    let metadata = Metadata::new(&Component::load_with(options).unwrap(), &Surroundings::default()).unwrap();
    let too_long = Facts { installation_id: "x".repeat(3 << 20), ..minimal() };
    let render = |facts: Facts| metadata.render(&facts.into(), Some(Kind::Turn), Transport::Responses, None);
    for _ in 0..2 {
        assert_eq!(render(too_long.clone()).unwrap_err().code, "internal");
        assert!(render(minimal()).is_ok());
    }
}

#[test]
fn many_threads_render_at_once() {
    let metadata = metadata();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let session = SessionMetadata::open(&metadata, facts()).unwrap();
                for number in 0..20 {
                    let turn = session.turn(number.to_string());
                    let rendered = turn.describe(turn.snapshot(), Kind::Turn).render(Transport::Responses, &Moment::default()).unwrap();
                    assert_eq!(rendered.client_metadata["turn_id"], number.to_string());
                }
            });
        }
    });
}

#[test]
fn names_of_kinds_and_transports_are_read_back() {
    assert!(Kind::ALL.into_iter().all(|kind| kind.as_str().parse() == Ok(kind)));
    assert!(Transport::ALL.into_iter().all(|transport| transport.as_str().parse() == Ok(transport)));
    assert_eq!("x".parse::<Kind>().unwrap_err().code, "config-invalid");
    assert_eq!("x".parse::<Transport>().unwrap_err().code, "config-invalid");
    // Each is one that the component knows.
    for transport in Transport::ALL {
        metadata().render(&minimal().into(), None, transport, Some(&Additions::default())).unwrap();
    }
}

#[cfg(feature = "client")]
#[test]
fn r1_3_r3_2_vectors_of_sessions() {
    let metadata = metadata();
    for case in crate::provider::vectors::cases("sessions") {
        let text = |members: &serde_json::Value, name: &str| members[name].as_str().map(String::from);
        let given = &case.input["session"];
        let facts = SessionFacts {
            installation_id: text(given, "installation_id").unwrap(),
            session_id: text(given, "session_id").unwrap_or_default(),
            thread_id: text(given, "thread_id").unwrap(),
            agent_name: text(given, "agent_name"),
            thread_source: text(given, "thread_source"),
            ..SessionFacts::default()
        };
        let session = SessionMetadata::open(&metadata, facts).unwrap();
        let turns: Vec<_> = case.input["turns"].as_array().unwrap().iter().collect();
        // All turns are under way at once.
        let under_way: Vec<_> = turns.iter().map(|given| turn(&session, given)).collect();
        let found = under_way.iter().zip(case.expect.as_array().unwrap()).map(|(turn, expected)| {
            let canonical = metadata.render(&turn.snapshot(), Some(Kind::Turn), Transport::Responses, None).unwrap().canonical.unwrap();
            let members: serde_json::Value = serde_json::from_str(&canonical).unwrap();
            let named = expected.as_object().unwrap().keys().map(|name| (name.clone(), members[name].clone()));
            serde_json::Value::Object(named.collect())
        });
        case.check(Ok(found.collect()));
    }
}

#[cfg(feature = "client")]
fn turn(session: &SessionMetadata, given: &serde_json::Value) -> TurnMetadata {
    let text = |name: &str| given[name].as_str().map(String::from);
    let execution = Execution { model: text("model").unwrap(), reasoning_effort: text("reasoning_effort"), auto_review_enabled: None };
    let turn = session.turn(text("turn_id").unwrap()).runs(execution);
    let extras = given["extras"].as_object().map(|extras| {
        let pairs = extras.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
        TurnEvent::Steered(pairs.collect())
    });
    let events = [extras, text("trigger").map(TurnEvent::Triggered), text("parent").map(TurnEvent::Parent)];
    events.iter().flatten().for_each(|event| turn.learn(event).unwrap());
    turn
}
