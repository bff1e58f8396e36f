//! The world `agent`: the same rules with each flow one function that is awaited, against the real authority over real sockets.

#[path = "agent_world/life.rs"]
mod life;
#[path = "agent_world/limits.rs"]
mod limits;
#[path = "agent_world/many.rs"]
mod many;
#[path = "agent_world/requests.rs"]
mod requests;
#[path = "agent_world/same_bytes.rs"]
mod same_bytes;

use agent_identity_host::agent_world::{Agent, AgentWorld, Imports, Instance, Request};
use agent_identity_host::authority::RunningAuthority;
use agent_identity_host::component::CacheFolder;
use agent_identity_host::types::agents::EnrollmentConfig;
use agent_identity_host::{LoadOptions, Surroundings};
use agent_identity_tests::cache_folder;
use agent_identity_tests::installation::{ACCOUNT, Installation, login};
use std::sync::OnceLock;

/// Compiled once for all tests.
fn world() -> &'static AgentWorld {
    static LOADED: OnceLock<AgentWorld> = OnceLock::new();
    LOADED.get_or_init(|| {
        let cache = Some(CacheFolder::at(cache_folder()));
        AgentWorld::load_with(LoadOptions { cache, ..LoadOptions::default() }).expect("the component loads")
    })
}

async fn instance(surroundings: Surroundings) -> Instance {
    world().instantiate(Imports::default().surroundings(surroundings)).await.expect("an instance can be made")
}

fn config(authority: &RunningAuthority) -> EnrollmentConfig {
    EnrollmentConfig {
        authapi_base: authority.authapi_base(),
        jwks_url: authority.jwks_url(),
        description: agent_identity_host::agent::description("cli"),
        allowed_workspaces: Vec::new(),
        correct_clock: true,
        skew_threshold_s: None,
    }
}

/// A new process of the program, without an identity yet.
async fn enrolled(authority: &RunningAuthority, installation: &Installation) -> Agent {
    instance(installation.surroundings()).await.enroll(&config(authority)).await.expect("the configuration is valid")
}

/// The same with one.
async fn bootstrapped(authority: &RunningAuthority, installation: &Installation) -> Agent {
    let agent = enrolled(authority, installation).await;
    agent.bootstrap(&login(authority, ACCOUNT).await, None).await.expect("sound");
    agent
}

fn model_request(authority: &RunningAuthority) -> Request {
    Request::post(authority.responses_url(), "{}")
}

#[test]
fn the_component_imports_exactly_five_interfaces() {
    let expected = ["component/random", "agent/clock", "agent/custodian", "agent/http", "agent/storage"];
    let mut imports = world().imports();
    imports.sort();
    let mut expected = expected.map(|name| format!("agent-identity:{name}@0.1.0"));
    expected.sort();
    assert_eq!(imports, expected);
}
