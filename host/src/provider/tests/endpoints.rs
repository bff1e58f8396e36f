//! URLs and the region of Bedrock.

use super::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

fn unset(_: &str) -> Option<String> {
    None
}

fn url(provider: &Provider, default: DefaultBase) -> String {
    provider.endpoint("responses", default, &unset).unwrap().into()
}

#[test]
fn r11_the_default_base_follows_the_login() {
    let provider = Provider::openai("1");
    assert_eq!(url(&provider, DefaultBase::Chatgpt), "https://chatgpt.com/backend-api/codex/responses");
    assert_eq!(url(&provider, DefaultBase::Api), "https://api.openai.com/v1/responses");
}

#[test]
fn r11_a_configured_base_keeps_its_path_and_gets_the_query() {
    let members = json!({"name": "Mine", "base_url": "http://localhost:8080/v1//", "query_params": {"b": "x y", "a": "1"}});
    let provider = custom(members).unwrap();
    assert_eq!(url(&provider, DefaultBase::Chatgpt), "http://localhost:8080/v1/responses?a=1&b=x+y");
    let websocket = |provider: &Provider| provider.websocket_endpoint("responses", DefaultBase::Api, &unset).unwrap();
    assert_eq!(websocket(&provider).as_str(), "ws://localhost:8080/v1/responses?a=1&b=x+y");
    assert_eq!(websocket(&Provider::openai("1")).as_str(), "wss://api.openai.com/v1/responses");
}

#[test]
fn c7_a_base_is_https_or_loopback() {
    for bad in ["http://api.example", "ftp://api.example", "https://u:p@api.example", "https://a/?k=v", "https://a/#f", "api.example", ""] {
        let error = refused(json!({"base_url": bad}));
        assert_eq!(error.code, "base-url-unsupported", "{bad}");
        assert!(bad.is_empty() || !error.message.contains(bad));
    }
}

#[test]
fn r13_3_the_region_is_in_the_base_of_bedrock() {
    let provider = bedrock(json!({"aws": {"region": "us-west-2"}})).unwrap();
    assert_eq!(url(&provider, DefaultBase::Api), "https://bedrock-mantle.us-west-2.api.aws/openai/v1/responses");
    assert_eq!(provider.http_headers["x-amzn-mantle-client-agent"].expose(), "codex");
}

#[test]
fn r13_4_the_region_comes_from_the_first_place_that_has_one() {
    let configured = AwsAuth { region: Some("a-1".into()), profile: None };
    let open = AwsAuth::default();
    let both = |name: &str| match name {
        "AWS_REGION" => Some("b-1".to_owned()),
        "AWS_DEFAULT_REGION" => Some("c-1".to_owned()),
        _ => None,
    };
    let default_only = |name: &str| if name == "AWS_REGION" { Some(" ".to_owned()) } else { both(name) };
    assert_eq!(region(&configured, &both, None).unwrap(), "a-1");
    assert_eq!(region(&open, &both, None).unwrap(), "b-1");
    assert_eq!(region(&open, &default_only, None).unwrap(), "c-1");
    assert_eq!(region(&open, &unset, None).unwrap_err().code, "aws-region-missing");
    let elsewhere = |_: &str| Some("evil.example/".to_owned());
    assert_eq!(region(&open, &elsewhere, None).unwrap_err().code, "config-invalid");
}

#[test]
fn r13_4_e12_the_region_inside_a_bearer_token() {
    let token = |text: &str| Secret::new(format!("bedrock-api-key-{}", STANDARD.encode(text)));
    let found = |token: &Secret| region(&AwsAuth::default(), &unset, Some(token));
    let scoped = "X-Amz-Credential=AKID%2F20260420%2Fus-west-2%2Fbedrock%2Faws4_request";
    assert_eq!(found(&token(scoped)).unwrap(), "us-west-2");
    assert_eq!(found(&token(&format!("bedrock.amazonaws.com/?Action=x&{scoped}&Version=1"))).unwrap(), "us-west-2");
    for bad in ["X-Amz-Date=1", "X-Amz-Credential=AKID%2F1%2Fevil.example%2Fbedrock%2Faws4_request", "X-Amz-Credential=a%2Fb%2Fc%2Fs3%2Fd"]
    {
        assert_eq!(found(&token(bad)).unwrap_err().code, "aws-region-missing", "{bad}");
    }
    assert_eq!(found(&Secret::from("other-token")).unwrap_err().code, "aws-region-missing");
}
