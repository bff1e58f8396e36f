//! Against the authority, with assertions and whole metadata.

use super::scene::{item, succeed};
use crate::agent::{Agent, description};
use crate::attestation::{AttestError, Attestor, Envelopes};
use crate::auth::{Login, ProviderAuth};
use crate::authority::{Authority, AuthorityConfig, RunningAuthority};
use crate::component::Component;
use crate::metadata::{Kind, Metadata, SessionFacts, SessionMetadata};
use crate::provider::{ConfigContext, Provider};
use crate::registering::AgentRegistration;
use crate::responses::{RequestMetadata, ResponseEvent, ResponsesClient, ResponsesRequest, ResponsesSession};
use crate::surroundings::Surroundings;
use crate::types::PrivateForm;
use crate::{Key, Session, system};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use zeroize::Zeroizing;

struct Counting(AtomicU32);

#[async_trait]
impl Attestor for Counting {
    async fn attest(&self, _: Option<&str>) -> Result<Zeroizing<String>, AttestError> {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(Zeroizing::new(format!("attested-{number}")))
    }
}

struct Scene {
    authority: RunningAuthority,
    agent: Agent,
    attestor: Arc<Counting>,
    metadata: Metadata,
    session: ResponsesSession,
}

impl Scene {
    async fn start() -> Self {
        let component = Component::load().unwrap();
        let authority = Authority::start(&component, AuthorityConfig::default()).await.unwrap();
        let (agent, provider) = (agent(&component, &authority).await, provider(&authority));
        let auth = ProviderAuth::new(&component, Arc::new(provider.clone()), Login::AgentIdentity(Arc::new(agent.clone()))).unwrap();
        let attestor = Arc::new(Counting(AtomicU32::new(0)));
        let surroundings = Surroundings::default().attestor(attestor.clone());
        let envelopes = Arc::new(Envelopes::new(&component, &surroundings).unwrap());
        let client = ResponsesClient::builder(provider, Arc::new(auth)).attestation(envelopes).build().unwrap();
        let metadata = Metadata::new(&component, &Surroundings::default()).unwrap();
        Self { authority, agent, attestor, metadata, session: client.session() }
    }

    fn thread(&self, id: &str) -> SessionMetadata {
        let facts = SessionFacts {
            installation_id: "5a9b8f2e-1c3d-4e5f-8a7b-0c1d2e3f4a5b".into(),
            session_id: id.into(),
            thread_id: id.into(),
            thread_source: Some("user".into()),
            originator: Some("my_agent".into()),
            ..SessionFacts::default()
        };
        SessionMetadata::open(&self.metadata, facts).unwrap()
    }

    /// A request of a thread.
    fn plain(&self, id: &str) -> RequestMetadata {
        let thread = self.thread(id);
        thread.request(thread.snapshot(), Some(Kind::Turn))
    }

    fn faults(&self, faults: &str) {
        self.authority.set_faults(faults.parse().unwrap());
    }

    /// What arrived this way, in order.
    fn arrived(&self, transport: &str) -> Vec<Value> {
        let mut all = self.authority.recent_requests(&Default::default());
        all.retain(|request| request["transport"] == transport);
        all
    }
}

async fn agent(component: &Component, authority: &RunningAuthority) -> Agent {
    let seed = [13; 32];
    let mut session = Session::new(component, Arc::new(system::SystemClock), Arc::new(system::SystemRandom)).unwrap();
    let key = session.import_key(PrivateForm::Seed, &seed).unwrap();
    let public = session.public_forms(&key).unwrap().raw;
    let token = authority.development_token("acct-1", "user-1").await.unwrap().into();
    let registration = AgentRegistration::new(authority.authapi_base(), public, description("cli"));
    let id = registration.run(component, &token).await.unwrap();
    let builder = Agent::builder(id, Key::held(PrivateForm::Seed, seed), authority.authapi_base()).account("acct-1", "user-1");
    builder.build(component).unwrap()
}

fn provider(authority: &RunningAuthority) -> Provider {
    let base_url = authority.responses_url().trim_end_matches("/responses").to_owned();
    let table = json!({"name": "OpenAI", "base_url": base_url, "requires_openai_auth": true, "supports_websockets": true});
    Provider::from_config("authority", table, &ConfigContext { folder: PathBuf::from("/"), client_version: "0.0.0".into() }).unwrap()
}

const FIRST: &str = "01980c5a-7b1e-7d20-9f3a-2b4c6d8e0f10";
const SECOND: &str = "01980c5a-7b1e-7d20-9f3a-2b4c6d8e0f11";

fn request() -> ResponsesRequest {
    ResponsesRequest { model: "m".into(), input: vec![item("one")], ..ResponsesRequest::default() }
}

async fn last(session: &ResponsesSession, metadata: &RequestMetadata) -> Value {
    let mut stream = session.stream(&request(), metadata).await.unwrap();
    loop {
        match stream.next().await.unwrap().unwrap() {
            ResponseEvent::Completed(completed) => return completed.event,
            _ => continue,
        }
    }
}

#[tokio::test]
async fn r1_10_r1d_the_canonical_string_comes_back_equal_over_both_halves_of_a_websocket() {
    let scene = Scene::start().await;
    let turn = scene.thread(FIRST).turn("0190a3b4-c5d6-7e8f-9a0b-1c2d3e4f5061");
    turn.begin().unwrap();
    let echo = last(&scene.session, &turn.request()).await["echo"].take();
    let (header, flat) = (&echo["headers"]["x-codex-turn-metadata"][0], &echo["client_metadata"]["x-codex-turn-metadata"]);
    assert!(header.as_str().unwrap().contains(r#""request_kind":"turn""#));
    assert_eq!(header, flat);

    let (handshake, message) = (&scene.arrived("websocket-handshake")[0], &scene.arrived("websocket-message")[0]);
    assert_eq!(message["client_metadata"]["x-codex-turn-metadata"]["equal"], true, "{message}");
    assert_eq!((&handshake["client_metadata"], &message["headers"]), (&json!(null), &json!(null)));
    for name in ["session-id", "thread-id", "originator", "x-client-request-id", "openai-beta", "x-oai-attestation", "x-codex-window-id"] {
        assert!(handshake["headers"].get(name).is_some(), "{name}: {handshake}");
    }
    for key in ["session_id", "thread_id", "turn_id", "x-codex-installation-id", "x-codex-window-id", "x-codex-ws-stream-request-start-ms"]
    {
        assert!(message["client_metadata"].get(key).is_some(), "{key}: {message}");
    }
}

#[tokio::test]
async fn r1d_r1_18_a_preconnect_has_no_canonical_string_and_a_prewarm_says_that_it_is_one() {
    let scene = Scene::start().await;
    let thread = scene.thread(FIRST);
    scene.session.preconnect(&thread.request(thread.snapshot(), None)).await.unwrap();
    let turn = thread.turn("0190a3b4-c5d6-7e8f-9a0b-1c2d3e4f5061");
    scene.session.prewarm(&request(), &turn.prewarm()).await.unwrap();
    turn.begin().unwrap();
    succeed(&scene.session, &request(), &turn.request()).await;
    let handshakes = scene.arrived("websocket-handshake");
    assert_eq!(handshakes.len(), 1);
    assert_eq!(handshakes[0]["headers"].get("x-codex-turn-metadata"), None);
    let kinds: Vec<_> = scene.arrived("websocket-message").iter().map(kind).collect();
    assert_eq!(kinds, ["prewarm", "turn"]);
}

fn kind(message: &Value) -> Value {
    message["client_metadata"]["x-codex-turn-metadata"]["json"]["request_kind"].clone()
}

#[tokio::test]
async fn r9_3_a_connection_is_attested_once_and_another_one_again() {
    let scene = Scene::start().await;
    for _ in 0..3 {
        succeed(&scene.session, &request(), &scene.plain(FIRST)).await;
    }
    assert_eq!(scene.attestor.0.load(Ordering::Relaxed), 1);
    scene.session.close().await;
    succeed(&scene.session, &request(), &scene.plain(FIRST)).await;
    assert_eq!(scene.attestor.0.load(Ordering::Relaxed), 2);
    let handshakes = scene.arrived("websocket-handshake");
    assert!(handshakes.len() == 2 && handshakes.iter().all(|handshake| handshake["headers"].get("x-oai-attestation").is_some()));
}

#[tokio::test]
async fn r1d_a_second_conversation_finds_nothing_of_the_first_one() {
    let scene = Scene::start().await;
    for thread in [FIRST, SECOND] {
        let shown = last(&scene.session, &scene.plain(thread)).await["echo"].to_string();
        let other = if thread == FIRST { SECOND } else { FIRST };
        assert!(shown.contains(thread) && !shown.contains(other), "{shown}");
    }
    assert_eq!(scene.arrived("websocket-handshake").len(), 2);
}

#[tokio::test]
async fn d1_p13_an_ended_task_is_replaced_and_the_message_sent_again_over_another_connection() {
    let scene = Scene::start().await;
    let metadata = scene.plain(FIRST);
    let first = last(&scene.session, &metadata).await["verified"].take();
    let ended = scene.agent.task(None).unwrap().unwrap();
    assert!(scene.authority.end_task(&ended).await.unwrap());
    let second = last(&scene.session, &metadata).await["verified"].take();
    assert_eq!((&first["task_id"], &second["agent_runtime_id"]), (&json!(ended), &first["agent_runtime_id"]));
    assert_ne!(second["task_id"], ended);
}

#[tokio::test]
async fn d1_a_refused_handshake_is_repeated_with_a_new_assertion() {
    let scene = Scene::start().await;
    scene.faults("websocket/401-task:1");
    succeed(&scene.session, &request(), &scene.plain(FIRST)).await;
    assert_eq!(scene.arrived("websocket-handshake").len(), 1);
    assert!(scene.arrived("http").is_empty());
}

#[tokio::test]
async fn h4_a_revoked_agent_is_refused_in_the_middle_of_a_connection() {
    let scene = Scene::start().await;
    let metadata = scene.plain(FIRST);
    succeed(&scene.session, &request(), &metadata).await;
    assert!(scene.authority.revoke_agent(scene.agent.agent_runtime_id()).await.unwrap());
    let error = scene.session.stream(&request(), &metadata).await.unwrap_err();
    assert_eq!((error.code(), error.api_code()), ("rejected-key", Some("agent-revoked")));
}

#[tokio::test]
async fn r11_12_r11_8_faults_of_the_authority_are_survived() {
    let scene = Scene::start().await;
    let metadata = scene.plain(FIRST);
    for (faults, restarts) in [
        ("message/truncate:1", 1),
        ("message/drop:1", 0),
        ("message/lose:1", 0),
        ("message/503:1", 0),
        ("websocket/drop:1", 0),
        ("websocket/503:1", 0),
        ("websocket/redirect:1", 0),
    ] {
        scene.faults(faults);
        let restarted = succeed(&scene.session, &request(), &metadata).await.len();
        assert_eq!((restarted, scene.session.uses_websocket()), (restarts, true), "{faults}");
    }
    scene.session.close().await;
    scene.faults("websocket/426");
    succeed(&scene.session, &request(), &metadata).await;
    assert!(!scene.session.uses_websocket());
}
