//! What a server's refusal means for the identity, told in words (§10).

use super::failure::{Failure, next_step};
use super::output::paint;
use super::request::sending::Received;
use crate::agent::Rejection;
use crate::error::advice_text;
use crate::{Agent, Error};
use clap::builder::styling::AnsiColor;
use serde_json::{Value, json};

/// A refusal, judged.
pub struct Verdict {
    pub rejection: Rejection,
    pub error: Error,
    pub next: String,
}

impl Verdict {
    /// None for an answer that refuses nothing.
    pub async fn of(agent: &Agent, received: &mut Received) -> Result<Option<Self>, Failure> {
        if received.status() < 400 {
            return Ok(None);
        }
        let facts = received.facts().await?;
        let rejection = agent.on_response(&facts)?;
        let Some(code) = rejection.code.clone() else { return Ok(None) };
        let body_code = body_code(&facts.body);
        let mut error = Error::new(&code, advice_of(&rejection.class), meaning(&rejection));
        error.status = facts.status;
        // What the server called it says more than the class.
        error.cause = body_code.filter(|body_code| *body_code != code);
        let next = match rejection.class.as_str() {
            "task" => "get a new task, then repeat: agent-identity task --new, with the same --kind and --value if there were any".into(),
            "clock" => clock_step(&rejection),
            _ => next_step(&error),
        };
        Ok(Some(Self { rejection, error, next }))
    }

    /// On standard error.
    pub fn explain(&self) {
        let label = paint(AnsiColor::Red.on_default().bold(), format!("refused[{}]", self.error.code));
        let cause = self.error.cause.as_ref().map(|cause| format!(" ({cause})")).unwrap_or_default();
        anstream::eprintln!("{label}: {}{cause}", self.error.message);
        anstream::eprintln!("  {} {}", paint(AnsiColor::Cyan.on_default().bold(), "next:"), self.next);
    }

    pub fn to_json(&self) -> Value {
        json!({
            "class": self.rejection.class, "code": self.error.code, "action": self.rejection.action,
            "skew_ms": self.rejection.skew_ms, "advice": advice_text(self.error.advice), "cause": self.error.cause, "next": self.next,
        })
    }

    /// As the failure of the command.
    pub fn into_failure(self) -> Failure {
        Failure::from(self.error).next(self.next)
    }
}

fn advice_of(class: &str) -> crate::Advice {
    match class {
        "network" => crate::Advice::BackOff,
        "clock" => crate::Advice::FixClock,
        "task" => crate::Advice::AfterRegister,
        "key" => crate::Advice::FixConfig,
        _ => crate::Advice::Never,
    }
}

fn meaning(rejection: &Rejection) -> &'static str {
    match rejection.class.as_str() {
        "network" => "the server cannot answer now",
        "clock" => "the server refuses the time in the header",
        "task" => "the server refuses the task",
        "key" => "the server refuses the key, the agent or the account",
        _ => "the server refuses the request for a reason it does not name",
    }
}

fn clock_step(rejection: &Rejection) -> String {
    match rejection.skew_ms {
        Some(skew) => {
            let direction = if skew > 0 { "behind" } else { "ahead of" };
            let seconds = skew.unsigned_abs().div_ceil(1000);
            format!("this machine's clock is {seconds} s {direction} the server's; set it, then repeat")
        }
        None => "set the clock of this machine, then repeat; agent-identity doctor measures it".into(),
    }
}

/// The code a server puts into its answer, in the spelling of ours.
fn body_code(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let code = [body.pointer("/error/code"), body.get("code"), body.get("error")].into_iter().flatten().find_map(Value::as_str)?;
    let is_plain = code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    is_plain.then(|| code.to_ascii_lowercase().replace('_', "-"))
}
