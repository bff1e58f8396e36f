//! `agent-identity doctor`

mod accepted;
mod backend;
mod local;

use super::backend::Backend;
use super::context::Context;
use super::failure::{Exit, Failure};
use super::output::paint;
use super::probe::Probe;
use clap::Args;
use clap::builder::styling::AnsiColor;
use serde_json::json;

/// Check component, storage, key, clock, backend and task, each with a next step
///
/// Exit code 1 when a check fails. Nothing is registered. With --probe a request is signed too: only that shows whether the backend
/// still knows the task and accepts the key.
#[derive(Args)]
#[command(after_help = "\
Examples:
  agent-identity doctor
  agent-identity doctor --probe https://api.example/v1/models
  agent-identity doctor --json | jq '.checks[] | select(.state != \"ok\")'")]
pub struct Doctor {
    #[command(flatten)]
    probe: Probe,
    #[command(flatten)]
    backend: Backend,
}

/// What a check found.
pub struct Check {
    name: &'static str,
    state: State,
    finding: String,
    next: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ok,
    Warn,
    Fail,
}

impl Check {
    pub fn ok(name: &'static str, finding: impl Into<String>) -> Self {
        Self { name, state: State::Ok, finding: finding.into(), next: None }
    }

    pub fn warn(name: &'static str, finding: impl Into<String>, next: impl Into<String>) -> Self {
        Self { name, state: State::Warn, finding: finding.into(), next: Some(next.into()) }
    }

    pub fn fail(name: &'static str, finding: impl Into<String>, next: impl Into<String>) -> Self {
        Self { name, state: State::Fail, finding: finding.into(), next: Some(next.into()) }
    }

    /// A check that could not be made.
    pub fn failed(name: &'static str, failure: Failure) -> Self {
        let (finding, next) = failure.texts();
        Self::fail(name, finding, next)
    }
}

impl Doctor {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let mut checks = Vec::new();
        match local::component() {
            Ok((component, check)) => {
                checks.push(check);
                let home = context.home()?;
                checks.extend(local::home(&home).await);
                checks.extend(local::identity(context, &component, &home, &self.backend).await);
                checks.extend(backend::checks(context, &component, &home, &self.backend).await);
                checks.extend(accepted::check(context, &component, &self.backend, &self.probe).await);
            }
            Err(failure) => checks.push(Check::failed("component", failure)),
        }
        self.tell(context, &checks)
    }

    fn tell(&self, context: &Context, checks: &[Check]) -> Result<(), Failure> {
        let has_failed = checks.iter().any(|check| check.state == State::Fail);
        if context.output.is_json() {
            let rows: Vec<_> = checks.iter().map(Check::to_json).collect();
            context.output.json(&json!({ "ok": !has_failed, "checks": rows }))?;
        } else {
            for check in checks {
                check.print(context)?;
            }
        }
        if has_failed { Err(Failure::told(Exit::Failed)) } else { Ok(()) }
    }
}

impl Check {
    fn print(&self, context: &Context) -> Result<(), Failure> {
        let style = match self.state {
            State::Ok => AnsiColor::Green.on_default(),
            State::Warn => AnsiColor::Yellow.on_default(),
            State::Fail => AnsiColor::Red.on_default(),
        };
        let state = paint(style.bold(), format!("{:4}", self.state.as_str()));
        context.output.line(format!("{state}  {:9}  {}", self.name, self.finding))?;
        match &self.next {
            Some(next) => context.output.line(format!("      {:9}  {} {next}", "", paint(AnsiColor::Cyan.on_default().bold(), "next:"))),
            None => Ok(()),
        }
    }

    fn to_json(&self) -> serde_json::Value {
        json!({ "check": self.name, "state": self.state.as_str(), "finding": self.finding, "next": self.next })
    }
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}
