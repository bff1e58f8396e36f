mod login;
mod rotation;
mod tasks;
pub(crate) mod world;

use super::*;
use crate::flow::HttpFailure;
use alloc::format;
use alloc::string::ToString;
use serde_json::json;
use world::{BASE, Ended, World, bootstrap, code};

fn kinds(ended: &Ended) -> Vec<EventKind> {
    ended.events.iter().map(|event| event.kind).collect()
}

fn unavailable() -> world::Answer {
    Ok((503, "busy".into()))
}

const AGENT: &str = "/v1/agent/register";
const TASK: &str = "/task/register";

#[test]
fn section_8_4_none_stored_registers_agent_and_run_task_then_saves_both() {
    let world = World::new();
    let enrollment = world.enrollment();
    let ended = world.bootstrap(&enrollment, "one");
    assert_eq!(code(&ended.result), "ok");
    let expected = [EventKind::Registering, EventKind::Registered, EventKind::Registering, EventKind::Registered];
    assert_eq!(kinds(&ended), expected, "L9: each before the wait it describes");
    assert!(ended.events.iter().all(|event| event.conversation.as_deref() == Some("conversation") && event.key_digest.len() == 16));
    assert_eq!(*world.requests.borrow(), [format!("{BASE}/v1/agent/register"), format!("{BASE}/v1/agent/agent-1/task/register")]);
    let record = &world.auth_json()["agent_identity"];
    assert_eq!((&record["agent_runtime_id"], &record["task_id"]), (&json!("agent-1"), &json!("task-1")));
    assert_eq!((&record["account_id"], &record["email"], &record["plan_type"]), (&json!("one"), &json!("a@b.example"), &json!("pro")));
    assert_eq!(world.stored_tasks()[0]["task_id"], "task-1", "L2: the run task is in the task store too");
    let agent = enrollment.agent().unwrap();
    assert_eq!(agent.task(None).unwrap().as_str(), "task-1");
}

#[test]
fn l3_after_a_restart_nothing_is_sent_and_nothing_written() {
    let world = World::new();
    world.bootstrap(&world.enrollment(), "one");
    let (before, requests) = (world.documents.borrow().clone(), world.requests.borrow().len());
    world.ports.now_ms.set(world.ports.now_ms.get().saturating_add(3_600_000));
    let enrollment = world.enrollment();
    let ended = world.bootstrap(&enrollment, "one");
    assert_eq!(kinds(&ended), [EventKind::Reused]);
    assert_eq!(world.requests.borrow().len(), requests);
    assert_eq!(*world.documents.borrow(), before);
    assert_eq!(world.bootstrap(&enrollment, "one").effects, 0, "a second bootstrap needs no storage either");
}

#[test]
fn section_8_4_other_members_stay_and_another_account_is_ignored_until_saved_over() {
    let world = World::new();
    world.documents.borrow_mut().insert("auth.json".into(), br#"{"tokens":{"access_token":"x"},"n":1.50}"#.to_vec());
    world.bootstrap(&world.enrollment(), "one");
    assert_eq!(world.auth_json()["tokens"]["access_token"], "x");
    assert!(String::from_utf8_lossy(&world.documents.borrow()["auth.json"]).contains("1.50"), "byte for byte");
    let enrollment = world.enrollment();
    world.bootstrap(&enrollment, "two");
    assert_eq!(world.auth_json()["agent_identity"]["account_id"], "two");
    assert_eq!(enrollment.agent().unwrap().agent_runtime_id().as_str(), "agent-2");
    assert_eq!(*world.agents.borrow(), ["one", "two"], "each account registers with its own token");
}

#[test]
fn section_8_4_a_record_without_task_or_with_one_of_another_backend() {
    let world = World::new();
    world.bootstrap(&world.enrollment(), "one");
    let mut document = world.auth_json();
    document["agent_identity"].as_object_mut().unwrap().remove("task_id");
    world.documents.borrow_mut().insert("auth.json".into(), document.to_string().into_bytes());
    world.documents.borrow_mut().remove("agent_tasks.json");
    world.bootstrap(&world.enrollment(), "one");
    assert_eq!((world.agents.borrow().len(), world.tasks.get()), (1, 2), "only the run task is registered");
    assert_eq!(world.auth_json()["agent_identity"]["task_id"], "task-2");
    world.bootstrap(&world.enrollment_at("https://other.example"), "one");
    assert_eq!((world.agents.borrow().len(), world.tasks.get()), (2, 3), "the task store knows the task from another base");
}

#[test]
fn section_8_4_an_identity_jwt_or_a_broken_key_is_no_record_of_the_account() {
    for stored in [
        json!({"agent_identity": "a.b.c"}),
        json!({"agent_identity": {
        "agent_runtime_id": "old", "agent_private_key": "AAAA", "account_id": "one", "chatgpt_user_id": "user-of-one", "email": "",
        "plan_type": "", "chatgpt_account_is_fedramp": false, "task_id": "t"}}),
    ] {
        let world = World::new();
        world.documents.borrow_mut().insert("auth.json".into(), stored.to_string().into_bytes());
        world.bootstrap(&world.enrollment(), "one");
        assert_eq!(world.auth_json()["agent_identity"]["agent_runtime_id"], "agent-1");
    }
}

#[test]
fn b1_nothing_is_stored_unless_both_registrations_succeed_and_the_next_one_makes_a_new_key() {
    let world = World::new();
    world.faults.borrow_mut().push((TASK, Ok((400, "no".into()))));
    let enrollment = world.enrollment();
    assert_eq!(code(&world.bootstrap(&enrollment, "one").result), "task-register-rejected");
    assert!(world.documents.borrow().is_empty());
    assert!(enrollment.agent().is_none());
    assert_eq!(code(&world.bootstrap(&enrollment, "one").result), "ok", "L10: any other error starts no cooldown");
    assert_eq!(world.auth_json()["agent_identity"]["agent_runtime_id"], "agent-2");
}

#[test]
fn b2_a_failed_write_fails_the_call_and_a_document_changed_meanwhile_is_read_again() {
    let world = World::new();
    world.unwritable.borrow_mut().push(AUTH);
    assert_eq!(code(&world.bootstrap(&world.enrollment(), "one").result), "store-write-failed");
    world.unwritable.borrow_mut().clear();

    let enrollment = world.enrollment();
    let mut operation = enrollment.begin(bootstrap("one"), None, world.ports.clone()).unwrap();
    let mut outcome = None;
    let ended = loop {
        match operation.resume(outcome.take()).unwrap().progress.unwrap() {
            crate::flow::Progress::Done(done) => break done,
            crate::flow::Progress::Effect(effect) => {
                if matches!(&effect, crate::flow::Effect::Store(request) if request.name == AUTH) {
                    world.documents.borrow_mut().entry(AUTH.into()).or_insert_with(|| br#"{"foreign":1}"#.to_vec());
                }
                outcome = Some(world.perform(effect));
            }
        }
    };
    assert!(matches!(ended, Completion::SignedIn(_)));
    assert_eq!(world.auth_json()["foreign"], 1, "what another program wrote in between is kept");
}

#[test]
fn n12_l10_used_up_attempts_start_a_cooldown_of_an_hour_for_this_account_only() {
    let world = World::new();
    let enrollment = world.enrollment();
    world.fail_times(3, AGENT, &unavailable());
    let error = world.bootstrap(&enrollment, "one").result.unwrap_err();
    assert_eq!((error.code.as_str(), error.attempts, error.cause), ("bootstrap-unavailable", Some(3), Some("server-unavailable")));
    assert!(error.message.contains("agent"), "the operation is named");
    let asked = world.requests.borrow().len();
    let ended = world.bootstrap(&enrollment, "one");
    let error = ended.result.unwrap_err();
    assert_eq!((error.code.as_str(), error.from_cooldown, error.attempts), ("bootstrap-unavailable", true, Some(0)));
    assert_eq!(ended.events.last().map(|event| event.kind), Some(EventKind::Failed));
    assert_eq!(world.requests.borrow().len(), asked, "no request");
    assert_eq!(code(&world.bootstrap(&enrollment, "two").result), "ok", "another account");
    let start = world.ports.monotonic_ms.get();
    world.ports.monotonic_ms.set(start + 60 * 60 * 1000 - 1);
    assert_eq!(code(&world.bootstrap(&enrollment, "one").result), "bootstrap-unavailable");
    world.ports.monotonic_ms.set(start + 60 * 60 * 1000);
    assert_eq!(code(&world.bootstrap(&enrollment, "one").result), "ok");
}

#[test]
fn l10_a_cooldown_does_not_hide_what_another_process_stored_meanwhile() {
    let world = World::new();
    let enrollment = world.enrollment();
    world.fail_times(3, TASK, &Err(HttpFailure::Connect));
    let error = world.bootstrap(&enrollment, "one").result.unwrap_err();
    assert_eq!((error.code.as_str(), error.cause), ("bootstrap-unavailable", Some("network-connect")), "N12 for the run task too");
    world.bootstrap(&world.enrollment(), "one");
    assert_eq!(code(&world.bootstrap(&enrollment, "one").result), "ok");
}

#[test]
fn l11_sixteen_cooldowns_are_kept() {
    let world = World::new();
    let enrollment = world.enrollment();
    for n in 0..17 {
        world.fail_times(3, AGENT, &unavailable());
        world.bootstrap(&enrollment, &format!("acct-{n}"));
    }
    assert_eq!(code(&world.bootstrap(&enrollment, "acct-1").result), "bootstrap-unavailable");
    assert_eq!(code(&world.bootstrap(&enrollment, "acct-0").result), "ok", "the oldest one was dropped");
}

#[test]
fn l5_the_record_wins_over_the_task_store_which_then_follows() {
    let world = World::new();
    world.bootstrap(&world.enrollment(), "one");
    let mut document = world.auth_json();
    document["agent_identity"]["task_id"] = json!("of the record");
    world.documents.borrow_mut().insert(AUTH.into(), document.to_string().into_bytes());
    let enrollment = world.enrollment();
    world.bootstrap(&enrollment, "one");
    assert_eq!(enrollment.agent().unwrap().task(None).unwrap().as_str(), "of the record");
    assert_eq!(world.stored_tasks()[0]["task_id"], "of the record");
    assert_eq!(world.stored_tasks().len(), 1);
}

#[test]
fn l2_an_unreadable_task_store_blocks_nothing() {
    let world = World::new();
    world.bootstrap(&world.enrollment(), "one");
    world.documents.borrow_mut().insert(TASKS.into(), b"not json".to_vec());
    let ended = world.bootstrap(&world.enrollment(), "one");
    assert_eq!(code(&ended.result), "ok");
    assert_eq!(ended.events[0].code, Some(Code::StoreReadFailed));
    assert_eq!(world.stored_tasks().len(), 1, "it is replaced by a good one");
    world.unwritable.borrow_mut().push(TASKS);
    world.unreadable.borrow_mut().push(TASKS);
    assert_eq!(code(&world.bootstrap(&world.enrollment(), "one").result), "ok");
}

#[test]
fn b3_logout_forgets_identity_and_tasks() {
    let world = World::new();
    let enrollment = world.enrollment();
    world.bootstrap(&enrollment, "one");
    assert!(matches!(world.change(&enrollment, Change::Logout).result, Ok(Completion::SignedOut)));
    assert!(world.documents.borrow().is_empty() && enrollment.agent().is_none());
    assert_eq!(code(&world.change(&enrollment, Change::Load).result), "auth-material-missing");
}

#[test]
fn section_8_1_a_record_is_loaded_without_network() {
    let world = World::new();
    world.bootstrap(&world.enrollment(), "one");
    let asked = world.requests.borrow().len();
    let enrollment = world.enrollment();
    assert_eq!(code(&world.change(&enrollment, Change::Load).result), "ok");
    assert_eq!(enrollment.agent().unwrap().task(None).unwrap().as_str(), "task-1");
    assert_eq!(world.requests.borrow().len(), asked);
}

#[test]
fn chatgpt_auth_unavailable_without_account_or_user() {
    let world = World::new();
    let mut account = world::account_of("one");
    account.chatgpt_user_id = " ".into();
    let change = Change::Bootstrap(account, "token".into());
    assert_eq!(code(&world.change(&world.enrollment(), change).result), "chatgpt-auth-unavailable");
}

/// The client is killed after every effect of a bootstrap; the next start finds one identity with one run task and no lost key.
#[test]
fn b1_a_crash_at_any_effect_leaves_one_identity() {
    let whole = World::new().bootstrap_effects();
    assert!(whole >= 6);
    for killed_after in 0..whole {
        let world = World::new();
        let operation = world.enrollment().begin(bootstrap("one"), None, world.ports.clone()).unwrap();
        assert!(world.run(operation, killed_after).is_none());
        let saved = world.auth_json()["agent_identity"].clone();
        let enrollment = world.enrollment();
        assert_eq!(code(&world.bootstrap(&enrollment, "one").result), "ok", "{killed_after}");
        let record = world.auth_json()["agent_identity"].clone();
        assert!(saved.is_null() || saved == record, "what was saved is used");
        assert_eq!(world.stored_tasks().len(), 1);
        assert_eq!(world.stored_tasks()[0]["task_id"], record["task_id"]);
        assert_eq!(enrollment.agent().unwrap().agent_runtime_id().as_str(), record["agent_runtime_id"].as_str().unwrap());
    }
}

/// The account is switched between any two effects: what the first bootstrap brings is never used.
#[test]
fn l4_a_switch_of_the_account_at_any_effect_never_leaves_the_first_agent_in_use() {
    let whole = World::new().bootstrap_effects();
    for switched_after in 0..=whole {
        let world = World::new();
        let enrollment = world.enrollment();
        let mut first = enrollment.begin(bootstrap("one"), None, world.ports.clone()).unwrap();
        let mut outcome = None;
        let mut effects = 0;
        loop {
            if effects == switched_after {
                assert_eq!(code(&world.bootstrap(&enrollment, "two").result), "ok");
            }
            match first.resume(outcome.take()).unwrap().progress {
                Ok(crate::flow::Progress::Effect(effect)) => outcome = Some(world.perform(effect)),
                Ok(crate::flow::Progress::Done(_)) => {
                    assert_eq!(switched_after, whole, "the first one is overtaken");
                    break;
                }
                Err(error) => {
                    assert_eq!(error.code, Code::Cancelled);
                    break;
                }
            }
            effects += 1;
        }
        if switched_after == whole {
            // Switched only now.
            assert_eq!(code(&world.bootstrap(&enrollment, "two").result), "ok");
        }
        assert_eq!(enrollment.agent().unwrap().account_id(), Some("two"));
        let restarted = world.enrollment();
        world.bootstrap(&restarted, "two");
        assert_eq!(restarted.agent().unwrap().account_id(), Some("two"));
    }
}

#[test]
fn l4_a_failed_switch_does_not_leave_the_first_account_in_use() {
    let world = World::new();
    let enrollment = world.enrollment();
    world.bootstrap(&enrollment, "one");
    world.fail_times(3, AGENT, &unavailable());
    assert_eq!(code(&world.bootstrap(&enrollment, "two").result), "bootstrap-unavailable");
    assert!(enrollment.agent().is_none());
}

impl World {
    fn bootstrap_effects(&self) -> usize {
        self.bootstrap(&self.enrollment(), "one").effects
    }
}
