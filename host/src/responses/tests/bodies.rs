//! What arrives as a body, and what becomes of whole answers.

use super::scene::{self, *};
use crate::driver::lock;
use crate::responses::{ApiErrorKind, CompactRequest, ServiceTier, SummarizeRequest, TraceSummary};
use serde_json::json;
use std::time::Duration;

fn compaction() -> CompactRequest {
    CompactRequest { service_tier: Some(ServiceTier::fast()), ..scene::compaction() }
}

#[tokio::test]
async fn r11_10_compaction_drops_the_tier_for_the_credential_that_is_used() {
    let none = || answer(200, &[], r#"{"output":[]}"#);
    let server = Server::start(vec![none(), refusal(401, "x"), none(), none()]).await;
    let auth = CountingAuth::new();
    *lock(&auth.account) = Some("acct-1".into());
    let login = client(&server, auth.clone(), json!({}));
    login.compact(&compaction(), &metadata()).await.unwrap();
    // The account logs out while its request is under way: what is sent next is sent with an API key.
    let logged_out = auth.clone();
    let first = tokio::spawn(async move { login.compact(&compaction(), &metadata()).await });
    auth.then_recover([Ok(crate::auth::Recovery::Repeat)]);
    *lock(&logged_out.account) = None;
    first.await.unwrap().unwrap();
    let own_key = client(&server, auth, json!({"requires_openai_auth": false, "env_key": "SET"}));
    own_key.compact(&compaction(), &metadata()).await.unwrap();
    let tiers: Vec<_> = server.arrived().iter().map(|arrived| arrived.body.get("service_tier").is_some()).collect();
    assert_eq!((tiers[0], tiers[2], tiers[3]), (true, false, false));
}

#[tokio::test]
async fn whole_answers_are_read_into_their_types() {
    let compacted = json!({"output": [{"type": "compaction", "encrypted_content": "x"}], "id": "cmp_1"}).to_string();
    let summarized = json!({"output": [{"trace_summary": "t", "memory_summary": "m", "more": 1}]}).to_string();
    let server =
        Server::start(vec![answer(200, &[("x-codex-primary-used-percent", "9")], &compacted), answer(200, &[], &summarized)]).await;
    let client = client(&server, CountingAuth::new(), json!({}));
    let answer = client.compact(&compaction(), &metadata()).await.unwrap();
    assert_eq!(answer.output, [json!({"type": "compaction", "encrypted_content": "x"})]);
    assert_eq!((&answer.extra["id"], answer.rate_limits[0].limit_id.as_str()), (&json!("cmp_1"), "codex"));
    let answer = client.summarize(&SummarizeRequest::default(), &metadata()).await.unwrap();
    assert_eq!(answer.output, [TraceSummary { trace_summary: "t".into(), memory_summary: "m".into() }]);
    assert_eq!(format!("{answer:?} {:?}", answer.output[0]), "Summaries(1) TraceSummary(1 and 1 bytes)");
}

#[tokio::test(start_paused = true)]
async fn r11_7_an_answer_of_success_that_is_not_understood_is_not_tried_again() {
    for body in ["", "<html>", "[]", "{}", r#"{"output":3}"#, r#"{"output":[{"trace_summary":"marker"}]}"#] {
        let server = Server::start(vec![answer(200, &[], body), answer(200, &[], r#"{"output":[]}"#)]).await;
        let error = client(&server, CountingAuth::new(), json!({})).summarize(&SummarizeRequest::default(), &metadata()).await.unwrap_err();
        assert_eq!((error.kind(), error.code(), server.arrived().len()), (ApiErrorKind::ResponseUndecodable, "response-undecodable", 1));
        assert!(!error.to_string().contains("marker"));
    }
}

#[tokio::test(start_paused = true)]
async fn r11_7_an_answer_that_breaks_off_is_tried_again() {
    let half = || vec![Act::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"output\":".to_vec())];
    let server = Server::start(vec![half(), half(), answer(200, &[], r#"{"output":[]}"#)]).await;
    let auth = CountingAuth::new();
    client(&server, auth.clone(), json!({})).compact(&compaction(), &metadata()).await.unwrap();
    assert_eq!((auth.made(), server.arrived().len()), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn compaction_may_take_four_times_as_long_as_a_stream_may_be_silent() {
    let stalled = || vec![Act::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_vec()), Act::Stall];
    let server = Server::start(vec![stalled()]).await;
    let members = json!({"stream_idle_timeout_ms": 2500, "request_max_retries": 0});
    let began = tokio::time::Instant::now();
    let error = client(&server, CountingAuth::new(), members).compact(&compaction(), &metadata()).await.unwrap_err();
    assert_eq!((error.code(), began.elapsed()), ("network-timeout", Duration::from_secs(10)));
    server.done().await;
}

#[tokio::test]
async fn an_answer_above_the_bound_is_an_error_and_the_connection_is_left() {
    let flood = vec![Act::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()), Act::Flood(vec![b'['; 4096])];
    let server = Server::start(vec![flood]).await;
    let client = builder(&server, CountingAuth::new(), json!({})).most_bytes(100_000).build().unwrap();
    let error = client.compact(&compaction(), &metadata()).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ApiErrorKind::ResponseTooLarge, "response-too-large"));
    server.done().await;
}

#[tokio::test(start_paused = true)]
async fn n7_of_an_error_body_only_the_beginning_is_read() {
    let mut flood = b"HTTP/1.1 400 Bad\r\n\r\n".to_vec();
    flood.extend_from_slice(&[b'x'; 1000]);
    let server = Server::start(vec![vec![Act::Send(flood), Act::Flood(vec![b'y'; 4096])]]).await;
    let error = client(&server, CountingAuth::new(), json!({})).compact(&compaction(), &metadata()).await.unwrap_err();
    assert_eq!(error.code(), "request-invalid");
    assert!(error.to_string().ends_with(&format!("status 400, {}...", "x".repeat(512))));
    server.done().await;
}

#[tokio::test(start_paused = true)]
async fn n6_an_error_body_that_cannot_be_read_leaves_the_status() {
    let head = "HTTP/1.1 403 No\r\ncontent-length: 50\r\n\r\n{";
    for acts in [vec![Act::Send(head.into())], vec![Act::Send(head.into()), Act::Reset], vec![Act::Send(head.into()), Act::Stall]] {
        let server = Server::start(vec![acts]).await;
        let error = client(&server, CountingAuth::new(), json!({})).compact(&compaction(), &metadata()).await.unwrap_err();
        assert_eq!(error.error().status, Some(403));
        assert!(error.to_string().ends_with(": status 403"), "{error}");
    }
}

#[tokio::test]
async fn r15_4_an_answer_that_repeats_the_credential_does_not_get_it_into_the_error() {
    let body = json!({"error": {"message": "bad header Bearer token-number-1 and key from-environment"}}).to_string();
    let server = Server::start(vec![answer(400, &[], &body)]).await;
    let client = client(&server, CountingAuth::new(), json!({"env_http_headers": {"api-key": "SET"}}));
    let error = client.stream(&request(), &metadata()).await.unwrap_err();
    assert!(error.to_string().ends_with("status 400, bad header [hidden] and key [hidden]"), "{error}");
}
