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

#[test]
fn r11_defaults_of_every_member() {
    let provider = custom(json!({"name": "Mine"})).unwrap();
    assert_eq!((provider.id.as_str(), provider.name.as_str(), provider.class()), ("mine", "Mine", "open"));
    assert!(provider.base_url.is_none() && provider.query_params.is_empty());
    assert!(provider.http_headers.is_empty() && provider.env_http_headers.is_empty());
    assert_eq!((provider.request_max_retries, provider.stream_max_retries), (4, 5));
    assert_eq!(provider.stream_idle_timeout, Duration::from_secs(300));
    assert_eq!(provider.websocket_connect_timeout, Duration::from_secs(15));
    assert!(!provider.supports_websockets && !provider.requires_openai_auth);
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
fn r11_6_built_in_ids_are_reserved_and_unknown_members_are_refused() {
    let reserved = Provider::from_config("openai", json!({"name": "OpenAI", "unknown": 1}), &context()).unwrap_err();
    assert_eq!(reserved.code, "reserved-provider");
    let unknown = refused(json!({"base_ulr": "x", "retries": 1}));
    assert_eq!(unknown.code, "provider-unknown-member");
    assert!(unknown.message.contains("base_ulr, retries"), "{unknown}");
}

#[test]
fn r12_1_a_token_command_is_checked() {
    let cases = [
        (json!({"auth": {"command": " "}}), "provider-auth-empty-command"),
        (json!({"auth": {}}), "provider-auth-empty-command"),
        (json!({"auth": {"command": "c", "timeout_ms": 0}}), "provider-auth-zero-timeout"),
        (json!({"auth": {"command": "c", "shell": true}}), "provider-unknown-member"),
    ];
    for (members, code) in cases {
        assert_eq!(refused(members).code, code);
    }
    let never = custom(json!({"name": "Mine", "auth": {"command": "c", "refresh_interval_ms": 0, "cwd": "/opt"}})).unwrap();
    let CredentialSource::Command(command) = never.credentials else { panic!() };
    assert_eq!((command.refresh_interval, command.cwd), (Duration::ZERO, PathBuf::from("/opt")));
}

#[test]
fn r12_1_a_token_command_excludes_every_other_credential() {
    let others = [
        ("env_key", json!("KEY")),
        ("experimental_bearer_token", json!("sk-secret")),
        ("requires_openai_auth", json!(true)),
        ("aws", json!({})),
    ];
    let mut all = json!({"auth": {"command": "c"}});
    for (name, value) in others {
        let error = refused(json!({"auth": {"command": "c"}, name: value}));
        assert_eq!(error.code, "provider-auth-conflict", "{name}");
        assert!(error.message.contains("auth") && error.message.contains(name), "{error}");
        all[name] = value;
    }
    let error = refused(all);
    assert!(error.message.contains("auth, aws, env_key, experimental_bearer_token, requires_openai_auth;"), "{error}");
    assert!(!error.message.contains("sk-secret"));
    assert!(custom(json!({"name": "Mine", "auth": {"command": "c"}, "requires_openai_auth": false})).is_ok());
}

#[test]
fn r13_1_bedrock_may_set_profile_and_region_only() {
    let built_in = bedrock(json!({"aws": {"region": null}})).unwrap();
    assert_eq!((built_in.name.as_str(), built_in.class()), ("Amazon Bedrock", "aws"));
    let profile = bedrock(json!({"aws": {"profile": "p", "region": "eu-west-1"}})).unwrap();
    let CredentialSource::Aws(aws) = profile.credentials else { panic!() };
    assert_eq!(aws, AwsAuth { profile: Some("p".into()), region: Some("eu-west-1".into()) });

    let usual = json!({"name": "Amazon Bedrock", "request_max_retries": 4, "supports_websockets": false, "base_url": null});
    assert!(bedrock(usual).is_ok());
    let unusual = bedrock(json!({"aws": {"profile": "p"}, "base_url": "u", "name": "Mine"})).unwrap_err();
    assert_eq!(unusual.code, "aws-override-unsupported");
    assert!(unusual.message.contains("base_url, name"), "{unusual}");
    assert_eq!(bedrock(json!({"env_key": "KEY"})).unwrap_err().code, "aws-override-unsupported");
    assert_eq!(bedrock(json!({"aws": {"key": "x"}})).unwrap_err().code, "provider-unknown-member");
    for region in ["evil.example/", "", "US-EAST-1"] {
        assert_eq!(bedrock(json!({"aws": {"region": region}})).unwrap_err().code, "config-invalid", "{region}");
    }
}

#[test]
fn r13_2_aws_belongs_to_bedrock_and_excludes_every_other_credential() {
    assert_eq!(refused(json!({"aws": {"profile": "p"}})).code, "aws-on-custom-provider");
    let others = [
        ("env_key", json!("KEY")),
        ("experimental_bearer_token", json!("t")),
        ("auth", json!({"command": "c"})),
        ("requires_openai_auth", json!(true)),
        ("supports_websockets", json!(true)),
    ];
    for (name, value) in others {
        let error = bedrock(json!({"aws": {"profile": "p"}, name: value})).unwrap_err();
        assert_eq!(error.code, "provider-auth-conflict", "{name}");
        assert!(error.message.contains("aws") && error.message.contains(name), "{error}");
    }
}

#[test]
fn s9_the_class_is_the_first_that_applies() {
    let cases = [
        (json!({"env_key": "KEY", "experimental_bearer_token": "t", "requires_openai_auth": true}), "own-key"),
        (json!({"experimental_bearer_token": "t", "requires_openai_auth": true}), "own-bearer"),
        (json!({"auth": {"command": "c"}}), "command"),
        (json!({"requires_openai_auth": true}), "first-party"),
        (json!({}), "open"),
    ];
    for (mut members, class) in cases {
        members["name"] = "Mine".into();
        assert_eq!(custom(members).unwrap().class(), class);
    }
    assert_eq!(Provider::openai("1").class(), "first-party");
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
