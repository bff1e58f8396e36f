use super::world::{World, code};
use super::{AGENT, Change, Completion, TASK, unavailable};
use crate::documents::AUTH;
use alloc::string::ToString;
use serde_json::json;

fn rotate() -> Change {
    Change::Rotate("token-one".into())
}

fn bootstrapped() -> World {
    let world = World::new();
    world.bootstrap(&world.enrollment(), "one");
    world
}

#[test]
fn the_record_carries_both_keys_until_the_rotation_is_finished() {
    let world = bootstrapped();
    let enrollment = world.enrollment();
    world.change(&enrollment, Change::Load);
    let ended = world.change(&enrollment, rotate());
    assert!(matches!(&ended.result, Ok(Completion::RotationPending(id)) if id.as_str() == "agent-2"));
    assert_eq!(world.auth_json()["agent_identity"]["agent_runtime_id"], "agent-1");
    assert_eq!(world.auth_json()["agent_identity_next"]["agent_runtime_id"], "agent-2");
    assert_eq!(enrollment.agent().unwrap().agent_runtime_id().as_str(), "agent-1", "the old one goes on signing");
    let asked = world.requests.borrow().len();
    world.change(&enrollment, rotate());
    assert_eq!(world.requests.borrow().len(), asked, "a rotation under way is not begun again");

    assert_eq!(code(&world.change(&enrollment, Change::FinishRotation(true)).result), "ok");
    assert_eq!(world.auth_json()["agent_identity"]["agent_runtime_id"], "agent-2");
    assert!(world.auth_json()["agent_identity_next"].is_null());
    let agent = enrollment.agent().unwrap();
    assert_eq!((agent.agent_runtime_id().as_str(), agent.task(None).unwrap().as_str()), ("agent-2", "task-2"));
    assert_eq!(code(&world.change(&enrollment, Change::FinishRotation(true)).result), "config-invalid");
}

#[test]
fn a_rotation_can_be_taken_back() {
    let world = bootstrapped();
    let before = world.auth_json();
    let enrollment = world.enrollment();
    world.change(&enrollment, Change::Load);
    world.change(&enrollment, rotate());
    assert_eq!(code(&world.change(&enrollment, Change::FinishRotation(false)).result), "ok");
    assert_eq!(world.auth_json(), before);
    assert_eq!(enrollment.agent().unwrap().agent_runtime_id().as_str(), "agent-1");
}

#[test]
fn a_rotation_that_fails_to_register_changes_nothing() {
    for (times, end) in [(3, AGENT), (3, TASK)] {
        let world = bootstrapped();
        let before = world.documents.borrow().clone();
        let enrollment = world.enrollment();
        world.change(&enrollment, Change::Load);
        world.fail_times(times, end, &unavailable());
        assert_eq!(code(&world.change(&enrollment, rotate()).result), "bootstrap-unavailable");
        assert_eq!(*world.documents.borrow(), before);
        assert_eq!(enrollment.agent().unwrap().agent_runtime_id().as_str(), "agent-1");
    }
}

#[test]
fn the_key_of_a_jwt_login_or_of_none_cannot_be_rotated() {
    let world = World::new();
    assert_eq!(code(&world.change(&world.enrollment(), rotate()).result), "auth-material-missing");
    world.documents.borrow_mut().insert(AUTH.into(), json!({"agent_identity": "a.b.c"}).to_string().into_bytes());
    assert_eq!(code(&world.change(&world.enrollment(), rotate()).result), "auth-material-missing");
}

#[test]
fn a_crash_at_any_effect_of_a_rotation_loses_no_key() {
    let measured = bootstrapped();
    let enrollment = measured.enrollment();
    measured.change(&enrollment, Change::Load);
    let rotating = measured.change(&enrollment, rotate()).effects;
    let finishing = measured.change(&enrollment, Change::FinishRotation(true)).effects;
    for killed_after in 0..rotating + finishing {
        let world = bootstrapped();
        let enrollment = world.enrollment();
        world.change(&enrollment, Change::Load);
        let operation = enrollment.begin(rotate(), None, world.ports.clone()).unwrap();
        if world.run(operation, killed_after).is_some() {
            let operation = enrollment.begin(Change::FinishRotation(true), None, world.ports.clone()).unwrap();
            assert!(world.run(operation, killed_after - rotating).is_none());
        }
        let restarted = world.enrollment();
        assert_eq!(code(&world.change(&restarted, Change::Load).result), "ok", "{killed_after}: one identity that works");
        let stored = world.auth_json();
        let in_use = stored["agent_identity"]["agent_runtime_id"].as_str().unwrap();
        assert_eq!(restarted.agent().unwrap().agent_runtime_id().as_str(), in_use);
        if in_use == "agent-1" {
            assert_eq!(code(&world.change(&restarted, rotate()).result), "ok");
            assert_eq!(code(&world.change(&restarted, Change::FinishRotation(true)).result), "ok");
        }
        assert_ne!(world.auth_json()["agent_identity"]["agent_runtime_id"], "agent-1");
        assert!(world.auth_json()["agent_identity_next"].is_null());
    }
}
