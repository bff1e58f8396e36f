use super::*;
use crate::auth::Recovery;
use crate::driver::lock;
use crate::provider::DropReason;
use crate::provider::vectors::cases;
use crate::responses::tests::scene::*;
use crate::responses::{RecordedMetadata, RequestMetadata, ResponsesClient, TurnState};
use serde_json::{Value, json};
use std::sync::mpsc;

/// Keeps everything.
struct Kept(Arc<Mutex<Vec<RequestRecord>>>);

impl RecordSink for Kept {
    fn record(&mut self, record: RequestRecord) -> Result<(), Box<dyn StdError + Send + Sync>> {
        lock(&self.0).push(record);
        Ok(())
    }
}

/// Does what it is told, once for each record.
struct Doing<F>(F);

impl<F: FnMut() -> Result<(), Box<dyn StdError + Send + Sync>> + Send> RecordSink for Doing<F> {
    fn record(&mut self, _: RequestRecord) -> Result<(), Box<dyn StdError + Send + Sync>> {
        (self.0)()
    }
}

fn keeping() -> (Recorder, Arc<Mutex<Vec<RequestRecord>>>) {
    let kept = Arc::<Mutex<Vec<RequestRecord>>>::default();
    (Recorder::new(Kept(kept.clone()), 64).unwrap(), kept)
}

fn all(recorder: &Recorder, kept: &Mutex<Vec<RequestRecord>>) -> Vec<RequestRecord> {
    assert!(recorder.flush(Duration::from_secs(60)));
    lock(kept).clone()
}

fn recording(server: &Server, auth: Arc<CountingAuth>, recorder: &Recorder) -> ResponsesClient {
    builder(server, auth, json!({})).recorder(recorder.clone()).app_version("9.9").build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn r15_3_every_attempt_and_every_stream_is_recorded() {
    let server = Server::start(vec![refusal(503, "x"), refusal(401, "x"), whole_stream()]).await;
    let (recorder, kept) = keeping();
    let auth = CountingAuth::new();
    auth.then_recover([Ok(Recovery::Repeat)]);
    let stream = recording(&server, auth, &recorder).stream(&request(), &described()).await.unwrap();
    read(stream).await;

    let records = all(&recorder, &kept);
    let told: Vec<_> = records.iter().map(|record| (record.stage, record.attempt, record.status, record.code.as_deref())).collect();
    let expected = [
        (Stage::Attempt, 1, Some(503), Some("server-unavailable")),
        (Stage::Attempt, 2, Some(401), Some("rejected-unknown")),
        (Stage::Attempt, 3, Some(200), None),
        (Stage::Stream, 3, Some(200), None),
    ];
    assert_eq!(told, expected);
    let last = records.last().unwrap();
    let ids =
        RecordedIds { session_id: Some("s".into()), thread_id: Some("t".into()), turn_id: Some("u".into()), window_id: Some("t:0".into()) };
    let expected = RequestRecord {
        at_ms: NOW_MS,
        stage: Stage::Stream,
        kind: Some("turn".into()),
        transport: "http",
        endpoint: "responses",
        attempt: 3,
        status: Some(200),
        code: None,
        duration_ms: 0,
        ids,
        model: "m".into(),
        provider_id: "test".into(),
        originator: Some("o".into()),
        app_version: Some("9.9".into()),
        dropped: vec![
            Dropped { name: "gone".into(), reason: DropReason::Reserved },
            Dropped { name: "x-openai-subagent".into(), reason: DropReason::Illegal },
        ],
        compaction: Some(json!({"trigger": "auto"})),
        agent_runtime_id: None,
        task_id: None,
    };
    assert_eq!(*last, expected);
}

#[tokio::test]
async fn r15_3_what_is_given_up_is_recorded_as_cancelled() {
    let stalled = vec![Act::Send(events(&[], &[created()])), Act::Stall];
    let server = Server::start(vec![stalled, vec![Act::Stall]]).await;
    let (recorder, kept) = keeping();
    let client = recording(&server, CountingAuth::new(), &recorder);
    drop(client.stream(&request(), &metadata()).await.unwrap());
    let asked = tokio::spawn(async move { client.stream(&request(), &metadata()).await });
    while server.arrived().len() < 2 {
        tokio::task::yield_now().await;
    }
    asked.abort();
    assert!(asked.await.unwrap_err().is_cancelled());
    let told: Vec<_> = all(&recorder, &kept).into_iter().map(|record| (record.stage, record.status, record.code)).collect();
    let cancelled = || Some("cancelled".to_owned());
    assert_eq!(told, [(Stage::Attempt, Some(200), None), (Stage::Stream, Some(200), cancelled()), (Stage::Attempt, None, cancelled())]);
}

#[tokio::test]
async fn e69_r15_1_a_sink_that_blocks_fails_or_panics_changes_nothing() {
    let (release, blocked) = mpsc::channel::<()>();
    let sinks = [
        Recorder::new(Doing(move || blocked.recv().map_err(Into::into)), 1).unwrap(),
        Recorder::new(Doing(|| Err("no".into())), 1).unwrap(),
        Recorder::new(Doing(|| panic!("this sink panics on purpose")), 1).unwrap(),
    ];
    let mut arrived = Vec::new();
    for recorder in &sinks {
        let server = Server::start((0..8).map(|_| whole_stream()).collect()).await;
        let client = recording(&server, CountingAuth::new(), recorder);
        for _ in 0..8 {
            let (events, error) = read(client.stream(&request(), &metadata()).await.unwrap()).await;
            assert_eq!((texts(&events).as_str(), error), ("Hello", None));
        }
        let without_host = |request: &Arrived| {
            let headers: Vec<_> = request.headers.iter().filter(|(name, _)| name != "host").cloned().collect();
            (request.target.clone(), headers, request.body.clone())
        };
        arrived.push(server.arrived().iter().map(without_host).collect::<Vec<_>>());
        let counts = recorder.counts();
        assert_eq!(counts.queued + counts.discarded, 16);
    }
    assert!(arrived.windows(2).all(|pair| pair[0] == pair[1]));
    assert!(sinks[0].counts().discarded >= 13, "{:?}", sinks[0].counts());
    assert!(!sinks[0].flush(Duration::ZERO));
    drop(release);
    assert!(sinks.iter().all(|recorder| recorder.flush(Duration::from_secs(60))));
    assert!(sinks.iter().all(|recorder| recorder.counts().kept == 0 && recorder.counts().failed == recorder.counts().queued));
}

#[test]
fn r15_2_when_the_queue_is_full_the_newest_is_discarded() {
    let (entered, has_entered) = mpsc::channel();
    let (release, blocked) = mpsc::channel::<()>();
    let kept = Arc::<Mutex<Vec<u32>>>::default();
    struct Slow(mpsc::Sender<()>, mpsc::Receiver<()>, Arc<Mutex<Vec<u32>>>);
    impl RecordSink for Slow {
        fn record(&mut self, record: RequestRecord) -> Result<(), Box<dyn StdError + Send + Sync>> {
            self.0.send(())?;
            self.1.recv()?;
            lock(&self.2).push(record.attempt);
            Ok(())
        }
    }
    let recorder = Recorder::new(Slow(entered, blocked, kept.clone()), 2).unwrap();
    recorder.offer(record(1));
    has_entered.recv().unwrap();
    for attempt in 2..=5 {
        recorder.offer(record(attempt));
    }
    assert_eq!(recorder.counts(), RecordCounts { queued: 3, discarded: 2, kept: 0, failed: 0 });
    for _ in 0..3 {
        release.send(()).unwrap();
    }
    assert!(recorder.flush(Duration::from_secs(60)));
    assert_eq!(*lock(&kept), [1, 2, 3]);
}

#[tokio::test]
async fn r15_4_no_secret_is_recorded() {
    let token = "turn-state-marker";
    let first = vec![Act::Send(events(&[("x-codex-turn-state", token)], &[created(), text("content-marker"), completed()]))];
    let server = Server::start(vec![first, refusal(400, "Bearer token-number-2"), whole_stream()]).await;
    let (recorder, kept) = keeping();
    let client = builder(
        &server,
        CountingAuth::new(),
        json!({"http_headers": {"api-key": "header-marker"}, "query_params": {"key": "query-marker"}}),
    );
    let client = client.recorder(recorder.clone()).build().unwrap();
    let mut metadata = metadata().in_turn(&TurnState::new());
    metadata.headers.extend([("x-codex-turn-metadata", "extras-marker"), ("cookie", "cookie-marker")].map(|(n, v)| (n.into(), v.into())));
    for _ in 0..3 {
        if let Ok(stream) = client.stream(&request(), &metadata).await {
            read(stream).await;
        }
    }
    let shown = format!("{:?} {metadata:?} {client:?}", all(&recorder, &kept));
    assert!(shown.contains("cookie") && !shown.contains("marker") && !shown.contains("token-number"), "{shown}");
}

#[tokio::test]
async fn r15_1_r15_2_r15_3_r15_4_vectors_of_telemetry() {
    let without_sink = exchanged(None, 4).await;
    for case in cases("telemetry") {
        if case.input["websocket"].is_array() {
            continue; // beside websockets
        }
        if let Some(answers) = case.input["answers"].as_array() {
            case.check(Ok(recorded(answers, &case.expect).await));
            continue;
        }
        if let Some(place) = case.text("marker_in") {
            case.check(Ok(json!({"is_recorded": shown_with_marker(&place).await.contains("marker")})));
            continue;
        }
        let (release, blocked) = mpsc::channel::<()>();
        let recorder = match case.text("sink").as_deref() {
            Some("keeps") => Recorder::new(Doing(|| Ok(())), 64),
            Some("fails") => Recorder::new(Doing(|| Err("no".into())), 64),
            Some("panics") => Recorder::new(Doing(|| panic!("this sink panics on purpose")), 64),
            _ => Recorder::new(Doing(move || blocked.recv().map_err(Into::into)), 1),
        };
        let recorder = recorder.unwrap();
        let (answers, requests) = exchanged(Some(&recorder), case.input["requests"].as_u64().unwrap()).await;
        let records = recorder.counts().queued + recorder.counts().discarded;
        case.check(Ok(json!({"answers": answers, "requests_as_without_a_sink": requests == without_sink.1, "records": records})));
        drop(release);
    }
}

/// The texts that were answered, and what was asked, apart from the port.
async fn exchanged(recorder: Option<&Recorder>, requests: u64) -> (Vec<String>, Vec<String>) {
    let server = Server::start((0..requests).map(|_| whole_stream()).collect()).await;
    let client = builder(&server, CountingAuth::new(), json!({}));
    let client = match recorder {
        Some(recorder) => client.recorder(recorder.clone()),
        None => client,
    };
    let client = client.build().unwrap();
    let mut answers = Vec::new();
    for _ in 0..requests {
        let (events, error) = read(client.stream(&request(), &metadata()).await.unwrap()).await;
        assert_eq!(error, None);
        answers.push(texts(&events));
    }
    let asked = |request: &Arrived| {
        let headers: Vec<_> = request.headers.iter().filter(|(name, _)| name != "host").collect();
        format!("{:?} {headers:?} {:?}", request.target, request.body)
    };
    (answers, server.arrived().iter().map(asked).collect())
}

/// The records of one described request that is answered so; of the last one, the members that are expected.
async fn recorded(answers: &[Value], expected: &Value) -> Value {
    let answer = |answer: &Value| match answer.as_u64() {
        Some(status) => refusal(u16::try_from(status).unwrap(), "x"),
        None => whole_stream(),
    };
    let server = Server::start(answers.iter().map(answer).collect()).await;
    let (recorder, kept) = keeping();
    let client = recording(&server, CountingAuth::new(), &recorder);
    if let Ok(stream) = client.stream(&request(), &described()).await {
        read(stream).await;
    }
    let records = all(&recorder, &kept);
    let stage = |stage| if stage == Stage::Stream { "stream" } else { "attempt" };
    let told: Vec<_> = records.iter().map(|record| json!([stage(record.stage), record.attempt, record.status, record.code])).collect();
    let mut found = json!({"stages": told});
    if expected["record"].is_object() {
        let record = records.last().unwrap();
        let RecordedIds { session_id, thread_id, turn_id, window_id } = &record.ids;
        found["record"] = json!({
            "kind": record.kind, "transport": record.transport, "endpoint": record.endpoint, "duration_ms": record.duration_ms,
            "model": record.model, "provider_id": record.provider_id, "originator": record.originator, "app_version": record.app_version,
            "dropped": record.dropped.iter().map(|dropped| &dropped.name).collect::<Vec<_>>(), "compaction": record.compaction,
            "agent_runtime_id": record.agent_runtime_id, "task_id": record.task_id,
            "session_id": session_id, "thread_id": thread_id, "turn_id": turn_id, "window_id": window_id,
        });
    }
    found
}

/// What a request says of itself in tests of what is recorded of it.
fn described() -> RequestMetadata {
    let mut metadata = metadata();
    metadata.headers.extend([("originator", "o"), ("x-openai-subagent", "é")].map(|(n, v)| (n.into(), v.into())));
    for (name, value) in [("session_id", "s"), ("thread_id", "t"), ("turn_id", "u"), ("x-codex-window-id", "t:0")] {
        metadata.client_metadata.insert(name.into(), value.into());
    }
    let gone = Dropped { name: "gone".into(), reason: DropReason::Reserved };
    metadata.recorded = RecordedMetadata { kind: Some("turn".into()), compaction: Some(json!({"trigger": "auto"})), dropped: vec![gone] };
    metadata
}

/// What is recorded and shown of requests with a marker in this place.
async fn shown_with_marker(place: &str) -> String {
    let here = |other: &str| if place == other { "marker" } else { "plain" };
    let first = vec![Act::Send(events(&[("x-codex-turn-state", here("turn-state"))], &[created(), text(here("answer")), completed()]))];
    let server = Server::start(vec![first, refusal(400, here("refusal")), whole_stream()]).await;
    let (recorder, kept) = keeping();
    let auth = CountingAuth::new();
    let table = json!({"http_headers": {"api-key": here("http-headers")}, "query_params": {"key": here("query-params")}});
    let client = builder(&server, auth, table).recorder(recorder.clone()).build().unwrap();
    let mut metadata = metadata().in_turn(&TurnState::new());
    for (name, at) in [("x-codex-turn-metadata", "turn-metadata"), ("cookie", "cookie"), ("x-oai-attestation", "attestation")] {
        metadata.headers.push((name.into(), here(at).into()));
    }
    let mut request = request();
    request.input.push(json!({"type": "message", "role": "user", "content": here("input")}));
    for _ in 0..3 {
        if let Ok(stream) = client.stream(&request, &metadata).await {
            read(stream).await;
        }
    }
    let records = all(&recorder, &kept);
    assert!(records.len() >= 3);
    let shown = format!("{records:?} {metadata:?} {client:?}");
    // The credential of the test's authorizer is a marker of its own.
    if place == "authorization" { shown.replace("token-number", "marker") } else { shown }
}

fn record(attempt: u32) -> RequestRecord {
    RequestRecord {
        at_ms: 0,
        stage: Stage::Attempt,
        kind: None,
        transport: "http",
        endpoint: "responses",
        attempt,
        status: None,
        code: None,
        duration_ms: 0,
        ids: RecordedIds::default(),
        model: String::new(),
        provider_id: String::new(),
        originator: None,
        app_version: None,
        dropped: vec![],
        compaction: None,
        agent_runtime_id: None,
        task_id: None,
    }
}
