use super::*;
use alloc::format;

fn registration(reference: Option<&str>) -> TaskRegistration {
    TaskRegistration {
        agent_runtime_id: AgentRuntimeId::parse("agent-123").unwrap(),
        timestamp: Timestamp::parse("2026-04-23T00:00:00Z").unwrap(),
        external_task_ref: reference.map(|text| TaskRef::from_normalized(text).unwrap()),
    }
}

const SIGNATURE: &str = "3HXOrVnOX7USh8WvXXCZnUyrvwUdaWFME6ZQv+foYCmk7QXzPpNPLR/Qe26X9XkHB2SGAZjnOifmm39FXjdACA==";

#[test]
fn s5_the_constant_body_with_and_without_reference() {
    let key = SecretKey::from_seed(&[7; 32]);
    assert_eq!(registration(None).sign(&key), format!("{{\"timestamp\":\"2026-04-23T00:00:00Z\",\"signature\":\"{SIGNATURE}\"}}"));
    // C3: the reference changes neither the signed bytes nor the signature.
    assert_eq!(
        registration(Some("a\"b")).sign(&key),
        format!("{{\"timestamp\":\"2026-04-23T00:00:00Z\",\"signature\":\"{SIGNATURE}\",\"external_task_ref\":\"a\\\"b\"}}")
    );
}

#[test]
fn s5_a_body_reads_back_as_it_was_written() {
    let key = SecretKey::from_seed(&[7; 32]);
    for reference in [None, Some("Nightly 42"), Some("https://example.com/?")] {
        let sent = registration(reference);
        let received = ReceivedRegistration::parse(&sent.path(), sent.sign(&key).as_bytes()).unwrap();
        assert_eq!(
            (received.agent_runtime_id, received.timestamp, received.external_task_ref),
            (sent.agent_runtime_id, sent.timestamp, sent.external_task_ref)
        );
    }
}

#[test]
fn s5_other_paths_and_bodies_are_malformed() {
    let body = registration(None).sign(&SecretKey::from_seed(&[7; 32]));
    for path in ["/v1/agent/a/task", "/v1/agent/a%2/task/register", "/v1/agent/%ff/task/register", "v1/agent/a/task/register"] {
        assert_eq!(ReceivedRegistration::parse(path, body.as_bytes()).unwrap_err().code, Code::RegistrationMalformed, "{path}");
    }
    for body in ["", "[]", "{}", "{\"timestamp\":1,\"signature\":\"\"}", "{\"timestamp\":\"2026-04-23T00:00:00Z\",\"signature\":\"AAAA\"}"]
    {
        assert_eq!(
            ReceivedRegistration::parse("/v1/agent/a/task/register", body.as_bytes()).unwrap_err().code,
            Code::RegistrationMalformed
        );
    }
}

#[test]
fn n1_the_first_spelling_present_wins() {
    let plain = |text: &str| TaskAnswer::parse(text.as_bytes());
    assert_eq!(
        plain(r#"{"encrypted_task_id":"AA==","taskId":"b","task_id":"a"}"#).unwrap(),
        TaskAnswer::Plain(TaskId::parse("a").unwrap())
    );
    assert_eq!(plain(r#"{"task_id":null,"taskId":"b"}"#).unwrap(), TaskAnswer::Plain(TaskId::parse("b").unwrap()));
    assert_eq!(plain(r#"{"encryptedTaskId":"AA=="}"#).unwrap(), TaskAnswer::Sealed(alloc::vec![0]));
    assert_eq!(plain("{}").unwrap_err().code, Code::TaskIdMissing);
    assert_eq!(plain(r#"{"task_id":1}"#).unwrap_err().code, Code::TaskResponseUndecodable);
    assert_eq!(plain(r#"{"task_id":" ","taskId":"b"}"#).unwrap_err().code, Code::TaskIdInvalid);
}

#[test]
fn n5_the_body_of_an_agent_registration() {
    let key = SecretKey::from_seed(&[7; 32]);
    let agent = |source: &str| AgentDescription { source: source.into(), os: "linux".into(), agent_version: Some("1.2".into()) };
    let body = agent_body(key.public(), &agent("cli"));
    assert_eq!(
        body,
        format!(
            "{{\"abom\":{{\"agent_version\":\"1.2\",\"agent_harness_id\":\"codex-cli\",\"running_location\":\"cli-linux\"}},\"agent_public_key\":\"{}\",\"capabilities\":[\"responsesapi\"],\"ttl\":null}}",
            key.public().ssh_line()
        )
    );
    assert!(agent_body(key.public(), &agent("vscode")).contains("\"agent_harness_id\":\"codex-app\""));
}
