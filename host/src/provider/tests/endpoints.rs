//! URLs and the region of Bedrock.

use super::*;
use crate::auth::{Login, TokenSource};
use async_trait::async_trait;
use std::sync::Arc;

fn unset(_: &str) -> Option<String> {
    None
}

fn url(provider: &Provider, default: DefaultBase) -> String {
    provider.endpoint("responses", default, &unset).unwrap().into()
}

struct NoTokens;

#[async_trait]
impl TokenSource for NoTokens {
    async fn tokens(&self) -> Result<crate::auth::ChatgptTokens, Error> {
        Err(Error::config("of the test"))
    }
}

struct NoIdentities;

#[async_trait]
impl crate::auth::Identities for NoIdentities {
    async fn authorize(&self, _: &crate::auth::Attempt<'_>) -> Result<crate::auth::Assertion, Error> {
        Err(Error::config("of the test"))
    }

    async fn recover(
        &self,
        _: &crate::auth::Attempt<'_>,
        _: &crate::auth::Assertion,
        _: &crate::agent::ResponseFacts,
    ) -> Result<crate::auth::Recovery, Error> {
        Err(Error::config("of the test"))
    }

    fn can_register(&self) -> bool {
        false
    }
}

fn login(kind: &str) -> Login {
    let logins = [
        Login::None,
        Login::ApiKey("k".into()),
        Login::PersonalAccessToken("at-1".into()),
        Login::ExternalChatgptTokens(Arc::new(NoTokens)),
        Login::Headers(Vec::new()),
        Login::AgentIdentity(Arc::new(NoIdentities)),
        Login::ManagedChatgpt { tokens: Arc::new(NoTokens), identities: Arc::new(NoIdentities) },
    ];
    logins.into_iter().find(|login| login.kind() == kind).unwrap()
}

#[test]
fn r11_5_the_default_base_follows_the_kind_of_login() {
    let provider = Provider::openai("1");
    for case in vectors::cases("provider-config").iter().filter(|case| case.input.get("login").is_some()) {
        let base = login(&case.text("login").unwrap()).default_base();
        let websocket = provider.websocket_endpoint("responses", base, &unset).unwrap();
        case.check(Ok(json!({"url": url(&provider, base), "websocket_url": websocket.as_str()})));
    }
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
    for case in vectors::cases("aws-provider").iter().filter(|case| case.input["op"] == "url") {
        let region = case.text("region").unwrap();
        case.check(Ok(url(&bedrock(json!({"aws": {"region": region}})).unwrap(), DefaultBase::Api).into()));
        let of_credential = bedrock(json!({})).unwrap().endpoint_in(Some(&region), "responses", DefaultBase::Api, &unset);
        case.check(Ok(of_credential.unwrap().as_str().into()));
    }
}

#[test]
fn r13_4_e12_the_region_comes_from_the_first_place_that_has_one() {
    for case in vectors::cases("aws-provider").iter().filter(|case| case.input["op"] == "region") {
        let aws = AwsAuth { region: case.text("configured"), profile: None };
        let environment = |name: &str| case.input["env"][name].as_str().map(Into::into);
        let token = case.text("token").filter(|_| case.input["region_from_token"] != false).map(Secret::new);
        case.check(region(&aws, &environment, token.as_ref()).map(Into::into));
    }
}
