//! Memory and time of an instance are limited, and a trap spoils it.

use super::{Imports, config, world};
use agent_identity_host::agent_world::AgentWorld;
use agent_identity_host::{LoadOptions, Surroundings};
use agent_identity_tests::installation::{Installation, authority};

/// More than the memory of the instance holds.
const TOO_MUCH: usize = 8 << 20;

#[tokio::test]
async fn a_trap_is_internal_and_spoils_the_instance_but_no_other() {
    let authority = authority().await;
    let small = AgentWorld::load_with(LoadOptions { cache: None, memory_limit: 4 << 20, ..LoadOptions::default() }).expect("it loads");
    let surroundings = || Imports::default().surroundings(Installation::new(&authority).surroundings());
    let instance = small.instantiate(surroundings()).await.expect("an instance");
    let agent = instance.enroll(&config(&authority)).await.expect("valid");
    let waiting = agent.clone();
    let error = agent.login(&"A".repeat(TOO_MUCH).into()).await.expect_err("there is no room for it");
    assert_eq!(error.code, "internal");
    for error in [waiting.load().await.map(drop), agent.adopt_task(None, "task").await] {
        assert_eq!(error.expect_err("spoilt").code, "internal");
    }
    let next = small.instantiate(surroundings()).await.expect("an instance");
    assert!(next.enroll(&config(&authority)).await.is_ok());
    drop(world().instantiate(Imports::default().surroundings(Surroundings::default())).await.expect("an instance"));
}

#[tokio::test]
async fn errors_are_those_of_the_one_list() {
    let instance = world().instantiate(Imports::default()).await.expect("an instance");
    let codes = instance.catalogue().await.expect("sound");
    assert!(codes.iter().any(|row| row.code == "run-task-missing"));
}
