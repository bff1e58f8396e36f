//! 11-3, 11-7, 11-8: which attempts are made, when, and with which credential.

use super::scene::*;
use crate::auth::Recovery;
use crate::driver::lock;
use crate::error::{Advice, Error};
use crate::provider::vectors::{Case, cases};
use crate::responses::ApiErrorKind;
use crate::responses::retry::delay;
use serde_json::{Value, json};
use std::time::Duration;

/// What the server does about an outcome; none if nothing is to reach it.
fn act(outcome: &Value) -> Option<Vec<Act>> {
    match (outcome.as_u64(), outcome.as_str()) {
        (Some(200), _) => Some(whole_stream()),
        (Some(status), _) => Some(refusal(u16::try_from(status).unwrap(), "x")),
        (_, Some("reset")) => Some(vec![Act::Reset]),
        (_, Some("silence")) => Some(vec![Act::Stall]),
        (_, Some("page")) => Some(answer(200, &[("content-type", "text/html")], "<html>")),
        _ => None,
    }
}

/// What the authorizer does about an outcome.
fn authorized(outcome: &Value) -> Result<Given, Error> {
    if let Some(code) = outcome["auth"].as_str() {
        let advice = match outcome["advice"].as_str() {
            Some("back-off") => Advice::BackOff,
            Some("fix-config") => Advice::FixConfig,
            _ => Advice::AfterRegister,
        };
        let mut error = Error::new(code, advice, "of the test");
        error.attempts = outcome["attempts"].as_u64().map(|attempts| u32::try_from(attempts).unwrap());
        error.from_cooldown = outcome["from_cooldown"] == true;
        return Err(error);
    }
    Ok(match outcome.as_str() {
        Some("unbuildable") => Given::Illegal,
        Some("unsignable") => Given::Unsignable,
        _ => Given::Bearer,
    })
}

/// Plays the outcomes, jitter 1: attempts, the time that passed, how it ended.
async fn played(case: &Case) -> (u32, Vec<Duration>, String) {
    let outcomes = case.input["outcomes"].as_array().unwrap();
    let server = Server::start(outcomes.iter().filter_map(act).collect()).await;
    let auth = CountingAuth::new();
    lock(&auth.outcomes).extend(outcomes.iter().map(authorized));
    if case.input["recovers"] == true {
        auth.then_recover(outcomes.iter().map(|_| Ok(Recovery::Repeat)));
    }
    let mut members = json!({"stream_idle_timeout_ms": IDLE_MS});
    if let Some(retries) = case.input.get("request_max_retries") {
        members["request_max_retries"] = retries.clone();
    }
    let client = client(&server, auth.clone(), members);
    let sent = outcomes.iter().filter(|outcome| act(outcome).is_some()).count();
    let server = if sent == 0 {
        server.done().await;
        None
    } else {
        Some(server)
    };
    let made = client.stream(&request(), &metadata()).await;
    let arrived = server.map(|server| server.arrived()).unwrap_or_default();
    assert_eq!(arrived.len(), sent, "{}", case.id);
    (auth.made(), gaps(&arrived), made.map_or_else(|error| error.code().to_owned(), |_| "ok".to_owned()))
}

const IDLE_MS: u64 = 3000;

#[tokio::test(start_paused = true)]
async fn e61_r11_3_r11_7_r11_8_r11_12_r12_6_attempts_and_delays_are_those_of_the_vectors() {
    for case in cases("retry") {
        let (attempts, gaps, end) = played(&case).await;
        let jitter = case.input["jitter"].as_f64().unwrap();
        let retries = case.expect["delays_ms"].as_array().unwrap().len();
        let delays = (1..).take(retries).map(|retry| u64::try_from(delay(retry, jitter).as_millis()).unwrap()).collect::<Vec<_>>();
        case.check(Ok(json!({"attempts": attempts, "delays_ms": delays, "end": end})));
        // A refused credential is replaced at once.
        let waits: Vec<_> = case.input["outcomes"].as_array().unwrap().iter().filter(|outcome| **outcome != 401).collect();
        let is_plain = gaps.len() == retries && waits.iter().all(|outcome| outcome.is_u64() || **outcome == "reset");
        if is_plain {
            let expected: Vec<_> = (1..).take(retries).map(|retry| delay(retry, 1.0)).collect();
            assert_eq!(gaps, expected, "{}", case.id);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn e61_r11_8_a_server_that_always_fails_is_said_to_have_been_asked_five_times() {
    let server = Server::start((0..5).map(|_| refusal(503, "down")).collect()).await;
    let error = client(&server, CountingAuth::new(), json!({})).stream(&request(), &metadata()).await.unwrap_err();
    assert_eq!((error.kind(), error.error().attempts, error.error().status), (ApiErrorKind::ServerUnavailable, Some(5), Some(503)));
    assert_eq!((error.code(), error.api_code()), ("server-unavailable", Some("down")));
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
async fn r11_7_network_failures_are_tried_again() {
    let half = |text: &str| vec![Act::Send(text.into())];
    let faults = vec![vec![Act::Reset], half(""), half("HTTP/1.1 20"), half("not http\r\n\r\n"), whole_stream()];
    let server = Server::start(faults).await;
    let stream = client(&server, CountingAuth::new(), json!({})).stream(&request(), &metadata()).await.unwrap();
    assert_eq!(texts(&read(stream).await.0), "Hello");
    assert_eq!(server.arrived().len(), 5);
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
async fn r11_3_what_cannot_be_built_is_not_tried_again() {
    let server = Server::start(vec![whole_stream()]).await;
    let auth = CountingAuth::new();
    let mut request = request();
    request.extra.insert("stream".into(), json!(false));
    let error = client(&server, auth.clone(), json!({})).stream(&request, &metadata()).await.unwrap_err();
    assert_eq!((error.kind(), auth.made(), server.arrived().len()), (ApiErrorKind::Unbuildable, 0, 0));
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
