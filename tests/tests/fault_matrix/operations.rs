//! What is done, and what comes of it.

use crate::faults::Fault;
use agent_identity_host::authority::{IdentitySubject, RunningAuthority};
use agent_identity_host::enrollment::ManagedLogin;
use agent_identity_host::ports::HttpFailure;
use agent_identity_host::storage::{RECORD, TASKS};
use agent_identity_host::{Agent, Enrollment, Error, Surroundings};
use agent_identity_tests::effects::{Effect, Moment, Notes, Watched};
use agent_identity_tests::faulty::Machine;
use agent_identity_tests::installation::{ACCOUNT, Installation, http, login};
use agent_identity_tests::requests::{Caller, Ended};
use std::collections::BTreeMap;
use std::sync::Arc;
use zeroize::Zeroizing;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    BootstrapAgent,
    BootstrapTask,
    Login,
    LoadRecord,
    LoadJwt,
    RunTask,
    ThreadTask,
    RotateAgent,
    RotateTask,
    FinishRotation,
    Logout,
    Request,
    ReplaceTask,
}

impl Operation {
    pub const ALL: [Self; 13] = [
        Self::BootstrapAgent,
        Self::BootstrapTask,
        Self::Login,
        Self::LoadRecord,
        Self::LoadJwt,
        Self::RunTask,
        Self::ThreadTask,
        Self::RotateAgent,
        Self::RotateTask,
        Self::FinishRotation,
        Self::Logout,
        Self::Request,
        Self::ReplaceTask,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::BootstrapAgent => "bootstrap, faults at the agent registration",
            Self::BootstrapTask => "bootstrap, faults at the task registration",
            Self::Login => "login with a JWT, faults at the key set",
            Self::LoadRecord => "load a record",
            Self::LoadJwt => "load a JWT, faults at the key set",
            Self::RunTask => "ensure the run task",
            Self::ThreadTask => "ensure a thread task",
            Self::RotateAgent => "rotate, faults at the agent registration",
            Self::RotateTask => "rotate, faults at the task registration",
            Self::FinishRotation => "finish a rotation",
            Self::Logout => "logout",
            Self::Request => "signed request, faults at the model endpoint",
            Self::ReplaceTask => "signed request for an ended task, faults at the task registration",
        }
    }

    /// The endpoint whose faults count; none: all.
    pub fn scope(self) -> &'static str {
        match self {
            Self::BootstrapAgent | Self::RotateAgent => "agent",
            Self::BootstrapTask | Self::RunTask | Self::ThreadTask | Self::RotateTask | Self::ReplaceTask => "task",
            Self::Login | Self::LoadJwt => "jwks",
            Self::Request => "responses",
            Self::LoadRecord | Self::FinishRotation | Self::Logout => "",
        }
    }
}

const AS_BEFORE: &str = "as before";

/// What came of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// `ok` or what failed.
    pub result: String,
    pub succeeded: bool,
    /// Requests made, by endpoint.
    pub requests: String,
    /// What was waited, in order.
    pub waits: String,
    /// What is stored afterwards.
    pub stored: String,
}

/// An installation on a machine that can fail.
pub struct Scene<'a> {
    pub authority: &'a RunningAuthority,
    pub machine: Arc<Machine>,
    installation: Installation,
    ports: Arc<Watched>,
    notes: Arc<Notes>,
    enrollment: Enrollment,
    login: ManagedLogin,
    jwt: Zeroizing<String>,
}

impl<'a> Scene<'a> {
    /// Everything that comes before the operation, without faults.
    pub async fn prepare(operation: Operation, authority: &'a RunningAuthority) -> Self {
        let installation = Installation::new(authority);
        let machine = Arc::new(Machine::new(http(), installation.storage()));
        let notes = Arc::new(Notes::default());
        let hook = {
            let notes = notes.clone();
            move |effect: &Effect, moment| {
                if moment == Moment::Before {
                    notes.note(effect)
                }
            }
        };
        let ports = Arc::new(Watched::new(machine.clone(), machine.clone(), Arc::new(hook)));
        let surroundings = Surroundings::default()
            .http(ports.clone())
            .storage(ports.clone())
            .sleeper(ports.clone())
            .clock(machine.clone())
            .random(machine.clone())
            .inline_observer(installation.events.clone());
        let login = login(authority, ACCOUNT).await;
        let jwt = authority.identity_jwt(&IdentitySubject::new(ACCOUNT, login.chatgpt_user_id.as_str())).await.expect("valid ids").jwt;
        let enrollment = installation.enrollment_in(surroundings);
        let scene = Self { authority, machine, installation, ports, notes, enrollment, login, jwt };
        scene.precede(operation).await.expect("nothing is wrong yet");
        scene.notes.take();
        scene
    }

    async fn precede(&self, operation: Operation) -> Result<(), Error> {
        match operation {
            Operation::BootstrapAgent | Operation::BootstrapTask | Operation::Login => {}
            Operation::LoadJwt | Operation::RunTask => {
                self.installation.enrollment().login(&self.jwt).await?;
                if operation == Operation::RunTask {
                    self.enrollment.load().await?;
                }
            }
            Operation::LoadRecord => drop(self.installation.enrollment().bootstrap(&self.login, None).await?),
            Operation::FinishRotation => {
                self.enrollment.bootstrap(&self.login, None).await?;
                self.enrollment.rotate(&self.login.access_token).await?;
            }
            Operation::ReplaceTask => {
                let agent = self.enrollment.bootstrap(&self.login, None).await?;
                let task = agent.ensure_task(None, None).await?;
                self.authority.end_task(&task).await?;
            }
            Operation::ThreadTask | Operation::RotateAgent | Operation::RotateTask | Operation::Logout | Operation::Request => {
                self.enrollment.bootstrap(&self.login, None).await?;
            }
        }
        Ok(())
    }

    pub async fn perform(&self, operation: Operation) -> Outcome {
        let before = self.stored();
        let result = self.attempt(operation).await;
        let (requests, waits) = told(&self.notes.take());
        let stored = self.stored();
        let stored = if stored == before { AS_BEFORE.to_owned() } else { stored };
        let (result, succeeded) = match result {
            Ok(text) => (text, true),
            Err(text) => (text, false),
        };
        Outcome { result, succeeded, requests, waits, stored }
    }

    /// What failed has left nothing behind that stands in the way: without the fault it succeeds.
    pub async fn goes_on(&self, operation: Operation, fault: &Fault, outcome: &Outcome) {
        // A rotation may have been finished all the same.
        let is_done = operation == Operation::FinishRotation && outcome.stored != AS_BEFORE;
        if outcome.succeeded || is_done {
            return;
        }
        let mut again = self.attempt(operation).await;
        // An ended task and a clock that jumped back are two refusals, and a request is repeated once only (D2).
        if again.is_err() && operation == Operation::ReplaceTask {
            again = self.attempt(operation).await;
        }
        assert!(again.is_ok(), "{operation:?} after {}: {outcome:?}, and then {again:?}", fault.name);
    }

    async fn attempt(&self, operation: Operation) -> Result<String, String> {
        let enrollment = &self.enrollment;
        let ok = |_: Agent| "ok".to_owned();
        let done = match operation {
            Operation::BootstrapAgent | Operation::BootstrapTask => enrollment.bootstrap(&self.login, None).await.map(ok),
            Operation::Login => enrollment.login(&self.jwt).await.map(ok),
            Operation::LoadRecord | Operation::LoadJwt => enrollment.load().await.map(ok),
            Operation::RunTask => self.agent().ensure_task(None, None).await.map(|_| "ok".into()),
            Operation::ThreadTask => self.agent().ensure_task(Some("thread"), None).await.map(|_| "ok".into()),
            Operation::RotateAgent | Operation::RotateTask => enrollment.rotate(&self.login.access_token).await.map(|_| "ok".into()),
            Operation::FinishRotation => enrollment.finish_rotation(true).await.map(ok),
            Operation::Logout => enrollment.logout().await.map(|()| "ok".into()),
            Operation::Request | Operation::ReplaceTask => {
                let (agent, url) = (self.agent(), self.authority.responses_url());
                let caller = Caller { identities: &agent, http: &*self.ports, clock: &*self.machine, url: &url };
                return match caller.call(None).await {
                    Ok(ended) => answered(&ended),
                    Err(error) => Err(failed(&error)),
                };
            }
        };
        done.map_err(|error| failed(&error))
    }

    fn agent(&self) -> Agent {
        self.enrollment.agent().expect("it was had before")
    }

    /// What the files hold, without ids.
    fn stored(&self) -> String {
        let record = self.installation.document(RECORD);
        let identity = match &record["agent_identity"] {
            identity if identity.is_null() => "no identity",
            identity if identity.is_string() => "JWT",
            identity if identity["task_id"].is_null() => "record without run task",
            _ => "record",
        };
        let waiting = if record["agent_identity_next"].is_null() { "" } else { " and one that waits" };
        let tasks = self.installation.document(TASKS)["tasks"].as_array().map_or(0, Vec::len);
        let tasks = match tasks {
            0 => "no tasks".to_owned(),
            1 => "1 task".to_owned(),
            tasks => format!("{tasks} tasks"),
        };
        let ids = [&record["agent_identity"]["agent_runtime_id"], &record["agent_identity"]["task_id"]].map(ToString::to_string);
        // Ids make a replaced identity another state; they are cut off before the page is written.
        format!("{identity}{waiting}, {tasks}\u{0}{}", ids.join(" "))
    }
}

/// How a request ended whose signing did not fail.
fn answered(ended: &Ended) -> Result<String, String> {
    match (&ended.last.answer, &ended.refusal) {
        (Ok(answer), None) if answer.status == 200 => Ok("200".into()),
        (Ok(answer), None) if ended.sent == 2 => Err(format!("{} again", answer.status)),
        (Ok(answer), None) => Err(format!("{}, passed on", answer.status)),
        (Ok(answer), Some(code)) => Err(format!("{}, `{code}`", answer.status)),
        (Err(HttpFailure::Timeout), _) => Err("no answer in time".into()),
        (Err(HttpFailure::Connect), _) => Err("no connection".into()),
        (Err(HttpFailure::Failed), _) => Err("answer broken off".into()),
        (Err(HttpFailure::Cancelled), _) => Err("cancelled".into()),
    }
}

fn failed(error: &Error) -> String {
    let mut text = format!("`{}`", error.code);
    if let Some(cause) = &error.cause {
        text += &format!(", cause `{cause}`");
    }
    if let Some(seconds) = error.retry_after_s {
        text += &format!(", in {seconds} s");
    }
    text
}

/// Requests by endpoint, in the order of the first; and what was waited, without the jitter.
fn told(effects: &[Effect]) -> (String, String) {
    let mut order: Vec<&str> = Vec::new();
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for effect in effects.iter().filter(|effect| effect.kind == "http") {
        let endpoint = endpoint(&effect.what);
        if !order.contains(&endpoint) {
            order.push(endpoint);
        }
        *counts.entry(endpoint).or_default() += 1;
    }
    let requests: Vec<_> = order.iter().map(|endpoint| format!("{} {endpoint}", counts[endpoint])).collect();
    let waits: Vec<_> = effects.iter().filter(|effect| effect.kind == "sleep").map(|effect| nominal(&effect.what)).collect();
    let or_none = |texts: Vec<String>| if texts.is_empty() { "–".to_owned() } else { texts.join(", ") };
    (or_none(requests), or_none(waits))
}

fn endpoint(url: &str) -> &'static str {
    match url {
        url if url.ends_with("/agent/register") => "agent",
        url if url.ends_with("/task/register") => "task",
        url if url.ends_with("/jwks") => "key set",
        _ => "model",
    }
}

/// 200 ms for 180 to 220, 400 ms for 360 to 440; longer ones are not jittered (N10, N11).
fn nominal(ms: &str) -> String {
    let ms: u64 = ms.parse().expect("a number");
    match ms {
        180..=220 => "0.2 s".into(),
        360..=440 => "0.4 s".into(),
        ms => format!("{} s", ms / 1000),
    }
}
