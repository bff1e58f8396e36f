//! A trap spoils one instance and nothing else.

use agent_identity_host::types::{ExternalTaskRef, PrivateForm};
use agent_identity_host::{Agent, Component, Key, LoadOptions, Profile, Session, Signer};
use agent_identity_tests::flows::AUTHAPI;
use agent_identity_tests::{APRIL_MS, NoRandom, SetClock};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// More than the memory of [`small`] holds.
const TOO_MUCH: usize = 8 << 20;

/// A component whose instances have little memory.
fn small(profile: Profile) -> Component {
    let options = LoadOptions { profile, cache: None, memory_limit: 4 << 20, ..LoadOptions::default() };
    Component::load_with(options).expect("the component loads")
}

fn session(component: &Component) -> Session {
    Session::new(component, Arc::new(SetClock::at(APRIL_MS)), Arc::new(NoRandom)).expect("an instance")
}

fn key() -> Key {
    Key::held(PrivateForm::Seed, [7; 32])
}

/// Asked of an instance that has all the time it wants.
fn public_key(profile: Profile) -> Vec<u8> {
    let mut session = agent_identity_tests::session(profile);
    let key = session.import_key(PrivateForm::Seed, &[7; 32]).expect("a seed is a key");
    session.public_forms(&key).expect("sound").raw
}

const HEADER_BYTES: usize = 270;

#[test]
fn a_trap_is_internal_and_spoils_the_instance() {
    for profile in Profile::ALL {
        let component = small(profile);
        let mut session = session(&component);
        assert!(session.is_sound());
        let error = session.parse_assertion(&"A".repeat(TOO_MUCH)).expect_err("there is no room for it");
        assert_eq!(error.code, "internal");
        assert!(!session.is_sound());
        assert_eq!(session.parse_assertion("x").expect_err("spoilt").code, "internal");
        assert_eq!(session.unicode_version().expect_err("spoilt").code, "internal");
    }
}

#[test]
fn handles_of_a_spoilt_instance_stand_for_nothing_in_the_next() {
    for profile in Profile::ALL {
        let component = small(profile);
        let mut old = session(&component);
        let key = old.import_key(PrivateForm::Seed, &[7; 32]).expect("a seed is a key");
        old.parse_assertion(&"A".repeat(TOO_MUCH)).expect_err("there is no room for it");
        let mut new = session(&component);
        let other = new.import_key(PrivateForm::Seed, &[8; 32]).expect("a seed is a key");
        assert_eq!(new.public_forms(&key).expect_err("a handle of another instance").code, "internal");
        assert_eq!(new.release(key).expect_err("a handle of another instance").code, "internal");
        assert!(new.is_sound(), "a wrong handle does no harm");
        assert!(new.authorize(&other, "agent-123", "task-123", 0).is_ok());
    }
}

#[tokio::test]
async fn a_signer_goes_on_with_a_new_instance() {
    for profile in Profile::ALL {
        let signer = Signer::new(small(profile), Arc::new(SetClock::at(APRIL_MS)), Arc::new(NoRandom), key()).expect("the key is good");
        let before = signer.authorize("agent-123", "task-123", 0).await.expect("valid fields");
        let error = signer.authorize("agent-123", &"x".repeat(TOO_MUCH), 0).await.expect_err("there is no room for it");
        assert_eq!(error.code, "internal");
        let after = signer.authorize("agent-123", "task-123", 0).await.expect("valid fields");
        assert_eq!(before, after);
        assert_eq!(after.len(), HEADER_BYTES);
    }
}

#[tokio::test]
async fn an_agent_goes_on_with_its_tasks() {
    for profile in Profile::ALL {
        let component = small(profile);
        let agent = Agent::builder("agent-123", key(), AUTHAPI).account("account-1", "user-1").clock(Arc::new(SetClock::at(APRIL_MS)));
        let agent = agent.random(Arc::new(NoRandom)).build(&component).expect("valid parts");
        agent.adopt_task(None, "task-123").expect("a valid id");
        agent.adopt_task(Some("ref"), "task-9").expect("a valid id");
        let before = agent.authorize(None).await.expect("the task is known");
        let large = ExternalTaskRef { kind: "opaque".into(), value: Some("x".repeat(TOO_MUCH)) };
        assert_eq!(agent.normalize(&large).expect_err("there is no room for it").code, "internal");
        assert_eq!(agent.task(None), Ok(Some("task-123".into())));
        assert_eq!(agent.task(Some("ref")), Ok(Some("task-9".into())));
        assert_eq!(agent.authorize(None).await.expect("the task is known"), before);
        assert_eq!(agent.register_task(Some(&large), None).await.expect_err("there is no room for it").code, "internal");
        assert_eq!(agent.authorize(Some("ref")).await.expect("the task is known").len(), 2);
    }
}

#[test]
fn a_call_that_takes_too_long_is_stopped() {
    for profile in Profile::ALL {
        let call_deadline = Duration::from_millis(50);
        let options = LoadOptions { profile, cache: None, call_deadline, memory_limit: 256 << 20 };
        let component = Component::load_with(options).expect("the component loads");
        let raw = public_key(profile);
        let mut session = session(&component);
        // Hashing this takes the component many times its deadline.
        let message = vec![0; 64 << 20];
        let start = Instant::now();
        let error = session.verify_signature(&raw, &message, &[1; 64]).map(|valid| assert!(!valid));
        println!("{}: stopped after {} ms", profile.as_str(), start.elapsed().as_millis());
        assert_eq!(error.expect_err("the deadline passes").code, "internal");
        assert!(!session.is_sound());
    }
}

#[test]
fn the_deadline_is_that_of_each_call_and_not_of_the_instance() {
    for profile in Profile::ALL {
        let call_deadline = Duration::from_millis(500);
        let options = LoadOptions { profile, cache: None, call_deadline, ..LoadOptions::default() };
        let component = Component::load_with(options).expect("the component loads");
        let mut session = session(&component);
        let key = session.import_key(PrivateForm::Seed, &[7; 32]).expect("a seed is a key");
        let start = Instant::now();
        while start.elapsed() < 2 * call_deadline {
            session.authorize(&key, "agent-123", "task-123", 0).expect("each call is quick");
        }
        assert!(session.is_sound());
    }
}

#[test]
fn instances_do_not_share_memory() {
    for profile in Profile::ALL {
        let component = small(profile);
        let (mut one, mut other) = (session(&component), session(&component));
        let key = one.import_key(PrivateForm::Seed, &[7; 32]).expect("a seed is a key");
        other.parse_assertion(&"A".repeat(TOO_MUCH)).expect_err("there is no room for it");
        assert!(one.authorize(&key, "agent-123", "task-123", 0).is_ok(), "the trap was the other's");
    }
}
