//! One test for each row of the table, and S1 to S5.

use super::*;

const ASSERTION: &[&str] = &["Authorization: AgentAssertion signed", "ChatGPT-Account-ID: acct-1"];
const CHATGPT: &[&str] = &["Authorization: Bearer access-1", "ChatGPT-Account-ID: acct-1", "X-OpenAI-Fedramp: true"];

fn openai() -> Provider {
    Provider::openai("1")
}

/// Requests for a reference.
fn for_task(attempt: Attempt<'static>) -> Attempt<'static> {
    attempt.for_task(Some("https://tracker.example/1"))
}

#[derive(Default)]
struct Events(Mutex<Vec<Seen>>);

/// Kind, conversation, code and attempt.
type Seen = (EventKind, Option<String>, Option<String>, u32);

impl Observer for Events {
    fn event(&self, event: &Event) {
        lock(&self.0).push((event.kind, event.conversation.clone(), event.code.clone(), event.attempt));
    }
}

#[tokio::test]
async fn p1_an_environment_key_goes_out() {
    let own_key = auth(provider(json!({"env_key": "KEY"})), Login::None).environment(Arc::new(|_: &str| Some(" sk-env\n".to_owned())));
    assert_eq!(sent(&own_key, &scoped()).await, expected("P1", CredentialKind::Bearer, &["Authorization: Bearer sk-env"]));
}

#[tokio::test]
async fn p2_a_missing_or_blank_environment_key_is_an_error() {
    for value in [None, Some(" "), Some("")] {
        let environment = move |name: &str| value.filter(|_| name == "KEY").map(str::to_owned);
        let own_key = auth(provider(json!({"env_key": "KEY"})), Login::ApiKey("sk-login".into())).environment(Arc::new(environment));
        let error = own_key.authorize(&scoped()).await.unwrap_err();
        assert_eq!(error.code, "provider-key-missing");
        assert!(error.message.contains("KEY") && error.message.contains("mine"), "{error}");
    }
    let broken = |_: &str| Some("sk-\nsecret".to_owned());
    let own_key = auth(provider(json!({"env_key": "KEY"})), Login::None).environment(Arc::new(broken));
    let error = own_key.authorize(&scoped()).await.unwrap_err();
    assert!(error.code == "config-invalid" && error.message.contains("KEY") && !error.message.contains("secret"), "{error}");
}

#[tokio::test]
async fn p3_a_configured_token_goes_out() {
    let own = auth(provider(json!({"experimental_bearer_token": "sk-own"})), Login::None);
    assert_eq!(sent(&own, &plain()).await, expected("P3", CredentialKind::Bearer, &["Authorization: Bearer sk-own"]));
}

#[cfg(unix)]
#[tokio::test]
async fn p4_r12_7_what_a_command_prints_goes_out() {
    let command = auth(provider(json!({"auth": {"command": "printf", "args": ["tok"]}})), Login::None);
    assert_eq!(sent(&command, &scoped()).await, expected("P4", CredentialKind::Bearer, &["Authorization: Bearer tok"]));
    let broken = auth(provider(json!({"auth": {"command": "false"}})), Login::ApiKey("sk-login".into()));
    assert_eq!(code(&broken, &scoped()).await, "token-command-exit");
}

#[tokio::test]
async fn p5_an_open_provider_carries_nothing() {
    let login = Login::ApiKey("sk-login".into());
    assert_eq!(sent(&auth(provider(json!({})), login), &scoped()).await, expected("P5", CredentialKind::Nothing, &[]));
}

#[tokio::test]
async fn p6_without_a_login_nothing_goes_out() {
    assert_eq!(sent(&auth(openai(), Login::None), &scoped()).await, expected("P6", CredentialKind::Nothing, &[]));
}

#[tokio::test]
async fn p7_a_bedrock_login_serves_no_first_party() {
    assert_eq!(code(&auth(openai(), Login::Bedrock), &scoped()).await, "provider-unsupported");
}

#[tokio::test]
async fn p8_keys_and_tokens_of_the_login_go_out() {
    let key = auth(openai(), Login::ApiKey("sk-login".into()));
    assert_eq!(sent(&key, &scoped()).await, expected("P8", CredentialKind::Bearer, &["Authorization: Bearer sk-login"]));
    let personal = auth(openai(), Login::PersonalAccessToken("at-1".into()));
    assert_eq!(sent(&personal, &scoped()).await, expected("P8", CredentialKind::Bearer, &["Authorization: Bearer at-1"]));
    let external = auth(openai(), Login::ExternalChatgptTokens(Tokens::new()));
    assert_eq!(sent(&external, &for_task(scoped())).await, expected("P8", CredentialKind::Bearer, CHATGPT));
}

#[tokio::test]
async fn p9_header_auth_goes_out_as_given() {
    let fields = vec![("X-Session".to_owned(), "s".into()), ("Authorization".to_owned(), "Other o".into())];
    let headers = auth(openai(), Login::Headers(fields));
    assert_eq!(sent(&headers, &scoped()).await, expected("P9", CredentialKind::Headers, &["X-Session: s", "Authorization: Other o"]));
}

#[tokio::test]
async fn p10_an_unusable_key_is_an_error_with_its_code() {
    for attempt in [scoped(), plain(), for_task(scoped())] {
        let recorder = Recorder::failing(["key-pair-mismatch"]);
        assert_eq!(code(&auth(openai(), agent_login(&recorder)), &attempt).await, "key-pair-mismatch");
        assert_eq!(recorder.asked(), 1);
    }
}

#[tokio::test]
async fn p11_an_agent_identity_signs_every_request() {
    for attempt in [scoped(), plain(), for_task(scoped())] {
        let jwt_only = auth(openai(), agent_login(&Recorder::new())).policy(Policy::JwtOnly);
        assert_eq!(sent(&jwt_only, &attempt).await, expected("P11", CredentialKind::Assertion, ASSERTION));
    }
    let credential = auth(openai(), agent_login(&Recorder::new())).authorize(&scoped()).await.unwrap();
    assert_eq!((credential.agent_runtime_id(), credential.task_id()), (Some("agent-123"), Some("task-123")));
}

#[tokio::test]
async fn p12_a_failed_registration_of_an_agent_identity_is_an_error() {
    for failure in ["task-register-unavailable", "bootstrap-unavailable", "jwt-expired", "approval-denied"] {
        for attempt in [scoped(), for_task(scoped())] {
            let login = agent_login(&Recorder::failing([failure]));
            let error = auth(openai(), login).authorize(&attempt).await.unwrap_err();
            assert_eq!((error.code.as_str(), error.attempts, error.message.as_str()), (failure, Some(3), "scripted"));
        }
    }
}

#[tokio::test]
async fn p13_a_missing_task_is_registered_and_where_it_cannot_be_is_an_error() {
    let there = auth(openai(), agent_login(&Recorder::offline([])));
    assert_eq!(sent(&there, &scoped()).await, expected("P11", CredentialKind::Assertion, ASSERTION));
    for recorder in [Recorder::offline(["run-task-missing"]), Recorder::failing(["run-task-missing"])] {
        assert_eq!(code(&auth(openai(), agent_login(&recorder)), &for_task(scoped())).await, "run-task-missing");
    }
}

#[tokio::test]
async fn p14_plain_requests_of_a_managed_login_carry_its_token() {
    let recorder = Recorder::new();
    assert_eq!(sent(&auth(openai(), managed_login(&recorder)), &plain()).await, expected("P14", CredentialKind::Bearer, CHATGPT));
    assert_eq!(recorder.asked(), 0);
}

#[tokio::test]
async fn p15_without_the_policy_a_managed_login_carries_its_token() {
    let recorder = Recorder::new();
    let jwt_only = auth(openai(), managed_login(&recorder)).policy(Policy::JwtOnly);
    assert_eq!(sent(&jwt_only, &scoped()).await, expected("P15", CredentialKind::Bearer, CHATGPT));
    assert_eq!(recorder.asked(), 0);
}

#[tokio::test]
async fn p16_s2_a_fallback_lasts_for_its_conversation_and_bootstraps_no_more() {
    let recorder = Recorder::failing(["bootstrap-unavailable"]);
    let managed = auth(openai(), managed_login(&recorder));
    assert_eq!(sent(&managed, &scoped()).await.0, "P19");
    let compaction = Attempt { endpoint: "responses/compact", ..scoped() };
    for attempt in [compaction, for_task(scoped())] {
        assert_eq!(sent(&managed, &attempt).await, expected("P16", CredentialKind::Bearer, CHATGPT));
    }
    assert_eq!(recorder.asked(), 1);
    let other = Attempt { conversation: "conversation-2", ..scoped() };
    assert_eq!(sent(&managed, &other).await, expected("P17", CredentialKind::Assertion, ASSERTION));
    managed.end_conversation("conversation-1");
    assert_eq!(sent(&managed, &scoped()).await.0, "P17");
}

#[tokio::test]
async fn p17_a_bootstrapped_managed_login_signs() {
    let recorder = Recorder::new();
    let managed = auth(openai(), managed_login(&recorder));
    assert_eq!(sent(&managed, &for_task(scoped())).await, expected("P17", CredentialKind::Assertion, ASSERTION));
    assert_eq!(*lock(&recorder.asked), ["conversation-1 Some(\"https://tracker.example/1\")"]);
}

#[tokio::test]
async fn p18_a_failed_reference_is_an_error_and_engages_no_fallback() {
    let managed = auth(openai(), managed_login(&Recorder::failing(["task-register-unavailable"])));
    assert_eq!(code(&managed, &for_task(scoped())).await, "task-register-unavailable");
    assert_eq!(sent(&managed, &scoped()).await, expected("P17", CredentialKind::Assertion, ASSERTION));
}

#[tokio::test]
async fn p19_a_bootstrap_that_is_unavailable_engages_the_fallback_with_an_event() {
    for attempt in [scoped(), for_task(scoped())] {
        let events = Arc::new(Events::default());
        let recorder = Recorder::failing(["bootstrap-unavailable", "bootstrap-unavailable"]);
        let managed = auth(openai(), managed_login(&recorder)).observer(events.clone());
        let (first, second) = tokio::join!(sent(&managed, &attempt), sent(&managed, &attempt));
        let (engaging, following) = if first.0 == "P19" { (first, second) } else { (second, first) };
        assert_eq!(engaging, expected("P19", CredentialKind::Bearer, CHATGPT));
        assert_eq!(following, expected("P16", CredentialKind::Bearer, CHATGPT));
        let conversation = Some("conversation-1".to_owned());
        let code = Some("bootstrap-unavailable".to_owned());
        assert_eq!(*lock(&events.0), [(EventKind::FallbackEngaged, conversation, code, 3)]);
    }
}

#[tokio::test]
async fn p20_a_failed_bootstrap_is_an_error() {
    for failure in ["agent-register-rejected", "store-write-failed", "cancelled", "approval-denied"] {
        let recorder = Recorder::failing([failure]);
        let managed = auth(openai(), managed_login(&recorder));
        assert_eq!(code(&managed, &scoped()).await, failure);
        assert_eq!(sent(&managed, &scoped()).await.0, "P17", "the next request tries again");
    }
}

#[tokio::test]
async fn p21_an_unusable_key_is_bootstrapped_anew_and_never_bearer() {
    let tried = auth(openai(), managed_login(&Recorder::failing(["key-not-pkcs8"])));
    assert_eq!(code(&tried, &scoped()).await, "key-not-pkcs8");
    let impossible = auth(openai(), managed_login(&Recorder::offline(["key-not-pkcs8"])));
    let error = impossible.authorize(&scoped()).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.cause.as_deref()), ("run-task-missing", Some("key-not-pkcs8")));
    for recorder in [Recorder::offline(["run-task-missing"]), Recorder::failing(["run-task-missing"])] {
        assert_eq!(code(&auth(openai(), managed_login(&recorder)), &scoped()).await, "run-task-missing");
    }
}

#[tokio::test]
async fn s1_only_a_managed_scoped_first_party_request_ever_falls_back() {
    let failing = || Recorder::failing(["bootstrap-unavailable"; 3]);
    assert_eq!(code(&auth(openai(), agent_login(&failing())), &scoped()).await, "bootstrap-unavailable");
    let jwt_only = auth(openai(), managed_login(&failing())).policy(Policy::JwtOnly);
    assert_eq!(sent(&jwt_only, &scoped()).await.0, "P15");
    let open = auth(provider(json!({})), managed_login(&failing()));
    assert_eq!(sent(&open, &scoped()).await.0, "P5");
}

#[tokio::test]
async fn s5_no_error_suggests_another_credential() {
    let cases = [
        auth(provider(json!({"env_key": "KEY"})), Login::ApiKey("k".into())),
        auth(openai(), Login::Bedrock),
        auth(openai(), managed_login(&Recorder::offline(["key-not-pkcs8"]))),
    ];
    for auth in cases {
        let text = auth.authorize(&scoped()).await.unwrap_err().message.to_lowercase();
        for word in ["bearer", "token", "api key", "password", "chatgpt", "log in"] {
            assert!(!text.contains(word), "{text}");
        }
    }
}
