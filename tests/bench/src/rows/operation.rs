//! Calls that do not end in one signature: an operation from begin to end, and the boundary itself.

use crate::fixture::{Keyed, TASK, agent_config};
use crate::harness::{Failure, Subject};
use agent_identity_host::session::AgentHandle;
use agent_identity_host::types::operations::{Completion, Effect, HttpResponse, Outcome, Progress};
use agent_identity_host::{Component, Session};
use std::hint::black_box;

/// The rows.
pub fn subjects(component: &Component) -> Result<Vec<Subject<'static>>, Failure> {
    let mut registering = Registering::new(component)?;
    let mut calling = Registering::new(component)?;
    Ok(vec![
        Subject::new("register-task/no-network", move |n| (0..n).try_for_each(|_| registering.register())),
        Subject::new("call/wide", move |n| {
            (0..n).try_for_each(|_| {
                black_box(calling.session.agent_clock_offset_ms(&calling.agent)?);
                Ok(())
            })
        }),
    ])
}

/// An agent that registers its run task.
struct Registering {
    session: Session,
    agent: AgentHandle,
    answer: Outcome,
}

impl Registering {
    fn new(component: &Component) -> Result<Self, Failure> {
        let Keyed { mut session, key } = Keyed::new(component)?;
        let agent = session.open_agent(&agent_config(), &key)?;
        let body = format!("{{\"task_id\":\"{TASK}\"}}").into_bytes();
        let headers = vec![("content-type".into(), "application/json".into())];
        Ok(Self { session, agent, answer: Outcome::Http(Ok(HttpResponse { status: 200, headers, body, truncated: false })) })
    }

    /// Begin, the request it asks for, the answer to it, and the end.
    fn register(&mut self) -> Result<(), Failure> {
        let operation = self.session.begin_register_task(&self.agent, None, None)?;
        match self.session.resume(&operation, None)?.progress {
            Ok(Progress::Effect(Effect::Http(request))) => drop(black_box(request)),
            other => return Err(format!("registering a task does not begin with a request: {}", kind(&other)).into()),
        }
        match self.session.resume(&operation, Some(&self.answer))?.progress {
            Ok(Progress::Done(Completion::TaskRegistered(id))) if id == TASK => {}
            other => return Err(format!("registering a task does not end with the task: {}", kind(&other)).into()),
        }
        Ok(self.session.release(operation)?)
    }
}

fn kind<E: std::fmt::Debug>(progress: &Result<Progress, E>) -> String {
    match progress {
        Ok(Progress::Effect(_)) => "another effect".into(),
        Ok(Progress::Done(_)) => "another end".into(),
        Err(error) => format!("{error:?}"),
    }
}
