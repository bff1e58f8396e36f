//! An identity is got, kept, changed and lost.

use super::{bootstrapped, config, enrolled, instance, model_request};
use agent_identity_host::Surroundings;
use agent_identity_host::driver::EventKind;
use agent_identity_host::storage::{RECORD, TASKS};
use agent_identity_tests::faulty::{Machine, Trouble};
use agent_identity_tests::installation::{ACCOUNT, Installation, agents, answers, authority, http, login};
use serde_json::Value;
use std::sync::Arc;

#[tokio::test]
async fn section_8_4_a_bootstrap_registers_agent_and_run_task_and_the_next_process_loads_them() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let agent = bootstrapped(&authority, &installation).await;
    let identity = agent.identity().await.expect("sound").expect("signed in");
    let record = &installation.document(RECORD)["agent_identity"];
    assert_eq!(record["agent_runtime_id"], identity.agent_runtime_id);
    assert_eq!(record["task_id"].as_str(), identity.task_id.as_deref());
    let kinds: Vec<_> = agent.take_events().await.expect("sound").iter().map(|event| event.kind).collect();
    let expected = [EventKind::Registering, EventKind::Registered, EventKind::Registering, EventKind::Registered];
    assert_eq!(kinds, expected, "L9");
    let next = enrolled(&authority, &installation).await;
    assert_eq!(next.load().await.expect("stored"), identity.agent_runtime_id);
    let answer = next.send_signed(model_request(&authority), None, None).await.expect("sent");
    assert_eq!((answer.response.status, answer.repeated, answer.rejection.class.as_str()), (200, false, "none"));
    assert_eq!(agents(&authority).await.len(), 1);
}

#[tokio::test]
async fn j1_a_login_with_an_identity_jwt_signs_for_its_agent() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let refused = enrolled(&authority, &installation).await.login(&"e30.e30.c2ln".to_owned().into()).await.expect_err("no such token");
    assert!(refused.code.starts_with("jwt-"), "{}", refused.code);
    assert_eq!(installation.document(RECORD), Value::Null);
}

#[tokio::test]
async fn a_rotation_puts_the_new_key_in_the_place_of_the_old_one() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let agent = bootstrapped(&authority, &installation).await;
    let first = agent.identity().await.expect("sound").expect("signed in").agent_runtime_id;
    let token = login(&authority, ACCOUNT).await.access_token;
    let waiting = agent.rotate(&token).await.expect("registered");
    assert_ne!(waiting, first);
    assert_eq!(agent.identity().await.expect("sound").expect("signed in").agent_runtime_id, first);
    assert_eq!(agent.finish_rotation(true).await.expect("sound"), waiting);
    assert_eq!(agent.send_signed(model_request(&authority), None, None).await.expect("sent").response.status, 200);
    assert_eq!(installation.document(RECORD)["agent_identity"]["agent_runtime_id"], waiting);
    assert_eq!(agent.finish_rotation(true).await.expect_err("none is under way").code, "config-invalid");
}

#[tokio::test]
async fn b3_a_logout_forgets_everything_and_nothing_is_signed_any_more() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let agent = bootstrapped(&authority, &installation).await;
    agent.logout().await.expect("sound");
    assert_eq!((installation.document(RECORD), installation.document(TASKS)), (Value::Null, Value::Null));
    assert_eq!(agent.authorize(None).await.expect_err("nobody is signed in").code, "auth-material-missing");
    assert_eq!(agent.send_signed(model_request(&authority), None, None).await.expect_err("A6").code, "auth-material-missing");
    assert_eq!(answers(&authority, "responses", None).await, 0);
}

#[tokio::test]
async fn b2_a_storage_that_changes_meanwhile_is_read_again_and_one_that_fails_loses_nothing() {
    let authority = authority().await;
    let installation = Installation::new(&authority);
    let machine = Arc::new(Machine::new(http(), installation.storage()));
    let surroundings = Surroundings::default().http(machine.clone()).storage(machine.clone()).clock(installation.clock.clone());
    let agent = instance(surroundings).await.enroll(&config(&authority)).await.expect("valid");
    let login = login(&authority, ACCOUNT).await;
    machine.set(Trouble::Unwritable);
    assert_eq!(agent.bootstrap(&login, None).await.expect_err("it cannot be stored").code, "store-write-failed");
    assert_eq!(installation.document(RECORD), Value::Null);
    machine.set(Trouble::Contended(2));
    let stored = agent.bootstrap(&login, None).await;
    machine.set(Trouble::None);
    if let Err(error) = stored {
        // A cooldown may answer; then another process succeeds.
        assert_eq!(error.code, "bootstrap-unavailable");
        enrolled(&authority, &installation).await.bootstrap(&login, None).await.expect("sound");
    }
    assert_ne!(installation.document(RECORD)["agent_identity"], Value::Null);
}
