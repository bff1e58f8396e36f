//! Delegates whose requests are signed with the parent's key and judged by the authority, over sockets.

use super::stage::{Answer, Asked, Stage, context, soon};
use crate::agent::{Agent, description};
use crate::auth::{Login, ProviderAuth};
use crate::authority::{Authority, AuthorityConfig, RunningAuthority};
use crate::delegate::*;
use crate::provider::{ConfigContext, Provider};
use crate::registering::AgentRegistration;
use crate::responses::{RequestMetadata, ResponseEvent, ResponsesClient, ResponsesRequest, TurnEvent};
use crate::types::PrivateForm;
use crate::{Component, Key, Session, system};
use serde_json::json;
use std::sync::{Arc, OnceLock};

struct Scene {
    authority: RunningAuthority,
    agent: Agent,
}

impl Scene {
    async fn start() -> Self {
        let component = component();
        let authority = Authority::start(component, AuthorityConfig::default()).await.unwrap();
        let mut session = Session::new(component, Arc::new(system::SystemClock), Arc::new(system::SystemRandom)).unwrap();
        let seed = [23; 32];
        let key = session.import_key(PrivateForm::Seed, &seed).unwrap();
        let public = session.public_forms(&key).unwrap().raw;
        let token = authority.development_token("acct-1", "user-1").await.unwrap().into();
        let registration = AgentRegistration::new(authority.authapi_base(), public, description("cli"));
        let id = registration.run(component, &token).await.unwrap();
        let builder = Agent::builder(id, Key::held(PrivateForm::Seed, seed), authority.authapi_base()).account("acct-1", "user-1");
        Self { authority, agent: builder.build(component).unwrap() }
    }

    async fn with_task() -> Self {
        let scene = Self::start().await;
        scene.agent.ensure_task(None, None).await.unwrap();
        scene
    }

    /// A client whose assertions go through the gate, put together as a program would.
    fn client(&self, pipes: &SessionPipes<String, ()>, lineage: &Lineage) -> ResponsesClient {
        let base_url = self.authority.responses_url().trim_end_matches("/responses").to_owned();
        let table = json!({"name": "Authority", "base_url": base_url, "requires_openai_auth": true, "request_max_retries": 2});
        let config = ConfigContext { folder: "/".into(), client_version: "0.0.0".into() };
        let provider = Provider::from_config("authority", table, &config).unwrap();
        let gates = Gates::of(pipes.signing.clone());
        let identities = GatedIdentities::new(self.agent.clone(), Arc::new(self.agent.clone()), gates, lineage);
        let login = Login::AgentIdentity(Arc::new(identities));
        let authorizer = ProviderAuth::new(component(), Arc::new(provider.clone()), login).unwrap();
        ResponsesClient::builder(provider, Arc::new(authorizer)).build().unwrap()
    }

    /// A one-shot delegate that sends its input to the model endpoint and says what came back.
    async fn delegate(&self, stage: &Stage) -> Delegate<String, ()> {
        let open = async |context: DelegateContext<_>, pipes: SessionPipes<String, ()>| {
            tokio::spawn(session(self.client(&pipes, &context.lineage), context.lineage, pipes));
            Ok(())
        };
        let input = UserInput::text("Review it.");
        Delegate::one_shot(stage.parent.clone(), context(), stage.options.clone(), &stage.cancel, input, open).await.unwrap()
    }

    /// The lines of the authority's metrics about one endpoint.
    async fn answered(&self, endpoint: &str) -> Vec<String> {
        let page = reqwest::get(format!("{}/metrics", self.authority.base_url())).await.unwrap().text().await.unwrap();
        let of_endpoint = format!("requests_total{{endpoint=\"{endpoint}\"");
        page.lines().filter_map(|line| line.split_once(&of_endpoint)).map(|(_, rest)| rest.to_owned()).collect()
    }
}

fn component() -> &'static Component {
    static COMPONENT: OnceLock<Component> = OnceLock::new();
    COMPONENT.get_or_init(|| Component::load().unwrap())
}

async fn session(client: ResponsesClient, lineage: Lineage, mut pipes: SessionPipes<String, ()>) {
    let Some(Submission { id, operation: Operation::UserInput(_) }) = pipes.operations.recv().await else { return };
    let input = vec![json!({"type": "message", "role": "user", "content": "Review it."})];
    let request = ResponsesRequest { model: "m".into(), input, ..ResponsesRequest::default() };
    let metadata = RequestMetadata::new(lineage.thread_id);
    let mut turn = client.turn(&request, &metadata);
    let mut text = String::new();
    while let Some(event) = turn.next().await {
        match event {
            Ok(TurnEvent::Response(ResponseEvent::OutputTextDelta(delta))) => text.push_str(&delta.text),
            Ok(_) => (),
            Err(error) => text = error.code().to_owned(),
        }
    }
    pipes.events.send(Event::new(id, EventKind::TurnCompleted(text))).await.unwrap();
}

async fn outcome(delegate: &mut Delegate<String, ()>) -> String {
    match soon(delegate.next_event()).await.map(|event| event.kind) {
        Some(EventKind::TurnCompleted(text)) => text,
        _ => panic!("another event than the end of the turn"),
    }
}

#[tokio::test]
async fn r14_6_an_inherited_identity_signs_and_the_authority_accepts_it() {
    let scene = Scene::with_task().await;
    let mut stage = Stage::new();
    let mut delegate = scene.delegate(&stage).await;
    assert_eq!(outcome(&mut delegate).await, format!("Verified {} for its run task.", scene.agent.agent_runtime_id()));
    assert!(stage.questions.try_recv().is_err());
    assert!(soon(delegate.next_event()).await.is_none());
}

#[tokio::test]
async fn r14_7_an_approved_request_is_signed_and_its_retries_are_covered() {
    let scene = Scene::with_task().await;
    scene.authority.set_faults("responses/500:2".parse().unwrap());
    let mut stage = Stage::signing(DelegateSigning::Ask);
    let mut delegate = scene.delegate(&stage).await;
    let question = stage.question().await;
    let Asked::Signing(_, shown) = &question.asked else { panic!("{:?}", question.asked) };
    assert_eq!(shown.delegate_thread_id, delegate.lineage().thread_id);
    assert_eq!(shown.agent_runtime_id.as_deref(), Some(scene.agent.agent_runtime_id()));
    assert_eq!(shown.task_id, scene.agent.task(None).unwrap());
    assert_eq!((shown.endpoint.as_str(), shown.kind), ("responses", RequestKind::Turn));
    assert!(scene.answered("responses").await.is_empty(), "nothing is sent before the answer");
    question.answer.send(Answer::Decision(Decision::Approved)).unwrap();
    assert!(outcome(&mut delegate).await.starts_with("Verified "));
    assert!(stage.questions.try_recv().is_err(), "two retries, one question");
    assert_eq!(scene.answered("responses").await.len(), 2, "refused twice, accepted once");
}

#[tokio::test]
async fn r14_7_without_an_approval_no_request_reaches_the_server() {
    let scene = Scene::start().await;
    for (decision, code) in [(Decision::Denied, "approval-denied"), (Decision::Abort, "approval-cancelled")] {
        let mut stage = Stage::signing(DelegateSigning::Ask);
        let mut delegate = scene.delegate(&stage).await;
        stage.question().await.answer.send(Answer::Decision(decision)).unwrap();
        assert_eq!(outcome(&mut delegate).await, code);
        assert!(stage.questions.try_recv().is_err(), "asked once");
    }
    let stage = Stage::signing(DelegateSigning::Deny);
    assert_eq!(outcome(&mut scene.delegate(&stage).await).await, "approval-denied");
    assert!(scene.answered("responses").await.is_empty());
    assert!(scene.answered("task").await.is_empty(), "nor was a task registered");
}

#[tokio::test]
async fn r14_8_cancelling_while_a_signature_is_asked_about_sends_nothing() {
    let scene = Scene::with_task().await;
    let mut stage = Stage::signing(DelegateSigning::Ask);
    let delegate = scene.delegate(&stage).await;
    let mut question = stage.question().await;
    stage.cancel.cancel();
    soon(question.answer.closed()).await;
    soon(delegate.ended()).await;
    assert!(matches!(stage.resolved()[..], [Resolved::Signing { decision: Decision::Abort, .. }]));
    assert!(scene.answered("responses").await.is_empty());
}

/// A delegate that is not one shot, its agent, and what keeps them alive.
async fn child(scene: &Scene, stage: &Stage) -> (DelegateAgent, super::stage::TestDelegate, super::stage::Session) {
    let (delegate, session) = stage.start().await;
    let agent = DelegateAgent::new(scene.agent.clone(), session.pipes.signing.clone(), session.context.lineage.clone());
    (agent.for_task("own"), delegate, session)
}

#[tokio::test]
async fn r14_7_registering_a_task_of_its_own_is_asked_about_too() {
    let scene = Scene::with_task().await;
    let mut stage = Stage::signing(DelegateSigning::Ask);
    let (child, _delegate, _session) = child(&scene, &stage).await;
    let registering = {
        let child = child.clone();
        tokio::spawn(async move { child.ensure_task(None).await })
    };
    let question = stage.question().await;
    assert!(matches!(&question.asked, Asked::Signing(_, shown) if shown.kind == RequestKind::TaskRegistration && shown.task_id.is_none()));
    question.answer.send(Answer::Decision(Decision::Approved)).unwrap();
    let task = soon(registering).await.unwrap().unwrap();
    assert_eq!(scene.agent.task(Some("own")).unwrap(), Some(task.clone()));
    assert_ne!(scene.agent.task(None).unwrap(), Some(task));
}

#[tokio::test]
async fn l6_a_delegate_that_gives_up_does_not_stop_those_who_wait_for_the_same_task() {
    let scene = Scene::with_task().await;
    scene.authority.set_faults("task/slow:300ms".parse().unwrap());
    let (one, other) = (Stage::new(), Stage::new());
    let (first, delegate, _one) = child(&scene, &one).await;
    let (second, _other_delegate, _other) = child(&scene, &other).await;
    let agent = scene.agent.clone();
    let giving_up = tokio::spawn(async move { first.ensure_task(None).await });
    let waiting = tokio::spawn(async move { second.ensure_task(None).await });
    let parent = tokio::spawn(async move { agent.ensure_task(Some("own"), None).await });
    tokio::task::yield_now().await;
    delegate.cancel();
    assert_eq!(soon(giving_up).await.unwrap().unwrap_err().code, "cancelled");
    let task = soon(waiting).await.unwrap().unwrap();
    assert_eq!(soon(parent).await.unwrap().unwrap(), task);
    let answered = scene.answered("task").await;
    assert!(matches!(&answered[..], [accepted] if accepted.ends_with(" 2")), "the run task and this one: {answered:?}");
}

#[tokio::test]
async fn l7_a_failed_task_fails_the_delegates_turn_and_the_next_one_tries_again() {
    let scene = Scene::with_task().await;
    let stage = Stage::new();
    let (child, _delegate, _session) = child(&scene, &stage).await;
    scene.authority.set_faults("task/400:1".parse().unwrap());
    assert_eq!(child.ensure_task(None).await.unwrap_err().code, "task-register-rejected");
    let request = child.request("responses", RequestKind::Turn).unwrap();
    assert_eq!(child.authorize(&request).await.unwrap_err().code, "run-task-missing", "no other credential takes its place");
    child.ensure_task(None).await.unwrap();
    assert!(child.authorize(&request).await.is_ok());
}

#[tokio::test]
async fn l8_a_failed_task_of_a_delegate_leaves_the_parents_and_other_delegates_as_they_are() {
    let scene = Scene::with_task().await;
    let (one, other) = (Stage::new(), Stage::new());
    let (failing, failing_delegate, _one) = child(&scene, &one).await;
    let mut delegate = scene.delegate(&other).await;
    let run_task = scene.agent.task(None).unwrap();
    scene.authority.set_faults("task/400".parse().unwrap());
    assert!(failing.ensure_task(None).await.is_err());
    assert_eq!(scene.agent.task(None).unwrap(), run_task);
    assert!(scene.agent.authorize(None).await.is_ok());
    assert!(outcome(&mut delegate).await.starts_with("Verified "));
    assert!(!failing_delegate.operations().is_closed(), "nor is the delegate itself ended");
}
