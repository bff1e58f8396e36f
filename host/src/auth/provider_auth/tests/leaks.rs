//! The ambient login never reaches a provider that has a credential of its own, or needs none.

use super::*;

/// Every login, each with a mark in whatever it could send.
fn logins() -> Vec<Login> {
    let recorder = Recorder::new();
    vec![
        Login::None,
        Login::Bedrock,
        Login::ApiKey("ambient".into()),
        Login::PersonalAccessToken("ambient".into()),
        Login::ExternalChatgptTokens(Tokens::new()),
        Login::Headers(vec![("Authorization".into(), "ambient".into())]),
        agent_login(&recorder),
        managed_login(&recorder),
    ]
}

/// What the provider sends with every login, policy and scope: always the same.
async fn always(members: serde_json::Value, row: &str, lines: &[&str]) {
    for login in logins() {
        for policy in [Policy::JwtOnly, Policy::ChatgptAuth] {
            let auth = auth(provider(members.clone()), login.clone()).policy(policy);
            let auth = auth.environment(Arc::new(|_: &str| Some("sk-env".to_owned())));
            for attempt in [scoped(), plain()] {
                let (found, _, fields) = sent(&auth, &attempt).await;
                assert_eq!((found.as_str(), fields), (row, expected(row, CredentialKind::Nothing, lines).2), "{login:?} {policy:?}");
            }
        }
    }
}

#[tokio::test]
async fn p1_no_login_reaches_a_provider_with_an_environment_key() {
    always(json!({"env_key": "KEY", "requires_openai_auth": true}), "P1", &["Authorization: Bearer sk-env"]).await;
}

#[tokio::test]
async fn p3_no_login_reaches_a_provider_with_a_token() {
    always(json!({"experimental_bearer_token": "own", "requires_openai_auth": true}), "P3", &["Authorization: Bearer own"]).await;
}

#[cfg(unix)]
#[tokio::test]
async fn p4_no_login_reaches_a_provider_with_a_command() {
    always(json!({"auth": {"command": "printf", "args": ["tok"]}}), "P4", &["Authorization: Bearer tok"]).await;
}

#[tokio::test]
async fn p5_no_login_reaches_an_open_provider() {
    always(json!({"base_url": "http://localhost:11434/v1"}), "P5", &[]).await;
}

#[tokio::test]
async fn p5_r13_9_no_login_reaches_aws() {
    for login in logins() {
        let context = crate::provider::ConfigContext { folder: "/".into(), client_version: "1".into() };
        let aws = Provider::from_config("amazon-bedrock", json!({}), &context).unwrap();
        let environment = |name: &str| match name {
            "AWS_REGION" => Some("us-east-1".to_owned()),
            "AWS_BEARER_TOKEN_BEDROCK" => Some("sk-aws".to_owned()),
            _ => None,
        };
        let auth = auth(aws, login).environment(Arc::new(environment));
        assert_eq!(sent(&auth, &scoped()).await, expected("P5", CredentialKind::Bearer, &["Authorization: Bearer sk-aws"]));
    }
}

#[tokio::test]
async fn s4_an_error_row_asks_neither_tokens_nor_identities() {
    let (tokens, recorder) = (Tokens::new(), Recorder::new());
    let login = Login::ManagedChatgpt { tokens: tokens.clone(), identities: recorder.clone() };
    assert_eq!(code(&auth(provider(json!({"env_key": "KEY"})), login), &scoped()).await, "provider-key-missing");
    assert_eq!((*lock(&tokens.asked), recorder.asked()), (0, 0));
    let login = Login::ManagedChatgpt { tokens: tokens.clone(), identities: Recorder::failing(["agent-register-rejected"]) };
    assert_eq!(code(&auth(Provider::openai("1"), login), &scoped()).await, "agent-register-rejected");
    assert_eq!(*lock(&tokens.asked), 0, "a failed bootstrap reads no bearer token");
}

#[tokio::test]
async fn k14_debug_shows_no_value() {
    for login in logins() {
        let auth = auth(Provider::openai("1"), login);
        let credential = auth.authorize(&scoped()).await;
        let text = format!("{auth:?} {credential:?}");
        for secret in ["ambient", "access-1", "signed"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
