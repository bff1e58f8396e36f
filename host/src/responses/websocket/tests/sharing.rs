use super::scene::*;
use crate::driver::lock;
use crate::responses::RequestMetadata;
use crate::responses::tests::scene::{CountingAuth, Given, created, metadata, read, whole_stream};
use serde_json::{Value, json};

fn conversation(id: &str) -> RequestMetadata {
    let mut metadata = RequestMetadata::new(id);
    metadata.headers.push(("thread-id".into(), id.into()));
    metadata.client_metadata.insert("thread_id".into(), id.into());
    metadata
}

#[tokio::test]
async fn r1d_no_conversation_is_spoken_for_by_anothers_handshake() {
    let server = Server::start(vec![answering(2), answering(1)]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    for id in ["first", "first", "second"] {
        succeed(&session, &asking(&[]), &conversation(id)).await;
    }
    let told: Vec<_> = server.handshakes().iter().map(|headers| field(headers, "thread-id").unwrap().to_owned()).collect();
    assert_eq!(told, ["first", "second"]);
    let threads: Vec<Value> = server.messages().iter().map(|message| message["client_metadata"]["thread_id"].clone()).collect();
    assert_eq!(threads, ["first", "first", "second"]);
    assert!(server.left(0).await);
}

#[tokio::test]
async fn neither_another_login_nor_another_task_uses_a_connection() {
    let server = Server::start(vec![answering(1), answering(1), answering(1)]).await;
    let auth = CountingAuth::new();
    *lock(&auth.account) = Some("first".into());
    let session = session(&server, auth.clone(), json!({}));
    succeed(&session, &asking(&[]), &metadata()).await;
    *lock(&auth.account) = Some("second".into());
    succeed(&session, &asking(&[]), &metadata()).await;
    succeed(&session, &asking(&[]), &metadata().for_task("ref")).await;
    let accounts: Vec<_> = server.handshakes().iter().map(|headers| field(headers, "chatgpt-account-id").unwrap().to_owned()).collect();
    assert_eq!(accounts, ["first", "second", "second"]);
}

#[tokio::test]
async fn r14_7_a_request_that_is_not_approved_is_not_sent_over_a_connection_that_was() {
    let server = Server::start(vec![answering(2)]).await;
    let auth = CountingAuth::new();
    let denied = crate::Error::new("approval-denied", crate::Advice::Never, "of the test");
    lock(&auth.outcomes).extend([Ok(Given::Bearer), Err(denied)]);
    let session = session(&server, auth, json!({}));
    succeed(&session, &asking(&[]), &metadata()).await;
    let error = session.stream(&asking(&[]), &metadata()).await.unwrap_err();
    assert_eq!((error.code(), server.messages().len()), ("approval-denied", 1));
    succeed(&session, &asking(&[]), &metadata()).await;
    assert_eq!((server.handshakes().len(), server.messages().len()), (1, 2));
}

#[tokio::test]
async fn a_request_beside_another_goes_over_http() {
    let server = Server::start(vec![saying(vec![Say::Answer(vec![created()]), Say::Answer(whole())]), Visit::Http(whole_stream())]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    let first = session.stream(&asking(&[]), &metadata()).await.unwrap();
    let second = session.clone().stream(&asking(&[]), &metadata()).await.unwrap();
    assert_eq!(read(second).await.1, None);
    drop(first);
    assert_eq!((server.messages().len(), server.over_http().len()), (1, 1));
}
