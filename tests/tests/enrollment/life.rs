//! Bootstrap, restart, login, logout; cooldowns and events.

use agent_identity_host::auth::Identities;
use agent_identity_host::authority::RunningAuthority;
use agent_identity_host::authority::{Faults, IdentitySubject};
use agent_identity_host::driver::{EventKind, kind_text};
use agent_identity_host::storage::{RECORD, TASKS};
use agent_identity_tests::installation::{ACCOUNT, Installation, ShiftedClock, agents, answers, authority, http, login};
use agent_identity_tests::requests::{Caller, Ended};
use serde_json::json;
use std::time::Duration;

pub async fn call(identities: &dyn Identities, authority: &RunningAuthority, clock: &ShiftedClock, reference: Option<&str>) -> Ended {
    let (http, url) = (http(), authority.responses_url());
    let caller = Caller { identities, http: &*http, clock, url: &url };
    caller.call(reference).await.expect("the request can be signed")
}

fn faults(text: &str) -> Faults {
    text.parse().expect("a list of faults")
}

#[tokio::test]
async fn section_8_4_a_bootstrap_registers_stores_and_signs() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let enrollment = installation.enrollment();
    let login = login(&authority, ACCOUNT).await;
    let agent = enrollment.bootstrap(&login, Some("conversation")).await.expect("the authority is sound");
    let ended = call(&agent, &authority, &installation.clock, None).await;
    assert_eq!((ended.status(), ended.sent), (200, 1));
    assert_eq!(ended.last.verified()["account_id"], ACCOUNT);
    let record = &installation.document(RECORD)["agent_identity"];
    assert_eq!(record["agent_runtime_id"], agent.agent_runtime_id());
    assert_eq!(record["task_id"], ended.last.verified()["task_id"]);
    let known = agents(&authority).await;
    assert_eq!(known.len(), 1);
    assert_eq!(known[0]["tasks"].as_array().map(Vec::len), Some(1), "C1: one run task");
}

#[tokio::test]
async fn l3_after_a_restart_nothing_is_sent_and_no_task_is_had_again() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let login = login(&authority, ACCOUNT).await;
    let agent = installation.enrollment().bootstrap(&login, None).await.expect("sound");
    let thread = agent.ensure_task(Some("thread"), None).await.expect("sound");
    let record = installation.document(RECORD);
    installation.notes.take();

    for restart in 0..2 {
        let enrollment = installation.enrollment();
        let agent = match restart {
            0 => enrollment.bootstrap(&login, None).await,
            _ => enrollment.load().await,
        };
        let agent = agent.expect("what is stored is enough");
        assert_eq!(agent.ensure_task(Some("thread"), None).await.as_ref(), Ok(&thread));
        agent.ensure_task(None, None).await.expect("it is in the record");
        assert_eq!(installation.requests_made(), 0);
        assert_eq!(call(&agent, &authority, &installation.clock, Some("thread")).await.status(), 200);
    }
    assert_eq!(installation.document(RECORD), record, "§8.4: nothing saved");
    assert_eq!((answers(&authority, "agent", None).await, answers(&authority, "task", None).await), (1, 2));
}

#[tokio::test]
async fn section_8_4_a_reused_identity_is_not_saved_again() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let login = login(&authority, ACCOUNT).await;
    installation.enrollment().bootstrap(&login, None).await.expect("sound");
    let before = (installation.document(RECORD), installation.document(TASKS));
    for days in 1..=2 {
        installation.clock.shift(days * 24 * 3_600_000);
        installation.notes.take();
        let enrollment = installation.enrollment();
        if days == 1 { enrollment.bootstrap(&login, None).await } else { enrollment.load().await }.expect("what is stored is enough");
        assert!(installation.notes.take().iter().all(|effect| effect.kind == "load"), "nothing is written");
        assert_eq!((installation.document(RECORD), installation.document(TASKS)), before, "L2: registered_at is when it was registered");
    }
}

#[tokio::test]
async fn j9_j10_a_login_with_a_jwt_registers_nothing_and_its_tasks_survive_a_restart() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let issued = authority.identity_jwt(&IdentitySubject::new(ACCOUNT, "user-1")).await.expect("the ids can be sent");
    let agent = installation.enrollment().login(&issued.jwt).await.expect("a good token");
    assert_eq!(agent.agent_runtime_id(), issued.agent_runtime_id);
    assert_eq!(answers(&authority, "task", None).await, 0);
    let stored = installation.document(RECORD);
    assert_eq!(stored, json!({"auth_mode": "agentIdentity", "agent_identity": *issued.jwt}));

    let first = call(&agent, &authority, &installation.clock, None).await.last;
    assert_eq!(first.verified()["account_id"], ACCOUNT);
    assert_eq!(installation.document(RECORD), stored, "J10: storage keeps the string");

    let agent = installation.enrollment().load().await.expect("the token is still good");
    let second = call(&agent, &authority, &installation.clock, None).await.last;
    assert_eq!(second.signed.task_id, first.signed.task_id, "L3 holds for JWT logins too");
    assert_eq!((answers(&authority, "jwks", None).await, answers(&authority, "task", None).await), (2, 1), "J5: no cache");
}

#[tokio::test]
async fn j9_a_failed_login_writes_nothing() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let expired = IdentitySubject { lifetime_s: 0, ..IdentitySubject::new(ACCOUNT, "user-1") };
    let issued = authority.identity_jwt(&expired).await.expect("the ids can be sent");
    installation.clock.shift(120_000);
    assert_eq!(installation.enrollment().login(&issued.jwt).await.expect_err("expired").code, "jwt-expired");
    let elsewhere = installation.builder().allowed_workspaces(["account-9".to_owned()]).surroundings(installation.surroundings());
    let elsewhere = elsewhere.build(agent_identity_tests::component(agent_identity_host::Profile::Wide)).expect("valid");
    installation.notes.take();
    assert_eq!(elsewhere.login(&issued.jwt).await.expect_err("J3").code, "workspace-not-allowed");
    assert_eq!(installation.requests_made(), 0, "J3: before any network use");
    assert_eq!((installation.document(RECORD), installation.document(TASKS)), (json!(null), json!(null)));
}

#[tokio::test]
async fn b3_logout_leaves_nothing_behind_and_ends_the_use() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let enrollment = installation.enrollment();
    let login = login(&authority, ACCOUNT).await;
    let first = enrollment.bootstrap(&login, None).await.expect("sound");
    enrollment.logout().await.expect("the folder can be written");
    assert!(enrollment.agent().is_none());
    assert_eq!((installation.document(RECORD), installation.document(TASKS)), (json!(null), json!(null)));
    assert_eq!(enrollment.load().await.expect_err("nothing is stored").code, "auth-material-missing");
    let second = enrollment.bootstrap(&login, None).await.expect("sound");
    assert_ne!(first.agent_runtime_id(), second.agent_runtime_id(), "a new login starts without the old identity");
}

#[tokio::test]
async fn l5_a_run_task_that_only_the_record_knows_is_accepted_and_noted() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let login = login(&authority, ACCOUNT).await;
    installation.enrollment().bootstrap(&login, None).await.expect("sound");
    std::fs::remove_file(installation.home().join(TASKS)).expect("it is there");
    installation.notes.take();
    let agent = installation.enrollment().bootstrap(&login, None).await.expect("the record is enough");
    assert_eq!(installation.requests_made(), 0);
    assert_eq!(installation.document(TASKS)["tasks"][0]["task_id"], json!(agent.task(None).expect("sound")));
}

#[tokio::test]
async fn section_8_4_an_identity_of_another_backend_is_registered_anew() {
    let (one, other) = (authority().await, authority().await);
    let installation = Installation::new(&one);
    let agent = installation.enrollment().bootstrap(&login(&one, ACCOUNT).await, None).await.expect("sound");
    let elsewhere = agent_identity_host::Enrollment::builder(other.authapi_base()).surroundings(installation.surroundings());
    let elsewhere = elsewhere.build(agent_identity_tests::component(agent_identity_host::Profile::Portable)).expect("valid");
    let moved = elsewhere.bootstrap(&login(&other, ACCOUNT).await, None).await.expect("sound");
    assert_ne!(agent.agent_runtime_id(), moved.agent_runtime_id());
    assert_eq!(call(&moved, &other, &installation.clock, None).await.status(), 200);
}

#[tokio::test]
async fn l10_l11_n12_used_up_attempts_forbid_bootstraps_of_this_account_for_an_hour() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let enrollment = installation.enrollment();
    let (one, other) = (login(&authority, ACCOUNT).await, login(&authority, "account-2").await);
    authority.set_faults(faults("agent/500:3"));
    let error = enrollment.bootstrap(&one, None).await.expect_err("a fault");
    assert_eq!((error.code.as_str(), error.attempts, error.from_cooldown), ("bootstrap-unavailable", Some(3), false));
    assert_eq!(error.cause.as_deref(), Some("server-unavailable"));
    installation.notes.take();
    let error = enrollment.bootstrap(&one, None).await.expect_err("a cooldown");
    assert_eq!((error.code.as_str(), error.attempts, error.from_cooldown), ("bootstrap-unavailable", Some(0), true));
    assert_eq!(error.retry_after_s, Some(3600));
    assert_eq!(installation.requests_made(), 0);
    enrollment.bootstrap(&other, None).await.expect("L11: another account");
    installation.clock.advance(3_599_999);
    assert!(enrollment.bootstrap(&one, None).await.expect_err("a cooldown").from_cooldown);
    installation.clock.shift(0);
    installation.clock.advance(1);
    installation.clock.shift(0);
    enrollment.bootstrap(&one, None).await.expect("the hour is over");
}

#[tokio::test]
async fn l9_n10_each_wait_is_announced_and_jittered() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let enrollment = installation.enrollment();
    let login = login(&authority, ACCOUNT).await;
    authority.set_faults(faults("agent/500:2,task/drop:1"));
    enrollment.bootstrap(&login, Some("talk")).await.expect("the third attempt succeeds");
    let events = installation.events.take();
    let told: Vec<_> = events.iter().map(|event| (kind_text(event.kind), event.subject.as_str(), event.attempt)).collect();
    let expected = [
        ("registering", "agent", 1),
        ("retry-scheduled", "agent", 2),
        ("registering", "agent", 2),
        ("retry-scheduled", "agent", 3),
        ("registering", "agent", 3),
        ("registered", "agent", 3),
        ("registering", "task", 1),
        ("retry-scheduled", "task", 2),
        ("registering", "task", 2),
        ("registered", "task", 2),
    ];
    assert_eq!(told, expected);
    assert!(events.iter().all(|event| event.conversation.as_deref() == Some("talk") && event.key_digest.len() == 16));
    let announced: Vec<_> =
        events.iter().filter(|event| event.kind == EventKind::RetryScheduled).filter_map(|event| event.delay_ms).collect();
    let slept: Vec<_> = installation.notes.take().into_iter().filter(|effect| effect.kind == "sleep").map(|effect| effect.what).collect();
    assert_eq!(announced.iter().map(u64::to_string).collect::<Vec<_>>(), slept);
    for (delay_ms, base) in announced.iter().zip([200, 400, 200]) {
        let delay = Duration::from_millis(*delay_ms);
        assert!(delay >= Duration::from_millis(base * 9 / 10) && delay <= Duration::from_millis(base * 11 / 10), "{announced:?}");
    }
}
