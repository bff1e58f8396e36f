//! The order of 13-5 and the signatures of 13-6 and 13-7, from the vectors; loading, with real files, processes and servers.

#[cfg(unix)]
mod loading;

use super::sigv4::SigV4;
use super::*;
use crate::auth::RequestSigner;
use crate::provider::vectors::{Case, cases};
use reqwest::Request;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicI64, Ordering};

/// A wall clock that a test sets.
#[derive(Default)]
struct SetClock(AtomicI64);

impl SetClock {
    fn at(now_ms: i64) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(now_ms)))
    }
}

impl Clock for SetClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    fn monotonic_ms(&self) -> u64 {
        0
    }
}

fn credentials(aws: &AwsAuth, login: AwsLogin) -> AwsCredentials {
    AwsCredentials::new(aws, login, SetClock::at(0))
}

fn found(case: &Case) -> Value {
    let stored = &case.input["stored"];
    let text = |name: &str| stored[name].as_str().map(Secret::from);
    let keys = |access_key_id| AwsKeys { access_key_id, secret_access_key: text("secret_access_key").unwrap(), session_token: None };
    let stored = text("bearer").map(StoredAwsKey::Bearer).or_else(|| text("access_key_id").map(keys).map(StoredAwsKey::Access));
    let login = AwsLogin { bearer: case.text("bearer").map(Secret::new), stored, ..AwsLogin::default() };
    let aws = AwsAuth { profile: case.text("profile"), region: None };
    match credentials(&aws, login).find(&|name: &str| case.input["env"][name].as_str().map(Into::into)) {
        Found::Bearer(token) => json!({"bearer": token.expose()}),
        Found::Profile(profile) => json!({"profile": profile}),
        Found::Anywhere => "default-chain".into(),
        Found::Keys(keys) => {
            json!({"access_key_id": keys.access_key_id.expose(), "session_token": keys.session_token.as_ref().map(Secret::expose)})
        }
    }
}

#[test]
fn r13_5_the_first_credential_that_is_there_is_used() {
    for case in cases("aws-provider").iter().filter(|case| case.input["op"] == "credential") {
        case.check(Ok(found(case)));
    }
}

/// What is sent after signing, and the parts of the signature.
fn signed(case: &Case) -> Result<Value, Error> {
    let text = |name: &str| case.text(name).unwrap();
    let keys = AwsKeys {
        access_key_id: text("access_key_id").into(),
        secret_access_key: text("secret_access_key").into(),
        session_token: case.text("session_token").map(Secret::new),
    };
    let signer = SigV4::new((&keys).into(), text("region"), SetClock::at(case.input["now_ms"].as_i64().unwrap()));
    let mut request = Request::new(text("method").parse().unwrap(), text("url").parse().unwrap());
    for (name, value) in case.pairs("headers") {
        let name = http::HeaderName::try_from(name).unwrap();
        request.headers_mut().append(name, http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    *request.body_mut() = Some(text("body").into());
    let dropped = signer.sign(&mut request)?;
    assert_eq!(request.body().unwrap().as_bytes().unwrap(), text("body").as_bytes(), "the body is as it was");
    let value = |value: &http::HeaderValue| value.to_str().unwrap().to_owned();
    let mut headers: Vec<_> = request.headers().iter().map(|(name, field)| (name.to_string(), value(field))).collect();
    headers.sort();
    let authorization = value(&request.headers()["authorization"]);
    let part = |name: &str| authorization.split(", ").find_map(|part| part.strip_prefix(name)).map(str::to_owned);
    let dropped: Vec<_> = dropped.iter().map(|dropped| json!({"name": dropped.name, "reason": dropped.reason.as_str()})).collect();
    Ok(json!({
        "body_sha256": crate::ports::Revision::of(text("body").as_bytes()).as_str(),
        "signed_headers": part("SignedHeaders="),
        "signature": part("Signature="),
        "headers": headers,
        "dropped": dropped,
    }))
}

#[test]
fn e70_r13_6_r13_7_r13_8_signatures_are_those_of_the_vectors_byte_for_byte() {
    for case in cases("aws-sign") {
        case.check(signed(&case));
    }
}

#[test]
fn r13_7_what_the_signature_adds_is_sensitive_except_the_date() {
    let keys = AwsKeys { access_key_id: "AKID".into(), secret_access_key: "s".into(), session_token: Some("t".into()) };
    let mut request = Request::new(http::Method::POST, "https://a.example/".parse().unwrap());
    SigV4::new((&keys).into(), "us-east-1".into(), SetClock::at(0)).sign(&mut request).unwrap();
    let sensitive: Vec<_> = request.headers().iter().map(|(name, value)| (name.as_str(), value.is_sensitive())).collect();
    assert!(sensitive.len() == 3 && sensitive.iter().all(|(name, sensitive)| *sensitive == (*name != "x-amz-date")), "{sensitive:?}");
}

#[test]
fn r13_7_a_body_that_is_not_finished_is_not_signed() {
    let keys = AwsKeys { access_key_id: "AKID".into(), secret_access_key: "s".into(), session_token: None };
    let mut request = Request::new(http::Method::POST, "https://a.example/".parse().unwrap());
    *request.body_mut() = Some(reqwest::Body::wrap(reqwest::Body::from("b")));
    let error = SigV4::new((&keys).into(), "us-east-1".into(), SetClock::at(0)).sign(&mut request).unwrap_err();
    assert_eq!((error.code.as_str(), error.advice), ("aws-signing", crate::error::Advice::Never));
}

#[tokio::test]
async fn r13_4_r13_5_the_region_of_a_bearer_token_goes_with_it() {
    use base64::Engine;
    let scope = "X-Amz-Credential=AKID%2F20260420%2Fus-west-2%2Fbedrock%2Faws4_request";
    let token = Secret::new(format!("bedrock-api-key-{}", base64::engine::general_purpose::STANDARD.encode(scope)));
    for (region_from_token, region) in [(true, Ok(Some("us-west-2"))), (false, Err("aws-region-missing"))] {
        let login = AwsLogin { bearer: Some(token.clone()), region_from_token, ..AwsLogin::default() };
        let credentials = credentials(&AwsAuth::default(), login);
        let made = credentials.credential("P5", &|_: &str| None).await;
        assert_eq!(made.as_ref().map(Credential::region).map_err(|error| error.code.as_str()), region);
    }
    let login = AwsLogin { bearer: Some("sk-\nsecret".into()), ..AwsLogin::default() };
    let illegal = credentials(&AwsAuth::default(), login).credential("P5", &|_: &str| None).await.unwrap_err();
    assert!(illegal.code == "config-invalid" && !illegal.message.contains("secret"), "{illegal}");
}

#[test]
fn r15_4_debug_shows_no_key() {
    let keys = AwsKeys { access_key_id: "marker".into(), secret_access_key: "marker".into(), session_token: Some("marker".into()) };
    let login = AwsLogin { bearer: Some("marker".into()), stored: Some(StoredAwsKey::Access(keys.clone())), ..AwsLogin::default() };
    let shown = format!("{login:?} {keys:?} {:?} {:?}", StoredAwsKey::Bearer("marker".into()), Found::Keys(keys.clone()));
    assert!(!shown.contains("marker"), "{shown}");
}
