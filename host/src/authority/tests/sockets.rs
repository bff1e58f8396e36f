//! The model endpoint over a WebSocket.

use super::client::{Scene, error, post, request};
use super::socket_client::{SocketClient, turn};
use crate::authority::SocketLimits;
use crate::component::wit::verification::ReplayMode;
use serde_json::{Value, json};
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

/// Code of an error event, with its status.
fn refused(event: &Value) -> (u64, &str) {
    assert_eq!(event["type"], "error");
    (event["status"].as_u64().unwrap(), event["error"]["code"].as_str().unwrap())
}

async fn limited(change: impl FnOnce(&mut SocketLimits)) -> Scene {
    Scene::with(|config| change(&mut config.sockets)).await
}

#[tokio::test]
async fn r1d_a_message_is_answered_with_the_events_of_a_stream() {
    let scene = Scene::start().await;
    let agent = scene.ready().await;
    let mut headers = agent.headers().await;
    headers.push(("x-codex-window-id".into(), "t:0".into()));
    let mut socket = SocketClient::open(&scene, &headers).await.unwrap();
    let mut message = turn();
    message["client_metadata"] = json!({"turn_id": "u"});
    let events = socket.ask(&message).await;
    let streamed = post(&scene.authority.responses_url(), &agent.headers().await, b"{}").await.unwrap().events();
    let shape = |events: &[Value]| events.iter().map(|event| (event["type"].clone(), event["delta"].clone())).collect::<Vec<_>>();
    assert_eq!(shape(&events), shape(&streamed));
    let numbers: Vec<_> = events.iter().map(|event| event["sequence_number"].as_u64().unwrap()).collect();
    assert!(numbers.iter().copied().eq(0..events.len() as u64));
    let completed = events.last().unwrap();
    assert_eq!(completed["verified"]["agent_runtime_id"], agent.id);
    assert_eq!(completed["echo"], json!({"headers": {"x-codex-window-id": ["t:0"]}, "client_metadata": {"turn_id": "u"}}));

    let again = socket.end_of(&turn()).await;
    assert_ne!(again["response"]["id"], completed["response"]["id"]);
    assert_eq!(again["echo"]["client_metadata"], Value::Null);
    socket.close().await;
}

#[tokio::test]
async fn v1_to_v10_a_handshake_is_judged_as_a_request_is() {
    let scene = Scene::start().await;
    let agent = scene.ready().await;
    let with = |value: String| vec![("authorization".to_owned(), value)];
    let (_, good) = agent.headers().await[0].clone();
    let forged = scene.agent_as(&agent.id, [99; 32]).signed("task-x", "2026-04-23T00:00:00Z");
    for (headers, code) in [
        (vec![], "assertion-missing"),
        ([with(good.clone()), with(good.clone())].concat(), "assertion-missing"),
        (with("Bearer abc".into()), "assertion-missing"),
        (with("AgentAssertion e30".into()), "assertion-malformed"),
        (with(forged), "signature-invalid"),
        (with(agent.signed("task-x", "2026-04-23T00:00:00Z")), "task-unknown"),
        (with(agent.signed("task-x", "2026-04-22T23:54:59Z")), "assertion-expired"),
        ([with(good), vec![("chatgpt-account-id".to_owned(), "acct-2".to_owned())]].concat(), "account-mismatch"),
    ] {
        assert_eq!(SocketClient::open(&scene, &headers).await.unwrap_err(), error(401, code));
    }
}

#[tokio::test]
async fn v11_handshakes_and_requests_are_counted_together() {
    let scene = Scene::with(|config| config.replay = ReplayMode::Cap(2)).await;
    let headers = scene.ready().await.headers().await;
    let mut socket = SocketClient::open(&scene, &headers).await.unwrap();
    // Messages are not: their assertion is that of the connection.
    for _ in 0..3 {
        assert_eq!(socket.end_of(&turn()).await["verified"]["accepted_count"], 1);
    }
    assert_eq!(scene.call(&headers).await.0.status, 200);
    assert_eq!(SocketClient::open(&scene, &headers).await.unwrap_err(), error(429, "assertion-replayed"));
}

#[tokio::test]
async fn r1_18_a_prewarm_is_completed_without_output() {
    let scene = Scene::start().await;
    let mut socket = SocketClient::ready(&scene).await;
    let prewarm = json!({"type": "response.create", "generate": false, "input": [], "tools": [{}], "instructions": "i"});
    let events = socket.ask(&prewarm).await;
    let kinds: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["response.created", "response.completed"]);
    assert_eq!(events[1]["output_text"], "");
    let with_input = json!({"type": "response.create", "generate": false, "input": [{"type": "message"}]});
    assert_eq!(refused(&socket.end_of(&with_input).await), (400, "request-malformed"));
    assert_eq!(socket.end_of(&turn()).await["type"], "response.completed");
}

#[tokio::test]
async fn what_is_no_message_is_refused_and_the_conversation_goes_on() {
    let scene = Scene::start().await;
    let mut socket = SocketClient::ready(&scene).await;
    for (message, code) in [
        (json!({"type": "response.cancel"}), "message-unknown"),
        (json!({}), "message-unknown"),
        (json!([]), "request-malformed"),
        (json!("text"), "request-malformed"),
    ] {
        assert_eq!(refused(&socket.end_of(&message).await), (400, code));
    }
    socket.send(Message::Ping("p".into())).await;
    assert_eq!(socket.message().await, Some(Message::Pong("p".into())));
    assert_eq!(socket.end_of(&turn()).await["type"], "response.completed");
    socket.send(Message::binary(b"{}".to_vec())).await;
    assert_eq!(socket.closed().await, Some(1003));
}

#[tokio::test]
async fn a_get_that_is_no_handshake_is_told_so() {
    let scene = Scene::start().await;
    let headers = scene.ready().await.headers().await;
    let url = scene.authority.responses_url();
    assert_eq!(request("GET", &url, &headers, b"").await.unwrap().verdict(), error(405, "method-not-allowed"));
    let mut old: Vec<_> =
        [("connection", "upgrade"), ("upgrade", "websocket"), ("sec-websocket-key", "a2V5")].map(|(n, v)| (n.into(), v.into())).into();
    old.extend(headers);
    assert_eq!(request("GET", &url, &old, b"").await.unwrap().verdict(), error(400, "handshake-invalid"));
}

#[tokio::test]
async fn messages_have_at_most_1_mib() {
    let scene = Scene::start().await;
    let mut socket = SocketClient::ready(&scene).await;
    let mut message = turn();
    let bare = message.to_string().len();
    message["instructions"] = "x".repeat((1 << 20) - bare - ",\"instructions\":\"\"".len()).into();
    assert_eq!(message.to_string().len(), 1 << 20);
    assert_eq!(socket.end_of(&message).await["type"], "response.completed");
    message["model"] = "mm".into();
    socket.say(&message).await;
    assert_eq!(socket.closed().await, Some(1009));
}

#[tokio::test]
async fn a_conversation_ends_after_so_many_messages() {
    let scene = limited(|limits| limits.messages = 2).await;
    let mut socket = SocketClient::ready(&scene).await;
    assert_eq!(socket.end_of(&turn()).await["type"], "response.completed");
    assert_eq!(refused(&socket.end_of(&json!({})).await), (400, "message-unknown"));
    assert_eq!(socket.closed().await, Some(1008));
}

#[tokio::test]
async fn silence_and_life_have_an_end() {
    let scene = limited(|limits| limits.idle = Duration::from_millis(20)).await;
    assert_eq!(SocketClient::ready(&scene).await.closed().await, Some(1001));
    let scene = limited(|limits| limits.life = Duration::from_millis(20)).await;
    assert_eq!(SocketClient::ready(&scene).await.closed().await, Some(1001));
}

#[tokio::test]
async fn so_many_are_open_at_a_time() {
    let scene = limited(|limits| limits.open = 1).await;
    let headers = scene.ready().await.headers().await;
    let first = SocketClient::open(&scene, &headers).await.unwrap();
    assert_eq!(SocketClient::open(&scene, &headers).await.unwrap_err(), error(503, "server-unavailable"));
    assert_eq!(scene.call(&headers).await.0.status, 200);
    first.close().await;
    // The place is free once the server has noticed.
    while SocketClient::open(&scene, &scene.ready().await.headers().await).await.is_err() {}
}

#[tokio::test]
async fn v5_v10_what_was_verified_is_looked_at_again() {
    let scene = Scene::start().await;
    let (ended, revoked) = (scene.ready().await, scene.ready().await);
    let mut first = SocketClient::open(&scene, &ended.headers().await).await.unwrap();
    let mut second = SocketClient::open(&scene, &revoked.headers().await).await.unwrap();
    scene.authority.end_task(&ended.agent.task(None).unwrap().unwrap()).await.unwrap();
    scene.authority.revoke_agent(&revoked.id).await.unwrap();
    for (socket, code) in [(&mut first, "task-ended"), (&mut second, "agent-revoked")] {
        assert_eq!(refused(&socket.end_of(&turn()).await), (401, code));
        assert_eq!(socket.closed().await, Some(1008));
    }
}

#[tokio::test]
async fn sockets_end_with_the_authority() {
    let scene = Scene::start().await;
    let mut socket = SocketClient::ready(&scene).await;
    assert_eq!(socket.end_of(&turn()).await["type"], "response.completed");
    let closed = tokio::spawn(async move { socket.closed().await });
    scene.authority.shutdown().await.unwrap();
    assert_eq!(closed.await.unwrap(), Some(1001));

    let scene = Scene::start().await;
    let mut socket = SocketClient::ready(&scene).await;
    drop(scene);
    assert_eq!(socket.closed().await, None);
}

#[tokio::test]
async fn handshakes_and_messages_are_counted() {
    let scene = Scene::start().await;
    let mut socket = SocketClient::ready(&scene).await;
    socket.ask(&turn()).await;
    socket.ask(&json!({})).await;
    let page = scene.get("/metrics").await.text();
    for labels in [
        "endpoint=\"websocket\",verdict=\"accepted\",status=\"101\"",
        "endpoint=\"message\",verdict=\"accepted\",status=\"200\"",
        "endpoint=\"message\",verdict=\"message-unknown\",status=\"400\"",
    ] {
        let line = format!("agent_identity_authority_requests_total{{{labels}}} 1");
        assert!(page.lines().any(|found| found == line), "{line}\n{page}");
    }
    // Its connection is one of those that are open; the other is that of this request.
    assert!(page.lines().any(|line| line == "agent_identity_authority_connections 2"), "{page}");
}
