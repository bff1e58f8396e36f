//! Changing the key.

use crate::life::call;
use agent_identity_host::Enrollment;
use agent_identity_host::authority::RunningAuthority;
use agent_identity_host::enrollment::ManagedLogin;
use agent_identity_host::storage::RECORD;
use agent_identity_tests::installation::{ACCOUNT, Installation, agents, answers, authority, login};
use serde_json::Value;

struct Scene {
    authority: RunningAuthority,
    installation: Installation,
    enrollment: Enrollment,
    login: ManagedLogin,
}

async fn scene() -> Scene {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let login = login(&authority, ACCOUNT).await;
    let enrollment = installation.enrollment();
    enrollment.bootstrap(&login, None).await.expect("sound");
    Scene { authority, installation, enrollment, login }
}

#[tokio::test]
async fn rotation_the_old_key_signs_until_the_new_one_is_accepted() {
    let Scene { authority, installation, enrollment, login } = scene().await;
    let old = enrollment.agent().expect("bootstrapped");
    let waiting = enrollment.rotate(&login.access_token).await.expect("sound");
    assert_ne!(waiting, old.agent_runtime_id());
    let document = installation.document(RECORD);
    assert_eq!(document["agent_identity"]["agent_runtime_id"], old.agent_runtime_id());
    assert_eq!(document["agent_identity_next"]["agent_runtime_id"], waiting);
    assert_eq!(call(&old, &authority, &installation.clock, None).await.status(), 200, "the overlap");

    let new = enrollment.finish_rotation(true).await.expect("sound");
    assert_eq!(new.agent_runtime_id(), waiting);
    assert_eq!(enrollment.agent().map(|agent| agent.agent_runtime_id().to_owned()), Some(waiting.clone()));
    let document = installation.document(RECORD);
    assert_eq!(document["agent_identity"]["agent_runtime_id"], waiting);
    assert_eq!(document["agent_identity_next"], Value::Null);
    let requests = answers(&authority, "task", None).await;
    assert_eq!(call(&new, &authority, &installation.clock, None).await.status(), 200);
    let restarted = installation.enrollment().load().await.expect("stored");
    assert_eq!(call(&restarted, &authority, &installation.clock, None).await.status(), 200);
    assert_eq!(answers(&authority, "task", None).await, requests, "its run task came with the rotation");
    assert_eq!(agents(&authority).await.len(), 2);
}

#[tokio::test]
async fn rotation_given_up_leaves_the_old_key_alone() {
    let Scene { authority, installation, enrollment, login } = scene().await;
    let before = installation.document(RECORD);
    let old = enrollment.agent().expect("bootstrapped");
    enrollment.rotate(&login.access_token).await.expect("sound");
    let kept = enrollment.finish_rotation(false).await.expect("sound");
    assert_eq!(kept.agent_runtime_id(), old.agent_runtime_id());
    assert_eq!(installation.document(RECORD), before);
    assert_eq!(call(&kept, &authority, &installation.clock, None).await.status(), 200);
    assert_eq!(enrollment.finish_rotation(true).await.expect_err("over").code, "config-invalid");
}

#[tokio::test]
async fn rotation_that_fails_changes_nothing_and_is_begun_anew() {
    let Scene { authority, installation, enrollment, login } = scene().await;
    let before = installation.document(RECORD);
    for fault in ["agent/400:1", "task/400:1", "agent/500:3", "task/drop:3"] {
        authority.set_faults(fault.parse().expect("a fault"));
        enrollment.rotate(&login.access_token).await.expect_err(fault);
        assert_eq!(installation.document(RECORD), before, "{fault}");
        let agent = enrollment.agent().expect("still in use");
        assert_eq!(call(&agent, &authority, &installation.clock, None).await.status(), 200, "{fault}");
    }
    enrollment.rotate(&login.access_token).await.expect("no fault is left");
}

#[tokio::test]
async fn rotation_that_waits_survives_a_restart_and_is_not_begun_twice() {
    let Scene { authority, installation, enrollment, login } = scene().await;
    let waiting = enrollment.rotate(&login.access_token).await.expect("sound");
    let restarted = installation.enrollment();
    let old = restarted.load().await.expect("stored");
    assert_ne!(old.agent_runtime_id(), waiting, "the old one is in use");
    installation.notes.take();
    assert_eq!(restarted.rotate(&login.access_token).await.as_ref(), Ok(&waiting));
    assert_eq!(installation.requests_made(), 0, "the one that waits is kept");
    let new = restarted.finish_rotation(true).await.expect("sound");
    assert_eq!(call(&new, &authority, &installation.clock, None).await.status(), 200);
}

#[tokio::test]
async fn rotation_says_that_it_is_finished_if_it_is() {
    let Scene { authority: _authority, installation, enrollment, login } = scene().await;
    enrollment.rotate(&login.access_token).await.expect("sound");
    let before = installation.document(RECORD);
    installation.clock.shift(253_402_300_800_000);
    let finished = enrollment.finish_rotation(true).await;
    assert_eq!(finished.is_err(), installation.document(RECORD) == before, "{finished:?}");
}
