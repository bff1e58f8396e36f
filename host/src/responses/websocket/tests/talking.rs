use super::scene::*;
use crate::auth::Recovery;
use crate::driver::lock;
use crate::responses::tests::scene::{CountingAuth, NOW_MS, completed, created, metadata, read, text, texts};
use crate::responses::{ApiErrorKind, ResponseEvent, TurnEvent};
use serde_json::json;
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn r1e_a_message_is_the_request_with_its_flat_map_and_what_is_only_known_when_it_is_sent() {
    let server = Server::start(vec![answering(1)]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    let mut metadata = metadata();
    metadata.client_metadata.insert("session_id".into(), "s".into());
    metadata.headers = [("x-openai-internal-codex-responses-lite", "true"), ("traceparent", "00-a")]
        .map(|(name, value)| (name.into(), value.into()))
        .into();
    let (events, error) = read(session.stream(&asking(&[item("one")]), &metadata).await.unwrap()).await;
    assert_eq!((texts(&events).as_str(), error), ("Hello", None));
    let expected = json!({
        "type": "response.create",
        "model": "m",
        "instructions": "be kind",
        "input": [item("one")],
        "store": false,
        "stream": true,
        "client_metadata": {
            "session_id": "s",
            "x-codex-ws-stream-request-start-ms": NOW_MS.to_string(),
            "ws_request_header_x_openai_internal_codex_responses_lite": "true",
            "ws_request_header_traceparent": "00-a",
        },
    });
    assert_eq!(server.messages(), [expected]);
    let headers = &server.handshakes()[0];
    assert_eq!(field(headers, "x-openai-internal-codex-responses-lite"), None);
}

#[tokio::test]
async fn rate_limits_of_a_handshake_are_told_once() {
    let fields = vec![("x-codex-primary-used-percent", "12.5"), ("x-codex-primary-window-minutes", "300"), ("x-request-id", "q1")];
    let server = Server::start(vec![Visit::Socket(fields, vec![Say::Answer(whole()), Say::Answer(whole())])]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    for limits in [1, 0] {
        let stream = session.stream(&asking(&[]), &metadata()).await.unwrap();
        assert_eq!((stream.facts().rate_limits.len(), stream.facts().request_id.as_deref()), (limits, Some("q1")));
        let (events, _) = read(stream).await;
        assert_eq!(events.iter().filter(|event| matches!(event, ResponseEvent::RateLimits(_))).count(), limits);
    }
}

#[tokio::test]
async fn r11_8_an_answer_that_breaks_off_is_asked_for_again_over_another_connection() {
    let half = || Say::Answer(vec![created(), text("half")]);
    let server = Server::start(vec![saying(vec![half(), Say::Drop]), saying(vec![half(), Say::Close]), answering(1)]).await;
    let auth = CountingAuth::new();
    let restarts = succeed(&session(&server, auth, json!({})), &asking(&[item("one")]), &metadata()).await;
    assert_eq!(restarts.len(), 2);
    assert!(restarts.iter().all(|code| code == "stream-unfinished" || code == "stream-broken"), "{restarts:?}");
    assert_eq!(tokens(&server), ["Bearer token-number-1", "Bearer token-number-2", "Bearer token-number-3"]);
    assert_eq!(server.messages().len(), 3);
}

#[tokio::test]
async fn r11_8_a_turn_is_sent_again_at_most_stream_max_retries_times() {
    let broken = || saying(vec![Say::Answer(vec![created()]), Say::Drop]);
    let server = Server::start(vec![broken(), broken()]).await;
    let session = session(&server, CountingAuth::new(), json!({"stream_max_retries": 1}));
    let (_, error) = run(session.turn(&asking(&[]), &metadata())).await;
    assert_eq!(error.unwrap().error().attempts, Some(2));
}

#[tokio::test]
async fn r11_an_answer_that_falls_silent_is_given_up_after_the_idle_time_of_a_message() {
    let silent = Say::Answer(vec![created(), text("half")]);
    let server = Server::start(vec![saying(vec![silent]), answering(1)]).await;
    let session = session(&server, CountingAuth::new(), json!({"stream_idle_timeout_ms": 3_600_000}));
    let (request, metadata) = (asking(&[]), metadata());
    let mut turn = session.turn(&request, &metadata);
    // Until the last event before the silence.
    for _ in 0..3 {
        turn.next().await.unwrap().unwrap();
    }
    let (event, ()) = tokio::join!(biased; turn.next(), server.expire(0, 2, Duration::from_secs(3600)));
    let Some(Ok(TurnEvent::Restarting { error, .. })) = event else { panic!("{event:?}") };
    assert_eq!(error.code(), "stream-idle-timeout");
    assert_eq!(run(turn).await.1, None);
    server.left(0).await;
}

#[tokio::test]
async fn r11_7_a_message_that_is_not_answered_at_all_is_sent_again_as_a_request_would_be() {
    let server = Server::start(vec![saying(vec![Say::Answer(vec![]), Say::Drop]), saying(vec![]), answering(1)]).await;
    let session = session(&server, CountingAuth::new(), json!({"stream_idle_timeout_ms": 3_600_000}));
    let (request, metadata) = (asking(&[]), metadata());
    let expire = server.expire(1, 2, Duration::from_secs(3600));
    let (restarts, ()) = tokio::join!(succeed(&session, &request, &metadata), expire);
    assert!(restarts.is_empty());
    assert_eq!(server.handshakes().len(), 3);
}

#[tokio::test]
async fn a_connection_that_ended_while_it_was_not_needed_is_replaced_without_a_word() {
    // It ends when the next message is on its way: no keeper can see that.
    let server = Server::start(vec![saying(vec![Say::Answer(whole()), Say::Answer(vec![]), Say::Drop]), answering(1)]).await;
    let session = session(&server, CountingAuth::new(), json!({"request_max_retries": 0}));
    for _ in 0..2 {
        assert!(succeed(&session, &asking(&[]), &metadata()).await.is_empty());
    }
    assert_eq!(server.handshakes().len(), 2);
}

#[tokio::test]
async fn refusals_of_a_message_are_those_of_a_request() {
    for (status, code, expected, messages) in [
        (429, "x", "rate-limited", 1),
        (400, "x", "request-invalid", 1),
        (400, "context_length_exceeded", "context-window-exceeded", 1),
        (503, "x", "server-unavailable", 3),
    ] {
        let server = Server::start((0..4).map(|_| saying(vec![Say::Answer(error(status, code))])).collect()).await;
        let session = session(&server, CountingAuth::new(), json!({"request_max_retries": 2}));
        let error = session.stream(&asking(&[]), &metadata()).await.unwrap_err();
        assert_eq!((error.code(), error.error().status, server.messages().len()), (expected, Some(status), messages));
    }
}

#[tokio::test]
async fn d1_r12_6_a_message_that_is_refused_is_sent_again_once_over_a_connection_with_a_new_credential() {
    let refused = || saying(vec![Say::Answer(error(401, "task-unknown"))]);
    let server = Server::start(vec![refused(), answering(1)]).await;
    let auth = CountingAuth::new();
    auth.then_recover([Ok(Recovery::Repeat)]);
    assert!(succeed(&session(&server, auth.clone(), json!({})), &asking(&[]), &metadata()).await.is_empty());
    assert_eq!(tokens(&server), ["Bearer token-number-1", "Bearer token-number-2"]);
    let (status, body) = lock(&auth.refusals)[0].clone();
    assert_eq!(status, Some(401));
    assert!(String::from_utf8(body).unwrap().contains("task-unknown"));

    let server = Server::start(vec![refused(), refused()]).await;
    let auth = CountingAuth::new();
    auth.then_recover([Ok(Recovery::Repeat), Ok(Recovery::Repeat)]);
    let error = session(&server, auth, json!({})).stream(&asking(&[]), &metadata()).await.unwrap_err();
    assert_eq!((error.kind(), error.error().attempts), (ApiErrorKind::Unauthorized, Some(2)));
}

#[tokio::test]
async fn r11_7_what_cannot_be_read_is_no_answer() {
    let server = Server::start(vec![saying(vec![Say::Reply(Message::text("<!doctype html>"))])]).await;
    let error = session(&server, CountingAuth::new(), json!({})).stream(&asking(&[]), &metadata()).await.unwrap_err();
    assert_eq!((error.code(), error.error().attempts), ("event-undecodable", Some(1)));

    let server = Server::start(vec![saying(vec![Say::Reply(Message::binary(vec![1, 2]))]), answering(1)]).await;
    assert!(succeed(&session(&server, CountingAuth::new(), json!({})), &asking(&[]), &metadata()).await.is_empty());
    assert_eq!(server.handshakes().len(), 2);
}

#[tokio::test]
async fn an_event_is_no_longer_than_the_client_accepts() {
    for first in [vec![created(), text(&"x".repeat(5000))], vec![text(&"x".repeat(5000))]] {
        let server = Server::start(vec![saying(vec![Say::Answer(first)])]).await;
        let client = builder(&server, CountingAuth::new(), json!({})).most_bytes(4096).build().unwrap();
        let error = match client.session().stream(&asking(&[]), &metadata()).await {
            Ok(stream) => read(stream).await.1.unwrap(),
            Err(error) => error,
        };
        assert_eq!(error.code(), "event-too-large");
    }
}

#[tokio::test]
async fn pings_are_answered_in_the_middle_of_an_answer_and_between_answers() {
    let says = vec![
        Say::Unasked(Message::Ping(vec![1].into())),
        Say::Pong,
        Say::Answer(vec![created()]),
        Say::Unasked(Message::Ping(vec![2].into())),
        Say::Pong,
        Say::Unasked(Message::text(completed().to_string())),
        Say::Unasked(Message::Ping(vec![3].into())),
        Say::Pong,
        Say::Answer(whole()),
    ];
    let server = Server::start(vec![saying(says)]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    session.preconnect(&metadata()).await.unwrap();
    let pongs = |server: &Server| server.heard().iter().filter(|(_, heard)| matches!(heard, Heard::Pong)).count();
    server.wait(|(_, heard)| matches!(heard, Heard::Pong)).await;
    succeed(&session, &asking(&[]), &metadata()).await;
    server.several(|(_, heard)| matches!(heard, Heard::Pong), 3).await;
    succeed(&session, &asking(&[]), &metadata()).await;
    assert_eq!((server.handshakes().len(), pongs(&server)), (1, 3));
}

#[tokio::test]
async fn what_is_said_unasked_is_not_taken_for_an_answer() {
    let says = vec![Say::Answer(whole()), Say::Unasked(Message::text(text("stray").to_string()))];
    let server = Server::start(vec![saying(says), answering(1)]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    succeed(&session, &asking(&[]), &metadata()).await;
    server.left(0).await;
    let (events, _) = read(session.stream(&asking(&[]), &metadata()).await.unwrap()).await;
    assert_eq!(texts(&events), "Hello");
}

#[tokio::test]
async fn dropping_a_stream_takes_leave_of_the_server() {
    let server = Server::start(vec![saying(vec![Say::Answer(vec![created()])]), answering(1)]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    let mut stream = session.stream(&asking(&[]), &metadata()).await.unwrap();
    assert!(matches!(stream.next().await, Some(Ok(ResponseEvent::Created { .. }))));
    drop(stream);
    assert!(server.left(0).await);
    succeed(&session, &asking(&[]), &metadata()).await;
}

#[tokio::test]
async fn r11_12_a_turn_can_be_interrupted_before_its_answer_begins() {
    let server = Server::start(vec![saying(vec![]), answering(1)]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    let (request, metadata) = (asking(&[]), metadata());
    tokio::select! {
        _ = run(session.turn(&request, &metadata)) => panic!("nobody answered"),
        () = server.wait(|(_, heard)| matches!(heard, Heard::Message(_))) => {}
    }
    assert!(server.left(0).await);
    succeed(&session, &request, &metadata).await;
}

#[tokio::test]
async fn closing_and_dropping_a_session_take_leave_too() {
    for closes in [true, false] {
        let server = Server::start(vec![answering(1)]).await;
        let session = session(&server, CountingAuth::new(), json!({}));
        succeed(&session, &asking(&[]), &metadata()).await;
        if closes {
            session.close().await;
            assert!(server.left(0).await);
        }
        drop(session);
        assert!(server.left(0).await);
    }
}
