//! What the service answers 400 to, and what it sends back.

use super::client::{Answer, Scene, accepted, error, post};
use super::socket_client::{SocketClient, turn};
use serde_json::{Value, json};

async fn send(scene: &Scene, path: &str, body: &Value) -> Answer {
    let headers = scene.ready().await.headers().await;
    let url = format!("{}{path}", scene.authority.responses_url());
    post(&url, &headers, body.to_string().as_bytes()).await.unwrap()
}

fn with_metadata(metadata: Value) -> Value {
    json!({"model": "m", "input": [{"type": "message"}, {"type": "message", "internal_chat_message_metadata_passthrough": metadata}]})
}

#[tokio::test]
async fn r1d_a_compaction_with_client_metadata_is_refused() {
    let scene = Scene::start().await;
    let body = json!({"model": "m", "input": [], "client_metadata": {}});
    let answer = send(&scene, "/compact", &body).await;
    assert_eq!(answer.verdict(), error(400, "member-unknown"));
    assert!(answer.json()["error"]["message"].as_str().unwrap().contains("client_metadata"));
    assert_eq!(send(&scene, "/compact", &json!({"model": "m", "input": []})).await.verdict(), accepted());
    assert_eq!(send(&scene, "", &body).await.verdict(), accepted());
}

#[tokio::test]
async fn r5_8_r5_9_unknown_keys_of_item_metadata_are_refused() {
    let scene = Scene::start().await;
    let known = json!({"turn_id": "t", "create_time": 1, "content_item_kinds": ["k"], "cell_id": "c", "executed_tool_calls": [], "tool_calls_complete": true});
    for path in ["", "/compact"] {
        assert_eq!(send(&scene, path, &with_metadata(known.clone())).await.verdict(), accepted());
        assert_eq!(send(&scene, path, &with_metadata(json!({"turn_id": "t", "foo": 1}))).await.verdict(), error(400, "member-unknown"));
        assert_eq!(send(&scene, path, &with_metadata(json!("t"))).await.verdict(), error(400, "request-malformed"));
    }
    let mut socket = SocketClient::ready(&scene).await;
    let mut message = with_metadata(json!({"foo": 1}));
    message["type"] = "response.create".into();
    let event = socket.end_of(&message).await;
    assert_eq!((&event["status"], &event["error"]["code"]), (&400.into(), &"member-unknown".into()));
    assert!(event["error"]["message"].as_str().unwrap().contains("input[1]"));
    assert_eq!(socket.end_of(&turn()).await["type"], "response.completed");
}

#[tokio::test]
async fn r10_metadata_fields_come_back_as_they_were_received_and_credentials_never() {
    let scene = Scene::start().await;
    let mut headers = scene.ready().await.headers().await;
    let signature = headers[0].1.clone();
    let metadata = [
        ("x-codex-turn-metadata", r#"{"session_id":"s","n":"\u00e9"}"#),
        ("x-oai-attestation", r#"{"v":1,"s":1}"#),
        ("openai-beta", "responses_websockets=2026-02-06"),
        ("x-openai-subagent", "review"),
        ("x-client-request-id", "t"),
        ("x-responsesapi-include-timing-metrics", "true"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ];
    headers.extend(metadata.map(|(name, value)| (name.into(), value.into())));
    let answer = post(&scene.authority.responses_url(), &headers, b"{}").await.unwrap();
    assert!(!answer.text().contains(signature.strip_prefix("AgentAssertion ").unwrap()));
    let echoed = answer.events().pop().unwrap()["echo"]["headers"].clone();
    assert_eq!(echoed, json!(metadata.map(|(name, value)| (name, [value])).into_iter().collect::<std::collections::BTreeMap<_, _>>()));
}
