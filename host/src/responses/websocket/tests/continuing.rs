use super::scene::*;
use crate::responses::ResponsesRequest;
use crate::responses::tests::scene::{CountingAuth, completed, created, metadata};
use serde_json::{Value, json};

fn sent(server: &Server) -> Vec<(Value, usize)> {
    let of = |message: &Value| (message["previous_response_id"].clone(), message["input"].as_array().unwrap().len());
    server.messages().iter().map(of).collect()
}

fn answer() -> Value {
    json!({"type": "message", "id": "msg_1", "role": "assistant", "content": []})
}

#[tokio::test]
async fn r1_19_only_what_is_new_is_sent_and_client_metadata_does_not_count() {
    let server = Server::start(vec![saying(vec![Say::Answer(with_item("r1", &answer())), Say::Answer(whole())])]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    let mut metadata = metadata();
    metadata.client_metadata.insert("turn_id".into(), "t1".into());
    succeed(&session, &asking(&[item("one")]), &metadata).await;
    metadata.client_metadata.insert("turn_id".into(), "t2".into());
    let mut first = item("one");
    first["internal_chat_message_metadata_passthrough"] = json!({"turn_id": "t1"});
    succeed(&session, &asking(&[first, answer(), item("two")]), &metadata).await;
    assert_eq!(sent(&server), [(json!(null), 1), (json!("r1"), 1)]);
    let second = &server.messages()[1];
    assert_eq!((&second["input"], &second["client_metadata"]["turn_id"]), (&json!([item("two")]), &json!("t2")));
}

#[tokio::test]
async fn r1_19_another_request_is_sent_as_a_whole() {
    let (again, said) = (|| Say::Answer(whole()), || vec![item("one"), item("two")]);
    let others = [
        ResponsesRequest { instructions: Some("be brief".into()), ..asking(&said()) },
        ResponsesRequest { tools: Some(vec![]), ..asking(&said()) },
        asking(&[item("zero"), item("two")]),
        ResponsesRequest { extra: json!({"previous_response_id": "own"}).as_object().cloned().unwrap(), ..asking(&said()) },
    ];
    for other in others {
        let server = Server::start(vec![saying(vec![again(), again()])]).await;
        let session = session(&server, CountingAuth::new(), json!({}));
        succeed(&session, &asking(&[item("one")]), &metadata()).await;
        succeed(&session, &other, &metadata()).await;
        let own = other.extra.get("previous_response_id").cloned().unwrap_or_default();
        assert_eq!(sent(&server), [(json!(null), 1), (own, 2)]);
    }
}

#[tokio::test]
async fn r1_19_a_new_connection_knows_nothing_of_the_last_one() {
    let server = Server::start(vec![saying(vec![Say::Answer(whole()), Say::Close]), answering(1)]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    succeed(&session, &asking(&[item("one")]), &metadata()).await;
    succeed(&session, &asking(&[item("one"), item("two")]), &metadata()).await;
    assert_eq!(sent(&server), [(json!(null), 1), (json!(null), 2)]);
    assert_eq!(server.handshakes().len(), 2);
}

#[tokio::test]
async fn r1_19_a_response_the_server_has_forgotten_is_sent_as_a_whole() {
    let forgotten = Say::Answer(error(400, "previous_response_not_found"));
    let server = Server::start(vec![saying(vec![Say::Answer(whole()), forgotten]), answering(1)]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    succeed(&session, &asking(&[item("one")]), &metadata()).await;
    assert!(succeed(&session, &asking(&[item("one"), item("two")]), &metadata()).await.is_empty());
    assert_eq!(sent(&server), [(json!(null), 1), (json!("resp_1"), 1), (json!(null), 2)]);
}

#[tokio::test]
async fn r1_19_what_is_not_whole_is_not_continued() {
    let cut = vec![created(), json!({"type": "response.incomplete", "response": {"id": "r1"}})];
    let nameless = vec![created(), json!({"type": "response.completed"})];
    let server = Server::start(vec![saying(vec![Say::Answer(cut), Say::Answer(nameless), Say::Answer(vec![completed()])])]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    let (one, two) = (asking(&[item("one")]), asking(&[item("one"), item("two")]));
    let mut stream = session.stream(&one, &metadata()).await.unwrap();
    while let Some(event) = stream.next().await {
        event.unwrap();
    }
    for request in [&two, &asking(&[item("one"), item("two"), item("three")])] {
        succeed(&session, request, &metadata()).await;
    }
    assert_eq!(sent(&server), [(json!(null), 1), (json!(null), 2), (json!(null), 3)]);
    assert_eq!(server.handshakes().len(), 1);
}
