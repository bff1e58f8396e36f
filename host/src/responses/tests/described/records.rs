//! 15-3, 15-4: what is recorded of described requests.

use super::*;
use crate::metadata::{Compaction, Implementation, TurnEvent};
use crate::responses::telemetry::{RecordSink, Recorder, RequestRecord};
use serde_json::json;
use std::error::Error as StdError;
use std::sync::Mutex;
use std::time::Duration;

struct Kept(Arc<Mutex<Vec<RequestRecord>>>);

impl RecordSink for Kept {
    fn record(&mut self, record: RequestRecord) -> Result<(), Box<dyn StdError + Send + Sync>> {
        lock(&self.0).push(record);
        Ok(())
    }
}

pub(super) fn keeping() -> (Recorder, Arc<Mutex<Vec<RequestRecord>>>) {
    let kept = Arc::<Mutex<Vec<RequestRecord>>>::default();
    (Recorder::new(Kept(kept.clone()), 64).unwrap(), kept)
}

pub(super) fn all(recorder: &Recorder, kept: &Mutex<Vec<RequestRecord>>) -> Vec<RequestRecord> {
    assert!(recorder.flush(Duration::from_secs(60)));
    lock(kept).clone()
}

#[tokio::test]
async fn r15_3_r15_4_records_have_ids_compaction_and_names_of_what_was_dropped_but_no_values() {
    let server = Server::start(vec![whole_stream(), answer(200, &[], r#"{"output":[]}"#)]).await;
    let (recorder, kept) = keeping();
    let client = builder(&server, logged_in(), json!({"name": "OpenAI"})).recorder(recorder.clone()).build().unwrap();
    let turn = session().turn("turn-1");
    let extras = [("session_id", "marker-1"), ("team", "marker-2")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    turn.learn(&TurnEvent::Steered(extras.into())).unwrap();
    let mut asked = request();
    asked.input = vec![json!({"type": "message", "internal_chat_message_metadata_passthrough": {"foo": "marker-3"}})];
    client.stream(&asked, &turn.request()).await.unwrap();
    let compacting = turn.compaction(Compaction::manual(Implementation::Legacy));
    client.compact(&compaction(), &compacting).await.unwrap();
    let records = all(&recorder, &kept);
    let [first, .., last] = &records[..] else { panic!("{records:?}") };
    for (record, kind) in [(first, "turn"), (last, "compaction")] {
        assert_eq!((record.kind.as_deref(), record.originator.as_deref()), (Some(kind), Some("my_agent")));
        let ids = &record.ids;
        assert_eq!(
            (ids.session_id.as_deref(), ids.thread_id.as_deref(), ids.turn_id.as_deref()),
            (Some(SESSION), Some(THREAD), Some("turn-1"))
        );
        assert_eq!(ids.window_id.as_deref(), Some(format!("{THREAD}:0").as_str()));
    }
    assert_eq!((&first.compaction, last.compaction.as_ref().unwrap()["reason"].as_str()), (&None, Some("user_requested")));
    let dropped: Vec<_> = first.dropped.iter().map(|dropped| (dropped.name.as_str(), dropped.reason.as_str())).collect();
    assert!(dropped.contains(&("session_id", "reserved")) && dropped.contains(&("foo", "illegal")), "{dropped:?}");
    assert!(!format!("{records:?} {compacting:?} {turn:?}").contains("marker"));
}
