use super::*;
use alloc::format;
use proptest::prelude::*;

fn key() -> SecretKey {
    SecretKey::from_seed(&[7; 32])
}

#[test]
fn a1_a3_the_constant_header() {
    let claim = Claim::parse("agent-123", "task-123", "2026-04-23T00:00:00Z").unwrap();
    assert_eq!(claim.signed_text(), b"agent-123:task-123:2026-04-23T00:00:00Z");
    assert_eq!(
        claim.authorize(&key()),
        "AgentAssertion eyJhZ2VudF9ydW50aW1lX2lkIjoiYWdlbnQtMTIzIiwic2lnbmF0dXJlIjoiK0dsck9LUi9GSHh4aGttT2hnNWhqMTkrNU83aE0yTWd4TnJnVGZSZ0lYOENZbjEzQUpFU3Y1eVhrd3dVQzlqRGQ4Y3ZRUk11MWY4UHliZjYvTEJnRHc9PSIsInRhc2tfaWQiOiJ0YXNrLTEyMyIsInRpbWVzdGFtcCI6IjIwMjYtMDQtMjNUMDA6MDA6MDBaIn0"
    );
}

#[test]
fn a7_the_longest_header_has_3661_bytes() {
    let claim = Claim::parse(&"\\".repeat(256), &"\"".repeat(1024), "9999-12-31T23:59:59Z").unwrap();
    let header = claim.authorize(&key());
    assert_eq!(header.len(), 3661);
    assert_eq!(Assertion::parse(&header).unwrap().claim, claim);
}

#[test]
fn i6_the_colliding_pair_is_refused() {
    assert_eq!(Claim::parse("agent:1", "x", "2026-04-23T00:00:00Z").unwrap_err().code, Code::RuntimeIdInvalid);
    assert!(Claim::parse("agent", "1:x", "2026-04-23T00:00:00Z").is_ok());
}

/// I6: what the text says about its fields, read back without knowing them.
fn read_back(text: &str) -> (&str, Option<&str>, &str) {
    let (agent, rest) = text.split_once(':').unwrap();
    let (before, timestamp) = rest.split_at(rest.len().saturating_sub(20));
    (agent, before.strip_suffix(':'), timestamp)
}

proptest! {
    #[test]
    fn i6_signed_texts_determine_their_fields(agent in "[!-9;-~&&[^/?#.]]{1,20}", task in "[a-z:0-9TZ-]{1,40}", other in "\\PC{1,20}", seconds in 0_i64..253_402_300_800) {
        let timestamp = Timestamp::from_unix_seconds(seconds).unwrap();
        let written = format!("{timestamp}");
        for task in [task.as_str(), other.as_str(), "2026-04-23T00:00:00Z", ":2026-04-23T00:00:00Z:"] {
            let Ok(task_id) = TaskId::parse(task) else { continue };
            let claim = Claim { agent_runtime_id: AgentRuntimeId::parse(&agent).unwrap(), task_id, timestamp };
            let text = String::from_utf8(claim.signed_text()).unwrap();
            prop_assert_eq!(read_back(&text), (agent.as_str(), Some(task), written.as_str()));
            // A registration text has nothing between agent and timestamp.
            let registration = [agent.as_str(), ":", &written].concat();
            prop_assert_eq!(read_back(&registration).1, None);
        }
    }

    #[test]
    fn v3_parse_undoes_format(agent in "[!-9;-~&&[^/?#.]]{1,256}", task in "\\PC{1,100}") {
        prop_assume!(TaskId::parse(&task).is_ok());
        let claim = Claim::parse(&agent, &task, "2026-04-23T00:00:00Z").unwrap();
        prop_assert_eq!(Assertion::parse(&claim.authorize(&key())).unwrap().claim, claim);
    }

    #[test]
    fn v1_v3_arbitrary_headers_are_refused_not_feared(header in "\\PC{0,300}") {
        prop_assert!(Assertion::parse(&header).is_err());
        let with_scheme = ["AgentAssertion ", &header].concat();
        prop_assert!(Assertion::parse(&with_scheme).is_err());
    }
}
