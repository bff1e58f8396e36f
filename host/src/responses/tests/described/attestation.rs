//! §9 on the wire: asked for each attempt, where endpoint and login take it.

use super::*;
use crate::attestation::{AttestError, Attestor, Envelopes};
use crate::metadata::{Compaction, Implementation};
use crate::responses::{ResponsesClient, SummarizeRequest};
use async_trait::async_trait;
use serde_json::json;
use std::sync::Mutex;
use std::time::Duration;
use zeroize::Zeroizing;

/// Gives tokens `v1.1`, `v1.2`, … after so many milliseconds, or what it is told.
#[derive(Default)]
struct App {
    after_ms: u64,
    says: Option<&'static str>,
    absent: bool,
    asked: Mutex<Vec<Option<String>>>,
}

#[async_trait]
impl Attestor for App {
    fn attests(&self, _: Option<&str>) -> bool {
        !self.absent
    }

    async fn attest(&self, thread: Option<&str>) -> Result<Zeroizing<String>, AttestError> {
        lock(&self.asked).push(thread.map(Into::into));
        tokio::time::sleep(Duration::from_millis(self.after_ms)).await;
        let number = lock(&self.asked).len();
        Ok(Zeroizing::new(self.says.map_or_else(|| format!("v1.{number}"), Into::into)))
    }
}

fn envelopes(app: &Arc<App>) -> Arc<Envelopes> {
    Arc::new(Envelopes::new(&Component::load().unwrap(), &Surroundings::default().attestor(app.clone())).unwrap())
}

fn attesting(server: &Server, auth: Arc<CountingAuth>, app: &Arc<App>) -> ResponsesClient {
    builder(server, auth, json!({})).attestation(envelopes(app)).build().unwrap()
}

fn attested(server: &Server) -> Vec<Option<String>> {
    server.arrived().iter().map(|arrived| arrived.header("x-oai-attestation").map(Into::into)).collect()
}

#[tokio::test(start_paused = true)]
async fn r9_1_r9_3_each_attempt_is_attested_anew_for_its_thread() {
    let none = || answer(200, &[], r#"{"output":[]}"#);
    let server = Server::start(vec![refusal(503, "x"), whole_stream(), none()]).await;
    let (app, turn) = (Arc::new(App::default()), session().turn("turn-1"));
    let client = attesting(&server, logged_in(), &app);
    client.stream(&request(), &turn.request()).await.unwrap();
    client.compact(&compaction(), &turn.compaction(Compaction::manual(Implementation::Legacy))).await.unwrap();
    let envelope = |token: &str| Some(format!(r#"{{"v":1,"s":0,"t":"{token}"}}"#));
    assert_eq!(attested(&server), [envelope("v1.1"), envelope("v1.2"), envelope("v1.3")]);
    assert_eq!(*lock(&app.asked), vec![Some(THREAD.to_owned()); 3]);
}

#[tokio::test(start_paused = true)]
async fn r9_4_nothing_is_asked_without_chatgpt_auth_or_for_summaries() {
    let server = Server::start(vec![whole_stream(), answer(200, &[], r#"{"output":[]}"#)]).await;
    let (app, session) = (Arc::new(App::default()), session());
    attesting(&server, CountingAuth::new(), &app).stream(&request(), &session.turn("turn-1").request()).await.unwrap();
    let metadata = session.request(session.snapshot(), None);
    attesting(&server, logged_in(), &app).summarize(&SummarizeRequest::default(), &metadata).await.unwrap();
    assert_eq!((attested(&server), lock(&app.asked).len()), (vec![None, None], 0));
}

#[tokio::test(start_paused = true)]
async fn r9_5_without_anybody_to_ask_there_is_no_envelope() {
    let server = Server::start(vec![whole_stream()]).await;
    let app = Arc::new(App { absent: true, ..App::default() });
    attesting(&server, logged_in(), &app).stream(&request(), &session().turn("turn-1").request()).await.unwrap();
    assert_eq!((attested(&server), lock(&app.asked).len()), (vec![None], 0));
}

#[tokio::test(start_paused = true)]
async fn r9_2_r9_6_after_100_ms_the_request_goes_on_and_says_so() {
    let server = Server::start(vec![whole_stream()]).await;
    let app = Arc::new(App { after_ms: 60_000, ..App::default() });
    let began = tokio::time::Instant::now();
    attesting(&server, logged_in(), &app).stream(&request(), &session().turn("turn-1").request()).await.unwrap();
    assert_eq!(attested(&server), [Some(r#"{"v":1,"s":1}"#.to_owned())]);
    assert_eq!(began.elapsed(), Duration::from_millis(100));
}

#[tokio::test(start_paused = true)]
async fn e59_r9_7_r15_3_an_illegal_token_is_left_out_and_reported() {
    let server = Server::start(vec![whole_stream()]).await;
    let app = Arc::new(App { says: Some("é-marker"), ..App::default() });
    let (recorder, kept) = super::records::keeping();
    let client = builder(&server, logged_in(), json!({})).attestation(envelopes(&app)).recorder(recorder.clone()).build().unwrap();
    client.stream(&request(), &session().turn("turn-1").request()).await.unwrap();
    assert_eq!(attested(&server), [None]);
    let records = super::records::all(&recorder, &kept);
    let dropped: Vec<_> = records[0].dropped.iter().map(|dropped| (dropped.name.as_str(), dropped.reason.as_str())).collect();
    assert!(dropped.contains(&("x-oai-attestation", "illegal")), "{dropped:?}");
    assert!(!format!("{records:?}").contains("marker"));
}
