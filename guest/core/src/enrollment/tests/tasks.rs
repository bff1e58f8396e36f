//! Tasks of the agent of an enrollment.

use super::world::{Ended, World, code};
use super::{Agent, Code, Completion, EventKind, TASK, TASKS, kinds, unavailable};
use crate::agent::TaskRequest;
use crate::identifiers::TaskId;
use crate::task_ref::TaskRef;
use alloc::rc::Rc;
use alloc::string::String;

fn request(reference: Option<&str>) -> TaskRequest {
    let reference = reference.map(|value| TaskRef::from_normalized(value).unwrap());
    TaskRequest { reference, conversation: None, can_register: true, refused: None }
}

fn ensure(world: &World, agent: &Rc<Agent>, request: TaskRequest) -> Ended {
    world.run(agent.ensure_task(request, world.ports.clone()), usize::MAX).unwrap()
}

fn id(ended: &Ended) -> String {
    match &ended.result {
        Ok(Completion::TaskRegistered(id)) => id.as_str().into(),
        other => panic!("{other:?}"),
    }
}

fn world() -> (World, Rc<Agent>) {
    let world = World::new();
    let enrollment = world.enrollment();
    world.bootstrap(&enrollment, "one");
    let agent = enrollment.agent().unwrap();
    (world, agent)
}

fn restarted(world: &World) -> Rc<Agent> {
    let enrollment = world.enrollment();
    world.bootstrap(&enrollment, "one");
    enrollment.agent().unwrap()
}

#[test]
fn l2_l3_a_task_is_registered_once_and_survives_a_restart() {
    let (world, agent) = world();
    let first = ensure(&world, &agent, request(Some("thread")));
    assert_eq!((id(&first).as_str(), kinds(&first)), ("task-2", [EventKind::Registering, EventKind::Registered].to_vec()));
    let again = ensure(&world, &agent, request(Some("thread")));
    assert_eq!((id(&again).as_str(), again.effects, kinds(&again)), ("task-2", 0, [EventKind::Reused].to_vec()));
    let asked = world.requests.borrow().len();
    let agent = restarted(&world);
    let ended = ensure(&world, &agent, request(Some("thread")));
    assert_eq!((id(&ended).as_str(), world.requests.borrow().len()), ("task-2", asked));
    assert_eq!(world.stored_tasks().len(), 2);
}

#[test]
fn without_leave_to_register_a_missing_task_is_an_error() {
    let (world, agent) = world();
    let ended = ensure(&world, &agent, TaskRequest { can_register: false, ..request(Some("thread")) });
    assert_eq!(code(&ended.result), "run-task-missing");
    let ended = ensure(&world, &agent, TaskRequest { can_register: false, ..request(None) });
    assert_eq!(id(&ended), "task-1");
}

#[test]
fn l4_a_stored_task_of_another_binding_is_dropped_and_replaced() {
    for member in ["account_id", "chatgpt_user_id", "authapi_base", "key_thumbprint"] {
        let (world, agent) = world();
        ensure(&world, &agent, request(Some("thread")));
        let document = String::from_utf8(world.documents.borrow()[TASKS].clone()).unwrap();
        let mut document: serde_json::Value = serde_json::from_str(&document).unwrap();
        document["tasks"][1][member] = "another".into();
        world.documents.borrow_mut().insert(TASKS.into(), serde_json::to_vec(&document).unwrap());
        let agent = restarted(&world);
        let ended = ensure(&world, &agent, request(Some("thread")));
        assert_eq!(id(&ended), "task-3");
        assert_eq!((ended.events[0].kind, ended.events[0].code), (EventKind::Dropped, Some(Code::TaskBindingMismatch)), "{member}");
        assert_eq!(world.stored_tasks().len(), 2, "the old entry is gone");
    }
}

#[test]
fn l7_l8_a_failure_leaves_nothing_and_touches_no_other_task() {
    let (world, agent) = world();
    world.fail_times(3, TASK, &unavailable());
    let ended = ensure(&world, &agent, request(Some("thread")));
    assert_eq!(code(&ended.result), "task-register-unavailable");
    assert_eq!(world.stored_tasks().len(), 1);
    assert_eq!(agent.task(None).unwrap().as_str(), "task-1");
    assert_eq!(id(&ensure(&world, &agent, request(Some("thread")))), "task-2", "the next call tries again; no cooldown");
}

#[test]
fn d1_a_refused_task_is_replaced_once_whoever_asks() {
    let (world, agent) = world();
    let refused = |id: &str| TaskRequest { refused: Some(TaskId::parse(id).unwrap()), ..request(None) };
    let ended = ensure(&world, &agent, refused("task-1"));
    assert_eq!((id(&ended).as_str(), ended.events[0].code), ("task-2", Some(Code::RejectedTask)));
    assert_eq!(world.auth_json()["agent_identity"]["task_id"], "task-2", "the record follows");
    assert_eq!(world.stored_tasks()[0]["task_id"], "task-2");
    let asked = world.requests.borrow().len();
    assert_eq!(id(&ensure(&world, &agent, refused("task-1"))), "task-2", "another caller's new task is used");
    assert_eq!(world.requests.borrow().len(), asked);
}

#[test]
fn d1_a_replacement_that_fails_names_its_cause_and_the_refused_task_stays_dropped() {
    let (world, agent) = world();
    world.faults.borrow_mut().push((TASK, Ok((400, "no".into()))));
    let refused = TaskRequest { refused: Some(TaskId::parse("task-1").unwrap()), ..request(None) };
    let error = ensure(&world, &agent, refused).result.unwrap_err();
    assert_eq!((error.code.as_str(), error.cause), ("task-register-rejected", Some("rejected-task")));
    assert_eq!(id(&ensure(&world, &agent, request(None))), "task-2", "what the task store says of it is not believed");
}

#[test]
fn l2_a_task_that_cannot_be_stored_is_used_all_the_same() {
    let (world, agent) = world();
    world.unwritable.borrow_mut().push(TASKS);
    let ended = ensure(&world, &agent, request(Some("thread")));
    assert_eq!(id(&ended), "task-2");
    assert_eq!(ended.events.last().map(|event| event.code), Some(Some(Code::StoreWriteFailed)));
    assert_eq!(id(&ensure(&world, &agent, request(Some("thread")))), "task-2");
}
