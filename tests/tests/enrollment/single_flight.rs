//! L6: many callers, one registration.

use agent_identity_host::driver::EventKind;
use agent_identity_host::enrollment::ManagedLogin;
use agent_identity_host::{Agent, Enrollment};
use agent_identity_tests::gate::Gate;
use agent_identity_tests::installation::{ACCOUNT, Installation, agents, answers, authority, login};
use std::sync::Arc;
use tokio::task::JoinSet;

pub fn gated(installation: &Installation, gate: &Arc<Gate>) -> Enrollment {
    installation.enrollment_in(installation.surroundings_with(gate.clone(), Arc::new(|_, _| {})))
}

/// So many callers at once; what each was told.
async fn all<T: Send + 'static, F: Future<Output = T> + Send + 'static>(callers: usize, call: impl Fn() -> F) -> Vec<T> {
    let mut tasks = JoinSet::new();
    (0..callers).for_each(|_| drop(tasks.spawn(call())));
    tasks.join_all().await
}

async fn bootstrapped(enrollment: &Enrollment, login: &ManagedLogin) -> Agent {
    enrollment.bootstrap(login, None).await.expect("sound")
}

#[tokio::test(flavor = "multi_thread")]
async fn l6_a_thousand_callers_have_one_task_registered() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let agent = bootstrapped(&installation.enrollment(), &login(&authority, ACCOUNT).await).await;
    for (reference, registrations) in [(None, 0), (Some("thread"), 1)] {
        let before = answers(&authority, "task", None).await;
        let ids = all(1000, || {
            let agent = agent.clone();
            async move { agent.ensure_task(reference, Some("talk")).await }
        });
        let ids = ids.await;
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| id.is_ok() && *id == ids[0]), "{:?}", ids[0]);
        assert_eq!(answers(&authority, "task", None).await, before + registrations);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn l6_l13_a_thousand_bootstraps_make_one_agent() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let (enrollment, login) = (installation.enrollment(), login(&authority, ACCOUNT).await);
    let had = all(1000, || {
        let (enrollment, login) = (enrollment.clone(), login.clone());
        async move { enrollment.bootstrap(&login, None).await.map(|agent| agent.agent_runtime_id().to_owned()) }
    });
    let had = had.await;
    assert!(had.iter().all(|id| id.is_ok() && *id == had[0]), "{:?}", had[0]);
    assert_eq!((answers(&authority, "agent", None).await, answers(&authority, "task", None).await), (1, 1));
    assert_eq!(agents(&authority).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn l6_concurrent_loads_are_one() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    bootstrapped(&installation.enrollment(), &login(&authority, ACCOUNT).await).await;
    let enrollment = installation.enrollment();
    let had = all(100, || {
        let enrollment = enrollment.clone();
        async move { enrollment.load().await.map(|agent| agent.agent_runtime_id().to_owned()) }
    });
    let had = had.await;
    assert!(had.iter().all(|id| id.is_ok() && *id == had[0]), "{:?}", had[0]);
}

#[tokio::test]
async fn l6_l7_callers_share_a_failure_and_the_next_one_tries_again() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let agent = bootstrapped(&installation.enrollment(), &login(&authority, ACCOUNT).await).await;
    let before = answers(&authority, "task", None).await;
    authority.set_faults("task/400:1".parse().expect("a fault"));
    let had = all(50, || {
        let agent = agent.clone();
        async move { agent.ensure_task(Some("thread"), None).await }
    });
    let had = had.await;
    assert!(had.iter().all(|outcome| outcome == &had[0]));
    assert_eq!(had[0].as_ref().expect_err("refused").code, "task-register-rejected");
    agent.ensure_task(Some("thread"), None).await.expect("L7: the next call tries again");
    assert_eq!(answers(&authority, "task", None).await, before + 2);
}

#[tokio::test]
async fn l6_a_caller_that_gives_up_stops_nobody() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let gate = Gate::open();
    let agent = bootstrapped(&gated(&installation, &gate), &login(&authority, ACCOUNT).await).await;
    gate.close();
    gate.wait_for(2).await;
    let ensure = |agent: &Agent| {
        let agent = agent.clone();
        tokio::spawn(async move { agent.ensure_task(Some("thread"), Some("talk")).await })
    };
    let first = ensure(&agent);
    gate.wait_for(1).await;
    let second = ensure(&agent);
    while !installation.events.take().iter().any(|event| event.kind == EventKind::Waiting) {
        tokio::task::yield_now().await;
    }
    first.abort();
    assert!(first.await.expect_err("aborted").is_cancelled());
    gate.let_through(1);
    second.await.expect("it ends").expect("the registration goes on");
    assert_eq!(answers(&authority, "task", None).await, 2);
}

#[tokio::test]
async fn l6_everybody_may_give_up_and_the_task_is_there_afterwards() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let gate = Gate::open();
    let agent = bootstrapped(&gated(&installation, &gate), &login(&authority, ACCOUNT).await).await;
    gate.close();
    gate.wait_for(2).await;
    let caller = {
        let agent = agent.clone();
        tokio::spawn(async move { agent.ensure_task(Some("thread"), None).await })
    };
    gate.wait_for(1).await;
    caller.abort();
    gate.let_through(1);
    agent.ensure_task(Some("thread"), None).await.expect("had by now, or shared");
    assert_eq!(answers(&authority, "task", None).await, 2);
}

#[tokio::test]
async fn l6_a_bootstrap_whose_caller_gives_up_serves_the_next_one() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let gate = Gate::closed();
    let (enrollment, login) = (gated(&installation, &gate), login(&authority, ACCOUNT).await);
    let bootstrap = || {
        let (enrollment, login) = (enrollment.clone(), login.clone());
        tokio::spawn(async move { enrollment.bootstrap(&login, None).await })
    };
    let first = bootstrap();
    gate.wait_for(1).await;
    let second = bootstrap();
    first.abort();
    gate.let_through(2);
    second.await.expect("it ends").expect("sound");
    assert_eq!(agents(&authority).await.len(), 1);
}

#[tokio::test]
async fn l8_a_failing_task_touches_no_other() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let agent = bootstrapped(&installation.enrollment(), &login(&authority, ACCOUNT).await).await;
    let good = agent.ensure_task(Some("good"), None).await.expect("sound");
    authority.set_faults("task/500:3".parse().expect("a fault"));
    let error = agent.ensure_task(Some("bad"), None).await.expect_err("a fault");
    assert_eq!(error.code, "task-register-unavailable", "L7: a retryable error of that turn");
    assert_eq!(agent.ensure_task(Some("good"), None).await.as_ref(), Ok(&good));
    agent.ensure_task(Some("third"), None).await.expect("L8: a reference task never starts a cooldown");
    agent.ensure_task(Some("bad"), None).await.expect("the cell is empty again");
}
