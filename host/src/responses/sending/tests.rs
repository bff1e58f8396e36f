use super::*;
use crate::auth::{Attempt, Authorizer, Login, ProviderAuth, RequestNumber, Scope};
use crate::component::Component;
use crate::provider::Provider;
use crate::responses::endpoint::Endpoint;
use crate::responses::tests::scene::metadata;
use crate::responses::{CompactRequest, ResponsesClient, ServiceTier};
use serde_json::Value;
use std::sync::Arc;

/// Where compaction with a service tier goes for a login, whether the tier goes with it, and attestation.
async fn prepared(component: &Component, login: Login) -> (String, bool, bool) {
    let provider = Provider::openai("1.0");
    let auth = Arc::new(ProviderAuth::new(component, Arc::new(provider.clone()), login).unwrap());
    let client = ResponsesClient::builder(provider, auth.clone()).build().unwrap();
    let mut metadata = metadata();
    metadata.headers.push(("x-oai-attestation".into(), "{}".into()));
    let request = CompactRequest { service_tier: Some(ServiceTier::fast()), ..CompactRequest::default() };
    let call = Call {
        number: RequestNumber::fresh(),
        endpoint: Endpoint::Compact,
        model: "m",
        body: request.body(client.parts().dialect()).unwrap(),
        metadata: &metadata,
        wanted: Wanted::Whole(1),
        timeout: Duration::ZERO,
    };
    let credential = auth.authorize(&Attempt::new(Scope::Scoped, "c", "responses/compact")).await.unwrap();
    let request = client.parts().prepare(&call, &credential, &Owner::of(&credential)).unwrap().request;
    let body: Value = serde_json::from_slice(request.body().unwrap().as_bytes().unwrap()).unwrap();
    let is_attested = request.headers().contains_key("x-oai-attestation");
    (request.url().as_str().into(), body.get("service_tier").is_some(), is_attested)
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
