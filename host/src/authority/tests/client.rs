//! What the tests are made of: a clock that stands still, and clients of an authority.

use crate::agent::description;
use crate::authority::{Authority, AuthorityConfig, RunningAuthority};
use crate::component::wit::keys::PrivateForm;
use crate::http::ReqwestHttp;
use crate::ports::{Clock, Http, HttpFailure, HttpRequest, HttpResponse};
use crate::registering::AgentRegistration;
use crate::session::{KeyHandle, Session};
use crate::system::{SystemClock, SystemRandom};
use crate::types::ExternalTaskRef;
use crate::{Agent, Component, Error, Key};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};
use zeroize::Zeroizing;

pub(super) const ACCOUNT: &str = "acct-1";
pub(super) const USER: &str = "user-1";
/// 2026-04-23T00:00:00Z.
pub(in crate::authority) const NOW_S: i64 = 1_776_902_400;

/// The component, compiled once.
pub(in crate::authority) fn component() -> &'static Component {
    static COMPONENT: OnceLock<Component> = OnceLock::new();
    COMPONENT.get_or_init(|| Component::load().unwrap())
}

/// A wall clock that moves when it is told to.
pub(in crate::authority) struct StandingClock(AtomicI64);

impl StandingClock {
    pub(in crate::authority) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(NOW_S * 1000)))
    }

    pub(super) fn step(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for StandingClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    fn monotonic_ms(&self) -> u64 {
        SystemClock.monotonic_ms()
    }
}

/// An authority on a standing clock.
pub(super) struct Scene {
    pub(super) authority: RunningAuthority,
    pub(super) clock: Arc<StandingClock>,
}

impl Scene {
    pub(super) async fn start() -> Self {
        Self::with(|_| ()).await
    }

    pub(super) async fn with(change: impl FnOnce(&mut AuthorityConfig)) -> Self {
        let clock = StandingClock::new();
        let mut config = AuthorityConfig { clock: clock.clone(), ..AuthorityConfig::default() };
        change(&mut config);
        Self { authority: Authority::start(component(), config).await.unwrap(), clock }
    }

    pub(super) async fn token(&self) -> Zeroizing<String> {
        self.authority.development_token(ACCOUNT, USER).await.unwrap().into()
    }

    /// A registered agent, still without a task.
    pub(super) async fn agent(&self) -> TestAgent {
        static NEXT: AtomicU8 = AtomicU8::new(1);
        let seed = [NEXT.fetch_add(1, Ordering::SeqCst); 32];
        let id = self.register(&seed).await.unwrap();
        self.agent_as(&id, seed)
    }

    pub(super) async fn register(&self, seed: &[u8; 32]) -> Result<String, Error> {
        let registration = AgentRegistration::new(self.authority.authapi_base(), public_key(seed), description("cli"));
        registration.run(component(), &self.token().await).await
    }

    pub(super) fn agent_as(&self, id: &str, seed: [u8; 32]) -> TestAgent {
        let key = Key::held(PrivateForm::Seed, seed);
        let builder = Agent::builder(id, key, self.authority.authapi_base()).account(ACCOUNT, USER).clock(self.clock.clone());
        TestAgent { agent: builder.build(component()).unwrap(), id: id.into(), seed }
    }

    /// An agent with its run task.
    pub(super) async fn ready(&self) -> TestAgent {
        let agent = self.agent().await;
        agent.agent.register_task(None, None).await.unwrap();
        agent
    }

    /// Sends header fields to the model endpoint.
    pub(super) async fn call(&self, headers: &[(String, String)]) -> Answer {
        post(&self.authority.responses_url(), headers, b"{}").await.unwrap()
    }

    /// Status and code of a call.
    pub(super) async fn verdict(&self, headers: &[(String, String)]) -> (u16, String) {
        self.call(headers).await.verdict()
    }

    /// A POST of JSON to a path of the authority.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Answer {
        post(&format!("{}{path}", self.authority.base_url()), &[], body.to_string().as_bytes()).await.unwrap()
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        request("GET", &format!("{}{path}", self.authority.base_url()), &[], b"").await.unwrap()
    }
}

pub(super) struct TestAgent {
    pub(super) agent: Agent,
    pub(super) id: String,
    pub(super) seed: [u8; 32],
}

impl TestAgent {
    pub(super) async fn headers(&self) -> Vec<(String, String)> {
        self.agent.authorize(None).await.unwrap()
    }

    /// A header value for whatever task and second.
    pub(super) fn signed(&self, task_id: &str, timestamp: &str) -> String {
        let (mut session, key) = session_with(&self.seed);
        session.authorize_at(&key, &self.id, task_id, timestamp).unwrap()
    }

    /// Path and body of a task registration for whatever second.
    pub(super) fn registration(&self, timestamp: &str, reference: Option<&ExternalTaskRef>) -> (String, String) {
        let (mut session, key) = session_with(&self.seed);
        let signed = session.sign_task_at(&key, &self.id, timestamp, reference).unwrap();
        (format!("/api/accounts{}", signed.path), signed.body)
    }
}

pub(super) fn session_with(seed: &[u8; 32]) -> (Session, KeyHandle) {
    let mut session = Session::new(component(), Arc::new(SystemClock), Arc::new(SystemRandom)).unwrap();
    let key = session.import_key(PrivateForm::Seed, seed).unwrap();
    (session, key)
}

pub(super) fn public_key(seed: &[u8; 32]) -> Vec<u8> {
    let (mut session, key) = session_with(seed);
    session.public_forms(&key).unwrap().raw
}

pub(super) fn opaque(value: &str) -> ExternalTaskRef {
    ExternalTaskRef { kind: "opaque".into(), value: Some(value.into()) }
}

/// An answer, read whole.
pub(super) struct Answer(pub(super) HttpResponse);

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.0.body).unwrap()
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.body.clone()).unwrap()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.0.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Status, and the code in the body or the empty text.
    pub(super) fn verdict(&self) -> (u16, String) {
        let body: Value = serde_json::from_slice(&self.0.body).unwrap_or_default();
        (self.0.status, body["error"]["code"].as_str().unwrap_or_default().into())
    }

    /// The data of each event of a stream.
    pub(super) fn events(&self) -> Vec<Value> {
        let data = |event: &str| serde_json::from_str(event.lines().find_map(|line| line.strip_prefix("data: ")).unwrap()).unwrap();
        self.text().split_terminator("\n\n").map(data).collect()
    }
}

pub(super) async fn post(url: &str, headers: &[(String, String)], body: &[u8]) -> Result<Answer, HttpFailure> {
    let mut headers = headers.to_vec();
    headers.push(("content-type".into(), "application/json".into()));
    request("POST", url, &headers, body).await
}

pub(super) async fn request(method: &str, url: &str, headers: &[(String, String)], body: &[u8]) -> Result<Answer, HttpFailure> {
    let request = HttpRequest {
        method: method.into(),
        url: url.into(),
        headers: headers.to_vec(),
        body: body.to_vec(),
        timeout_ms: 10_000,
        success_limit: 4 << 20,
        error_limit: 4 << 20,
    };
    ReqwestHttp::new().unwrap().send(request).await.map(Answer)
}

pub(super) fn error(status: u16, code: &str) -> (u16, String) {
    (status, code.into())
}

pub(super) fn accepted() -> (u16, String) {
    error(200, "")
}

pub(super) fn token_request() -> Value {
    json!({"account_id": ACCOUNT, "chatgpt_user_id": USER})
}
