//! Gates in front of what gives a client's requests their credentials.

use super::stage::{Answer, Asked, Session, Stage, soon};
use crate::agent::Agent;
use crate::auth::{Assertion, Attempt, Authorizer, Credential, CredentialKind, Identities, Recovery, RequestNumber, Scope};
use crate::delegate::*;
use crate::error::Error;
use crate::ports::{Http, HttpFailure, HttpRequest, HttpResponse};
use crate::types::PrivateForm;
use crate::{Component, Key};
use async_trait::async_trait;
use std::sync::{Arc, OnceLock};

/// Nothing may be sent.
struct NoNetwork;

#[async_trait]
impl Http for NoNetwork {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
        panic!("{request:?} was sent");
    }
}

/// An authorizer that signs whatever it is asked for.
struct Signing(Agent);

#[async_trait]
impl Authorizer for Signing {
    async fn authorize(&self, attempt: &Attempt<'_>) -> Result<Credential, Error> {
        Ok(Credential::assertion("P11", Identities::authorize(&self.0, attempt).await?))
    }

    async fn recover(&self, _: &Attempt<'_>, _: &Credential, _: &crate::agent::ResponseFacts) -> Result<Recovery, Error> {
        Ok(Recovery::Repeat)
    }
}

fn agent() -> Agent {
    static COMPONENT: OnceLock<Component> = OnceLock::new();
    let key = Key::held(PrivateForm::Seed, [7; 32]);
    let builder = Agent::builder("agent-123", key, "https://auth.example").http(Arc::new(NoNetwork));
    builder.build(COMPONENT.get_or_init(|| Component::load().unwrap())).unwrap()
}

fn agent_with_task() -> Agent {
    let agent = agent();
    agent.adopt_task(None, "task-123").unwrap();
    agent
}

fn identities(agent: &Agent, session: &Session) -> GatedIdentities<Agent> {
    let gates = Gates::of(session.pipes.signing.clone());
    GatedIdentities::new(agent.clone(), Arc::new(agent.clone()), gates, &session.context.lineage)
}

fn attempt(number: Option<RequestNumber>) -> Attempt<'static> {
    let attempt = Attempt::new(Scope::Scoped, "conversation-1", "responses/compact");
    number.map_or(attempt, |number| attempt.of_request(number))
}

async fn made(making: tokio::task::JoinHandle<Result<Assertion, Error>>) -> Result<Assertion, String> {
    soon(making).await.unwrap().map_err(|error| error.code)
}

#[tokio::test(start_paused = true)]
async fn r14_6_deny_refuses_before_anything_is_registered_or_signed() {
    let stage = Stage::signing(DelegateSigning::Deny);
    let (_delegate, session) = stage.start().await;
    // Without a task it would have to be registered first: `NoNetwork` would panic.
    let refused = identities(&agent(), &session).authorize(&attempt(None)).await;
    assert_eq!(refused.unwrap_err().code, "approval-denied");
    let delegate_agent = DelegateAgent::new(agent(), session.pipes.signing.clone(), session.context.lineage.clone());
    assert_eq!(delegate_agent.ensure_task(None).await.unwrap_err().code, "approval-denied");
    let request = delegate_agent.request("responses", RequestKind::Turn).unwrap();
    assert_eq!(delegate_agent.authorize(&request).await.unwrap_err().code, "approval-denied");
}

#[tokio::test(start_paused = true)]
async fn r14_7_attempts_of_one_request_are_asked_about_once() {
    let mut stage = Stage::signing(DelegateSigning::Ask);
    let (_delegate, session) = stage.start().await;
    let identities = Arc::new(identities(&agent_with_task(), &session));
    let number = RequestNumber::fresh();
    let making = |number| {
        let identities = identities.clone();
        tokio::spawn(async move { identities.authorize(&attempt(number)).await })
    };
    let first = making(Some(number));
    let question = stage.question().await;
    let Asked::Signing(_, shown) = &question.asked else { panic!("{:?}", question.asked) };
    assert_eq!((shown.agent_runtime_id.as_deref(), shown.task_id.as_deref()), (Some("agent-123"), Some("task-123")));
    assert_eq!((shown.endpoint.as_str(), shown.kind), ("responses/compact", RequestKind::Compaction));
    assert_eq!(shown.delegate_thread_id, session.context.lineage.thread_id);
    question.answer.send(Answer::Decision(Decision::Approved)).unwrap();
    assert_eq!(made(first).await.unwrap().task_id, "task-123");
    assert!(made(making(Some(number))).await.is_ok(), "a retry");
    assert!(stage.questions.try_recv().is_err());
    // Another request, and one that does not tell which it is.
    for number in [Some(RequestNumber::fresh()), None] {
        let making = making(number);
        stage.question().await.answer.send(Answer::Decision(Decision::Denied)).unwrap();
        assert_eq!(made(making).await.unwrap_err(), "approval-denied");
    }
}

#[tokio::test(start_paused = true)]
async fn r14_6_a_gated_authorizer_gives_the_credential_of_the_one_behind_it() {
    let stage = Stage::signing(DelegateSigning::Inherit);
    let (_delegate, session) = stage.start().await;
    let agent = agent_with_task();
    let gates = Gates::of(session.pipes.signing.clone());
    let gated = GatedAuthorizer::new(Signing(agent.clone()), Arc::new(agent.clone()), gates, &session.context.lineage);
    let credential = gated.authorize(&attempt(None)).await.unwrap();
    assert_eq!((credential.kind(), credential.task_id()), (CredentialKind::Assertion, Some("task-123")));

    let denying = Stage::signing(DelegateSigning::Deny);
    let (_delegate, session) = denying.start().await;
    let gates = Gates::of(session.pipes.signing.clone());
    let gated = GatedAuthorizer::new(Signing(agent.clone()), Arc::new(agent), gates, &session.context.lineage);
    assert_eq!(gated.authorize(&attempt(None)).await.unwrap_err().code, "approval-denied");
}

#[tokio::test(start_paused = true)]
async fn r14_a_delegates_agent_signs_with_the_parents_identity_and_the_delegates_lineage() {
    let stage = Stage::new();
    let (delegate, session) = stage.start().await;
    let agent = agent_with_task();
    agent.adopt_task(Some("own"), "task-own").unwrap();
    let child = DelegateAgent::new(agent.clone(), session.pipes.signing.clone(), session.context.lineage.clone());
    assert_eq!(child.lineage(), delegate.lineage());
    for (child, task) in [(child.clone(), "task-123"), (child.for_task("own"), "task-own")] {
        let request = child.request("responses", RequestKind::Turn).unwrap();
        assert_eq!(request.subject().task_id.as_deref(), Some(task));
        let headers = child.authorize(&request).await.unwrap();
        assert_eq!(headers[0].0, "Authorization");
        let mut reading =
            crate::Session::new(&Component::load().unwrap(), Arc::new(crate::system::SystemClock), Arc::new(crate::system::SystemRandom))
                .unwrap();
        let assertion = reading.parse_assertion(&headers[0].1).unwrap();
        assert_eq!((assertion.agent_runtime_id.as_str(), assertion.task_id.as_str()), ("agent-123", task));
        assert_eq!(child.ensure_task(None).await.unwrap(), task, "known: nothing is asked or sent");
    }
}

#[test]
fn kinds_are_told_from_endpoints() {
    for (endpoint, kind) in [
        ("responses", RequestKind::Turn),
        ("responses/compact", RequestKind::Compaction),
        ("/backend-api/codex/responses/compact?x=1", RequestKind::Compaction),
        ("memories/trace_summarize", RequestKind::Memory),
        ("realtime", RequestKind::Turn),
    ] {
        assert_eq!(RequestKind::of_endpoint(endpoint), kind, "{endpoint}");
    }
}
