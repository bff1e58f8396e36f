//! A host that drives the operations of one instance by hand: its steps are those of the component. Sharing (L6) is the host's part.

use crate::script::Host;
use crate::world::World;
use agent_identity_host::driver::{Completion, Event, EventKind};
use agent_identity_host::ports::{HttpFailure, HttpResponse, Revision, StorageError};
use agent_identity_host::session::{EnrollmentHandle, OperationHandle};
use agent_identity_host::types::AgentDescription;
use agent_identity_host::types::agents::{Change, EnrollmentConfig, ManagedLogin, TaskRequest};
use agent_identity_host::types::operations::{
    Effect, HttpFailure as WitFailure, HttpRequest, HttpResponse as WitResponse, LoadedDocument, Outcome, Progress, StorageFailure,
};
use agent_identity_host::{Error, Profile, Session};
use agent_identity_tests::component;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

pub struct Instance {
    profile: Profile,
    config: EnrollmentConfig,
    world: Arc<World>,
    session: Session,
    enrollment: EnrollmentHandle,
    /// Operations by the call that began them.
    flights: BTreeMap<String, Flight>,
    /// Which operation a call shares.
    calls: BTreeMap<String, String>,
    events: Vec<Event>,
}

struct Flight {
    /// What callers share; none for what nobody shares.
    key: Option<String>,
    operation: Option<OperationHandle>,
    state: State,
    key_digest: String,
}

enum State {
    Requesting(HttpRequest),
    Sleeping(u64),
    Ended(Result<Value, Error>),
}

impl Instance {
    pub fn start(profile: Profile, case: &Value) -> Self {
        let (world, config) = (Arc::new(World::of(&case["input"])), config(&case["input"]["config"]));
        let (session, enrollment) = open(profile, &world, &config);
        Self { profile, config, world, session, enrollment, flights: BTreeMap::new(), calls: BTreeMap::new(), events: Vec::new() }
    }

    fn begin(&mut self, act: &Value, conversation: Option<&str>) -> Result<OperationHandle, Error> {
        let Some(task) = act.get("ensure-task") else {
            return self.session.begin_change(&self.enrollment, &change(act), conversation);
        };
        let agent = self.session.enrolled_agent(&self.enrollment)?.expect("a task needs an agent");
        let request = TaskRequest {
            ref_: owned(&task["ref"]),
            conversation: conversation.map(str::to_owned),
            can_register: task["can_register"].as_bool().unwrap_or(true),
            refused: owned(&task["refused"]),
        };
        self.session.begin_ensure_task(&agent, &request)
    }

    /// Goes on until something is needed that the script answers.
    fn drive(&mut self, name: &str, mut outcome: Option<Outcome>) {
        let mut flight = self.flights.remove(name).expect("it was begun");
        loop {
            let operation = flight.operation.as_ref().expect("it has not ended");
            let step = self.session.resume(operation, outcome.as_ref()).expect("the outcome is that of the pending effect");
            flight.key_digest = step.events.last().map_or(flight.key_digest, |event| event.key_digest.clone());
            self.events.extend(step.events);
            flight.state = match step.progress {
                Ok(Progress::Effect(Effect::Http(request))) => State::Requesting(request),
                Ok(Progress::Effect(Effect::Sleep(ms))) => State::Sleeping(ms),
                Ok(Progress::Effect(effect)) => {
                    outcome = Some(self.perform(effect));
                    continue;
                }
                Ok(Progress::Done(completion)) => State::Ended(Ok(told(&completion))),
                Err(error) => State::Ended(Err(error)),
            };
            break;
        }
        if matches!(flight.state, State::Ended(_))
            && let Some(operation) = flight.operation.take()
        {
            self.session.release(operation).expect("sound");
        }
        self.flights.insert(name.to_owned(), flight);
    }

    fn perform(&self, effect: Effect) -> Outcome {
        match effect {
            Effect::Load(name) => Outcome::Load(
                self.world
                    .load(&name)
                    .map_err(failed)
                    .map(|found| found.map(|document| LoadedDocument { revision: Revision::of(&document).as_str().to_owned(), document })),
            ),
            Effect::Store(request) => {
                Outcome::Store(self.world.replace(&request.name, request.revision.as_deref(), &request.document).map_err(failed))
            }
            Effect::Erase(name) => Outcome::Erase(self.world.erase(&name).map_err(failed)),
            other => panic!("no script has an effect such as {other:?}"),
        }
    }

    fn flight(&mut self, name: &str) -> &mut Flight {
        let first = self.calls.get(name).unwrap_or_else(|| panic!("there is no call {name:?}"));
        self.flights.get_mut(first).expect("it was begun")
    }
}

impl Host for Instance {
    fn world(&self) -> &World {
        &self.world
    }

    fn call(&mut self, name: &str, act: &Value, conversation: Option<&str>) {
        let key = shared_by(act);
        let under_way = |flight: &Flight| key.is_some() && flight.key == key && !matches!(flight.state, State::Ended(_));
        if let Some((first, flight)) = self.flights.iter().find(|(_, flight)| under_way(flight)) {
            if act.get("ensure-task").is_some() {
                let conversation = conversation.map(str::to_owned);
                let (subject, key_digest) = ("task".to_owned(), flight.key_digest.clone());
                self.events.push(Event {
                    kind: EventKind::Waiting,
                    subject,
                    conversation,
                    key_digest,
                    attempt: 0,
                    delay_ms: None,
                    code: None,
                });
            }
            self.calls.insert(name.to_owned(), first.clone());
            return;
        }
        self.calls.insert(name.to_owned(), name.to_owned());
        let begun = self.begin(act, conversation);
        let (operation, state) = match begun {
            Ok(operation) => (Some(operation), State::Sleeping(0)),
            Err(error) => (None, State::Ended(Err(error))),
        };
        let is_begun = operation.is_some();
        self.flights.insert(name.to_owned(), Flight { key, operation, state, key_digest: String::new() });
        if is_begun {
            self.drive(name, None);
        }
    }

    fn give_up(&mut self, _: &str) {}

    fn requests(&mut self, name: &str) -> Vec<Value> {
        match &self.flight(name).state {
            State::Requesting(request) => vec![json!({
                "method": request.method,
                "url": request.url,
                "headers": request.headers,
                "body": String::from_utf8_lossy(&request.body),
            })],
            _ => Vec::new(),
        }
    }

    fn take_request(&mut self, _: &str, _: usize) {}

    fn answer(&mut self, name: &str, answer: Result<HttpResponse, HttpFailure>) {
        let answer = match answer {
            Ok(HttpResponse { status, headers, body, truncated }) => Ok(WitResponse { status, headers, body, truncated }),
            Err(HttpFailure::Timeout) => Err(WitFailure::Timeout),
            Err(HttpFailure::Connect) => Err(WitFailure::Connect),
            Err(HttpFailure::Failed) => Err(WitFailure::Failed),
            Err(HttpFailure::Cancelled) => Err(WitFailure::Cancelled),
        };
        self.drive(name, Some(Outcome::Http(answer)));
    }

    fn wake(&mut self, name: &str, ms: u64) -> bool {
        let is_right = matches!(self.flight(name).state, State::Sleeping(asked) if asked == ms);
        if is_right {
            self.drive(name, Some(Outcome::Slept));
        }
        is_right
    }

    fn outcome(&mut self, name: &str) -> Option<Result<Value, Error>> {
        match &self.flight(name).state {
            State::Ended(result) => Some(result.clone()),
            _ => None,
        }
    }

    fn events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    fn tells(&self, _: &str, _: &str) -> bool {
        true
    }

    fn restart(&mut self) {
        (self.session, self.enrollment) = open(self.profile, &self.world, &self.config);
        self.flights.clear();
        self.calls.clear();
    }

    fn agent(&mut self) -> Option<String> {
        let agent = self.session.enrolled_agent(&self.enrollment).expect("sound")?;
        Some(self.session.agent_identity(&agent).expect("sound").agent_runtime_id)
    }

    fn task(&mut self, reference: Option<&str>) -> Option<String> {
        let agent = self.session.enrolled_agent(&self.enrollment).expect("sound")?;
        self.session.agent_task(&agent, reference).expect("sound")
    }
}

fn open(profile: Profile, world: &Arc<World>, config: &EnrollmentConfig) -> (Session, EnrollmentHandle) {
    let mut session = Session::new(component(profile), world.clone(), world.clone()).expect("an instance can be made");
    let enrollment = session.open_enrollment(config).expect("the configuration is valid");
    (session, enrollment)
}

fn config(config: &Value) -> EnrollmentConfig {
    let text = |name: &str| config[name].as_str().expect("a text").to_owned();
    EnrollmentConfig {
        authapi_base: text("authapi_base"),
        jwks_url: text("jwks_url"),
        description: AgentDescription { source: text("source"), os: text("os"), agent_version: Some(text("agent_version")) },
        allowed_workspaces: Vec::new(),
        correct_clock: config["correct_clock"].as_bool().expect("yes or no"),
        skew_threshold_s: None,
    }
}

/// What callers share: a task by its reference, a bootstrap by its account, loading.
fn shared_by(act: &Value) -> Option<String> {
    let (kind, what) = act.as_object()?.iter().next()?;
    match kind.as_str() {
        "ensure-task" => Some(format!("task {}", what["ref"])),
        "bootstrap" => Some(format!("bootstrap {} {}", what["account_id"], what["chatgpt_user_id"])),
        "load" => Some("load".into()),
        _ => None,
    }
}

fn change(act: &Value) -> Change {
    let (kind, what) = act.as_object().and_then(|act| act.iter().next()).expect("one thing is done");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    match kind.as_str() {
        "bootstrap" => Change::Bootstrap(ManagedLogin {
            account_id: text(&what["account_id"]),
            chatgpt_user_id: text(&what["chatgpt_user_id"]),
            email: owned(&what["email"]),
            plan_type: text(&what["plan_type"]),
            fedramp: what["fedramp"].as_bool().expect("yes or no"),
            access_token: text(&what["access_token"]),
        }),
        "login" => Change::Login(text(what)),
        "load" => Change::Load,
        "logout" => Change::Logout,
        other => panic!("{other:?} is nothing that can be done"),
    }
}

fn told(completion: &Completion) -> Value {
    match completion {
        Completion::TaskRegistered(task) => json!({ "task": task }),
        Completion::AgentRegistered(agent) | Completion::SignedIn(agent) => json!({ "agent": agent }),
        Completion::RotationPending(agent) => json!({ "waiting": agent }),
        Completion::SignedOut => json!({}),
        Completion::Attested(header) => json!({ "header": header }),
    }
}

fn failed(error: StorageError) -> StorageFailure {
    match error {
        StorageError::Unreadable { .. } => StorageFailure::Unreadable,
        StorageError::Conflict { .. } => StorageFailure::Conflict,
        _ => StorageFailure::Unwritable,
    }
}

fn owned(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
