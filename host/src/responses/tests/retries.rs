//! 11-3, 11-7, 11-8: which attempts are made, when, and with which credential.

use super::scene::*;
use crate::driver::lock;
use crate::error::{Advice, Error};
use crate::responses::ApiErrorKind;
use serde_json::json;
use std::time::Duration;

fn ms(ms: &[u64]) -> Vec<Duration> {
    ms.iter().copied().map(Duration::from_millis).collect()
}

#[tokio::test(start_paused = true)]
async fn e61_r11_8_a_server_that_always_fails_gets_five_requests_at_doubling_delays() {
    let server = Server::start((0..5).map(|_| refusal(503, "down")).collect()).await;
    let auth = CountingAuth::new();
    let error = client(&server, auth, json!({})).stream(&request(), &metadata()).await.unwrap_err();
    assert_eq!((error.kind(), error.error().attempts, error.error().status), (ApiErrorKind::ServerUnavailable, Some(5), Some(503)));
    assert_eq!((error.code(), error.api_code()), ("server-unavailable", Some("down")));
    let arrived = server.arrived();
    assert_eq!(gaps(&arrived), ms(&[200, 400, 800, 1600]));
}

#[tokio::test(start_paused = true)]
async fn r11_3_every_attempt_carries_a_credential_of_its_own() {
    let server = Server::start(vec![refusal(500, "x"), refusal(502, "x"), vec![Act::Reset], whole_stream()]).await;
    let auth = CountingAuth::new();
    let stream = client(&server, auth.clone(), json!({})).stream(&request(), &metadata()).await.unwrap();
    let (events, error) = read(stream).await;
    assert_eq!((texts(&events).as_str(), error), ("Hello", None));
    let sent: Vec<_> = server.arrived().iter().map(|arrived| arrived.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(sent, ["Bearer token-number-1", "Bearer token-number-2", "Bearer token-number-3", "Bearer token-number-4"]);
    // All else is the same request (1-2).
    assert!(server.arrived().windows(2).all(|pair| pair[0].body == pair[1].body && pair[0].target == pair[1].target));
}

#[tokio::test(start_paused = true)]
async fn e61_r11_7_answers_that_do_not_pass_are_not_tried_again() {
    for (status, code) in [
        (400, "request-invalid"),
        (403, "rejected-unknown"),
        (404, "endpoint-not-found"),
        (408, "server-unavailable"),
        (409, "request-invalid"),
        (426, "upgrade-required"),
        (429, "rate-limited"),
    ] {
        let server = Server::start(vec![refusal(status, "x"), whole_stream()]).await;
        let error = client(&server, CountingAuth::new(), json!({})).stream(&request(), &metadata()).await.unwrap_err();
        assert_eq!((error.code(), error.error().attempts), (code, Some(1)), "{status}");
        assert_eq!(server.arrived().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn r11_7_network_failures_are_tried_again() {
    let half = |text: &str| vec![Act::Send(text.into())];
    let faults = vec![vec![Act::Reset], half(""), half("HTTP/1.1 20"), half("not http\r\n\r\n"), whole_stream()];
    let server = Server::start(faults).await;
    let stream = client(&server, CountingAuth::new(), json!({})).stream(&request(), &metadata()).await.unwrap();
    assert_eq!(texts(&read(stream).await.0), "Hello");
    assert_eq!(server.arrived().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn r11_7_a_connection_that_is_refused_counts_too() {
    let server = Server::start(vec![]).await;
    let client = client(&server, CountingAuth::new(), json!({"request_max_retries": 2}));
    server.done().await;
    let error = client.stream(&request(), &metadata()).await.unwrap_err();
    assert_eq!((error.kind(), error.code(), error.error().attempts), (ApiErrorKind::Connect, "network-connect", Some(3)));
}

#[tokio::test(start_paused = true)]
async fn r11_7_a_server_that_says_nothing_is_given_up_after_the_idle_time() {
    let server = Server::start(vec![vec![Act::Stall], vec![Act::Stall]]).await;
    let members = json!({"request_max_retries": 1, "stream_idle_timeout_ms": 3000});
    let began = tokio::time::Instant::now();
    let error = client(&server, CountingAuth::new(), members).stream(&request(), &metadata()).await.unwrap_err();
    assert_eq!((error.kind(), error.code(), error.error().attempts), (ApiErrorKind::Timeout, "network-timeout", Some(2)));
    assert_eq!(began.elapsed(), Duration::from_millis(3000 + 200 + 3000));
    server.done().await;
}

#[tokio::test(start_paused = true)]
async fn r11_8_the_number_of_retries_is_the_providers() {
    for retries in [0, 1, 6] {
        let server = Server::start((0..=retries).map(|_| refusal(500, "x")).collect()).await;
        let client = client(&server, CountingAuth::new(), json!({"request_max_retries": retries}));
        let error = client.stream(&request(), &metadata()).await.unwrap_err();
        assert_eq!(error.error().attempts, Some(retries + 1));
        server.done().await;
    }
}

#[tokio::test(start_paused = true)]
async fn r11_3_a_transient_auth_error_counts_as_a_network_error_and_nothing_is_sent() {
    let server = Server::start(vec![whole_stream()]).await;
    let auth = CountingAuth::new();
    let transient = || Err(Error::new("aws-credentials", Advice::BackOff, "not loaded"));
    lock(&auth.outcomes).extend([transient(), transient(), Ok(())]);
    client(&server, auth.clone(), json!({})).stream(&request(), &metadata()).await.unwrap();
    assert_eq!((auth.made(), server.arrived().len()), (3, 1));

    lock(&auth.outcomes).extend((0..5).map(|_| transient()));
    let error = client(&server, auth.clone(), json!({})).stream(&request(), &metadata()).await.unwrap_err();
    assert_eq!((error.kind(), error.code(), error.error().attempts), (ApiErrorKind::Authorization, "aws-credentials", Some(5)));
    assert_eq!(server.arrived().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a6_s4_r11_3_any_other_auth_error_ends_the_request_and_nothing_is_sent() {
    let used_up = || {
        let mut error = Error::new("bootstrap-unavailable", Advice::BackOff, "used up");
        error.attempts = Some(3);
        error
    };
    let mut cooling = Error::new("bootstrap-unavailable", Advice::BackOff, "cooldown");
    cooling.from_cooldown = true;
    for error in [
        Error::new("run-task-missing", Advice::AfterRegister, "none"),
        Error::new("key-not-pkcs8", Advice::FixConfig, "bad"),
        Error::new("cancelled", Advice::BackOff, "stopped"),
        used_up(),
        cooling,
    ] {
        let server = Server::start(vec![whole_stream()]).await;
        let auth = CountingAuth::new();
        lock(&auth.outcomes).push_back(Err(error.clone()));
        let failed = client(&server, auth.clone(), json!({})).stream(&request(), &metadata()).await.unwrap_err();
        assert_eq!((failed.code(), auth.made(), server.arrived().len()), (error.code.as_str(), 1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn r11_3_what_cannot_be_built_is_not_tried_again() {
    let server = Server::start(vec![whole_stream()]).await;
    let auth = CountingAuth::new();
    *lock(&auth.account) = Some("line\nbreak".into());
    let error = client(&server, auth.clone(), json!({})).stream(&request(), &metadata()).await.unwrap_err();
    assert_eq!((error.kind(), error.code(), auth.made()), (ApiErrorKind::Unbuildable, "config-invalid", 1));
    let mut request = request();
    request.extra.insert("stream".into(), json!(false));
    let error = client(&server, auth.clone(), json!({})).stream(&request, &metadata()).await.unwrap_err();
    assert_eq!((error.kind(), auth.made(), server.arrived().len()), (ApiErrorKind::Unbuildable, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn c7_a_redirect_is_refused_and_not_tried_again() {
    let target = Server::start(vec![whole_stream()]).await;
    for status in [301, 302, 307, 308] {
        let server = Server::start(vec![answer(status, &[("location", &target.base_url)], "")]).await;
        let error = client(&server, CountingAuth::new(), json!({})).stream(&request(), &metadata()).await.unwrap_err();
        assert_eq!((error.kind(), error.code(), error.error().attempts), (ApiErrorKind::RedirectRefused, "redirect-refused", Some(1)));
    }
    assert!(target.arrived().is_empty());
}
