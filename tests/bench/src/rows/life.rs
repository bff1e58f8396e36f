//! An agent's life without a network: bootstrap, a task when one is needed, and a thousand callers who need the same one.

use crate::fixture::{Keyed, TASK, agent_config};
use crate::harness::{Failure, Subject};
use agent_identity_host::ports::{Http, HttpFailure, HttpRequest, HttpResponse};
use agent_identity_host::session::{AgentHandle, OperationHandle};
use agent_identity_host::system::{SystemClock, SystemRandom};
use agent_identity_host::types::AgentDescription;
use agent_identity_host::types::agents::{Change, EnrollmentConfig, ManagedLogin, TaskRequest};
use agent_identity_host::types::operations::{self, Completion, Effect, Outcome, Progress};
use agent_identity_host::{Agent, Component, Key, Session};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::runtime::Runtime;

/// Callers of one task at once.
const CALLERS: u64 = 1000;

/// The rows.
pub fn subjects(component: &Component) -> Result<Vec<Subject<'static>>, Failure> {
    let mut bootstrapping = Session::new(component, Arc::new(SystemClock), Arc::new(SystemRandom))?;
    let mut ensuring = Ensuring::new(component)?;
    let crowd = Crowd::new(component)?;
    Ok(vec![
        Subject::new("bootstrap/no-network", move |n| (0..n).try_for_each(|_| bootstrap(&mut bootstrapping))),
        Subject::new("ensure-task/no-network", move |n| (0..n).try_for_each(|_| ensuring.ensure())),
        Subject::new("single-flight/1000-callers", move |n| (0..n).try_for_each(|_| crowd.ask())),
    ])
}

/// A new key, two registrations and what is stored after them.
fn bootstrap(session: &mut Session) -> Result<(), Failure> {
    let enrollment = session.open_enrollment(&EnrollmentConfig {
        authapi_base: "https://auth.example.com".into(),
        jwks_url: "https://authority.example/jwks".into(),
        description: AgentDescription { source: "cli".into(), os: "linux".into(), agent_version: None },
        allowed_workspaces: Vec::new(),
        correct_clock: true,
        skew_threshold_s: None,
    })?;
    let login = ManagedLogin {
        account_id: "account-1".into(),
        chatgpt_user_id: "user-1".into(),
        email: None,
        plan_type: "pro".into(),
        fedramp: false,
        access_token: "token".into(),
    };
    let operation = session.begin_change(&enrollment, &Change::Bootstrap(login), None)?;
    match run(session, operation)? {
        Completion::SignedIn(_) => Ok(session.release(enrollment)?),
        _ => Err("a bootstrap does not end with an agent".into()),
    }
}

/// An agent that needs its run task, and has nothing stored.
struct Ensuring {
    session: Session,
    agent: AgentHandle,
}

impl Ensuring {
    fn new(component: &Component) -> Result<Self, Failure> {
        let Keyed { mut session, key } = Keyed::new(component)?;
        let agent = session.open_agent(&agent_config(), &key)?;
        Ok(Self { session, agent })
    }

    fn ensure(&mut self) -> Result<(), Failure> {
        self.session.agent_forget_task(&self.agent, None)?;
        let request = TaskRequest { ref_: None, conversation: None, can_register: true, refused: None };
        let operation = self.session.begin_ensure_task(&self.agent, &request)?;
        match run(&mut self.session, operation)? {
            Completion::TaskRegistered(id) if id == TASK => Ok(()),
            _ => Err("a task is asked for and another one comes".into()),
        }
    }
}

/// Drives an operation with a backend that answers at once and a storage that is always empty.
fn run(session: &mut Session, operation: OperationHandle) -> Result<Completion, Failure> {
    let mut outcome = None;
    loop {
        match session.resume(&operation, outcome.as_ref())?.progress {
            Ok(Progress::Done(completion)) => {
                session.release(operation)?;
                return Ok(completion);
            }
            Ok(Progress::Effect(effect)) => outcome = Some(answer(&effect)?),
            Err(error) => return Err(format!("{}: {}", error.code, error.message).into()),
        }
    }
}

fn answer(effect: &Effect) -> Result<Outcome, Failure> {
    Ok(match effect {
        Effect::Http(request) => {
            let body = body_for(&request.url);
            Outcome::Http(Ok(operations::HttpResponse { status: 200, headers: Vec::new(), body, truncated: false }))
        }
        Effect::Load(_) => Outcome::Load(Ok(None)),
        Effect::Store(_) => Outcome::Store(Ok(())),
        _ => return Err("an effect that is not expected".into()),
    })
}

fn body_for(url: &str) -> Vec<u8> {
    if url.ends_with("/agent/register") {
        b"{\"agent_runtime_id\":\"agent-123\"}".to_vec()
    } else {
        format!("{{\"task_id\":\"{TASK}\"}}").into_bytes()
    }
}

/// Callers on all cores who need one task that nobody has.
struct Crowd {
    runtime: Runtime,
    agent: Agent,
    backend: Arc<Counting>,
}

impl Crowd {
    fn new(component: &Component) -> Result<Self, Failure> {
        let backend = Arc::new(Counting(AtomicU64::new(0)));
        let key = Key::held(agent_identity_host::types::PrivateForm::Seed, [7; 32]);
        let agent = Agent::builder("agent-123", key, "https://auth.example.com").http(backend.clone()).build(component)?;
        Ok(Self { runtime: Runtime::new()?, agent, backend })
    }

    fn ask(&self) -> Result<(), Failure> {
        let before = self.backend.0.load(Ordering::Relaxed);
        self.runtime.block_on(async {
            // In memory storage the task is found again: each round is for a reference of its own.
            let reference = format!("round-{before}");
            let callers: Vec<_> = (0..CALLERS)
                .map(|_| {
                    let (agent, reference) = (self.agent.clone(), reference.clone());
                    tokio::spawn(async move { agent.ensure_task(Some(&reference), None).await })
                })
                .collect();
            for caller in callers {
                caller.await??;
            }
            Ok::<_, Failure>(())
        })?;
        match self.backend.0.load(Ordering::Relaxed) - before {
            1 => Ok(()),
            registrations => Err(format!("{registrations} registrations for one task").into()),
        }
    }
}

/// Answers at once and counts.
struct Counting(AtomicU64);

#[async_trait::async_trait]
impl Http for Counting {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
        self.0.fetch_add(1, Ordering::Relaxed);
        // As over a socket, the answer comes later.
        tokio::task::yield_now().await;
        Ok(HttpResponse { status: 200, body: body_for(&request.url), ..HttpResponse::default() })
    }
}
