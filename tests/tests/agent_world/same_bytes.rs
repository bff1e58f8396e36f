//! With the same clock and the same randomness both worlds send and store the same bytes.

use super::{Imports, world};
use agent_identity_host::custodian::NativeCustodian;
use agent_identity_host::enrollment::ManagedLogin;
use agent_identity_host::ports::{Http, HttpFailure, HttpRequest, HttpResponse, Storage};
use agent_identity_host::storage::{MemoryStorage, RECORD, TASKS};
use agent_identity_host::types::PrivateForm;
use agent_identity_host::types::agents::AgentConfig;
use agent_identity_host::types::agents::EnrollmentConfig;
use agent_identity_host::{Enrollment, Key, Profile, Surroundings};
use agent_identity_tests::{APRIL_MS, SetClock, SetRandom, component};
use async_trait::async_trait;
use std::sync::{Arc, Mutex};

const BASE: &str = "https://auth.example/api";
const JWKS: &str = "https://chat.example/jwks";

/// A request: method, URL, header fields, body.
type Sent = (String, String, Vec<(String, String)>, Vec<u8>);

/// Answers every registration, and keeps what was sent.
#[derive(Default)]
struct Backend(Mutex<Vec<Sent>>);

#[async_trait]
impl Http for Backend {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
        let body =
            if request.url.ends_with("/v1/agent/register") { r#"{"agent_runtime_id":"agent-123"}"# } else { r#"{"task_id":"task-123"}"# };
        let sent = (request.method.clone(), request.url.clone(), request.headers.clone(), request.body.clone());
        self.0.lock().expect("no panic").push(sent);
        Ok(HttpResponse { status: 200, headers: Vec::new(), body: body.into(), truncated: false })
    }
}

#[derive(Default)]
struct Outside {
    backend: Arc<Backend>,
    storage: Arc<MemoryStorage>,
}

impl Outside {
    fn surroundings(&self) -> Surroundings {
        Surroundings::default()
            .http(self.backend.clone())
            .storage(self.storage.clone())
            .clock(Arc::new(SetClock::at(APRIL_MS)))
            .random(Arc::new(SetRandom::repeating(7)))
    }

    async fn seen(&self) -> (Vec<Sent>, [Option<Vec<u8>>; 2]) {
        let mut documents = [None, None];
        for (place, name) in [RECORD, TASKS].into_iter().enumerate() {
            documents[place] = self.storage.load(name).await.expect("memory").map(|document| document.to_vec());
        }
        (std::mem::take(&mut *self.backend.0.lock().expect("no panic")), documents)
    }
}

fn login() -> ManagedLogin {
    ManagedLogin {
        account_id: "account-1".into(),
        chatgpt_user_id: "user-1".into(),
        email: None,
        plan_type: "pro".into(),
        fedramp: true,
        access_token: String::from("token").into(),
    }
}

#[tokio::test]
async fn both_worlds_send_and_store_the_same_bytes() {
    let (first, second) = (Outside::default(), Outside::default());
    let builder = Enrollment::builder(BASE).jwks_url(JWKS).source("cli").surroundings(first.surroundings());
    let enrollment = builder.build(component(Profile::Portable)).expect("valid");
    let of_first = enrollment.bootstrap(&login(), None).await.expect("sound");
    of_first.ensure_task(Some("thread"), None).await.expect("sound");
    enrollment.rotate(&login().access_token).await.expect("sound");

    let instance = world().instantiate(Imports::default().surroundings(second.surroundings())).await.expect("an instance");
    let config = EnrollmentConfig {
        authapi_base: BASE.into(),
        jwks_url: JWKS.into(),
        description: agent_identity_host::agent::description("cli"),
        allowed_workspaces: Vec::new(),
        correct_clock: true,
        skew_threshold_s: None,
    };
    let of_second = instance.enroll(&config).await.expect("valid");
    of_second.bootstrap(&login(), None).await.expect("sound");
    of_second.ensure_task(Some("thread"), None).await.expect("sound");
    of_second.rotate(&login().access_token).await.expect("sound");

    assert_eq!(first.seen().await, second.seen().await);
    for reference in [None, Some("thread")] {
        assert_eq!(of_first.authorize(reference).await.expect("known"), of_second.authorize(reference).await.expect("known"));
    }
}

/// The header of the specification's first constant vector (§4.1).
const HEADER: &str = "AgentAssertion eyJhZ2VudF9ydW50aW1lX2lkIjoiYWdlbnQtMTIzIiwic2lnbmF0dXJlIjoiK0dsck9LUi9GSHh4aGttT2hnNWhqMTkrNU83aE0yTWd4TnJnVGZSZ0lYOENZbjEzQUpFU3Y1eVhrd3dVQzlqRGQ4Y3ZRUk11MWY4UHliZjYvTEJnRHc9PSIsInRhc2tfaWQiOiJ0YXNrLTEyMyIsInRpbWVzdGFtcCI6IjIwMjYtMDQtMjNUMDA6MDA6MDBaIn0";

#[tokio::test]
async fn section_4_1_the_header_is_that_of_the_specification_whoever_keeps_the_key() {
    let custodian = Arc::new(NativeCustodian::new());
    custodian.import_seed("mine", &[7; 32]).expect("a seed");
    let config = AgentConfig {
        agent_runtime_id: "agent-123".into(),
        account_id: None,
        chatgpt_user_id: None,
        fedramp: false,
        authapi_base: BASE.into(),
        correct_clock: true,
        skew_threshold_s: None,
        clock_offset_ms: 0,
    };
    let imports = Imports::default().surroundings(Outside::default().surroundings()).custodian(custodian.clone());
    let instance = world().instantiate(imports).await.expect("an instance");
    for key in [Key::held(PrivateForm::Seed, [7; 32]), Key::custodial(custodian.clone(), "mine")] {
        let agent = instance.open(&config, &key).await.expect("valid");
        agent.adopt_task(None, "task-123").await.expect("valid");
        let headers = agent.authorize(None).await.expect("known");
        assert_eq!(headers, [("Authorization".to_owned(), HEADER.to_owned())]);
        assert_eq!(agent.load().await.expect_err("its identity is the caller's").code, "config-invalid");
    }
    custodian.forget("mine");
    let agent = instance.open(&config, &Key::custodial(custodian, "mine")).await.expect_err("no such key");
    assert_eq!(agent.code, "signature-invalid");
}
