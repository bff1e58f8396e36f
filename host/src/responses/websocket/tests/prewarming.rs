use super::scene::*;
use crate::driver::lock;
use crate::provider::vectors::cases;
use crate::responses::ResponsesRequest;
use crate::responses::telemetry::{RecordSink, Recorder, RequestRecord, Stage};
use crate::responses::tests::scene::{CountingAuth, metadata, refusal, whole_stream};
use serde_json::json;
use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn warm() -> Vec<serde_json::Value> {
    vec![json!({"type": "response.created"}), json!({"type": "response.completed", "response": {"id": "warm"}})]
}

fn with_tools() -> ResponsesRequest {
    ResponsesRequest { tools: Some(vec![json!({"type": "function", "name": "f"})]), ..asking(&[item("one")]) }
}

#[tokio::test]
async fn r1_18_a_prewarm_has_tools_and_instructions_but_no_input_and_the_turn_continues_it() {
    let server = Server::start(vec![saying(vec![Say::Answer(warm()), Say::Answer(whole())])]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    session.prewarm(&with_tools(), &metadata()).await.unwrap();
    succeed(&session, &with_tools(), &metadata()).await;
    let messages = server.messages();
    let (warm, turn) = (&messages[0], &messages[1]);
    assert_eq!((&warm["type"], &warm["generate"], &warm["input"]), (&json!("response.create"), &json!(false), &json!([])));
    assert_eq!((&warm["tools"], &warm["instructions"]), (&json!([{"type": "function", "name": "f"}]), &json!("be kind")));
    assert_eq!((turn.get("generate"), &turn["previous_response_id"], &turn["input"]), (None, &json!("warm"), &json!([item("one")])));
    assert_eq!(server.handshakes().len(), 1);
}

#[tokio::test]
async fn r1_18_a_prewarm_is_skipped_once_the_session_has_made_a_request() {
    let server = Server::start(vec![answering(2)]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    succeed(&session, &with_tools(), &metadata()).await;
    session.prewarm(&with_tools(), &metadata()).await.unwrap();
    assert_eq!(server.messages().len(), 1);
}

#[tokio::test]
async fn r1_18_r11_12_status_426_is_a_success_and_the_session_uses_http() {
    let server = Server::start(vec![Visit::Http(refusal(426, "x")), Visit::Http(whole_stream())]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    session.prewarm(&with_tools(), &metadata()).await.unwrap();
    session.preconnect(&metadata()).await.unwrap();
    succeed(&session, &with_tools(), &metadata()).await;
    assert_eq!(server.over_http().len(), 2);
}

#[tokio::test]
async fn r11_12_status_426_is_no_error_of_a_preconnect() {
    let server = Server::start(vec![Visit::Http(refusal(426, "x")), Visit::Http(whole_stream())]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    session.preconnect(&metadata()).await.unwrap();
    succeed(&session, &with_tools(), &metadata()).await;
    assert_eq!(server.over_http().len(), 2);
}

#[tokio::test]
async fn a_turn_waits_for_the_prewarm_under_way() {
    let server = Server::start(vec![saying(vec![Say::Answer(warm()), Say::Answer(whole())])]).await;
    let session = session(&server, CountingAuth::new(), json!({}));
    let (request, metadata) = (with_tools(), metadata());
    let turn = async {
        server.wait(|heard| matches!(heard, (_, Heard::Message(_)))).await;
        succeed(&session, &request, &metadata).await
    };
    let (warmed, _) = tokio::join!(session.prewarm(&request, &metadata), turn);
    warmed.unwrap();
    assert_eq!((server.handshakes().len(), server.messages().len()), (1, 2));
}

struct Kept(Arc<Mutex<Vec<RequestRecord>>>);

impl RecordSink for Kept {
    fn record(&mut self, record: RequestRecord) -> Result<(), Box<dyn Error + Send + Sync>> {
        lock(&self.0).push(record);
        Ok(())
    }
}

#[tokio::test]
async fn r15_5_r15_3_a_prewarm_is_no_inference_record_and_a_turn_is() {
    let server = Server::start(vec![saying(vec![Say::Answer(warm()), Say::Answer(whole()), Say::Answer(whole())])]).await;
    let records = Arc::new(Mutex::new(Vec::new()));
    let recorder = Recorder::new(Kept(records.clone()), 16).unwrap();
    let client = builder(&server, CountingAuth::new(), json!({})).recorder(recorder.clone()).build().unwrap();
    let session = client.session();
    session.prewarm(&with_tools(), &metadata()).await.unwrap();
    assert_eq!(recorder.counts().queued, 0);
    succeed(&session, &with_tools(), &metadata()).await;
    assert!(recorder.flush(Duration::from_secs(60)));
    let records = lock(&records);
    let seen: Vec<_> = records.iter().map(|record| (record.transport, record.endpoint, record.stage, record.code.clone())).collect();
    assert_eq!(seen, [("websocket", "responses", Stage::Attempt, None), ("websocket", "responses", Stage::Stream, None)]);
}

#[tokio::test]
async fn r15_5_r1_18_vectors_of_telemetry() {
    for case in cases("telemetry").into_iter().filter(|case| case.input["websocket"].is_array()) {
        let server = Server::start(vec![saying(vec![Say::Answer(warm()), Say::Answer(whole())])]).await;
        let records = Arc::new(Mutex::new(Vec::new()));
        let recorder = Recorder::new(Kept(records.clone()), 16).unwrap();
        let session = builder(&server, CountingAuth::new(), json!({})).recorder(recorder.clone()).build().unwrap().session();
        for step in case.input["websocket"].as_array().unwrap() {
            match step.as_str() {
                Some("prewarm") => session.prewarm(&with_tools(), &metadata()).await.unwrap(),
                _ => drop(succeed(&session, &with_tools(), &metadata()).await),
            }
        }
        assert!(recorder.flush(Duration::from_secs(60)));
        let stage = |stage| if stage == Stage::Stream { "stream" } else { "attempt" };
        let told: Vec<_> =
            lock(&records).iter().map(|record| format!("{} {} {}", record.transport, record.endpoint, stage(record.stage))).collect();
        case.check(Ok(json!({"records": told})));
    }
}
