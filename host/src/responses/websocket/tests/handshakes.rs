use super::scene::*;
use crate::auth::Recovery;
use crate::driver::lock;
use crate::responses::tests::scene::{Act, CountingAuth, completed, metadata, refusal, text, whole_stream};
use crate::responses::{ApiErrorKind, TurnState};
use serde_json::json;
use std::io::Write;
use std::sync::{Arc, Mutex};

#[tokio::test]
async fn r11_1_e62_a_handshake_has_the_fields_of_a_request_in_the_same_order_of_precedence() {
    let server = Server::start(vec![answering(1)]).await;
    let members = json!({
        "http_headers": {"Originator": "provider", "x-own": "provider", "Authorization": "provider", "sec-websocket-extensions": "x"},
        "query_params": {"api-version": "1"},
    });
    let client = builder(&server, CountingAuth::new(), members).default_header("originator", "default").build().unwrap();
    let mut metadata = metadata();
    metadata.headers =
        [("originator", "request"), ("x-codex-window-id", "t:0"), ("x-codex-turn-metadata", "{}"), ("x-codex-turn-state", "no")]
            .map(|(name, value)| (name.into(), value.into()))
            .into();
    succeed(&client.session(), &asking(&[]), &metadata).await;
    let headers = &server.handshakes()[0];
    for (name, value) in [
        ("originator", Some("request")),
        ("x-own", Some("provider")),
        ("authorization", Some("Bearer token-number-1")),
        ("openai-beta", Some("responses_websockets=2026-02-06")),
        ("x-codex-window-id", Some("t:0")),
        ("x-codex-turn-metadata", Some("{}")),
        ("upgrade", Some("websocket")),
        ("sec-websocket-version", Some("13")),
        ("sec-websocket-extensions", None),
        ("x-codex-turn-state", None),
        ("content-type", None),
        ("content-length", None),
    ] {
        assert_eq!(field(headers, name), value, "{name}");
    }
}

#[tokio::test]
async fn r1d_a_preconnect_says_nothing_of_a_turn_and_the_request_uses_its_connection() {
    let server = Server::start(vec![answering(1)]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    let mut metadata = metadata();
    metadata.headers =
        [("x-codex-window-id", "t:0"), ("x-codex-turn-metadata", "{}")].map(|(name, value)| (name.into(), value.into())).into();
    session.preconnect(&metadata).await.unwrap();
    session.preconnect(&metadata).await.unwrap();
    let headers = &server.handshakes()[0];
    assert_eq!((field(headers, "x-codex-window-id"), field(headers, "x-codex-turn-metadata")), (Some("t:0"), None));
    assert!(server.messages().is_empty());
    succeed(&session, &asking(&[]), &metadata).await;
    assert_eq!((server.handshakes().len(), server.messages().len()), (1, 1));
}

#[tokio::test]
async fn r12_6_d2_a_refused_handshake_is_repeated_once_with_a_new_credential() {
    let server = Server::start(vec![Visit::Http(refusal(401, "x")), answering(1)]).await;
    let auth = CountingAuth::new();
    auth.then_recover([Ok(Recovery::Repeat)]);
    succeed(&session(&server, auth.clone(), json!({})), &asking(&[]), &metadata()).await;
    assert_eq!(server.over_http()[0].header("authorization"), Some("Bearer token-number-1"));
    assert_eq!(tokens(&server), ["Bearer token-number-2"]);
    assert_eq!(lock(&auth.refusals)[0].0, Some(401));

    let server = Server::start(vec![Visit::Http(refusal(401, "x")), Visit::Http(refusal(401, "x")), answering(1)]).await;
    let auth = CountingAuth::new();
    auth.then_recover([Ok(Recovery::Repeat), Ok(Recovery::Repeat)]);
    let error = session(&server, auth, json!({})).stream(&asking(&[]), &metadata()).await.unwrap_err();
    assert_eq!((error.kind(), error.error().attempts, server.handshakes().len()), (ApiErrorKind::Unauthorized, Some(2), 0));
}

#[tokio::test]
async fn r11_7_a_handshake_that_is_refused_for_the_request_is_not_tried_over_http() {
    for (status, code) in [(403, "rejected-unknown"), (429, "rate-limited")] {
        let server = Server::start(vec![Visit::Http(refusal(status, "x")), answering(1)]).await;
        let error = session(&server, CountingAuth::new(), json!({})).stream(&asking(&[]), &metadata()).await.unwrap_err();
        assert_eq!((error.code(), server.over_http().len()), (code, 1));
    }
}

#[tokio::test]
async fn r11_3_r14_7_every_request_is_authorised_and_every_connection_has_a_credential_of_its_own() {
    let server = Server::start(vec![saying(vec![Say::Answer(whole()), Say::Answer(whole()), Say::Close]), answering(1)]).await;
    let auth = CountingAuth::new();
    let session = session(&server, auth.clone(), json!({}));
    for _ in 0..3 {
        succeed(&session, &asking(&[]), &metadata()).await;
    }
    assert_eq!(auth.made(), 3);
    assert_eq!(tokens(&server), ["Bearer token-number-1", "Bearer token-number-3"]);
}

#[tokio::test]
async fn r10_2_a_token_goes_into_messages_of_its_turn_and_never_onto_a_handshake() {
    let event = json!({"type": "response.metadata", "headers": {"X-Codex-Turn-State": "sticky-token"}});
    let broken = vec![Say::Answer(vec![event, text("half")]), Say::Drop];
    let server = Server::start(vec![saying(broken), answering(3)]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    let turn = TurnState::new();
    for metadata in [metadata().in_turn(&turn), metadata().in_turn(&turn), metadata()] {
        succeed(&session, &asking(&[]), &metadata).await;
    }
    let sent: Vec<_> = server.messages().iter().map(|message| message["client_metadata"]["x-codex-turn-state"].clone()).collect();
    assert_eq!(sent, [json!(null), json!("sticky-token"), json!("sticky-token"), json!(null)]);
    assert!(server.handshakes().iter().all(|headers| field(headers, "x-codex-turn-state").is_none()));
}

#[tokio::test]
async fn r10_2_a_handshake_may_answer_with_the_token_of_the_turn_that_opened_it() {
    let server =
        Server::start(vec![Visit::Socket(vec![("x-codex-turn-state", "sticky-token")], vec![Say::Answer(whole()), Say::Answer(whole())])])
            .await;
    let session = session(&server, CountingAuth::new(), json!({}));
    for _ in 0..2 {
        succeed(&session, &asking(&[]), &metadata()).await;
    }
    let sent: Vec<_> = server.messages().iter().map(|message| message["client_metadata"]["x-codex-turn-state"].clone()).collect();
    assert_eq!(sent, [json!("sticky-token"), json!(null)]);
}

#[tokio::test]
async fn r15_4_neither_errors_nor_debug_show_what_was_sent_in_confidence() {
    let event = json!({"type": "response.metadata", "headers": {"x-codex-turn-state": "sticky-token"}});
    let told = json!({"type": "error", "status": 400, "error": {"message": "you sent token-number-1 and sticky-token"}});
    let server =
        Server::start(vec![saying(vec![Say::Answer(vec![event, json!({"type": "response.completed"})]), Say::Answer(vec![told])])]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    let metadata = metadata().in_turn(&TurnState::new());
    succeed(&session, &asking(&[]), &metadata).await;
    let error = session.stream(&asking(&[]), &metadata).await.unwrap_err();
    let shown = format!("{error} {error:?} {session:?}");
    assert!(shown.contains("[hidden]") && !shown.contains("token-number") && !shown.contains("sticky-token"), "{shown}");
}

/// What is logged, at every level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        lock(&self.0).write(text)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn r15_4_neither_a_handshake_nor_a_message_is_logged() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let event = json!({"type": "response.metadata", "headers": {"x-codex-turn-state": "sticky-token"}});
    let server = Server::start(vec![saying(vec![Say::Answer(vec![event, completed()]), Say::Answer(whole()), Say::Close])]).await;
    let session = session(&server, CountingAuth::new(), json!({"http_headers": {"x-own": "configured-secret"}}));
    let metadata = metadata().in_turn(&TurnState::new());
    for text in ["first-words", "second-words"] {
        succeed(&session, &asking(&[item(text)]), &metadata).await;
    }
    session.close().await;
    let logged = String::from_utf8(lock(&log.0).clone()).unwrap();
    assert!(logged.contains("a WebSocket is open"));
    for secret in ["token-number", "sticky-token", "configured-secret", "-words"] {
        assert!(!logged.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn what_answers_with_101_must_prove_that_it_speaks_websocket() {
    let wrong = "HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: wrong\r\n\r\n";
    let wrong = vec![Act::Send(wrong.as_bytes().to_vec())];
    let server = Server::start(vec![Visit::Http(wrong), Visit::Http(whole_stream())]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    succeed(&session, &asking(&[]), &metadata()).await;
    assert_eq!(server.over_http().len(), 2);
}
