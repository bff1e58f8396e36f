//! Against the authority, over sockets, with assertions.

use super::described::{SESSION, session};
use super::scene::{compaction, metadata, read, request, texts};
use crate::agent::{Agent, ResponseFacts, description};
use crate::auth::{Attempt, Authorizer, Credential, Login, ProviderAuth, Recovery, Scope};
use crate::authority::{Authority, AuthorityConfig, RequestFilter, RunningAuthority};
use crate::component::Component;
use crate::driver::lock;
use crate::error::Error;
use crate::metadata::{Compaction, Implementation, Kind, Moment, Transport, TurnEvent as TurnFact};
use crate::provider::{ConfigContext, Provider};
use crate::registering::AgentRegistration;
use crate::responses::{ApiErrorKind, Completed, RequestMetadata, ResponseEvent, ResponsesClient, SummarizeRequest, Trace, TurnEvent};
use crate::types::PrivateForm;
use crate::{Key, Session, system};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// The authoriser of a provider and an agent; keeps what it gave out.
struct AgentAuth {
    agent: Agent,
    inner: ProviderAuth,
    given: Mutex<Vec<(Scope, String)>>,
}

#[async_trait]
impl Authorizer for AgentAuth {
    async fn authorize(&self, attempt: &Attempt<'_>) -> Result<Credential, Error> {
        let credential = self.inner.authorize(attempt).await?;
        lock(&self.given).push((attempt.scope, credential.headers()[0].1.expose().to_owned()));
        Ok(credential)
    }

    async fn recover(&self, attempt: &Attempt<'_>, sent: &Credential, refusal: &ResponseFacts) -> Result<Recovery, Error> {
        self.inner.recover(attempt, sent, refusal).await
    }
}

struct Scene {
    authority: RunningAuthority,
    auth: Arc<AgentAuth>,
    client: ResponsesClient,
}

impl Scene {
    async fn start() -> Self {
        let component = Component::load().unwrap();
        let authority = Authority::start(&component, AuthorityConfig::default()).await.unwrap();
        let (agent, provider) = (agent(&component, &authority).await, provider(&authority));
        let login = Login::AgentIdentity(Arc::new(agent.clone()));
        let inner = ProviderAuth::new(&component, Arc::new(provider.clone()), login).unwrap();
        let auth = Arc::new(AgentAuth { agent, inner, given: Mutex::default() });
        let client = ResponsesClient::builder(provider, auth.clone()).build().unwrap();
        Self { authority, auth, client }
    }

    fn faults(&self, faults: &str) {
        self.authority.set_faults(faults.parse().unwrap());
    }
}

async fn agent(component: &Component, authority: &RunningAuthority) -> Agent {
    let seed = [11; 32];
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
    let table = json!({"name": "Authority", "base_url": base_url, "requires_openai_auth": true, "request_max_retries": 3});
    Provider::from_config("authority", table, &ConfigContext { folder: PathBuf::from("/"), client_version: "0.0.0".into() }).unwrap()
}

fn with_metadata() -> RequestMetadata {
    let mut metadata = metadata();
    metadata.headers.push(("x-codex-window-id".into(), "t:0".into()));
    metadata.headers.push(("x-codex-installation-id".into(), "i".into()));
    metadata.client_metadata.insert("session_id".into(), "s".into());
    metadata
}

fn end(events: &[ResponseEvent]) -> &Completed {
    match events.last() {
        Some(ResponseEvent::Completed(completed)) => completed,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_signed_request_streams_its_answer() {
    let scene = Scene::start().await;
    let (events, error) = read(scene.client.stream(&request(), &with_metadata()).await.unwrap()).await;
    assert_eq!(error, None);
    assert!(matches!(&events[0], ResponseEvent::Created { response_id: Some(_) }));
    assert_eq!(texts(&events), format!("Verified {} for its run task.", scene.auth.agent.agent_runtime_id()));
    let echo = &end(&events).event["echo"];
    assert_eq!(*echo, json!({"headers": {"x-codex-window-id": ["t:0"]}, "client_metadata": {"session_id": "s"}}));
    assert_eq!(end(&events).event["verified"]["account_id"], "acct-1");
}

#[tokio::test]
async fn compaction_and_summaries_are_signed_likewise() {
    let scene = Scene::start().await;
    let answer = scene.client.compact(&compaction(), &with_metadata()).await.unwrap();
    let headers = json!({"x-codex-window-id": ["t:0"], "x-codex-installation-id": ["i"]});
    assert_eq!(answer.extra["echo"], json!({"headers": headers, "client_metadata": null}));
    let request = SummarizeRequest { model: "m".into(), traces: vec![Trace::default()], reasoning: None };
    let answer = scene.client.summarize(&request, &with_metadata()).await.unwrap();
    assert_eq!(answer.extra["echo"], json!({"headers": {}, "client_metadata": null}));
    let scopes: Vec<_> = lock(&scene.auth.given).iter().map(|(scope, _)| *scope).collect();
    assert_eq!(scopes, [Scope::Scoped, Scope::Plain]);
}

#[tokio::test]
async fn r11_3_every_attempt_is_authorised_anew_and_the_answer_follows() {
    let scene = Scene::start().await;
    scene.faults("responses/500:1,responses/drop:1");
    let (events, _) = read(scene.client.stream(&request(), &metadata()).await.unwrap()).await;
    assert_eq!(lock(&scene.auth.given).len(), 3);
    // Two headers of one second may be equal (A4), so it is the authority that tells how often the last one was seen.
    let verified: &Value = &end(&events).event["verified"];
    assert_eq!(verified["agent_runtime_id"], scene.auth.agent.agent_runtime_id());
}

#[tokio::test]
async fn d1_p13_a_missing_task_is_registered_and_an_ended_one_again_with_one_repeat() {
    let scene = Scene::start().await;
    read(scene.client.stream(&request(), &metadata()).await.unwrap()).await;
    let ended = scene.auth.agent.task(None).unwrap().unwrap();
    assert!(scene.authority.end_task(&ended).await.unwrap());
    let (events, error) = read(scene.client.stream(&request(), &metadata()).await.unwrap()).await;
    assert_eq!(error, None);
    assert_ne!(end(&events).event["verified"]["task_id"], ended);
    let given = lock(&scene.auth.given).clone();
    assert!(given.len() == 3 && given[1].1 != given[2].1);
}

#[tokio::test]
async fn h4_a_revoked_agent_is_told_apart() {
    let scene = Scene::start().await;
    read(scene.client.stream(&request(), &metadata()).await.unwrap()).await;
    assert!(scene.authority.revoke_agent(scene.auth.agent.agent_runtime_id()).await.unwrap());
    let error = scene.client.stream(&request(), &metadata()).await.unwrap_err();
    assert_eq!((error.kind(), error.code(), error.api_code()), (ApiErrorKind::Unauthorized, "rejected-key", Some("agent-revoked")));
    assert_eq!(lock(&scene.auth.given).len(), 2);
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(lock(&scene.auth.given)[1].1.trim_start_matches("AgentAssertion ")));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_taken_up_again_by_a_turn() {
    let scene = Scene::start().await;
    scene.faults("responses/truncate:1");
    let (request, metadata) = (request(), metadata());
    let mut turn = scene.client.turn(&request, &metadata);
    let mut text = String::new();
    while let Some(event) = turn.next().await {
        match event.unwrap() {
            // Only if it broke off behind the head; before it, the request is retried.
            TurnEvent::Restarting { error, .. } => {
                assert_eq!(error.kind(), ApiErrorKind::StreamBroken);
                text.clear();
            }
            TurnEvent::Started => {}
            TurnEvent::Response(event) => text.push_str(&texts(&[event])),
        }
    }
    assert_eq!(text, format!("Verified {} for its run task.", scene.auth.agent.agent_runtime_id()));
    assert_eq!(lock(&scene.auth.given).len(), 2);
}

#[tokio::test]
async fn faults_of_the_authority_have_their_codes() {
    let scene = Scene::start().await;
    for (faults, code, attempts) in [
        ("responses/503", "server-unavailable", 4),
        ("responses/429:1", "rate-limited", 1),
        ("responses/426:1", "upgrade-required", 1),
        ("responses/redirect:1", "redirect-refused", 1),
        ("responses/garbage:1", "response-undecodable", 1),
        ("responses/huge:1", "response-undecodable", 1),
        ("responses/drop", "network-failed", 4),
        ("responses/lose", "network-failed", 4),
        ("responses/401-key:1", "rejected-key", 1),
    ] {
        scene.faults(faults);
        let error = scene.client.stream(&request(), &metadata()).await.unwrap_err();
        assert_eq!((error.code(), error.error().attempts), (code, Some(attempts)), "{faults}");
    }
    scene.faults("responses/429:1");
    let error = scene.client.stream(&request(), &metadata()).await.unwrap_err();
    assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(1));
}

/// The last request that reached the authority, decoded.
fn last_arrival(scene: &Scene) -> Value {
    scene.authority.recent_requests(&RequestFilter::default()).pop().unwrap()
}

#[tokio::test]
async fn r1_1_r1_10_what_a_turn_says_of_itself_comes_back_equal() {
    let scene = Scene::start().await;
    let turn = session().turn("01980c5a-7b2f-7a31-8c4d-5e6f70819203");
    turn.begin().unwrap();
    turn.learn(&TurnFact::Steered(vec![("origin".into(), "東京 🚀".into())])).unwrap();
    let said = turn.request();
    let description = said.description.clone().unwrap();
    let blob = description.render(Transport::Responses, &Moment::default()).unwrap().canonical.unwrap();
    let (events, error) = read(scene.client.stream(&request(), &said).await.unwrap()).await;
    assert_eq!(error, None);
    let echo = &end(&events).event["echo"];
    assert_eq!(echo["headers"]["x-codex-turn-metadata"], json!([blob]));
    assert_eq!(echo["client_metadata"]["x-codex-turn-metadata"], blob);
    let arrival = last_arrival(&scene);
    for (place, value) in [
        ("/headers/x-codex-turn-metadata/canonical", json!(true)),
        ("/headers/x-codex-turn-metadata/ascii", json!(true)),
        ("/headers/x-codex-turn-metadata/json/origin", json!("東京 🚀")),
        ("/client_metadata/x-codex-turn-metadata/equal", json!(true)),
        ("/headers/session-id/text", json!(SESSION)),
        ("/body/store", json!(false)),
    ] {
        assert_eq!(arrival.pointer(place), Some(&value), "{place}");
    }
}

#[tokio::test]
async fn r1d_the_authority_accepts_each_kind_of_request_as_it_is_described() {
    let scene = Scene::start().await;
    let session = session();
    let turn = session.turn("turn-1");
    let kind = |arrival: &Value| arrival["headers"]["x-codex-turn-metadata"]["json"]["request_kind"].clone();
    scene.client.compact(&compaction(), &turn.compaction(Compaction::manual(Implementation::Legacy))).await.unwrap();
    assert_eq!(kind(&last_arrival(&scene)), "compaction");
    assert!(last_arrival(&scene)["headers"].get("x-codex-installation-id").is_some());
    let memory = session.request(session.snapshot(), Some(Kind::DetachedMemory));
    read(scene.client.stream(&request(), &memory).await.unwrap()).await;
    assert_eq!(kind(&last_arrival(&scene)), "memory");
    let summary = SummarizeRequest { model: "m".into(), traces: vec![Trace::default()], reasoning: None };
    scene.client.summarize(&summary, &memory).await.unwrap();
    assert_eq!(kind(&last_arrival(&scene)), Value::Null);
    assert_eq!(last_arrival(&scene)["headers"]["x-openai-subagent"]["text"], "memory_consolidation");
}
