//! Many calls on one instance, and calls that are given up.

use super::{bootstrapped, config, enrolled, instance, model_request};
use agent_identity_host::storage::RECORD;
use agent_identity_tests::gate::Gate;
use agent_identity_tests::installation::{ACCOUNT, Installation, answers, authority, login};
use futures_util::future::join_all;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

const CALLS: usize = 1000;

/// So many connections at once are no matter for an authority of a test.
const WAVE: usize = 50;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_calls_are_in_flight_on_one_instance() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let gate = Gate::open();
    let surroundings = installation.surroundings_with(gate.clone(), Arc::new(|_, _| {}));
    let agent = instance(surroundings).await.enroll(&config(&authority)).await.expect("valid");
    agent.bootstrap(&login(&authority, ACCOUNT).await, None).await.expect("sound");
    gate.wait_for(2).await;
    gate.close();
    let requests = (0..CALLS).map(|_| agent.send_signed(model_request(&authority), None, None));
    let all_sent = async {
        // Every one of them has left the component before any is answered.
        gate.wait_for(CALLS as u32).await;
        // Others are served meanwhile.
        agent.authorize(None).await.expect("signed");
        for answered in (0..CALLS).step_by(WAVE) {
            gate.let_through(WAVE);
            while answers(&authority, "responses", Some(200)).await < (answered + WAVE) as u64 {
                tokio::task::yield_now().await;
            }
        }
    };
    let (sent, ()) = tokio::join!(join_all(requests), all_sent);
    assert!(sent.into_iter().all(|answer| answer.expect("answered").response.status == 200));
}

#[tokio::test(flavor = "multi_thread")]
async fn l6_a_thousand_callers_share_one_registration_and_one_bootstrap() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let agent = enrolled(&authority, &installation).await;
    let login = login(&authority, ACCOUNT).await;
    let ids = join_all((0..CALLS).map(|_| agent.bootstrap(&login, None))).await;
    let ids: Vec<_> = ids.into_iter().map(|id| id.expect("sound")).collect();
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]));
    let tasks = join_all((0..CALLS).map(|_| agent.ensure_task(Some("thread"), None))).await;
    let tasks: Vec<_> = tasks.into_iter().map(|task| task.expect("sound")).collect();
    assert!(tasks.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!((answers(&authority, "agent", None).await, answers(&authority, "task", None).await), (1, 2));
}

#[tokio::test]
async fn a_call_that_is_dropped_is_cancelled_and_leaves_nothing_behind() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let gate = Gate::closed();
    let surroundings = installation.surroundings_with(gate.clone(), Arc::new(|_, _| {}));
    let agent = instance(surroundings).await.enroll(&config(&authority)).await.expect("valid");
    let login = login(&authority, ACCOUNT).await;
    tokio::select! {
        _ = agent.bootstrap(&login, None) => panic!("nothing is answered"),
        () = gate.wait_for(1) => {}
    }
    // The request that waited at the gate is gone with its call.
    assert_eq!(answers(&authority, "agent", None).await, 0);
    assert_eq!(installation.document(RECORD), Value::Null);
    gate.let_through(100);
    agent.bootstrap(&login, None).await.expect("the next one is not held up");
    assert_eq!(answers(&authority, "agent", None).await, 1);
}

#[tokio::test]
async fn l6_a_caller_that_gives_up_stops_nobody_else() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let gate = Gate::open();
    let surroundings = installation.surroundings_with(gate.clone(), Arc::new(|_, _| {}));
    let agent = instance(surroundings).await.enroll(&config(&authority)).await.expect("valid");
    agent.bootstrap(&login(&authority, ACCOUNT).await, None).await.expect("sound");
    gate.wait_for(2).await;
    gate.close();
    let first = tokio::spawn({
        let agent = agent.clone();
        async move { agent.ensure_task(Some("thread"), None).await }
    });
    gate.wait_for(1).await;
    let second = tokio::spawn({
        let agent = agent.clone();
        async move { agent.ensure_task(Some("thread"), None).await }
    });
    tokio::time::timeout(Duration::from_millis(50), std::future::pending::<()>()).await.expect_err("a while");
    first.abort();
    gate.let_through(10);
    second.await.expect("it ends").expect("begun anew");
    assert_eq!(answers(&authority, "task", None).await, 2, "the run task and this one");
    drop(bootstrapped(&authority, &installation).await);
}
