use super::scene::*;
use crate::responses::tests::scene::{Act, CountingAuth, completed, created, events, metadata, refusal, text, whole_stream};
use crate::responses::{ResponseEvent, TurnEvent};
use serde_json::json;
use std::time::Duration;

fn http() -> Visit {
    Visit::Http(whole_stream())
}

fn stalled() -> Visit {
    Visit::Http(vec![Act::Stall])
}

#[tokio::test]
async fn r11_12_status_426_moves_the_whole_session_to_http_for_good() {
    let server = Server::start(vec![Visit::Http(refusal(426, "x")), http(), http(), answering(1)]).await;
    let client = builder(&server, CountingAuth::new(), json!({})).build().unwrap();
    let session = client.session();
    assert!(session.uses_websocket());
    for _ in 0..2 {
        assert!(succeed(&session, &asking(&[]), &metadata()).await.is_empty());
    }
    assert!(!session.uses_websocket());
    let methods: Vec<_> = server.over_http().iter().map(|arrived| arrived.target.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(methods, ["GET", "POST", "POST"]);
    // Another session begins anew.
    succeed(&client.session(), &asking(&[]), &metadata()).await;
    assert_eq!(server.handshakes().len(), 1);
}

#[tokio::test]
async fn a_provider_without_websockets_gets_http() {
    let server = Server::start(vec![http()]).await;
    let session = session(&server, CountingAuth::new(), json!({"supports_websockets": false}));
    session.preconnect(&metadata()).await.unwrap();
    session.prewarm(&asking(&[]), &metadata()).await.unwrap();
    succeed(&session, &asking(&[]), &metadata()).await;
    assert_eq!(server.over_http()[0].body["instructions"], "be kind");
}

#[tokio::test]
async fn r11_12_a_turn_is_announced_before_any_work_on_a_connection() {
    let server = Server::start(vec![answering(1)]).await;
    let auth = CountingAuth::new();
    let (session, request) = (session(&server, auth.clone(), json!({})), asking(&[]));
    let mut turn = session.turn(&request, &metadata());
    assert_eq!(turn.next().await, Some(Ok(TurnEvent::Started)));
    assert_eq!((auth.made(), server.heard().len()), (0, 0));
}

#[tokio::test]
async fn r11_12_a_connection_is_waited_for_no_longer_than_its_time_out_then_the_turn_uses_http() {
    let server = Server::start(vec![stalled(), http(), answering(1)]).await;
    let session = session(&server, CountingAuth::new(), json!({"websocket_connect_timeout_ms": 3_600_000}));
    let (request, metadata) = (asking(&[]), metadata());
    tokio::join!(succeed(&session, &request, &metadata), server.expire(0, 1, Duration::from_secs(3600)));
    server.left(0).await;
    // That turn only.
    succeed(&session, &request, &metadata).await;
    assert_eq!((server.over_http().len(), server.messages().len()), (2, 1));
}

#[tokio::test]
async fn r11_12_a_turn_waits_for_another_ones_connecting_no_longer_either() {
    let server = Server::start(vec![stalled(), http()]).await;
    let session = session(&server, CountingAuth::new(), json!({"websocket_connect_timeout_ms": 3_600_000}));
    let (metadata, request) = (metadata(), asking(&[]));
    let turn = async {
        server.wait(|_| true).await;
        let mut turn = session.turn(&request, &metadata);
        turn.next().await;
        // It waits before the time passes.
        let (event, ()) = tokio::join!(biased; turn.next(), server.expire(0, 1, Duration::from_secs(3600)));
        assert!(matches!(event, Some(Ok(TurnEvent::Response(ResponseEvent::Created { .. })))), "{event:?}");
    };
    let (preconnected, ()) = tokio::join!(session.preconnect(&metadata), turn);
    assert_eq!(preconnected.unwrap_err().code(), "network-timeout");
}

#[tokio::test]
async fn r11_12_a_turn_can_be_interrupted_while_it_connects() {
    let server = Server::start(vec![stalled(), answering(1)]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    let (request, metadata) = (asking(&[]), metadata());
    tokio::select! {
        _ = run(session.turn(&request, &metadata)) => panic!("nobody answered"),
        () = server.wait(|_| true) => {}
    }
    server.left(0).await;
    succeed(&session, &request, &metadata).await;
    assert_eq!(server.handshakes().len(), 1);
}

#[tokio::test]
async fn handshakes_that_fail_send_the_request_over_http_with_retries_of_its_own() {
    let server = Server::start(vec![Visit::Http(refusal(503, "x")), Visit::Http(refusal(503, "x")), http(), answering(1)]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    succeed(&session, &asking(&[]), &metadata()).await;
    assert_eq!(server.over_http().len(), 3);
    succeed(&session, &asking(&[]), &metadata()).await;
    assert_eq!(server.messages().len(), 1);
}

#[tokio::test]
async fn websockets_that_fail_three_times_in_a_row_are_given_up() {
    let fail = || Visit::Http(refusal(404, "x"));
    let server = Server::start(vec![fail(), http(), fail(), http(), fail(), http(), http()]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    for _ in 0..4 {
        succeed(&session, &asking(&[]), &metadata()).await;
    }
    assert_eq!((server.over_http().len(), session.uses_websocket()), (7, false));

    // Answers that break off count too, and what works starts the count anew.
    let broken = || saying(vec![Say::Answer(vec![created(), text("half")]), Say::Drop]);
    let whole = Visit::Http(vec![Act::Send(events(&[], &[created(), completed()]))]);
    let server = Server::start(vec![broken(), broken(), answering(1), broken(), broken(), broken(), whole]).await;
    let session = session_of(&server);
    assert_eq!(succeed(&session, &asking(&[]), &metadata()).await.len(), 2);
    server.wait(|heard| matches!(heard, (2, Heard::Message(_)))).await;
    session.close().await;
    assert_eq!(succeed(&session, &asking(&[]), &metadata()).await.len(), 3);
    assert!(!session.uses_websocket());
}

fn session_of(server: &Server) -> crate::responses::ResponsesSession {
    session(server, CountingAuth::new(), json!({}))
}
