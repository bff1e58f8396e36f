use super::*;
use crate::metadata::SessionMetadata;
use crate::metadata::{Compaction, Implementation};
use crate::responses::tests::described::{facts, renderer};
use crate::responses::tests::scene::*;

fn item(kind: &str) -> Value {
    json!({"type": "response.output_item.done", "output_index": 0, "item": {"type": kind, "encrypted_content": "x"}})
}

fn answering(kinds: &[&str]) -> Vec<Act> {
    let items = kinds.iter().map(|kind| item(kind));
    vec![Act::Send(events(&[], &[created()].into_iter().chain(items).chain([completed()]).collect::<Vec<_>>()))]
}

/// A stream that ends before its last event, after a compaction item.
fn broken() -> Vec<Act> {
    vec![Act::Send(events(&[], &[created(), item("compaction")]))]
}

fn history() -> ResponsesRequest {
    let message = json!({"type": "message", "role": "user", "content": "x"});
    ResponsesRequest { input: vec![message, json!({"type": "compaction_trigger"})], ..request() }
}

#[tokio::test(start_paused = true)]
async fn r3_16_compact_v2_ends_with_one_trigger_and_gives_the_one_item() {
    let server = Server::start(vec![answering(&["reasoning", "compaction"])]).await;
    let session = SessionMetadata::open(renderer(), facts()).unwrap();
    let metadata = session.turn("turn-1").compaction(Compaction::manual(Implementation::V2));
    let compacted = client(&server, CountingAuth::new(), json!({})).compact_v2(&history(), &metadata).await.unwrap();
    assert_eq!(compacted.item, json!({"type": "compaction", "encrypted_content": "x"}));
    let sent = &server.arrived()[0];
    let input = sent.body["input"].as_array().unwrap();
    assert_eq!(input.last(), Some(&json!({"type": "compaction_trigger"})));
    assert_eq!(input.iter().filter(|item| item["type"] == "compaction_trigger").count(), 1);
    let said: Value = serde_json::from_str(sent.header("x-codex-turn-metadata").unwrap()).unwrap();
    assert_eq!(said["request_kind"], "compaction");
    assert_eq!(said["compaction"]["implementation"], "responses_compaction_v2");
}

#[tokio::test(start_paused = true)]
async fn r3_16_r3_11_the_window_advances_only_when_the_compaction_is_installed() {
    let session = SessionMetadata::open(renderer(), facts()).unwrap();
    let turn = session.turn("turn-1");
    let metadata = turn.compaction(Compaction::manual(Implementation::V2));
    for kinds in [&[][..], &["message"], &["compaction", "compaction"]] {
        let server = Server::start(vec![answering(kinds), answering(&["compaction"])]).await;
        let error = client(&server, CountingAuth::new(), json!({})).compact_v2(&history(), &metadata).await.unwrap_err();
        assert_eq!((error.code(), server.arrived().len()), ("response-undecodable", 1));
        assert_eq!(session.window().number, 0);
    }
    let server = Server::start(vec![answering(&["compaction"])]).await;
    client(&server, CountingAuth::new(), json!({})).compact_v2(&history(), &metadata).await.unwrap();
    assert_eq!(session.window().number, 0, "received is not installed");
    assert_eq!(session.compaction_installed().unwrap().number, 1);
    assert!(turn.snapshot().facts().window_id.ends_with(":1"));
    assert!(metadata.description.unwrap().snapshot().facts().window_id.ends_with(":0"), "1-2: a snapshot never changes");
}

#[tokio::test(start_paused = true)]
async fn r3_16_a_broken_stream_is_taken_up_again_at_most_twice_and_less_if_the_provider_says_so() {
    for (allowed, attempts) in [(5, 3), (2, 3), (1, 2), (0, 1)] {
        let server = Server::start((0..6).map(|_| broken()).collect()).await;
        let client = client(&server, CountingAuth::new(), json!({"stream_max_retries": allowed}));
        let error = client.compact_v2(&history(), &metadata()).await.unwrap_err();
        assert_eq!((error.code(), server.arrived().len()), ("stream-unfinished", attempts), "{allowed}");
    }
    // What came before a restart does not count.
    let server = Server::start(vec![broken(), answering(&["compaction"])]).await;
    client(&server, CountingAuth::new(), json!({})).compact_v2(&history(), &metadata()).await.unwrap();
}

#[tokio::test]
async fn r3_15_metadata_of_another_way_is_refused_before_anything_is_sent() {
    let server = Server::start(vec![]).await;
    let session = SessionMetadata::open(renderer(), facts()).unwrap();
    let turn = session.turn("turn-1");
    let client = client(&server, CountingAuth::new(), json!({}));
    for metadata in [turn.request(), turn.compaction(Compaction::manual(Implementation::Legacy))] {
        let error = client.compact_v2(&history(), &metadata).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ApiErrorKind::Unbuildable, "config-invalid"));
    }
    for metadata in [turn.request(), turn.compaction(Compaction::manual(Implementation::V2))] {
        assert_eq!(client.compact(&compaction(), &metadata).await.unwrap_err().code(), "config-invalid");
    }
    let prewarm = turn.request_with(turn.snapshot(), Kind::Prewarm);
    assert_eq!(client.stream(&request(), &prewarm).await.unwrap_err().code(), "config-invalid", "1-18");
    assert!(server.arrived().is_empty());
}

#[tokio::test]
async fn r3_16_legacy_compaction_of_nothing_is_nothing_without_a_request() {
    let server = Server::start(vec![]).await;
    let empty = crate::responses::CompactRequest::default();
    let compacted = client(&server, CountingAuth::new(), json!({})).compact(&empty, &metadata()).await.unwrap();
    assert!(compacted.output.is_empty() && server.arrived().is_empty());
}
