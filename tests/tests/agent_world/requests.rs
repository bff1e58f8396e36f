//! Requests are signed, sent, and repeated at most once.

use super::{bootstrapped, model_request};
use agent_identity_host::agent_world::Request;
use agent_identity_host::storage::{RECORD, TASKS};
use agent_identity_tests::installation::{Installation, answers, authority};
use futures_util::future::join_all;

#[tokio::test]
async fn d1_a_refused_task_is_registered_once_and_every_request_repeated_once() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let agent = bootstrapped(&authority, &installation).await;
    for reference in [None, Some("thread")] {
        let ended = agent.ensure_task(reference, None).await.expect("sound");
        authority.end_task(&ended).await.expect("the store is sound");
        let registered = answers(&authority, "task", None).await;
        let requests = (0..50).map(|_| agent.send_signed(model_request(&authority), reference, None));
        for answer in join_all(requests).await {
            let answer = answer.expect("repeated");
            assert_eq!(answer.response.status, 200);
        }
        assert_eq!(answers(&authority, "task", None).await, registered + 1, "{reference:?}: one registration");
        let task_id = agent.ensure_task(reference, None).await.expect("known");
        assert_ne!(task_id, ended);
        let stored = installation.document(TASKS);
        let stored = stored["tasks"].as_array().expect("tasks");
        assert!(stored.iter().all(|task| task["task_id"] != ended));
        if reference.is_none() {
            assert_eq!(installation.document(RECORD)["agent_identity"]["task_id"], task_id, "the record follows");
        }
    }
}

#[tokio::test]
async fn d1_a_task_that_cannot_be_replaced_is_an_error_with_its_cause() {
    let authority = authority().await;
    let agent = bootstrapped(&authority, &Installation::new(&authority)).await;
    let ended = agent.ensure_task(None, None).await.expect("sound");
    authority.end_task(&ended).await.expect("the store is sound");
    authority.set_faults("task/503:3".parse().expect("a fault"));
    let error = agent.send_signed(model_request(&authority), None, None).await.expect_err("no task can be had");
    assert_eq!((error.code.as_str(), error.cause.as_deref()), ("task-register-unavailable", Some("rejected-task")));
    let answer = agent.send_signed(model_request(&authority), None, None).await.expect("registered");
    assert_eq!((answer.response.status, answer.repeated), (200, false));
}

#[tokio::test]
async fn d5_a_skew_costs_one_refusal_in_each_direction() {
    let authority = authority().await;
    let agent = bootstrapped(&authority, &Installation::new(&authority)).await;
    for skew_ms in [400_000, -400_000, 0] {
        authority.set_clock_offset(skew_ms);
        for repeated in [true, false] {
            let answer = agent.send_signed(model_request(&authority), None, None).await.expect("sent");
            assert_eq!((answer.response.status, answer.repeated), (200, repeated));
        }
        assert!((agent.clock_offset_ms().await.expect("sound") - skew_ms).abs() < 5_000);
    }
}

#[tokio::test]
async fn h4_h6_a_refusal_that_is_no_matter_of_task_or_clock_is_in_the_answer() {
    let authority = authority().await;
    let agent = bootstrapped(&authority, &Installation::new(&authority)).await;
    for (fault, code) in [("401-key:1", "rejected-key"), ("responses/401:1", "rejected-unknown"), ("responses/403:1", "rejected-unknown")] {
        authority.set_faults(fault.parse().expect("a fault"));
        let answer = agent.send_signed(model_request(&authority), None, None).await.expect("answered");
        assert_eq!((answer.repeated, answer.rejection.code.as_deref()), (false, Some(code)), "{fault}");
        assert_eq!(answer.rejection.action, "surface");
    }
}

#[tokio::test]
async fn c7_nothing_is_sent_where_an_assertion_must_not_go() {
    let authority = authority().await;
    let agent = bootstrapped(&authority, &Installation::new(&authority)).await;
    let error = agent.send_signed(Request::post("http://example.com/", "{}"), None, None).await.expect_err("not loopback");
    assert_eq!(error.code, "base-url-unsupported");
}
