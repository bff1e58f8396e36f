//! What each endpoint is sent beside its body: 1D, 10-2, 11-1.

use super::scene::*;
use crate::driver::lock;
use crate::responses::{RequestMetadata, SummarizeRequest, TurnState};
use serde_json::{Value, json};

fn with_headers(fields: &[(&str, &str)]) -> RequestMetadata {
    let headers = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    RequestMetadata { headers, ..metadata() }
}

/// Everything that a renderer may hand over.
fn everything() -> RequestMetadata {
    let mut metadata = with_headers(&[
        ("originator", "codex_cli_rs"),
        ("User-Agent", "codex_cli_rs/1"),
        ("session-id", "s"),
        ("thread-id", "t"),
        ("x-client-request-id", "t"),
        ("x-codex-beta-features", "a,b"),
        ("x-codex-window-id", "t:0"),
        ("x-codex-turn-metadata", "{}"),
        ("x-codex-parent-thread-id", "p"),
        ("x-openai-subagent", "review"),
        ("x-openai-memgen-request", "true"),
        ("x-openai-internal-codex-residency", "us"),
        ("x-openai-internal-codex-responses-lite", "true"),
        ("x-oai-attestation", "{\"v\":1,\"s\":4}"),
        ("x-codex-installation-id", "i"),
        ("session_id", "never"),
        ("authorization", "never"),
    ]);
    metadata.client_metadata.insert("session_id".into(), "s".into());
    metadata
}

/// Names of the metadata fields that arrived, sorted.
fn metadata_fields(arrived: &Arrived) -> Vec<&str> {
    let usual = ["accept", "content-type", "content-length", "host", "authorization", "chatgpt-account-id"];
    let mut names: Vec<_> = arrived.headers.iter().map(|(name, _)| name.as_str()).filter(|name| !usual.contains(name)).collect();
    names.sort_unstable();
    names
}

const EVERYWHERE: [&str; 5] =
    ["originator", "user-agent", "x-openai-internal-codex-residency", "x-openai-memgen-request", "x-openai-subagent"];

fn and_everywhere(more: &[&'static str]) -> Vec<&'static str> {
    let mut names = [&EVERYWHERE, more].concat();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn r1_20_r10_3_1d_each_endpoint_gets_what_it_takes() {
    let none = || answer(200, &[], r#"{"output":[]}"#);
    let server = Server::start(vec![whole_stream(), none(), none()]).await;
    let auth = CountingAuth::new();
    *lock(&auth.account) = Some("acct-1".into());
    let client = client(&server, auth, json!({}));
    client.stream(&request(), &everything()).await.unwrap();
    client.compact(&compaction(), &everything()).await.unwrap();
    client.summarize(&SummarizeRequest { model: "m".into(), ..SummarizeRequest::default() }, &everything()).await.unwrap();

    let [responses, compact, memories] = &server.arrived()[..] else { panic!() };
    let shared = [
        "session-id",
        "thread-id",
        "x-codex-beta-features",
        "x-codex-window-id",
        "x-codex-turn-metadata",
        "x-codex-parent-thread-id",
        "x-oai-attestation",
    ];
    let own = ["x-client-request-id", "x-openai-internal-codex-responses-lite"];
    assert_eq!(metadata_fields(responses), and_everywhere(&[&shared[..], &own].concat()));
    assert_eq!(metadata_fields(compact), and_everywhere(&[&shared[..], &["x-codex-installation-id"]].concat()));
    assert_eq!(metadata_fields(memories), and_everywhere(&[]));
    assert_eq!(responses.target, "POST /v1/responses HTTP/1.1");
    assert_eq!(compact.target, "POST /v1/responses/compact HTTP/1.1");
    assert_eq!(memories.target, "POST /v1/memories/trace_summarize HTTP/1.1");
    assert_eq!(responses.header("accept"), Some("text/event-stream"));
    assert_eq!(compact.header("accept"), Some("application/json"));
    for arrived in [responses, compact, memories] {
        assert_eq!(arrived.header("content-type"), Some("application/json"));
        assert_eq!(arrived.header("chatgpt-account-id"), Some("acct-1"));
        assert!(arrived.header("accept-encoding").is_none());
    }
    // 1D: the flat map is in the body of `responses` and nowhere else.
    assert_eq!(responses.body["client_metadata"], json!({"session_id": "s"}));
    assert!(compact.body.get("client_metadata").is_none() && memories.body.get("client_metadata").is_none());
}

#[tokio::test]
async fn e62_r11_1_later_layers_win_and_the_credential_is_last() {
    let members = json!({
        "http_headers": {"Originator": "p", "Authorization": "x", "X-Team": "p", "X-Env": "p"},
        "env_http_headers": {"x-env": "SET", "x-gone": "UNSET"},
        "query_params": {"api-version": "1"},
    });
    let server = Server::start(vec![whole_stream()]).await;
    let client = builder(&server, CountingAuth::new(), members).default_header("originator", "d").default_header("X-Default", "d").build();
    client.unwrap().stream(&request(), &with_headers(&[("originator", "r")])).await.unwrap();
    let arrived = &server.arrived()[0];
    let values = ["originator", "authorization", "x-team", "x-env", "x-default", "x-gone"].map(|name| arrived.header(name));
    assert_eq!(values, [Some("r"), Some("Bearer token-number-1"), Some("p"), Some("from-environment"), Some("d"), None]);
    assert_eq!(arrived.target, "POST /v1/responses?api-version=1 HTTP/1.1");
    assert_eq!(arrived.headers.iter().filter(|(name, _)| name == "originator").count(), 1);
}

#[tokio::test]
async fn r1_16_an_illegal_field_is_left_out_and_the_request_goes_on() {
    let server = Server::start(vec![whole_stream()]).await;
    let mut metadata = with_headers(&[("x-openai-subagent", "réviseur"), ("x-codex-window-id", "t:0"), ("bad name", "x")]);
    metadata.client_metadata.insert("x-openai-subagent".into(), "réviseur".into());
    client(&server, CountingAuth::new(), json!({})).stream(&request(), &metadata).await.unwrap();
    let arrived = &server.arrived()[0];
    assert_eq!((arrived.header("x-openai-subagent"), arrived.header("x-codex-window-id")), (None, Some("t:0")));
    assert_eq!(arrived.body["client_metadata"]["x-openai-subagent"], "réviseur");
}

#[tokio::test]
async fn r9_4_attestation_goes_with_chatgpt_auth_only() {
    let server = Server::start(vec![whole_stream(), whole_stream()]).await;
    let auth = CountingAuth::new();
    let client = client(&server, auth.clone(), json!({}));
    client.stream(&request(), &everything()).await.unwrap();
    *lock(&auth.account) = Some("acct-1".into());
    client.stream(&request(), &everything()).await.unwrap();
    let sent: Vec<_> = server.arrived().iter().map(|arrived| arrived.header("x-oai-attestation").is_some()).collect();
    assert_eq!(sent, [false, true]);
}

/// A stream whose header field and event offer tokens.
fn offering(header: Option<&str>, event: Option<&str>) -> Vec<Act> {
    let fields: Vec<_> = header.map(|token| ("x-codex-turn-state", token)).into_iter().collect();
    let told = event.map(|token| json!({"type": "response.metadata", "headers": {"X-Codex-Turn-State": token}}));
    let events_of: Vec<Value> = [created()].into_iter().chain(told).chain([completed()]).collect();
    vec![Act::Send(events(&fields, &events_of))]
}

#[tokio::test]
async fn r10_2_the_first_token_of_a_turn_goes_with_all_that_follows_in_it() {
    let none = || answer(200, &[("x-codex-turn-state", "late")], r#"{"output":[]}"#);
    let script =
        vec![offering(None, None), offering(None, Some("one")), offering(Some("two"), Some("three")), none(), none(), whole_stream()];
    let server = Server::start(script).await;
    let client = client(&server, CountingAuth::new(), json!({}));
    let turn = TurnState::new();
    for _ in 0..3 {
        read(client.stream(&request(), &metadata().in_turn(&turn)).await.unwrap()).await;
    }
    client.compact(&compaction(), &metadata().in_turn(&turn)).await.unwrap();
    client.summarize(&SummarizeRequest::default(), &metadata().in_turn(&turn)).await.unwrap();
    client.stream(&request(), &metadata().in_turn(&TurnState::new())).await.unwrap();
    let sent: Vec<_> = server.arrived().iter().map(|arrived| arrived.header("x-codex-turn-state").map(ToOwned::to_owned)).collect();
    assert_eq!(sent, [None, None, Some("one".into()), Some("one".into()), None, None]);
}

#[tokio::test]
async fn r10_2_the_token_is_dropped_when_the_owner_changes_even_between_attempts() {
    let server = Server::start(vec![offering(Some("one"), None), refusal(401, "x"), whole_stream(), whole_stream()]).await;
    let auth = CountingAuth::new();
    *lock(&auth.account) = Some("acct-1".into());
    let client = client(&server, auth.clone(), json!({}));
    let turn = TurnState::new();
    client.stream(&request(), &metadata().in_turn(&turn)).await.unwrap();
    assert!(turn.is_set());
    *lock(&auth.account) = Some("acct-2".into());
    auth.then_recover([Ok(crate::auth::Recovery::Repeat)]);
    client.stream(&request(), &metadata().in_turn(&turn)).await.unwrap();
    *lock(&auth.account) = Some("acct-1".into());
    client.stream(&request(), &metadata().in_turn(&turn)).await.unwrap();
    assert!(server.arrived().iter().all(|arrived| arrived.header("x-codex-turn-state").is_none()));
}
