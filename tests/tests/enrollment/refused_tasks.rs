//! D1: a task that the backend refuses is replaced once, however many requests were refused.

use crate::life::call;
use crate::single_flight::gated;
use agent_identity_host::auth::{Identities, Recovery};
use agent_identity_host::storage::{RECORD, TASKS};
use agent_identity_tests::gate::Gate;
use agent_identity_tests::installation::{ACCOUNT, Installation, answers, authority, http, login};
use agent_identity_tests::requests::{Caller, attempt};
use std::sync::Arc;
use tokio::task::JoinSet;

const REQUESTS: u64 = 100;

#[tokio::test(flavor = "multi_thread")]
async fn d1_a_hundred_refused_requests_register_once_and_are_repeated_once_each() {
    let authority = Arc::new(authority().await);
    let installation = Installation::new(&authority);
    let agent = installation.enrollment().bootstrap(&login(&authority, ACCOUNT).await, None).await.expect("sound");
    for reference in [None, Some("thread")] {
        let ended = agent.ensure_task(reference, None).await.expect("sound");
        authority.end_task(&ended).await.expect("the store is sound");
        let registered = answers(&authority, "task", None).await;
        let (refused, accepted) = (answers(&authority, "responses", Some(401)).await, answers(&authority, "responses", Some(200)).await);
        // Signed before any of them learns of the refusal.
        let mut signed = Vec::new();
        for _ in 0..REQUESTS {
            signed.push(Identities::authorize(&agent, &attempt(reference)).await.expect("the task is known"));
        }
        let mut requests = JoinSet::new();
        for signed in signed {
            let (agent, authority, clock) = (agent.clone(), authority.clone(), installation.clock.clone());
            requests.spawn(async move {
                let (http, url) = (http(), authority.responses_url());
                let caller = Caller { identities: &agent, http: &*http, clock: &*clock, url: &url };
                let first = caller.send(signed).await;
                assert_eq!(caller.recover(&attempt(reference), &first).await, Ok(Recovery::Repeat));
                caller.attempt(&attempt(reference)).await.expect("a new task").status()
            });
        }
        assert!(requests.join_all().await.into_iter().all(|status| status == 200));
        assert_eq!(answers(&authority, "task", None).await, registered + 1, "{reference:?}: one registration");
        assert_eq!(answers(&authority, "responses", Some(401)).await, refused + REQUESTS);
        assert_eq!(answers(&authority, "responses", Some(200)).await, accepted + REQUESTS);
        let id = agent.task(reference).expect("sound").expect("registered");
        assert_ne!(id, ended);
        let stored = installation.document(TASKS);
        let stored = stored["tasks"].as_array().expect("tasks");
        let of_reference: Vec<_> = stored.iter().filter(|task| task["external_task_ref"].as_str() == reference).collect();
        assert_eq!(of_reference.len(), 1, "the ended task is forgotten");
        assert_eq!(of_reference[0]["task_id"], id);
        if reference.is_none() {
            assert_eq!(installation.document(RECORD)["agent_identity"]["task_id"], id, "the record follows");
        }
    }
}

#[tokio::test]
async fn l6_who_wants_a_task_and_who_replaces_it_share_one_registration() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let gate = Gate::open();
    let agent = gated(&installation, &gate).bootstrap(&login(&authority, ACCOUNT).await, None).await.expect("sound");
    let refused = agent.ensure_task(Some("thread"), None).await.expect("sound");
    authority.end_task(&refused).await.expect("the store is sound");
    gate.wait_for(3).await;
    gate.close();
    let replacing = {
        let (agent, refused) = (agent.clone(), refused.clone());
        tokio::spawn(async move { agent.replace_task(Some("thread"), &refused, None).await })
    };
    gate.wait_for(1).await;
    let wanting = {
        let agent = agent.clone();
        tokio::spawn(async move { Identities::authorize(&agent, &attempt(Some("thread"))).await })
    };
    while !installation.events.take().iter().any(|event| event.kind == agent_identity_host::driver::EventKind::Waiting) {
        tokio::task::yield_now().await;
    }
    gate.let_through(1);
    let id = replacing.await.expect("it ends").expect("sound");
    assert_ne!(id, refused);
    assert_eq!(wanting.await.expect("it ends").expect("sound").task_id, id);
    assert_eq!(answers(&authority, "task", None).await, 3, "run task, thread task, and its replacement");
}

#[tokio::test]
async fn d1_a_task_that_cannot_be_replaced_is_an_error_with_its_cause_and_the_next_request_tries_again() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let agent = installation.enrollment().bootstrap(&login(&authority, ACCOUNT).await, None).await.expect("sound");
    let ended = agent.ensure_task(None, None).await.expect("sound");
    authority.end_task(&ended).await.expect("the store is sound");
    authority.set_faults("task/503:3".parse().expect("a fault"));
    let (http, url) = (http(), authority.responses_url());
    let caller = Caller { identities: &agent, http: &*http, clock: &*installation.clock, url: &url };
    let error = caller.call(None).await.expect_err("no task can be had");
    assert_eq!((error.code.as_str(), error.cause.as_deref()), ("task-register-unavailable", Some("rejected-task")));
    let ended = caller.call(None).await.expect("registered");
    assert_eq!((ended.status(), ended.sent), (200, 1));
}

#[tokio::test]
async fn h4_h6_a_refused_key_or_an_unknown_refusal_is_surfaced_and_drops_nothing() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let agent = installation.enrollment().bootstrap(&login(&authority, ACCOUNT).await, None).await.expect("sound");
    let before = (installation.document(RECORD), installation.document(TASKS));
    for (fault, code) in [("401-key:1", "rejected-key"), ("responses/401:1", "rejected-unknown"), ("responses/403:1", "rejected-unknown")] {
        authority.set_faults(fault.parse().expect("a fault"));
        let ended = call(&agent, &authority, &installation.clock, None).await;
        assert_eq!((ended.sent, ended.refusal.as_deref()), (1, Some(code)), "{fault}");
        assert_eq!(call(&agent, &authority, &installation.clock, None).await.status(), 200);
    }
    authority.revoke_agent(agent.agent_runtime_id()).await.expect("the store is sound");
    assert_eq!(call(&agent, &authority, &installation.clock, None).await.refusal.as_deref(), Some("rejected-key"));
    assert_eq!((installation.document(RECORD), installation.document(TASKS)), before);
}
