//! Operations driven by hand: every effect is looked at, every outcome is made up.

use crate::{SetClock, SetRandom, component};
use agent_identity_host::session::Step;
use agent_identity_host::session::{AgentHandle, KeyHandle, OperationHandle};
use agent_identity_host::types::agents::AgentConfig;
use agent_identity_host::types::operations::{Completion, Effect, Event, HttpFailure, HttpRequest, HttpResponse, Outcome, Progress};
use agent_identity_host::types::{AgentDescription, PrivateForm, PublicForm};
use agent_identity_host::{Error, Profile, Session};
use std::sync::Arc;

/// An instance with a clock and a random source that are set by hand.
pub struct Bench {
    /// The instance.
    pub session: Session,
    /// Its clock, at first 2026-04-23T00:00:00Z.
    pub clock: Arc<SetClock>,
    /// Its random source; at first such that delays are not jittered.
    pub random: Arc<SetRandom>,
}

/// Bytes from which the jitter of a delay is drawn as (almost) none: half of all there are.
pub const NO_JITTER: u8 = 0x80;

/// The base of the AuthAPI that the flows talk to.
pub const AUTHAPI: &str = "https://authority.example/api";

impl Bench {
    /// One instance of this build.
    pub fn new(profile: Profile) -> Self {
        let (clock, random) = (Arc::new(SetClock::at(crate::APRIL_MS)), Arc::new(SetRandom::repeating(NO_JITTER)));
        let session = Session::new(component(profile), clock.clone(), random.clone()).expect("an instance can be made");
        Self { session, clock, random }
    }

    /// The key of the specification's constants.
    pub fn key(&mut self) -> KeyHandle {
        self.session.import_key(PrivateForm::Seed, &[7; 32]).expect("a seed is a key")
    }

    /// An agent with that key.
    pub fn agent(&mut self) -> AgentHandle {
        let key = self.key();
        self.agent_with(&config(), &key)
    }

    /// An agent of this shape.
    pub fn agent_with(&mut self, config: &AgentConfig, key: &KeyHandle) -> AgentHandle {
        self.session.open_agent(config, key).expect("the configuration is valid")
    }

    /// Registers the run task of an agent, up to the first effect.
    pub fn register_task(&mut self, agent: &AgentHandle) -> Flow<'_> {
        let operation = self.session.begin_register_task(agent, None, Some("conversation")).expect("the run task has no reference");
        Flow::start(self, operation)
    }

    /// Registers an agent with this access token, up to the first effect.
    pub fn register_agent(&mut self, access_token: &str, fedramp: bool) -> Flow<'_> {
        let key = self.key();
        let raw = self.session.public_forms(&key).expect("sound").raw;
        let key = self.session.import_verifying_key(PublicForm::Raw, &raw).expect("a public key");
        let description = AgentDescription { source: "cli".into(), os: "linux".into(), agent_version: Some("1.2.3".into()) };
        let operation = self.session.begin_register_agent(AUTHAPI, &key, &description, access_token, fedramp).expect("valid parts");
        Flow::start(self, operation)
    }
}

/// Runs a test on an instance of each build.
pub fn on_both(test: impl Fn(&mut Bench)) {
    Profile::ALL.into_iter().map(Bench::new).for_each(|mut bench| test(&mut bench));
}

/// The agent of the specification's constants.
pub fn config() -> AgentConfig {
    AgentConfig {
        agent_runtime_id: "agent-123".into(),
        account_id: Some("account-1".into()),
        chatgpt_user_id: Some("user-1".into()),
        fedramp: true,
        authapi_base: AUTHAPI.into(),
        correct_clock: true,
        skew_threshold_s: None,
        clock_offset_ms: 0,
    }
}

/// An operation under way, and where it stands.
pub struct Flow<'a> {
    /// Whose operation it is.
    pub bench: &'a mut Bench,
    /// The operation.
    pub operation: OperationHandle,
    /// What its last step brought.
    pub step: Step,
    /// Everything that was reported.
    pub events: Vec<Event>,
}

impl<'a> Flow<'a> {
    /// Takes the first step.
    pub fn start(bench: &'a mut Bench, operation: OperationHandle) -> Self {
        let step = bench.session.resume(&operation, None).expect("the first step needs no outcome");
        let events = step.events.clone();
        Self { bench, operation, step, events }
    }

    /// Goes on with the outcome of the pending effect.
    pub fn resume(&mut self, outcome: Outcome) -> &mut Self {
        self.step = self.bench.session.resume(&self.operation, Some(&outcome)).expect("the outcome is that of the pending effect");
        self.events.extend(self.step.events.clone());
        self
    }

    /// The effect the operation waits for.
    pub fn effect(&self) -> &Effect {
        match &self.step.progress {
            Ok(Progress::Effect(effect)) => effect,
            other => panic!("no effect is pending: {other:?}"),
        }
    }

    /// The request the operation waits for.
    pub fn request(&self) -> &HttpRequest {
        match self.effect() {
            Effect::Http(request) => request,
            other => panic!("no request is pending: {other:?}"),
        }
    }

    /// Answers the pending request.
    pub fn answer(&mut self, response: HttpResponse) -> &mut Self {
        assert!(!self.request().url.is_empty());
        self.resume(Outcome::Http(Ok(response)))
    }

    /// Lets the pending request fail.
    pub fn fail(&mut self, failure: HttpFailure) -> &mut Self {
        assert!(!self.request().url.is_empty());
        self.resume(Outcome::Http(Err(failure)))
    }

    /// Lets the pending wait pass, on the clock too; how long it was.
    pub fn sleep(&mut self) -> u64 {
        let Effect::Sleep(ms) = *self.effect() else { panic!("no wait is pending: {:?}", self.effect()) };
        self.bench.clock.advance(u32::try_from(ms).expect("waits are short"));
        self.resume(Outcome::Slept);
        ms
    }

    /// The error the operation ended with.
    pub fn error(&self) -> Error {
        match &self.step.progress {
            Err(error) => error.clone(),
            other => panic!("the operation did not fail: {other:?}"),
        }
    }

    /// The id the operation ended with.
    pub fn done(&self) -> &str {
        match &self.step.progress {
            Ok(Progress::Done(Completion::AgentRegistered(id) | Completion::TaskRegistered(id))) => id,
            other => panic!("the operation is not done: {other:?}"),
        }
    }
}

/// A response with this status and body.
pub fn response(status: u16, body: impl AsRef<[u8]>) -> HttpResponse {
    HttpResponse { status, headers: Vec::new(), body: body.as_ref().to_vec(), truncated: false }
}

/// The same with header fields.
pub fn with_headers(response: HttpResponse, headers: &[(&str, &str)]) -> HttpResponse {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    HttpResponse { headers, ..response }
}
