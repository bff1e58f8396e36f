#![allow(clippy::arithmetic_side_effects, reason = "counters of tests")]
//! What is outside of the flows: a backend, storage and clocks, all in memory, and faults at any effect.

use crate::enrollment::{Account, Change, Enrollment, EnrollmentConfig};
use crate::error::{Error, Result};
use crate::flow::{
    Completion, Effect, Event, HttpFailure, HttpRequest, HttpResponse, LoadedDocument, Operation, Outcome, Progress, StorageFailure,
};
use crate::ports::Ports;
use crate::registration::AgentDescription;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use zeroize::Zeroizing;

pub const BASE: &str = "https://auth.example/api";

/// Clocks and randomness.
#[derive(Default)]
pub struct TestPorts {
    pub now_ms: Cell<i64>,
    pub monotonic_ms: Cell<u64>,
    drawn: Cell<u8>,
}

impl Ports for TestPorts {
    fn now_ms(&self) -> i64 {
        self.now_ms.get()
    }

    fn monotonic_ms(&self) -> u64 {
        self.monotonic_ms.get()
    }

    fn fill_random(&self, buffer: &mut [u8]) -> Result<()> {
        self.drawn.set(self.drawn.get().wrapping_add(1));
        buffer.fill(self.drawn.get());
        Ok(())
    }
}

/// What a request is answered with, if not by the backend.
pub type Answer = core::result::Result<(u16, String), HttpFailure>;

/// The outside.
#[derive(Default)]
pub struct World {
    pub ports: Rc<TestPorts>,
    pub documents: RefCell<BTreeMap<String, Vec<u8>>>,
    /// Account of each agent, by the bearer token; the id is `agent-<place>`.
    pub agents: RefCell<Vec<String>>,
    pub tasks: Cell<u32>,
    /// URLs asked for, in order.
    pub requests: RefCell<Vec<String>>,
    /// Answers given instead of the backend's, by the end of the URL.
    pub faults: RefCell<Vec<(&'static str, Answer)>>,
    /// Documents that cannot be read, or written.
    pub unreadable: RefCell<Vec<&'static str>>,
    pub unwritable: RefCell<Vec<&'static str>>,
    pub jwks: RefCell<String>,
}

/// How an operation ended, and what it reported.
pub struct Ended {
    pub result: Result<Completion>,
    pub events: Vec<Event>,
    pub effects: usize,
}

impl World {
    pub fn new() -> Self {
        let world = Self::default();
        world.ports.now_ms.set(1_776_902_400_000);
        world
    }

    pub fn enrollment(&self) -> Rc<Enrollment> {
        self.enrollment_at(BASE)
    }

    pub fn enrollment_at(&self, base: &str) -> Rc<Enrollment> {
        Rc::new(Enrollment::open(Self::config(base)).unwrap())
    }

    pub fn config(base: &str) -> EnrollmentConfig {
        let description = AgentDescription { source: "cli".into(), os: "linux".into(), agent_version: None };
        EnrollmentConfig {
            authapi_base: base.into(),
            jwks_url: "https://chat.example/jwks".into(),
            description,
            allowed_workspaces: Vec::new(),
            correct_clock: true,
            skew_threshold_s: None,
        }
    }

    /// A change run to its end.
    pub fn change(&self, enrollment: &Rc<Enrollment>, change: Change) -> Ended {
        match enrollment.begin(change, Some("conversation"), self.ports.clone()) {
            Ok(operation) => self.run(operation, usize::MAX).unwrap(),
            Err(error) => Ended { result: Err(error), events: Vec::new(), effects: 0 },
        }
    }

    pub fn bootstrap(&self, enrollment: &Rc<Enrollment>, account: &str) -> Ended {
        self.change(enrollment, bootstrap(account))
    }

    /// Performs up to `most` effects; none if the operation is not over by then: it is dropped, as by a crash.
    pub fn run(&self, mut operation: Operation, most: usize) -> Option<Ended> {
        let (mut outcome, mut events, mut effects) = (None, Vec::new(), 0);
        loop {
            let step = operation.resume(outcome.take()).unwrap();
            events.extend(step.events);
            match step.progress {
                Ok(Progress::Done(completion)) => return Some(Ended { result: Ok(completion), events, effects }),
                Err(error) => return Some(Ended { result: Err(error), events, effects }),
                Ok(Progress::Effect(effect)) => {
                    if effects == most {
                        return None;
                    }
                    effects += 1;
                    outcome = Some(self.perform(effect));
                }
            }
        }
    }

    pub fn perform(&self, effect: Effect) -> Outcome {
        match effect {
            Effect::Http(request) => Outcome::Http(self.answer(&request)),
            Effect::Load(name) if self.unreadable.borrow().contains(&name) => Outcome::Load(Err(StorageFailure::Unreadable)),
            Effect::Load(name) => Outcome::Load(Ok(self
                .documents
                .borrow()
                .get(name)
                .map(|document| LoadedDocument { document: Zeroizing::new(document.clone()), revision: revision(document) }))),
            Effect::Store(request) if self.unwritable.borrow().contains(&request.name) => Outcome::Store(Err(StorageFailure::Unwritable)),
            Effect::Store(request) => {
                let mut documents = self.documents.borrow_mut();
                if documents.get(request.name).map(|document| revision(document)) != request.revision {
                    return Outcome::Store(Err(StorageFailure::Conflict));
                }
                documents.insert(request.name.into(), request.document.to_vec());
                Outcome::Store(Ok(()))
            }
            Effect::Erase(name) => {
                self.documents.borrow_mut().remove(name);
                Outcome::Erase(Ok(()))
            }
            Effect::Sleep(ms) => {
                self.ports.monotonic_ms.set(self.ports.monotonic_ms.get() + ms);
                Outcome::Slept
            }
            other => panic!("{other:?}"),
        }
    }

    fn answer(&self, request: &HttpRequest) -> core::result::Result<HttpResponse, HttpFailure> {
        self.requests.borrow_mut().push(request.url.clone());
        let mut faults = self.faults.borrow_mut();
        let fault = faults.iter().position(|(end, _)| request.url.ends_with(end)).map(|at| faults.remove(at).1);
        let (status, body) = match fault {
            Some(answer) => answer?,
            None => (200, self.backend(request)),
        };
        Ok(HttpResponse { status, body: body.into_bytes(), ..HttpResponse::default() })
    }

    fn backend(&self, request: &HttpRequest) -> String {
        if request.url.ends_with("/jwks") {
            return self.jwks.borrow().clone();
        }
        if request.url.ends_with("/v1/agent/register") {
            let token = &request.headers.iter().find(|(name, _)| name == "authorization").unwrap().1;
            let mut agents = self.agents.borrow_mut();
            agents.push(token.trim_start_matches("Bearer token-").into());
            return format!("{{\"agent_runtime_id\":\"agent-{}\"}}", agents.len());
        }
        self.tasks.set(self.tasks.get() + 1);
        format!("{{\"task_id\":\"task-{}\"}}", self.tasks.get())
    }

    pub fn fail_times(&self, times: usize, end: &'static str, answer: &Answer) {
        for _ in 0..times {
            self.faults.borrow_mut().push((end, answer.clone()));
        }
    }

    pub fn auth_json(&self) -> serde_json::Value {
        self.documents.borrow().get("auth.json").map_or(serde_json::Value::Null, |document| serde_json::from_slice(document).unwrap())
    }

    pub fn stored_tasks(&self) -> Vec<serde_json::Value> {
        let documents = self.documents.borrow();
        let Some(document) = documents.get("agent_tasks.json") else { return Vec::new() };
        let document: serde_json::Value = serde_json::from_slice(document).unwrap();
        document["tasks"].as_array().unwrap().clone()
    }
}

pub fn bootstrap(account: &str) -> Change {
    Change::Bootstrap(account_of(account), format!("token-{account}").into())
}

pub fn account_of(account: &str) -> Account {
    Account {
        account_id: account.into(),
        chatgpt_user_id: format!("user-of-{account}"),
        email: Some("a@b.example".into()),
        plan_type: "pro".into(),
        fedramp: false,
    }
}

pub fn code<T>(result: &Result<T, Error>) -> &'static str {
    result.as_ref().map_or_else(|error| error.code.as_str(), |_| "ok")
}

fn revision(document: &[u8]) -> String {
    crate::registering::key_digest(&[&String::from_utf8_lossy(document)]).to_string()
}
