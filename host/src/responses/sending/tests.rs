use super::*;
use crate::auth::{Attempt, Authorizer, Login, ProviderAuth, RequestNumber, Scope};
use crate::component::Component;
use crate::provider::vectors::cases;
use crate::provider::{ConfigContext, Provider};
use crate::responses::endpoint::Endpoint;
use crate::responses::request::Described;
use crate::responses::tests::scene::metadata;
use crate::responses::{CompactRequest, ResponsesClient, ServiceTier};
use serde_json::{Value, json};
use std::sync::Arc;

/// Where compaction with a service tier goes for a login, whether the tier goes with it, and attestation.
async fn prepared(component: &Component, login: Login) -> (String, bool, bool) {
    let (_, request) = compaction(component, Provider::openai("1.0"), login).await;
    (request.url().as_str().into(), has_tier(&request), request.headers().contains_key("x-oai-attestation"))
}

fn has_tier(request: &Request) -> bool {
    let body: Value = serde_json::from_slice(request.body().unwrap().as_bytes().unwrap()).unwrap();
    body.get("service_tier").is_some()
}

/// Compaction with a service tier and attestation, ready to be sent.
async fn compaction(component: &Component, provider: Provider, login: Login) -> (Credential, Request) {
    let auth = Arc::new(ProviderAuth::new(component, Arc::new(provider.clone()), login).unwrap());
    let client = ResponsesClient::builder(provider, auth.clone()).build().unwrap();
    let mut metadata = metadata();
    metadata.headers.push(("x-oai-attestation".into(), "{}".into()));
    let request = CompactRequest { service_tier: Some(ServiceTier::fast()), ..CompactRequest::default() };
    let rendered = metadata.render(Endpoint::Compact, None).unwrap();
    let call = Call {
        number: RequestNumber::fresh(),
        endpoint: Endpoint::Compact,
        model: "m",
        body: Some(request.body(&Described::new(&rendered, None, false), client.parts().dialect()).unwrap()),
        metadata: &metadata,
        rendered: &rendered,
        wanted: Wanted::Whole(1),
        timeout: Duration::ZERO,
    };
    let credential = auth.authorize(&Attempt::new(Scope::Scoped, "c", "responses/compact")).await.unwrap();
    let request = client.parts().prepare(&call, &credential, &Owner::of(&credential), Attestation::None).unwrap().request;
    (credential, request)
}

#[tokio::test]
async fn r11_10_r9_4_base_tier_and_attestation_follow_the_login() {
    let component = Component::load().unwrap();
    let (api, chatgpt) = ("https://api.openai.com/v1/responses/compact", "https://chatgpt.com/backend-api/codex/responses/compact");
    assert_eq!(prepared(&component, Login::ApiKey("sk-12345678".into())).await, (api.into(), false, false));
    assert_eq!(prepared(&component, Login::PersonalAccessToken("at-12345678".into())).await, (chatgpt.into(), true, true));
    assert_eq!(prepared(&component, Login::Headers(vec![("x-a".into(), "b".into())])).await, (chatgpt.into(), true, true));
    assert_eq!(prepared(&component, Login::None).await, (api.into(), true, false));
}

#[cfg(unix)]
#[tokio::test]
async fn r12_7_the_token_of_a_command_counts_as_an_api_key() {
    let component = Component::load().unwrap();
    for case in cases("token-command").iter().filter(|case| case.input["steps"] == json!(["authorize"])) {
        let members = json!({"name": "Mine", "base_url": "https://a.example", "auth": {
            "command": case.input["command"], "args": case.input["args"]
        }});
        let context = ConfigContext { folder: "/".into(), client_version: String::new() };
        let provider = Provider::from_config("mine", members, &context).unwrap();
        let (credential, request) = compaction(&component, provider, Login::None).await;
        let kind = format!("{:?}", credential.kind()).to_lowercase();
        let authorization = request.headers()["authorization"].to_str().unwrap();
        let answer = json!({"authorization": authorization, "kind": kind, "service_tier_in_compaction": has_tier(&request)});
        case.check(Ok(json!({"answers": [answer]})));
    }
}
