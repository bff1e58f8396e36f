//! Which fields and keys each endpoint gets: 1B, 1C, 1D and the table of §10.

use super::*;
use crate::metadata::{Compaction, Execution, Implementation, Kind, TurnEvent};
use crate::responses::{RequestMetadata, ResponsesRequest, SummarizeRequest, Trace};
use crate::trace_context::TraceContext;
use serde_json::json;

const FLAT: [&str; 6] = ["session_id", "thread_id", "turn_id", "x-codex-installation-id", "x-codex-turn-metadata", "x-codex-window-id"];

const RESPONSES: [&str; 8] = [
    "originator",
    "session-id",
    "thread-id",
    "user-agent",
    "x-client-request-id",
    "x-codex-beta-features",
    "x-codex-turn-metadata",
    "x-codex-window-id",
];

async fn streamed(metadata: &RequestMetadata) -> Arrived {
    let server = Server::start(vec![whole_stream()]).await;
    client(&server, logged_in(), json!({})).stream(&request(), metadata).await.unwrap();
    server.arrived().remove(0)
}

#[tokio::test]
async fn r1b_r1c_r1d_ordinary_requests_carry_fields_and_flat_map_alike() {
    let turn = session().turn("turn-1");
    let memory = session().describe(session().snapshot(), Some(Kind::DetachedMemory));
    for (metadata, kind) in [
        (turn.request(), "turn"),
        (turn.compaction(Compaction::manual(Implementation::Local)), "compaction"),
        (RequestMetadata::of(memory), "memory"),
    ] {
        let arrived = streamed(&metadata).await;
        let (mut expected, mut flat) = (RESPONSES.to_vec(), FLAT.to_vec());
        if kind == "memory" {
            expected.extend(["x-openai-memgen-request", "x-openai-subagent"]);
            flat.retain(|key| *key != "turn_id");
            flat.push("x-openai-subagent");
            flat.sort_unstable();
        }
        expected.sort_unstable();
        assert_eq!((fields(&arrived), keys(&arrived)), (expected, flat), "{kind}");
        assert_eq!(canonical(&arrived)["request_kind"], kind);
        // 1-10: the same text in both places; 1-8: nothing but ASCII.
        let text = arrived.header("x-codex-turn-metadata").unwrap();
        assert_eq!(arrived.body["client_metadata"]["x-codex-turn-metadata"], text);
        assert!(text.is_ascii());
    }
}

#[tokio::test]
async fn e1_r1a_detached_memory_says_no_more_than_it_may() {
    let facts = SessionFacts { sandbox_mode: Some("read-only".into()), auto_review_enabled: Some(true), ..facts() };
    let session = SessionMetadata::open(renderer(), facts).unwrap();
    let arrived = streamed(&session.request(session.snapshot(), Some(Kind::DetachedMemory))).await;
    let expected = r#"{"request_kind":"memory","thread_source":"memory_consolidation","sandbox_mode":"read-only"}"#;
    assert_eq!(arrived.header("x-codex-turn-metadata"), Some(expected));
    // 1-14.
    assert_eq!(arrived.body["client_metadata"]["session_id"], SESSION);
}

#[tokio::test]
async fn r1d_e32_legacy_compaction_has_fields_only_and_the_installation_id_among_them() {
    let server = Server::start(vec![answer(200, &[], r#"{"output":[]}"#)]).await;
    let metadata = session().turn("turn-1").compaction(Compaction::manual(Implementation::Legacy));
    client(&server, logged_in(), json!({})).compact(&compaction(), &metadata).await.unwrap();
    let arrived = &server.arrived()[0];
    let mut expected: Vec<_> = RESPONSES.into_iter().filter(|name| *name != "x-client-request-id").collect();
    expected.push("x-codex-installation-id");
    expected.sort_unstable();
    assert_eq!(fields(arrived), expected);
    assert_eq!(arrived.header("x-codex-installation-id"), Some(facts().installation_id.as_str()));
    assert!(arrived.body.get("client_metadata").is_none());
    assert_eq!(arrived.body["prompt_cache_key"], SESSION);
    assert_eq!(canonical(arrived)["compaction"]["implementation"], "responses_compact");
}

#[tokio::test]
async fn r1d_summaries_of_memories_have_almost_nothing() {
    let server = Server::start(vec![answer(200, &[], r#"{"output":[]}"#)]).await;
    let request = SummarizeRequest { model: "m".into(), traces: vec![Trace::default()], reasoning: None };
    let session = session();
    let metadata = session.request(session.snapshot(), Some(Kind::DetachedMemory));
    client(&server, logged_in(), json!({})).summarize(&request, &metadata).await.unwrap();
    let arrived = &server.arrived()[0];
    assert_eq!(fields(arrived), ["originator", "user-agent", "x-openai-memgen-request", "x-openai-subagent"]);
    assert_eq!(arrived.body.as_object().unwrap().keys().collect::<Vec<_>>(), ["model", "traces"]);
}

#[tokio::test]
async fn r3_6_r1b_children_tell_their_parent_and_kind() {
    let turn = child().turn("turn-1");
    turn.learn(&TurnEvent::Parent("turn-0".into())).unwrap();
    turn.learn(&TurnEvent::Root("turn-r".into())).unwrap();
    let arrived = streamed(&turn.request()).await;
    assert_eq!((arrived.header("x-openai-subagent"), arrived.header("x-codex-parent-thread-id")), (Some("collab_spawn"), Some(SESSION)));
    let flat = &arrived.body["client_metadata"];
    assert_eq!((&flat["x-openai-subagent"], &flat["x-codex-parent-thread-id"]), (&json!("collab_spawn"), &json!(SESSION)));
    assert_eq!((&flat["parent_turn_id"], &flat["root_turn_id"]), (&json!("turn-0"), &json!("turn-r")));
    assert_eq!(canonical(&arrived)["subagent_kind"], "thread_spawn");
    // 1-17: no direct fields.
    assert!(["turn-id", "parent-turn-id", "x-codex-installation-id"].iter().all(|name| arrived.header(name).is_none()));
}

#[tokio::test]
async fn r1_5_r3_8_the_turn_says_what_runs_it_and_when_it_began() {
    let execution = Execution { model: "m".into(), reasoning_effort: Some("high".into()), auto_review_enabled: Some(false) };
    let turn = session().turn("turn-1").runs(execution).responses_lite(true);
    let before = streamed(&turn.request()).await;
    assert!(canonical(&before).get("turn_started_at_unix_ms").is_none());
    turn.begin().unwrap();
    turn.learn(&TurnEvent::Started(1)).unwrap();
    let arrived = streamed(&turn.request()).await;
    let said = canonical(&arrived);
    assert_eq!((&said["model"], &said["reasoning_effort"], &said["auto_review_enabled"]), (&json!("m"), &json!("high"), &json!(false)));
    assert_eq!(said["turn_started_at_unix_ms"], NOW_MS);
    assert_eq!((&said["agent_name"], &said["window_number"]), (&json!("/root"), &json!(0)), "3-7, 3-11");
    assert_eq!(arrived.header("x-openai-internal-codex-responses-lite"), Some("true"));
}

#[tokio::test]
async fn e60_r10_1_the_prompt_cache_key_is_that_of_the_request_then_the_sessions_then_the_session_id() {
    let own = SessionMetadata::open(renderer(), SessionFacts { prompt_cache_key: Some("k".into()), ..facts() }).unwrap();
    let of_child = SessionFacts { prompt_cache_key: Some("k".into()), ..child().facts().clone() };
    let of_child = SessionMetadata::open(renderer(), of_child).unwrap();
    for (session, in_request, key, header) in
        [(session(), None, SESSION, SESSION), (own.clone(), None, "k", "k"), (own, Some("r"), "r", "r"), (of_child, None, "k", SESSION)]
    {
        let server = Server::start(vec![whole_stream()]).await;
        let request = ResponsesRequest { prompt_cache_key: in_request.map(Into::into), ..request() };
        client(&server, logged_in(), json!({})).stream(&request, &session.turn("turn-1").request()).await.unwrap();
        let arrived = &server.arrived()[0];
        assert_eq!((&arrived.body["prompt_cache_key"], arrived.header("session-id")), (&json!(key), Some(header)));
        // Metadata always carries the real session id.
        assert_eq!((&canonical(arrived)["session_id"], &arrived.body["client_metadata"]["session_id"]), (&json!(SESSION), &json!(SESSION)));
    }
}

#[tokio::test]
async fn r1_20_every_provider_gets_the_same_fields_and_keys() {
    for name in ["OpenAI", "Mine", "Azure"] {
        let server = Server::start(vec![whole_stream()]).await;
        let client = client(&server, CountingAuth::new(), json!({"name": name}));
        client.stream(&request(), &session().turn("turn-1").request()).await.unwrap();
        let arrived = &server.arrived()[0];
        let found: Vec<_> = fields(arrived).into_iter().filter(|field| *field != "version").collect();
        assert_eq!((found, keys(arrived)), (RESPONSES.to_vec(), FLAT.to_vec()), "{name}");
        assert_eq!(arrived.body["prompt_cache_key"], SESSION);
        // 5-7.
        assert_eq!(arrived.body["store"], name == "Azure", "{name}");
    }
}

#[tokio::test]
async fn r1_16_e30_what_no_field_can_carry_is_in_the_flat_map() {
    let facts = SessionFacts { session_source: SessionSource::Subagent("réviseur".into()), ..facts() };
    let arrived = streamed(&SessionMetadata::open(renderer(), facts).unwrap().turn("turn-1").request()).await;
    assert_eq!((arrived.header("x-openai-subagent"), &arrived.body["client_metadata"]["x-openai-subagent"]), (None, &json!("réviseur")));
}

#[tokio::test]
async fn a_trace_is_passed_on_with_requests_but_not_with_summaries() {
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let facts = SessionFacts { trace: TraceContext::parse(parent, Some("a=b")), ..facts() };
    let session = SessionMetadata::open(renderer(), facts).unwrap();
    let server = Server::start(vec![whole_stream(), answer(200, &[], r#"{"output":[]}"#)]).await;
    let client = client(&server, logged_in(), json!({}));
    client.stream(&request(), &session.turn("turn-1").request()).await.unwrap();
    client.summarize(&SummarizeRequest::default(), &session.request(session.snapshot(), None)).await.unwrap();
    let found = server.arrived();
    assert_eq!((found[0].header("traceparent"), found[0].header("tracestate")), (Some(parent), Some("a=b")));
    assert_eq!((found[1].header("traceparent"), found[1].header("tracestate")), (None, None));
    // 1E: the keys of messages are of messages only.
    assert_eq!(keys(&found[0]), FLAT);
}

#[tokio::test]
async fn r1_4_without_its_ids_nothing_is_sent() {
    let server = Server::start(vec![]).await;
    let session = SessionMetadata::open(renderer(), SessionFacts { installation_id: String::new(), ..facts() }).unwrap();
    let error = client(&server, logged_in(), json!({})).stream(&request(), &session.turn("t").request()).await.unwrap_err();
    assert_eq!(error.code(), "invalid-snapshot");
}

#[tokio::test]
async fn fields_of_the_callers_own_go_along_but_not_over_what_is_rendered() {
    let mut metadata = session().turn("turn-1").request();
    metadata.headers = [("x-team", "a"), ("Originator", "b"), ("cookie", "c")].map(|(name, value)| (name.into(), value.into())).into();
    metadata.client_metadata.insert("node_repl_disabled".into(), "true".into());
    let arrived = streamed(&metadata).await;
    assert_eq!((arrived.header("x-team"), arrived.header("originator"), arrived.header("cookie")), (Some("a"), Some("my_agent"), None));
    assert_eq!(keys(&arrived), FLAT, "1-12");
}
