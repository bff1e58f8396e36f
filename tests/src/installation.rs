//! An installation of a program that has an identity: a folder with its files, against the real authority over real sockets.

use crate::effects::{Effect, Hook, Moment, Notes, Watched};
use crate::{SetClock, component};
use agent_identity_host::authority::{Authority, AuthorityConfig, RunningAuthority};
use agent_identity_host::driver::{Event, Observer};
use agent_identity_host::enrollment::{EnrollmentBuilder, ManagedLogin};
use agent_identity_host::http::ReqwestHttp;
use agent_identity_host::ports::{Clock, Http, HttpRequest, Storage};
use agent_identity_host::storage::FileStorage;
use agent_identity_host::system::SystemClock;
use agent_identity_host::{Enrollment, Profile, Surroundings};
use serde_json::Value;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::TempDir;
use zeroize::Zeroizing;

/// The account most suites use.
pub const ACCOUNT: &str = "account-1";

/// An authority that accepts one assertion as often as it comes: tests send many in a second.
pub async fn authority() -> RunningAuthority {
    let replay = agent_identity_host::types::verification::ReplayMode::Off;
    start(AuthorityConfig { replay, ..AuthorityConfig::default() }).await
}

/// An authority of this shape.
pub async fn start(config: AuthorityConfig) -> RunningAuthority {
    Authority::start(component(Profile::Portable), config).await.expect("an authority starts")
}

/// A folder and what a program does with it.
pub struct Installation {
    home: TempDir,
    authapi_base: String,
    jwks_url: String,
    /// Everything that was asked of the ports.
    pub notes: Arc<Notes>,
    /// Everything that was reported.
    pub events: Arc<Events>,
    /// The wall clock of the program: the system's, shifted; and a monotonic clock that is set by hand.
    pub clock: Arc<ShiftedClock>,
}

impl Installation {
    /// An empty folder.
    pub fn new(authority: &RunningAuthority) -> Self {
        Self::at(authority.authapi_base(), authority.jwks_url())
    }

    /// The same with an authority in another process.
    pub fn at(authapi_base: String, jwks_url: String) -> Self {
        Self {
            home: tempfile::tempdir().expect("a folder can be made"),
            authapi_base,
            jwks_url,
            notes: Arc::default(),
            events: Arc::default(),
            clock: Arc::default(),
        }
    }

    /// Where the files are.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The files.
    pub fn storage(&self) -> Arc<FileStorage> {
        Arc::new(FileStorage::open(self.home.path()).expect("the folder can be used"))
    }

    /// What a new process of the program has around it. Effects are noted; waits are over at once.
    pub fn surroundings(&self) -> Surroundings {
        let notes = self.notes.clone();
        self.surroundings_with(
            http(),
            Arc::new(move |effect: &Effect, moment| {
                if moment == Moment::Before {
                    notes.note(effect);
                }
            }),
        )
    }

    /// The same with other ways to the network, and another hook.
    pub fn surroundings_with(&self, http: Arc<dyn Http>, hook: Arc<Hook>) -> Surroundings {
        self.surroundings_of(&Arc::new(Watched::new(http, self.storage(), hook)))
    }

    /// The same with these ports.
    pub fn surroundings_of(&self, ports: &Arc<Watched>) -> Surroundings {
        Surroundings::default()
            .http(ports.clone())
            .storage(ports.clone())
            .sleeper(ports.clone())
            .clock(self.clock.clone())
            .inline_observer(self.events.clone())
    }

    /// A new process of the program.
    pub fn enrollment(&self) -> Enrollment {
        self.enrollment_in(self.surroundings())
    }

    /// A new process in these surroundings.
    pub fn enrollment_in(&self, surroundings: Surroundings) -> Enrollment {
        self.builder().surroundings(surroundings).build(component(Profile::Portable)).expect("the configuration is valid")
    }

    /// For what is special about a process.
    pub fn builder(&self) -> EnrollmentBuilder {
        Enrollment::builder(&self.authapi_base).jwks_url(&self.jwks_url).source("cli")
    }

    /// A stored document, read as JSON; null if there is none.
    pub fn document(&self, name: &str) -> Value {
        match std::fs::read(self.home.path().join(name)) {
            Ok(bytes) => serde_json::from_slice(&bytes).expect("a document is JSON"),
            Err(_) => Value::Null,
        }
    }

    /// How many requests were made since the notes were last taken.
    pub fn requests_made(&self) -> usize {
        self.notes.take().iter().filter(|effect| effect.kind == "http").count()
    }
}

/// HTTP over real sockets.
pub fn http() -> Arc<dyn Http> {
    Arc::new(ReqwestHttp::new().expect("a client can be made"))
}

/// The login of a user of this account, with a token of the authority.
pub async fn login(authority: &RunningAuthority, account_id: &str) -> ManagedLogin {
    let chatgpt_user_id = format!("user-of-{account_id}");
    let token = authority.development_token(account_id, &chatgpt_user_id).await.expect("the ids can be sent");
    ManagedLogin {
        account_id: account_id.to_owned(),
        chatgpt_user_id,
        email: Some("someone@example.com".into()),
        plan_type: "pro".into(),
        fedramp: false,
        access_token: Zeroizing::new(token),
    }
}

/// How many answers an endpoint of the authority has given, as its metrics say; with this status, or with any.
pub async fn answers(authority: &RunningAuthority, endpoint: &str, status: Option<u16>) -> u64 {
    let request = get(&format!("{}/metrics", authority.base_url()));
    let page = http().send(request).await.expect("the authority answers").body;
    let page = String::from_utf8(page).expect("metrics are text");
    let counted = page.lines().filter_map(|line| line.strip_prefix("agent_identity_authority_requests_total{")?.split_once("} "));
    let wanted = counted.filter(|(labels, _)| {
        labels.contains(&format!("endpoint=\"{endpoint}\"")) && status.is_none_or(|status| labels.contains(&format!("status=\"{status}\"")))
    });
    wanted.map(|(_, count)| count.parse::<u64>().expect("a count")).sum()
}

/// Agents that the authority knows, with their tasks.
pub async fn agents(authority: &RunningAuthority) -> Vec<Value> {
    let request = get(&format!("{}/dev/agents", authority.base_url()));
    let mut body = http().send(request).await.expect("the authority answers").body;
    let mut known: Value = serde_json::from_slice(&body).expect("JSON");
    body.clear();
    match known["agents"].take() {
        Value::Array(agents) => agents,
        other => panic!("no list of agents: {other}"),
    }
}

fn get(url: &str) -> HttpRequest {
    HttpRequest {
        method: "GET".into(),
        url: url.into(),
        headers: Vec::new(),
        body: Vec::new(),
        timeout_ms: 30_000,
        success_limit: 8 << 20,
        error_limit: 64 << 10,
    }
}

/// The system's clock, shifted.
pub struct ShiftedClock {
    shift: SetClock,
}

impl Default for ShiftedClock {
    fn default() -> Self {
        Self { shift: SetClock::at(0) }
    }
}

impl ShiftedClock {
    /// Shifts the wall clock against the system's.
    pub fn shift(&self, ms: i64) {
        self.shift.set(ms);
    }

    /// Lets time pass on both clocks.
    pub fn advance(&self, ms: u32) {
        self.shift.advance(ms);
    }
}

impl Clock for ShiftedClock {
    fn now_ms(&self) -> i64 {
        SystemClock.now_ms().saturating_add(self.shift.now_ms())
    }

    fn monotonic_ms(&self) -> u64 {
        self.shift.monotonic_ms()
    }
}

/// Events, in order.
#[derive(Default)]
pub struct Events(Mutex<Vec<Event>>);

impl Events {
    /// Those since the last call.
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Observer for Events {
    fn event(&self, event: &Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event.clone());
    }
}

/// A document that a test puts there.
pub async fn put(storage: &dyn Storage, name: &str, document: &Value) {
    storage.store(name, Zeroizing::new(document.to_string().into_bytes())).await.expect("the folder can be written");
}
