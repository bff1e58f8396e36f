//! Rules of `spec/metadata.md` §§11–13 on descriptions.

mod endpoints;
mod headers;

use super::*;
use crate::error::Error;
use serde_json::{Value, json};

fn context() -> ConfigContext {
    ConfigContext { folder: "/etc/program".into(), client_version: "1.2.3".into() }
}

fn custom(table: Value) -> Result<Provider, Error> {
    Provider::from_config("mine", table, &context())
}

/// The error of a description with the name `Mine` and these members.
fn refused(mut members: Value) -> Error {
    members["name"] = "Mine".into();
    custom(members).unwrap_err()
}

fn bedrock(table: Value) -> Result<Provider, Error> {
    Provider::from_config("amazon-bedrock", table, &context())
}

/// A description as the vectors show it.
fn shown(provider: &Provider) -> Value {
    let exposed = |(name, value): (&String, &Secret)| (name.clone(), Value::from(value.expose()));
    let mut shown = json!({
        "name": provider.name,
        "class": provider.class(),
        "base_url": provider.base_url,
        "query_params": provider.query_params,
        "http_headers": provider.http_headers.iter().map(exposed).collect::<serde_json::Map<_, _>>(),
        "env_http_headers": provider.env_http_headers,
        "request_max_retries": provider.request_max_retries,
        "stream_max_retries": provider.stream_max_retries,
        "stream_idle_timeout_ms": millis(provider.stream_idle_timeout),
        "websocket_connect_timeout_ms": millis(provider.websocket_connect_timeout),
        "supports_websockets": provider.supports_websockets,
        "requires_openai_auth": provider.requires_openai_auth,
    });
    match &provider.credentials {
        CredentialSource::Command(auth) => {
            shown["command"] = json!({
                "command": auth.command, "args": auth.args, "cwd": auth.cwd, "timeout_ms": millis(auth.timeout),
                "refresh_interval_ms": millis(auth.refresh_interval),
            });
        }
        CredentialSource::Aws(aws) => shown["aws"] = json!({"profile": aws.profile, "region": aws.region}),
        _ => {}
    }
    shown
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap()
}

fn context_of(case: &vectors::Case) -> ConfigContext {
    let text = |name: &str| case.text(name).unwrap_or_default();
    ConfigContext { folder: text("folder").into(), client_version: text("client_version") }
}

/// What a case says of a description.
fn described(case: &vectors::Case) -> Result<Value, Error> {
    let id = case.text("id").unwrap();
    Provider::from_config(&id, case.input["table"].clone(), &context_of(case)).map(|provider| {
        assert_eq!(provider.id, id);
        shown(&provider)
    })
}

#[test]
fn r11_2_r11_4_r11_6_r11_8_r12_1_descriptions_are_read_or_refused_as_the_vectors_say() {
    for case in vectors::cases("provider-config").iter().filter(|case| case.input.get("table").is_some()) {
        case.check(described(case));
    }
}

#[test]
fn every_case_about_aws_is_run_somewhere() {
    let known = ["provider", "url", "region", "credential", "send"];
    assert!(vectors::cases("aws-provider").iter().all(|case| known.contains(&case.input["op"].as_str().unwrap())));
}

#[test]
fn r13_1_r13_2_e66_overrides_of_bedrock_are_read_or_refused_as_the_vectors_say() {
    for case in vectors::cases("aws-provider").iter().filter(|case| case.input["op"] == "provider") {
        case.check(described(case));
    }
}

#[test]
fn r11_a_toml_table_is_read_member_by_member() {
    let text = r#"
        [mine]
        name = "Mine"
        base_url = "https://api.example/v1/"
        query_params = { api-version = "2026-01-01" }
        http_headers = { X-Team = "a" }
        env_http_headers = { X-Feature = "FEATURE" }
        request_max_retries = 101
        stream_max_retries = 0
        stream_idle_timeout_ms = 1000
        websocket_startup_timeout_ms = 2000
        supports_websockets = true
        wire_api = "responses"

        [mine.auth]
        command = "print-token"
        args = ["--scope", "a b"]
        cwd = "bin"
    "#;
    let providers = Providers::from_config(toml::from_str(text).unwrap(), &context()).unwrap();
    let provider = providers.get("mine").unwrap();
    assert_eq!(provider.base_url.as_deref(), Some("https://api.example/v1"));
    assert_eq!(provider.query_params["api-version"], "2026-01-01");
    assert_eq!(provider.http_headers["X-Team"].expose(), "a");
    assert_eq!(provider.env_http_headers["X-Feature"], "FEATURE");
    assert_eq!((provider.request_max_retries, provider.stream_max_retries), (100, 0));
    assert_eq!(provider.stream_idle_timeout, Duration::from_secs(1));
    assert_eq!(provider.websocket_connect_timeout, Duration::from_secs(2));
    assert!(provider.supports_websockets);
    let CredentialSource::Command(command) = &provider.credentials else { panic!("{provider:?}") };
    let expected = CommandAuth {
        command: "print-token".into(),
        args: vec!["--scope".into(), "a b".into()],
        timeout: Duration::from_millis(5_000),
        refresh_interval: Duration::from_millis(300_000),
        cwd: "/etc/program/bin".into(),
    };
    assert!(*command == expected, "{command:?}");
    let ids: Vec<&str> = providers.iter().map(|provider| provider.id.as_str()).collect();
    assert_eq!(ids, ["amazon-bedrock", "mine", "openai"]);
}

#[test]
fn r11_wrong_members_are_named_and_their_values_are_not_shown() {
    let cases = [
        (json!({"base_url": 7}), "base_url"),
        (json!({"http_headers": {"a": 1}}), "http_headers"),
        (json!({"query_params": ["sk-secret"]}), "query_params"),
        (json!({"request_max_retries": -1}), "request_max_retries"),
        (json!({"stream_max_retries": 1.5}), "stream_max_retries"),
        (json!({"stream_idle_timeout_ms": 0}), "stream_idle_timeout_ms"),
        (json!({"websocket_connect_timeout_ms": 1, "websocket_startup_timeout_ms": 1}), "websocket_startup_timeout_ms"),
        (json!({"requires_openai_auth": "sk-secret"}), "requires_openai_auth"),
        (json!({"env_key": " "}), "env_key"),
        (json!({"experimental_bearer_token": "sk-secret\n"}), "experimental_bearer_token"),
        (json!({"experimental_bearer_token": ""}), "experimental_bearer_token"),
        (json!({"auth": "sk-secret"}), "auth"),
        (json!({"auth": {"command": "c", "args": "sk-secret"}}), "auth.args"),
        (json!({"wire_api": "chat"}), "wire_api"),
    ];
    for (members, name) in cases {
        let error = refused(members);
        assert_eq!(error.code, "config-invalid", "{name}");
        assert!(error.message.contains(&format!("model_providers.mine.{name} ")), "{error}");
        assert!(!error.message.contains("sk-secret"), "{error}");
    }
    for nameless in [json!({}), json!({"name": " "}), json!({"name": null}), json!("Mine")] {
        assert_eq!(custom(nameless).unwrap_err().code, "config-invalid");
    }
    assert_eq!(Providers::from_config(json!([]), &context()).unwrap_err().code, "config-invalid");
    let unknown = Providers::built_in(&context()).get("none").unwrap_err();
    assert!(unknown.message.contains("amazon-bedrock, openai"), "{unknown}");
}

#[test]
fn r11_6_unknown_members_are_named() {
    let unknown = refused(json!({"base_ulr": "x", "retries": 1}));
    assert!(unknown.message.contains("base_ulr, retries"), "{unknown}");
}

#[test]
fn r12_1_a_conflict_names_every_member_and_no_value() {
    let error = refused(json!({
        "auth": {"command": "c"}, "env_key": "KEY", "experimental_bearer_token": "sk-secret", "requires_openai_auth": true, "aws": {}
    }));
    assert!(error.message.contains("auth, aws, env_key, experimental_bearer_token, requires_openai_auth;"), "{error}");
    assert!(!error.message.contains("sk-secret"));
}

#[test]
fn r13_1_r13_2_errors_name_the_members_of_bedrock() {
    let unusual = bedrock(json!({"aws": {"profile": "p"}, "base_url": "u", "name": "Mine"})).unwrap_err();
    assert!(unusual.message.contains("base_url, name"), "{unusual}");
    let conflict = bedrock(json!({"aws": {"profile": "p"}, "env_key": "KEY", "supports_websockets": true})).unwrap_err();
    assert!(conflict.message.contains("aws, env_key, supports_websockets"), "{conflict}");
}

#[test]
fn r15_4_debug_shows_no_secret() {
    let members = json!({
        "name": "Mine", "experimental_bearer_token": "sk-secret", "http_headers": {"X-Key": "sk-secret"}, "query_params": {"key": "sk-secret"}
    });
    let provider = custom(members).unwrap();
    let command = CommandAuth {
        command: "c".into(),
        args: vec!["sk-secret".into()],
        timeout: Duration::ZERO,
        refresh_interval: Duration::ZERO,
        cwd: PathBuf::new(),
    };
    let text = format!("{provider:?} {:?} {:?} {command:?}", provider.credentials, provider.http_headers);
    assert!(!text.contains("sk-secret"), "{text}");
}
