use super::world::{World, code};
use super::{AUTH, Change};
use crate::flow::HttpFailure;
use crate::jwt::tests::login_of;
use alloc::string::{String, ToString};

fn world() -> (World, String) {
    let world = World::new();
    let (jwt, jwks) = login_of("account-1");
    *world.jwks.borrow_mut() = String::from_utf8(jwks).unwrap();
    (world, jwt)
}

fn login(jwt: &str) -> Change {
    Change::Login(jwt.into())
}

#[test]
fn j9_a_login_stores_the_token_as_a_string_and_registers_nothing() {
    let (world, jwt) = world();
    let before = br#"{"tokens":{"access_token":"x"},"last_refresh":"t","foreign":[1, 2]}"#;
    world.documents.borrow_mut().insert(AUTH.into(), before.to_vec());
    let enrollment = world.enrollment();
    let spaced = alloc::format!(" {jwt}\n");
    assert_eq!(code(&world.change(&enrollment, login(&spaced)).result), "ok");
    let stored = world.auth_json();
    assert_eq!((stored["auth_mode"].as_str(), stored["agent_identity"].as_str()), (Some("agentIdentity"), Some(jwt.as_str())));
    assert!(stored["tokens"].is_null() && stored["last_refresh"].is_null());
    assert_eq!(stored["foreign"].to_string(), "[1,2]");
    assert_eq!(*world.requests.borrow(), ["https://chat.example/jwks"]);
    let agent = enrollment.agent().unwrap();
    assert_eq!(agent.agent_runtime_id().as_str(), "agent-123");
    assert!(agent.task(None).is_none(), "J10");
}

#[test]
fn j5_j10_a_stored_token_is_verified_at_each_load_and_stays_a_string() {
    let (world, jwt) = world();
    world.change(&world.enrollment(), login(&jwt));
    let before = world.documents.borrow().clone();
    let enrollment = world.enrollment();
    assert_eq!(code(&world.change(&enrollment, Change::Load).result), "ok");
    assert_eq!(world.requests.borrow().len(), 2, "no cache of the key set");
    assert_eq!(*world.documents.borrow(), before);
    *world.jwks.borrow_mut() = r#"{"keys":[]}"#.into();
    assert_eq!(code(&world.change(&world.enrollment(), Change::Load).result), "jwt-kid-unknown");
}

#[test]
fn j5_j9_a_login_that_fails_writes_nothing() {
    let (_, jwt) = world();
    for (fault, expected) in [
        (Ok((500, String::new())), "jwks-unavailable"),
        (Ok((302, String::new())), "jwks-unavailable"),
        (Ok((200, "[]".into())), "jwks-undecodable"),
        (Err(HttpFailure::Timeout), "jwks-unavailable"),
        (Err(HttpFailure::Cancelled), "cancelled"),
    ] {
        let (world, _) = world();
        world.fail_times(1, "/jwks", &fault);
        assert_eq!(code(&world.change(&world.enrollment(), login(&jwt)).result), expected);
        assert_eq!(world.requests.borrow().len(), 1, "one attempt");
        assert!(world.documents.borrow().is_empty());
    }
    let (world, _) = world();
    assert_eq!(code(&world.change(&world.enrollment(), login("not.a.jwt")).result), "jwt-malformed");
    assert!(world.requests.borrow().is_empty(), "J1 before any network use");
}

#[test]
fn j3_another_workspace_is_refused_before_any_network_use() {
    let (world, jwt) = world();
    let mut config = world.enrollment().config.clone();
    config.allowed_workspaces = alloc::vec!["another".into()];
    let enrollment = alloc::rc::Rc::new(super::Enrollment::open(config).unwrap());
    assert_eq!(code(&world.change(&enrollment, login(&jwt)).result), "workspace-not-allowed");
    assert!(world.requests.borrow().is_empty());
}
