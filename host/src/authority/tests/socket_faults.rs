//! Faults on a WebSocket, as a client sees them.

use super::client::{Scene, accepted, error};
use super::socket_client::{SocketClient, turn};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn scene(faults: &str) -> (Scene, Vec<(String, String)>) {
    let scene = Scene::start().await;
    let headers = scene.ready().await.headers().await;
    scene.authority.set_faults(faults.parse().unwrap());
    (scene, headers)
}

#[tokio::test]
async fn r11_12_status_426_sends_clients_to_http() {
    let (scene, headers) = scene("websocket/426").await;
    for _ in 0..2 {
        assert_eq!(SocketClient::open(&scene, &headers).await.unwrap_err(), error(426, "fault"));
    }
    assert_eq!(scene.verdict(&headers).await, accepted());
}

#[tokio::test]
async fn handshakes_are_refused_cut_and_lost() {
    let (scene, headers) = scene("websocket/503:1,websocket/401-task:1,websocket/drop:1,websocket/lose:1,websocket/truncate:1").await;
    assert_eq!(SocketClient::open(&scene, &headers).await.unwrap_err(), error(503, "fault"));
    assert_eq!(SocketClient::open(&scene, &headers).await.unwrap_err(), error(401, "task-unknown"));
    for _ in 0..3 {
        assert_eq!(SocketClient::open(&scene, &headers).await.unwrap_err(), error(0, ""));
    }
    let mut socket = SocketClient::open(&scene, &headers).await.unwrap();
    assert_eq!(socket.end_of(&turn()).await["verified"]["accepted_count"], 3, "lost and cut ones did their work");
}

#[tokio::test]
async fn a_socket_is_closed_in_the_middle_of_an_answer() {
    let (scene, headers) = scene("message/truncate:1").await;
    let mut socket = SocketClient::open(&scene, &headers).await.unwrap();
    let events = socket.ask(&turn()).await;
    assert_eq!(events[0]["type"], "response.created");
    assert!(events.iter().all(|event| event["type"] != "response.completed"));
    assert_eq!(socket.closed().await, None);
    assert_eq!(SocketClient::open(&scene, &headers).await.unwrap().end_of(&turn()).await["type"], "response.completed");
}

#[tokio::test]
async fn a_socket_falls_silent_in_the_middle_of_an_answer() {
    let (scene, headers) = scene("message/stall:1").await;
    let mut socket = SocketClient::open(&scene, &headers).await.unwrap();
    socket.say(&turn()).await;
    assert_eq!(socket.event().await.unwrap()["type"], "response.created");
    socket.say(&turn()).await;
    scene.authority.shutdown().await.unwrap();
    while let Some(event) = socket.event().await {
        assert_eq!(event["type"], "response.output_text.delta");
    }
}

#[tokio::test]
async fn an_answer_over_http_stalls_likewise() {
    let (scene, headers) = scene("responses/stall:1").await;
    let mut stream = TcpStream::connect(scene.authority.base_url().strip_prefix("http://").unwrap()).await.unwrap();
    let fields: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let request = format!("POST /backend-api/codex/responses HTTP/1.1\r\nhost: localhost\r\n{fields}content-length: 0\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    while !answer.contains("response.created") {
        let mut part = [0; 4096];
        let length = stream.read(&mut part).await.unwrap();
        assert_ne!(length, 0);
        answer += std::str::from_utf8(&part[..length]).unwrap();
    }
    drop(scene);
    let mut rest = String::new();
    let _ = stream.read_to_string(&mut rest).await;
    assert!(!(answer + &rest).contains("response.completed"));
}

#[tokio::test]
async fn refusals_and_garbage_arrive_as_messages() {
    let (scene, headers) = scene("message/429:1,message/401-clock:1,message/garbage:1,message/huge:1,retry-after:40s").await;
    let mut socket = SocketClient::open(&scene, &headers).await.unwrap();
    let event = socket.end_of(&turn()).await;
    assert_eq!((&event["type"], &event["status"], &event["headers"]["retry-after"]), (&"error".into(), &429.into(), &"40".into()));
    let event = socket.end_of(&turn()).await;
    assert_eq!((&event["status"], &event["error"]["code"]), (&401.into(), &"assertion-expired".into()));
    assert!(socket.end_of(&turn()).await.as_str().unwrap().starts_with("<!doctype"));
    assert!(socket.end_of(&turn()).await["padding"].as_str().unwrap().len() > 1 << 20);
    assert_eq!(socket.end_of(&turn()).await["type"], "response.completed");
}

#[tokio::test]
async fn an_unheard_message_is_dropped_or_served() {
    for (faults, served) in [("message/drop:1", 0), ("message/lose:1", 1)] {
        let (scene, headers) = scene(faults).await;
        let mut socket = SocketClient::open(&scene, &headers).await.unwrap();
        assert!(socket.ask(&turn()).await.is_empty());
        let arrived = scene.authority.recent_requests(&Default::default());
        assert_eq!(arrived.iter().filter(|request| request["transport"] == "websocket-message").count(), served);
    }
}
