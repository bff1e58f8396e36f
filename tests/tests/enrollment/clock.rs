//! D2 to D6: a wrong clock is learnt once.

use crate::life::call;
use crate::single_flight::gated;
use agent_identity_host::Profile;
use agent_identity_tests::component;
use agent_identity_tests::gate::Gate;
use agent_identity_tests::installation::{ACCOUNT, Installation, answers, authority, login};
use agent_identity_tests::requests::Caller;
use std::sync::Arc;

#[tokio::test]
async fn d2_d6_a_skew_that_the_bootstrap_meets_is_learnt_once_for_everything() {
    for skew_ms in [400_000, -400_000] {
        let authority = authority().await;
        let installation = Installation::new(&authority);
        authority.set_clock_offset(skew_ms);
        let enrollment = installation.enrollment();
        let login = login(&authority, ACCOUNT).await;
        let agent = enrollment.bootstrap(&login, None).await.expect("repeated with a corrected clock");
        assert!((agent.clock_offset_ms().expect("sound") - skew_ms).abs() < 5_000);
        agent.ensure_task(Some("thread"), None).await.expect("sound");
        for reference in [None, Some("thread")] {
            let ended = call(&agent, &authority, &installation.clock, reference).await;
            assert_eq!((ended.status(), ended.sent), (200, 1));
        }
        enrollment.rotate(&login.access_token).await.expect("sound");
        let agent = enrollment.finish_rotation(true).await.expect("sound");
        assert_eq!(call(&agent, &authority, &installation.clock, None).await.status(), 200, "the next key goes on with it");
        assert_eq!((answers(&authority, "task", Some(401)).await, answers(&authority, "responses", Some(401)).await), (1, 0));
    }
}

#[tokio::test]
async fn d5_a_skew_that_begins_later_costs_one_refusal_in_each_direction() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let agent = installation.enrollment().bootstrap(&login(&authority, ACCOUNT).await, None).await.expect("sound");
    for (refusals, skew_ms) in [(1, 400_000), (2, -400_000), (3, 0)] {
        authority.set_clock_offset(skew_ms);
        let ended = call(&agent, &authority, &installation.clock, None).await;
        assert_eq!((ended.status(), ended.sent), (200, 2));
        for _ in 0..20 {
            assert_eq!(call(&agent, &authority, &installation.clock, None).await.sent, 1);
        }
        agent.ensure_task(Some(&format!("thread {refusals}")), None).await.expect("sound");
        assert_eq!(answers(&authority, "responses", Some(401)).await, refusals);
        assert_eq!(answers(&authority, "task", Some(401)).await, 0);
    }
    assert_eq!(agent.clock_offset_ms(), Ok(0), "D5: below 5 s the offset is none");
}

#[tokio::test]
async fn d6_whoever_opts_out_is_told_of_the_clock_and_nothing_is_shifted() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let enrollment = installation.builder().correct_clock(false).surroundings(installation.surroundings());
    let enrollment = enrollment.build(component(Profile::Portable)).expect("valid");
    let agent = enrollment.bootstrap(&login(&authority, ACCOUNT).await, None).await.expect("sound");
    authority.set_clock_offset(400_000);
    for _ in 0..2 {
        let ended = call(&agent, &authority, &installation.clock, None).await;
        assert_eq!((ended.status(), ended.sent, ended.refusal.as_deref()), (401, 1, Some("rejected-clock")));
    }
    assert_eq!(agent.clock_offset_ms(), Ok(0));
    let error = agent.ensure_task(Some("thread"), None).await.expect_err("refused");
    assert_eq!((error.code.as_str(), error.cause.as_deref()), ("task-register-rejected", Some("rejected-clock")));
}

#[tokio::test]
async fn d5_requests_that_were_under_way_when_the_skew_was_learnt_are_repeated_too() {
    let authority = Arc::new(authority().await);
    let installation = Installation::new(&authority);
    let agent = installation.enrollment().bootstrap(&login(&authority, ACCOUNT).await, None).await.expect("sound");
    authority.set_clock_offset(400_000);
    let gate = Gate::closed();
    let requests = [(); 10].map(|()| {
        let (agent, authority, gate, clock) = (agent.clone(), authority.clone(), gate.clone(), installation.clock.clone());
        tokio::spawn(async move {
            let url = authority.responses_url();
            let caller = Caller { identities: &agent, http: &*gate, clock: &*clock, url: &url };
            caller.call(None).await.expect("the task is known")
        })
    });
    gate.wait_for(10).await;
    gate.let_through(20);
    for request in requests {
        let ended = request.await.expect("it ends");
        assert_eq!((ended.status(), ended.sent), (200, 2));
    }
    assert_eq!(answers(&authority, "responses", Some(401)).await, 10);
}

#[tokio::test]
async fn d2_registrations_that_were_under_way_when_the_skew_was_learnt_are_repeated_too() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let gate = Gate::open();
    let agent = gated(&installation, &gate).bootstrap(&login(&authority, ACCOUNT).await, None).await.expect("sound");
    authority.set_clock_offset(400_000);
    gate.wait_for(2).await;
    gate.close();
    let registering = ["one", "two", "three"].map(|reference| {
        let agent = agent.clone();
        tokio::spawn(async move { agent.ensure_task(Some(reference), None).await })
    });
    gate.wait_for(3).await;
    gate.let_through(6);
    for registering in registering {
        registering.await.expect("it ends").expect("repeated with a corrected clock");
    }
    assert_eq!(answers(&authority, "task", Some(401)).await, 3);
}
