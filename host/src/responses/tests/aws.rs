//! 13-5 to 13-9 on the wire: what a server is sent that stands where Bedrock does.

use super::scene::*;
use crate::agent::ResponseFacts;
use crate::auth::{Assertion, Attempt, Authorizer, AwsKeys, AwsLogin, Credential, Login, ProviderAuth, Recovery, Secret};
use crate::component::Component;
use crate::error::Error;
use crate::ports::Clock;
use crate::provider::vectors::{Case, cases};
use crate::provider::{ConfigContext, Environment, Provider};
use crate::responses::{RequestMetadata, ResponsesClient, ResponsesClientBuilder, ServiceTier};
use async_trait::async_trait;
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use serde_json::{Value, json};
use sha2_host::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// A second passes at each look.
#[derive(Default)]
struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now_ms(&self) -> i64 {
        NOW_MS + self.0.fetch_add(1000, Ordering::SeqCst)
    }

    fn monotonic_ms(&self) -> u64 {
        0
    }
}

/// Hands out what belongs to an account.
struct Careless(&'static str);

#[async_trait]
impl Authorizer for Careless {
    async fn authorize(&self, _: &Attempt<'_>) -> Result<Credential, Error> {
        let field = |name: &str, value: &str| (name.to_owned(), Secret::from(value));
        Ok(match self.0 {
            "assertion" => {
                let headers = vec![field("Authorization", "AgentAssertion signed")];
                Credential::assertion("P11", Assertion { headers, agent_runtime_id: "a".into(), task_id: "t".into() })
            }
            _ => Credential::headers_of_login("P9", vec![field("Authorization", "Bearer x"), field("ChatGPT-Account-ID", "acct-1")]),
        })
    }

    async fn recover(&self, _: &Attempt<'_>, _: &Credential, _: &ResponseFacts) -> Result<Recovery, Error> {
        Ok(Recovery::Surface(None))
    }
}

fn environment() -> Arc<dyn Environment> {
    let absent = |name: &str| format!("/nonexistent/{name}");
    Arc::new(move |name: &str| match name {
        "AWS_REGION" => Some("us-east-1".to_owned()),
        "AWS_CONFIG_FILE" | "AWS_SHARED_CREDENTIALS_FILE" => Some(absent(name)),
        _ => None,
    })
}

/// The built-in provider, moved to this server.
fn bedrock(server: &Server, aws: Value) -> Provider {
    let context = ConfigContext { folder: PathBuf::from("/"), client_version: "1".into() };
    let provider = Provider::from_config("amazon-bedrock", json!({"aws": aws}), &context).unwrap();
    Provider { base_url: Some(server.base_url.clone()), ..provider }
}

fn of(provider: &Provider, authorizer: Arc<dyn Authorizer>) -> ResponsesClientBuilder {
    let client = ResponsesClient::builder(provider.clone(), authorizer);
    client.random(Arc::new(NoJitter)).clock(Arc::new(StandingClock)).environment(environment())
}

/// With an ambient login that must not show.
fn signing(provider: &Provider, login: AwsLogin, clock: Arc<dyn Clock>) -> Arc<ProviderAuth> {
    let fields = vec![("Authorization".to_owned(), "ambient".into()), ("ChatGPT-Account-ID".to_owned(), "ambient".into())];
    let auth = ProviderAuth::new(&Component::load().unwrap(), Arc::new(provider.clone()), Login::Headers(fields)).unwrap();
    Arc::new(auth.environment(environment()).clock(clock).aws(login))
}

fn keys() -> AwsKeys {
    AwsKeys { access_key_id: "AKIDEXAMPLE".into(), secret_access_key: SECRET.into(), session_token: None }
}

fn login(case: &Case) -> AwsLogin {
    let keys = case.input.get("keys").map(|given| AwsKeys { session_token: given["session_token"].as_str().map(Secret::from), ..keys() });
    AwsLogin { bearer: case.text("bearer").map(Secret::new), stored: keys.map(crate::auth::StoredAwsKey::Access), ..AwsLogin::default() }
}

async fn sent(case: &Case) -> Result<Value, Error> {
    assert_eq!((case.text("region").as_deref(), case.input["now_ms"].as_i64()), (Some("us-east-1"), Some(NOW_MS)));
    let server = Server::start(vec![whole_stream()]).await;
    let provider = bedrock(&server, json!({"profile": case.text("profile")}));
    let authorizer: Arc<dyn Authorizer> = match case.text("credential").as_deref() {
        Some("assertion") => Arc::new(Careless("assertion")),
        Some(_) => Arc::new(Careless("account")),
        None => signing(&provider, login(case), Arc::new(StandingClock)),
    };
    let client = case.pairs("default_headers").into_iter().fold(of(&provider, authorizer), |client, (n, v)| client.default_header(n, v));
    let metadata = RequestMetadata { headers: case.pairs("headers"), ..metadata() };
    let made = client.build()?.stream(&request(), &metadata).await;
    let arrived = server.arrived();
    assert_eq!(arrived.len(), usize::from(made.is_ok()), "{}: on an error nothing is sent", case.id);
    made.map_err(Error::from)?;
    let authorization = arrived[0].header("authorization").unwrap().split(',').next().unwrap();
    let shown = |member: &str| -> Vec<Value> {
        let names = case.expect[member].as_array().cloned().unwrap_or_default();
        let wanted = member == "has";
        names.into_iter().filter(|name| arrived[0].header(name.as_str().unwrap()).is_some() == wanted).collect()
    };
    assert!(!format!("{:?}", arrived[0].headers).contains("ambient"));
    Ok(json!({"authorization": authorization, "has": shown("has"), "has_not": shown("has_not")}))
}

#[tokio::test(start_paused = true)]
async fn r13_5_r13_8_r13_9_what_arrives_is_what_the_vectors_say() {
    for case in cases("aws-provider").iter().filter(|case| case.input["op"] == "send") {
        case.check(sent(case).await);
    }
}

/// Recomputes the signature of what arrived.
fn check_signature(arrived: &Arrived) {
    let authorization = arrived.header("authorization").unwrap();
    let part = |name: &str| authorization.split([',', ' ']).find_map(|part| part.strip_prefix(name)).unwrap();
    let date = arrived.header("x-amz-date").unwrap();
    let fields: String = part("SignedHeaders=").split(';').map(|name| format!("{name}:{}\n", arrived.header(name).unwrap())).collect();
    let path = arrived.target.split(' ').nth(1).unwrap();
    let hash = |text: &str| format!("{:x}", Sha256::digest(text.as_bytes()));
    let canonical = format!("POST\n{path}\n\n{fields}\n{}\n{}", part("SignedHeaders="), hash(&arrived.text));
    let scope = format!("{}/us-east-1/bedrock-mantle/aws4_request", &date[..8]);
    let time = UNIX_EPOCH + Duration::from_millis(NOW_MS.unsigned_abs());
    let key = generate_signing_key(SECRET, time, "us-east-1", "bedrock-mantle");
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hash(&canonical));
    assert_eq!(part("Signature="), calculate_signature(key, text.as_bytes()));
    assert_eq!(part("Credential="), format!("AKIDEXAMPLE/{scope}"));
}

#[tokio::test(start_paused = true)]
async fn r11_3_r13_7_every_attempt_is_signed_anew_over_exactly_what_is_sent() {
    let server = Server::start(vec![refusal(500, "x"), vec![Act::Reset], refusal(503, "x"), whole_stream()]).await;
    let provider = bedrock(&server, json!({}));
    let login = AwsLogin { stored: Some(crate::auth::StoredAwsKey::Access(keys())), ..AwsLogin::default() };
    let auth = signing(&provider, login, Arc::new(Ticking::default()));
    let client = of(&provider, auth).default_header("x_default", "never").build().unwrap();
    let headers = [("x-codex-window-id", "t:0"), ("session-id", "s"), ("x_note", "never")].map(|(name, value)| (name.into(), value.into()));
    let client_metadata = BTreeMap::from([("session_id".to_owned(), "東京".to_owned())]);
    let metadata = RequestMetadata { headers: headers.into(), client_metadata, ..metadata() };
    let mut request = request();
    request.service_tier = Some(ServiceTier::fast());
    client.stream(&request, &metadata).await.unwrap();
    let arrived = server.arrived();
    assert_eq!(arrived.len(), 4);
    arrived.iter().for_each(check_signature);
    let dates: std::collections::BTreeSet<_> = arrived.iter().map(|arrived| arrived.header("x-amz-date").unwrap()).collect();
    assert_eq!(dates.len(), 4, "{dates:?}");
    let first = &arrived[0];
    let signed = first.header("authorization").unwrap();
    for name in ["host", "accept", "content-type", "session-id", "x-amz-date", "x-amzn-mantle-client-agent", "x-codex-window-id"] {
        assert!(signed.contains(name), "{name} is signed: {signed}");
    }
    assert!(!signed.contains("user-agent") && first.header("user-agent").is_some());
    assert!(first.headers.iter().all(|(name, _)| !name.contains('_')), "{:?}", first.headers);
    assert_eq!(first.header("x-amzn-mantle-client-agent"), Some("codex"));
    // 11-10; the flat map is not a header and stays.
    assert!(first.body.get("service_tier").is_none() && first.body["client_metadata"]["session_id"] == "東京");
}

#[tokio::test(start_paused = true)]
async fn r13_8_missing_credentials_are_tried_again_like_a_network_error() {
    let server = Server::start(vec![whole_stream()]).await;
    let provider = bedrock(&server, json!({"profile": "absent"}));
    let client = of(&provider, signing(&provider, AwsLogin::default(), Arc::new(StandingClock))).build().unwrap();
    let error = client.stream(&request(), &metadata()).await.unwrap_err();
    assert_eq!((error.code(), error.error().attempts, server.arrived().len()), ("aws-credentials", Some(5), 0));
}

#[tokio::test(start_paused = true)]
async fn r15_4_what_signed_a_request_is_taken_out_of_its_refusal() {
    let said = json!({"error": {"message": format!("token sk-session-token-1, key {SECRET}")}}).to_string();
    let server = Server::start(vec![answer(403, &[], &said)]).await;
    let provider = bedrock(&server, json!({}));
    let stored = AwsKeys { session_token: Some("sk-session-token-1".into()), ..keys() };
    let login = AwsLogin { stored: Some(crate::auth::StoredAwsKey::Access(stored)), ..AwsLogin::default() };
    let client = of(&provider, signing(&provider, login, Arc::new(StandingClock))).build().unwrap();
    let error = client.stream(&request(), &metadata()).await.unwrap_err();
    assert_eq!((error.error().status, error.error().attempts), (Some(403), Some(1)));
    assert!(!format!("{error:?}").contains("sk-session-token-1"), "{error:?}");
}

/// Attests whatever it is asked.
struct Attests;

#[async_trait]
impl crate::attestation::Attestor for Attests {
    async fn attest(&self, _: Option<&str>) -> Result<zeroize::Zeroizing<String>, crate::attestation::AttestError> {
        panic!("nobody is to ask")
    }
}

#[tokio::test]
async fn r13_6_r13_9_described_requests_are_signed_without_attestation_and_item_metadata() {
    let server = Server::start(vec![whole_stream()]).await;
    let provider = bedrock(&server, json!({}));
    let login = AwsLogin { stored: Some(crate::auth::StoredAwsKey::Access(keys())), ..AwsLogin::default() };
    let surroundings = crate::Surroundings::default().attestor(Arc::new(Attests));
    let envelopes = crate::attestation::Envelopes::new(&Component::load().unwrap(), &surroundings).unwrap();
    let client = of(&provider, signing(&provider, login, Arc::new(StandingClock))).attestation(Arc::new(envelopes)).build().unwrap();
    let item = json!({"type": "message", "internal_chat_message_metadata_passthrough": {"turn_id": "t"}});
    let request = crate::responses::ResponsesRequest { input: vec![item], ..request() };
    client.stream(&request, &super::described::session().turn("turn-1").request()).await.unwrap();
    let arrived = &server.arrived()[0];
    check_signature(arrived);
    assert_eq!(arrived.body["input"], json!([{"type": "message"}]));
    assert_eq!(arrived.body["client_metadata"]["turn_id"], "turn-1", "1-20");
    let signed = arrived.header("authorization").unwrap();
    for name in ["originator", "session-id", "thread-id", "x-codex-turn-metadata", "x-codex-window-id"] {
        assert!(arrived.header(name).is_some() && signed.contains(name), "{name}");
    }
    assert!(arrived.header("x-oai-attestation").is_none());
}
