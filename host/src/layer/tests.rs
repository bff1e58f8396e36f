//! Described requests through the layer: against the authority, and against servers that show every byte.

use super::*;
use crate::attestation::{AttestError, Attestor};
use crate::authority::{Authority, AuthorityConfig, RequestFilter, RunningAuthority};
use crate::driver::lock;
use crate::metadata::{Compaction, Implementation, Metadata, SessionFacts, SessionMetadata};
use crate::registering::AgentRegistration;
use crate::types::PrivateForm;
use crate::{Component, Key, Session, Surroundings, agent, system};
use async_trait::async_trait;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use serde_json::{Value, json};
use std::sync::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use zeroize::Zeroizing;

const THREAD: &str = "01980c5a-7b2f-7a31-8c4d-5e6f70819203";
const BODY: &str = r#"{ "model": "m", "input" : [],"stream":true,"client_metadata":{"own":"1"}, "z": 1.50 }"#;

struct Scene {
    component: Component,
    authority: RunningAuthority,
    agent: Agent,
    session: SessionMetadata,
}

impl Scene {
    async fn start() -> Self {
        let component = Component::load().unwrap();
        let authority = Authority::start(&component, AuthorityConfig::default()).await.unwrap();
        let agent = agent(&component, &authority).await;
        let facts = SessionFacts {
            installation_id: "i".into(),
            thread_id: THREAD.into(),
            originator: Some("my_agent".into()),
            ..SessionFacts::default()
        };
        let metadata = Metadata::new(&component, &Surroundings::default()).unwrap();
        let session = SessionMetadata::open(&metadata, facts).unwrap();
        Self { component, authority, agent, session }
    }

    fn layer(&self, origin: &str) -> SigningLayer {
        SigningLayer::new(self.agent.clone(), [origin]).unwrap()
    }

    fn arrival(&self) -> Value {
        self.authority.recent_requests(&RequestFilter::default()).pop().unwrap()
    }
}

async fn agent(component: &Component, authority: &RunningAuthority) -> Agent {
    let mut session = Session::new(component, Arc::new(system::SystemClock), Arc::new(system::SystemRandom)).unwrap();
    let key = session.import_key(PrivateForm::Seed, &[12; 32]).unwrap();
    let public = session.public_forms(&key).unwrap().raw;
    let token = authority.development_token("acct-1", "user-1").await.unwrap().into();
    let registration = AgentRegistration::new(authority.authapi_base(), public, agent::description("cli"));
    let id = registration.run(component, &token).await.unwrap();
    let builder = Agent::builder(id, Key::held(PrivateForm::Seed, [12; 32]), authority.authapi_base());
    builder.account("acct-1", "user-1").build(component).unwrap()
}

fn client(layer: SigningLayer) -> ClientWithMiddleware {
    ClientBuilder::new(reqwest::Client::new()).with(layer).build()
}

/// A server that gives one answer to each connection and keeps the requests: lower-case text.
async fn server(answers: &'static [&'static str]) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let arrived = Arc::<Mutex<Vec<String>>>::default();
    let keeping = arrived.clone();
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut read = Vec::new();
            while !is_whole(&read) {
                assert!(stream.read_buf(&mut read).await.unwrap() > 0, "a whole request is sent");
            }
            lock(&keeping).push(String::from_utf8(read).unwrap());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (origin, arrived)
}

fn is_whole(read: &[u8]) -> bool {
    let text = String::from_utf8_lossy(read).into_owned();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}

fn field<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let head = request.split_once("\r\n\r\n").unwrap().0;
    head.lines().filter_map(|line| line.split_once(": ")).find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

const OK: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\nx-codex-turn-state: sticky\r\ncontent-length: 0\r\n\r\n";
const REFUSED: &str = "HTTP/1.1 401 No\r\nconnection: close\r\ncontent-length: 37\r\n\r\n{\"error\":{\"code\":\"task-unknown\"}}     ";

#[tokio::test]
async fn r1d_r1_10_the_authority_gets_the_metadata_of_the_turn_that_comes_with_a_request() {
    let scene = Scene::start().await;
    let turn = scene.session.turn("turn-1");
    let client = client(scene.layer(&scene.authority.responses_url()));
    let base = scene.authority.responses_url();
    let sent = client.post(&base).body(BODY).with_extension(turn.request()).send().await.unwrap();
    assert_eq!(sent.status(), 200);
    let arrival = scene.arrival();
    for (place, value) in [
        ("/headers/x-codex-turn-metadata/canonical", json!(true)),
        ("/headers/x-codex-turn-metadata/json/turn_id", json!("turn-1")),
        ("/client_metadata/x-codex-turn-metadata/equal", json!(true)),
        ("/headers/originator/text", json!("my_agent")),
        ("/body/members", json!(["client_metadata", "input", "model", "stream", "z"])),
    ] {
        assert_eq!(arrival.pointer(place), Some(&value), "{place}");
    }
    assert!(arrival["client_metadata"].get("own").is_some());
    // 1D: the body of a compaction holds no `client_metadata`, or it would be refused.
    let compaction = turn.compaction(Compaction::manual(Implementation::Legacy));
    let body = r#"{"model":"m","input":[]}"#;
    let sent = client.post(format!("{base}/compact")).body(body).with_extension(compaction).send().await.unwrap();
    assert_eq!(sent.status(), 200);
    assert!(scene.arrival()["headers"].get("x-codex-installation-id").is_some());
    // What comes without metadata is only signed.
    assert_eq!(client.post(&base).body("{}").send().await.unwrap().status(), 200);
    let arrival = scene.arrival();
    assert!(arrival["headers"].get("x-codex-window-id").is_none() && arrival["client_metadata"].is_null());
}

#[tokio::test]
async fn r1d_the_rest_of_a_body_keeps_its_bytes_and_other_paths_get_nothing() {
    let scene = Scene::start().await;
    let (origin, arrived) = server(&[OK, OK, OK]).await;
    let client = client(scene.layer(&origin).describing(scene.session.turn("turn-1").request()));
    client.post(format!("{origin}/v1/responses")).body(BODY).send().await.unwrap();
    client.get(format!("{origin}/v1/responses")).send().await.unwrap();
    client.post(format!("{origin}/v1/other_responses")).body("{}").send().await.unwrap();
    let arrived = lock(&arrived).clone();
    let body = arrived[0].split_once("\r\n\r\n").unwrap().1;
    let (before, after) = body.split_once(r#""client_metadata":{"#).unwrap();
    assert_eq!(before, r#"{ "model": "m", "input" : [],"stream":true,"#);
    assert!(after.starts_with(r#""own":"1","#) && after.ends_with(r#"}, "z": 1.50 }"#), "{after}");
    for request in &arrived[1..] {
        assert!(field(request, "x-codex-window-id").is_none() && !request.contains("client_metadata"));
        assert!(field(request, "authorization").is_some(), "it is signed all the same");
    }
}

#[tokio::test]
async fn metadata_never_goes_to_hosts_that_the_layer_does_not_sign_for() {
    let scene = Scene::start().await;
    let (origin, arrived) = server(&[OK]).await;
    let layer = scene.layer(&scene.authority.responses_url()).describing(scene.session.turn("turn-1").request());
    let request = client(layer).post(format!("{origin}/v1/responses")).body(BODY);
    request.with_extension(scene.session.turn("turn-2").request()).send().await.unwrap();
    let arrived = lock(&arrived).clone();
    assert!(arrived[0].ends_with(BODY));
    assert!(["authorization", "originator", "x-codex-window-id", "session-id"].iter().all(|name| field(&arrived[0], name).is_none()));
}

/// Gives `v1.1`, `v1.2`, …
#[derive(Default)]
struct App(Mutex<u32>);

#[async_trait]
impl Attestor for App {
    async fn attest(&self, thread: Option<&str>) -> Result<Zeroizing<String>, AttestError> {
        assert_eq!(thread, Some(THREAD));
        *lock(&self.0) += 1;
        Ok(Zeroizing::new(format!("v1.{}", lock(&self.0))))
    }
}

#[tokio::test]
async fn r1_2_r9_3_r10_2_a_repeat_is_the_same_request_attested_anew_and_the_turn_keeps_its_token() {
    let scene = Scene::start().await;
    let (origin, arrived) = server(&[REFUSED, OK, OK]).await;
    let envelopes = Envelopes::new(&scene.component, &Surroundings::default().attestor(Arc::new(App::default()))).unwrap();
    let client = client(scene.layer(&origin).attestation(Arc::new(envelopes)));
    let turn = scene.session.turn("turn-1");
    for _ in 0..2 {
        let request = client.post(format!("{origin}/v1/responses")).body(BODY).with_extension(turn.request());
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    let arrived = lock(&arrived).clone();
    let body = |request: &str| request.split_once("\r\n\r\n").unwrap().1.to_owned();
    assert_eq!(body(&arrived[0]), body(&arrived[1]));
    assert_eq!(field(&arrived[0], "x-codex-turn-metadata"), field(&arrived[1], "x-codex-turn-metadata"));
    let envelope = |number: u32| Some(format!(r#"{{"v":1,"s":0,"t":"v1.{number}"}}"#));
    let attested: Vec<_> = arrived.iter().map(|request| field(request, "x-oai-attestation").map(str::to_owned)).collect();
    assert_eq!(attested, [envelope(1), envelope(2), envelope(3)]);
    let tokens: Vec<_> = arrived.iter().map(|request| field(request, "x-codex-turn-state")).collect();
    assert_eq!(tokens, [None, None, Some("sticky")]);
}

#[tokio::test]
async fn r1_4_a_request_that_cannot_be_described_is_not_sent() {
    let scene = Scene::start().await;
    let (origin, arrived) = server(&[]).await;
    let compaction = scene.session.turn("t").compaction(Compaction::manual(Implementation::Legacy));
    let request = client(scene.layer(&origin)).post(format!("{origin}/v1/responses")).body("{}").with_extension(compaction);
    let error = request.send().await.unwrap_err();
    assert!(format!("{error:?}").contains("config-invalid") && lock(&arrived).is_empty());
}
