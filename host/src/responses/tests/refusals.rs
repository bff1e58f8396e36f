//! 401 and 403: D1, D2, 12-6.

use super::scene::*;
use crate::auth::Recovery;
use crate::driver::lock;
use crate::error::{Advice, Error};
use crate::responses::ApiErrorKind;
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn d2_r12_6_a_401_is_repeated_once_with_a_new_credential() {
    let server = Server::start(vec![refusal(401, "task-unknown"), whole_stream()]).await;
    let auth = CountingAuth::new();
    auth.then_recover([Ok(Recovery::Repeat)]);
    // The repeat is not one of the retries.
    let stream = client(&server, auth.clone(), json!({"request_max_retries": 0})).stream(&request(), &metadata()).await.unwrap();
    assert_eq!(texts(&read(stream).await.0), "Hello");
    let arrived = server.arrived();
    assert_eq!(arrived[0].header("authorization"), Some("Bearer token-number-1"));
    assert_eq!(arrived[1].header("authorization"), Some("Bearer token-number-2"));
    assert_eq!(arrived[0].body, arrived[1].body);
    assert_eq!(gaps(&arrived)[0].as_millis(), 0);
    let body = json!({"error": {"code": "task-unknown"}}).to_string().into_bytes();
    assert_eq!(*lock(&auth.refusals), [(Some(401), body)]);
}

#[tokio::test(start_paused = true)]
async fn d2_r12_6_a_second_401_is_final() {
    let server = Server::start(vec![refusal(401, "one"), refusal(401, "two"), whole_stream()]).await;
    let auth = CountingAuth::new();
    auth.then_recover([Ok(Recovery::Repeat), Ok(Recovery::Repeat)]);
    let error = client(&server, auth.clone(), json!({})).stream(&request(), &metadata()).await.unwrap_err();
    assert_eq!((error.kind(), error.code(), error.api_code()), (ApiErrorKind::Unauthorized, "rejected-unknown", Some("two")));
    assert_eq!((error.error().attempts, server.arrived().len(), lock(&auth.refusals).len()), (Some(2), 2, 1));
}

#[tokio::test(start_paused = true)]
async fn d2_there_is_one_repeat_whatever_comes_between() {
    let script = vec![refusal(500, "x"), refusal(401, "x"), refusal(503, "x"), refusal(401, "x"), whole_stream()];
    let server = Server::start(script).await;
    let auth = CountingAuth::new();
    auth.then_recover([Ok(Recovery::Repeat), Ok(Recovery::Repeat)]);
    let error = client(&server, auth, json!({})).stream(&request(), &metadata()).await.unwrap_err();
    assert_eq!((error.error().status, error.error().attempts, server.arrived().len()), (Some(401), Some(4), 4));
}

#[tokio::test(start_paused = true)]
async fn d2_a_403_is_classified_and_never_repeated() {
    let server = Server::start(vec![refusal(403, "signature_invalid"), whole_stream()]).await;
    let auth = CountingAuth::new();
    auth.then_recover([Ok(Recovery::Repeat)]);
    let error = client(&server, auth.clone(), json!({})).stream(&request(), &metadata()).await.unwrap_err();
    assert_eq!((error.error().status, server.arrived().len(), lock(&auth.refusals).len()), (Some(403), 1, 1));

    let server = Server::start(vec![refusal(403, "signature_invalid")]).await;
    auth.then_recover([Ok(Recovery::Surface(Some("rejected-key".into())))]);
    let error = client(&server, auth, json!({})).stream(&request(), &metadata()).await.unwrap_err();
    assert_eq!((error.code(), error.error().advice), ("rejected-key", Advice::FixConfig));
}

#[tokio::test(start_paused = true)]
async fn d1_h6_what_the_authorizer_makes_of_a_refusal_is_what_the_caller_gets() {
    let mut failed = Error::new("task-register-unavailable", Advice::BackOff, "no answer");
    failed.cause = Some("rejected-task".into());
    for (recovery, code, cause) in [
        (Ok(Recovery::Surface(None)), "rejected-unknown", Some("odd")),
        (Ok(Recovery::Surface(Some("rejected-clock".into()))), "rejected-clock", Some("odd")),
        (Err(failed), "task-register-unavailable", Some("rejected-task")),
    ] {
        let server = Server::start(vec![refusal(401, "odd")]).await;
        let auth = CountingAuth::new();
        auth.then_recover([recovery]);
        let error: Error = client(&server, auth, json!({})).stream(&request(), &metadata()).await.unwrap_err().into();
        assert_eq!((error.code.as_str(), error.cause.as_deref(), error.attempts), (code, cause, Some(1)));
    }
}
