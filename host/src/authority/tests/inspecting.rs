//! `GET /dev/inspect`: what came, decoded.

use super::client::{Scene, error, post};
use super::socket_client::{SocketClient, turn};
use crate::authority::RequestFilter;
use serde_json::{Value, json};

/// E15 of the specification, and variants of it.
const BLOB: &str = r#"{"installation_id":"i","session_id":"s","thread_id":"t","turn_id":"u","window_id":"t:2","request_kind":"turn","origin":"\u6771\u4eac"}"#;

fn field(name: &str, value: &str) -> (String, String) {
    (name.into(), value.into())
}

async fn inspect(scene: &Scene, query: &str) -> Vec<Value> {
    scene.get(&format!("/dev/inspect{query}")).await.json()["requests"].as_array().unwrap().clone()
}

#[tokio::test]
async fn r1_10_a_request_is_shown_field_by_field() {
    let scene = Scene::start().await;
    let agent = scene.ready().await;
    let mut headers = agent.headers().await;
    headers.extend([
        field("x-codex-turn-metadata", BLOB),
        field("x-codex-window-id", "t:2"),
        field("x-codex-beta-features", "a,b"),
        field("x-codex-turn-state", "planted-turn-state"),
        field("x-oai-attestation", r#"{"v":1,"s":0,"t":"planted-token"}"#),
        field("originator", "codex_cli_rs"),
        field("session-id", "s"),
        field("cookie", "planted-cookie"),
    ]);
    let body = json!({
        "model": "gpt-5.4", "store": false, "instructions": "planted-instructions",
        "input": [{"type": "message", "role": "user", "id": "msg_1", "content": "planted-prompt",
            "internal_chat_message_metadata_passthrough": {"turn_id": "u"}}],
        "client_metadata": {"x-codex-turn-metadata": BLOB, "session_id": "s", "x-codex-turn-state": "planted-turn-state",
            "x-codex-ws-stream-request-start-ms": "1700000000123", "n": 1},
    });
    let url = scene.authority.responses_url();
    assert_eq!(post(&url, &headers, body.to_string().as_bytes()).await.unwrap().0.status, 200);

    let [request] = inspect(&scene, "").await.try_into().unwrap();
    assert_eq!(scene.authority.recent_requests(&RequestFilter::default()), std::slice::from_ref(&request));
    let said = request.to_string();
    assert!(!said.contains("planted"), "{said}");
    assert!(!said.contains(headers[0].1.strip_prefix("AgentAssertion ").unwrap()));
    for (place, value) in [
        ("/number", json!(1)),
        ("/received_at_unix_ms", json!(1_776_902_400_000_u64)),
        ("/transport", json!("http")),
        ("/websocket", Value::Null),
        ("/endpoint", json!("/backend-api/codex/responses")),
        ("/verdict", json!("accepted")),
        ("/agent_runtime_id", json!(agent.id)),
        ("/task_id", json!(agent.agent.task(None).unwrap().unwrap())),
        ("/headers/x-codex-turn-metadata/text", json!(BLOB)),
        ("/headers/x-codex-turn-metadata/ascii", json!(true)),
        ("/headers/x-codex-turn-metadata/canonical", json!(true)),
        ("/headers/x-codex-turn-metadata/json/origin", json!("東京")),
        ("/headers/x-codex-window-id", json!({"text": "t:2", "thread_id": "t", "number": 2})),
        ("/headers/x-codex-beta-features/features", json!(["a", "b"])),
        ("/headers/x-codex-turn-state", json!({"present": true})),
        ("/headers/x-oai-attestation", json!({"v": 1, "s": 0, "status": "ok", "token_length": 13, "canonical": true})),
        ("/headers/originator", json!({"text": "codex_cli_rs"})),
        ("/client_metadata/x-codex-turn-metadata/text", json!(BLOB)),
        ("/client_metadata/x-codex-turn-metadata/equal", json!(true)),
        ("/client_metadata/x-codex-turn-state", json!({"present": true})),
        ("/client_metadata/x-codex-ws-stream-request-start-ms/unix_ms", json!(1_700_000_000_123_u64)),
        ("/client_metadata/n", json!({"error": "not a string"})),
        ("/body/model", json!("gpt-5.4")),
        ("/body/store", json!(false)),
        ("/body/input_count", json!(1)),
        ("/body/input_items/0/id", json!("msg_1")),
        ("/body/input_items/0/internal_chat_message_metadata_passthrough", json!({"turn_id": "u"})),
        ("/body/members", json!(["client_metadata", "input", "instructions", "model", "store"])),
    ] {
        assert_eq!(request.pointer(place), Some(&value), "{place}");
    }
    let others = request["other_headers"].as_array().unwrap();
    assert!(others.contains(&json!("authorization")) && others.contains(&json!("cookie")));
}

#[tokio::test]
async fn r1d_handshake_and_message_are_shown_apart() {
    let scene = Scene::start().await;
    let mut headers = scene.ready().await.headers().await;
    headers.extend([field("x-codex-turn-metadata", BLOB), field("thread-id", "t")]);
    let mut socket = SocketClient::open(&scene, &headers).await.unwrap();
    for blob in [BLOB.to_owned(), BLOB.replace("\"turn\"", "\"prewarm\"")] {
        let mut message = turn();
        message["client_metadata"] = json!({"x-codex-turn-metadata": blob});
        let completed = socket.end_of(&message).await;
        assert_eq!(completed["echo"]["client_metadata"]["x-codex-turn-metadata"], blob);
    }
    let [handshake, first, second] = inspect(&scene, "").await.try_into().unwrap();
    assert_eq!(handshake["transport"], "websocket-handshake");
    assert_eq!(handshake["headers"]["x-codex-turn-metadata"]["text"], BLOB);
    assert_eq!((&handshake["client_metadata"], &handshake["body"]), (&Value::Null, &Value::Null));
    assert_eq!(first["transport"], "websocket-message");
    assert_eq!(first["websocket"], handshake["websocket"]);
    assert_eq!((&first["headers"], &first["other_headers"]), (&Value::Null, &Value::Null));
    assert_eq!(first["client_metadata"]["x-codex-turn-metadata"]["equal"], true);
    assert_eq!(first["body"]["type"], "response.create");
    assert_eq!(second["client_metadata"]["x-codex-turn-metadata"]["equal"], false);
    assert_eq!(second["client_metadata"]["x-codex-turn-metadata"]["json"]["request_kind"], "prewarm");
}

#[tokio::test]
async fn requests_are_told_apart_by_their_ids() {
    let scene = Scene::start().await;
    let (one, two) = (scene.ready().await, scene.ready().await);
    let url = scene.authority.responses_url();
    for (agent, session, thread, turn) in [(&one, "s1", "t1", "u1"), (&one, "s1", "t2", "u2"), (&two, "s2", "t3", "u3")] {
        let body = json!({"client_metadata": {"session_id": session, "thread_id": thread, "turn_id": turn}}).to_string();
        assert_eq!(post(&url, &agent.headers().await, body.as_bytes()).await.unwrap().0.status, 200);
    }
    let agent = format!("?agent_runtime_id={}", one.id);
    for (query, numbers) in [
        ("", vec![1, 2, 3]),
        ("?session_id=s1", vec![1, 2]),
        ("?thread_id=t2", vec![2]),
        ("?turn_id=u3&session_id=s2", vec![3]),
        ("?turn_id=u3&session_id=s1", vec![]),
        (&agent, vec![1, 2]),
        ("?limit=2", vec![2, 3]),
        ("?session_id=s1&limit=1", vec![2]),
        ("?after=2", vec![3]),
        ("?limit=0", vec![]),
    ] {
        let found: Vec<u64> = inspect(&scene, query).await.iter().map(|request| request["number"].as_u64().unwrap()).collect();
        assert_eq!(found, numbers, "{query}");
    }
    for query in ["?x=1", "?limit=many"] {
        assert_eq!(scene.get(&format!("/dev/inspect{query}")).await.verdict(), error(400, "config-invalid"));
    }
}

#[tokio::test]
async fn only_what_is_verified_is_remembered_and_no_more_than_256() {
    let scene = Scene::start().await;
    let agent = scene.ready().await;
    scene.call(&[]).await;
    assert!(inspect(&scene, "").await.is_empty());
    let url = format!("{}/compact", scene.authority.responses_url());
    assert_eq!(post(&url, &agent.headers().await, br#"{"client_metadata":{}}"#).await.unwrap().0.status, 400);
    let refused = inspect(&scene, "").await;
    assert_eq!((&refused[0]["verdict"], &refused[0]["client_metadata"]), (&json!("member-unknown"), &json!({})));

    let mut socket = SocketClient::open(&scene, &agent.headers().await).await.unwrap();
    for _ in 0..300 {
        socket.ask(&turn()).await;
    }
    let held = inspect(&scene, "").await;
    assert_eq!((held.len(), &held[255]["number"]), (256, &json!(302)));
}

#[tokio::test]
async fn nothing_is_remembered_without_development_endpoints() {
    let scene = Scene::with(|config| config.development = false).await;
    scene.call(&scene.ready().await.headers().await).await;
    assert_eq!(scene.get("/dev/inspect").await.verdict(), error(404, "not-found"));
    assert!(scene.authority.recent_requests(&RequestFilter::default()).is_empty());
}
