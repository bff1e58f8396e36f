//! `agent-identity request`

mod body;
mod sending;

use super::backend::Backend;
use super::context::Context;
use super::enrolled::Enrolled;
use super::failure::{Exit, Failure, exit_of, next_step};
use super::output::paint;
use super::reference::Reference;
use crate::agent::Rejection;
use crate::error::advice_text;
use crate::{Agent, Error};
use body::Body;
use clap::Args;
use clap::builder::styling::AnsiColor;
use sending::{Outgoing, Received};
use serde_json::{Value, json};

/// Sign a request and send it, as curl would
///
/// The header is built for this one attempt. Redirects are not followed. When the answer refuses the identity, the reason and
/// what to do about it are told on standard error.
#[derive(Args)]
#[command(after_help = "\
Examples:
  agent-identity request https://api.example/v1/models
  agent-identity request https://api.example/v1/responses -d @request.json -i
  agent-identity request https://api.example/v1/jobs -X DELETE --kind thread --value 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")]
pub struct Request {
    /// Where to: https, or http on a loopback host
    url: String,
    /// Method [default: GET, or POST with --data]
    #[arg(long, short = 'X', value_name = "METHOD")]
    method: Option<String>,
    /// A header field to add, as `Name: value`; may be repeated
    #[arg(long, short = 'H', value_name = "FIELD")]
    header: Vec<String>,
    /// The body: the text itself, @FILE, or - for standard input. Sent as application/json unless a header says otherwise
    #[arg(long, short, value_name = "TEXT|@FILE|-", allow_hyphen_values = true)]
    data: Option<Body>,
    /// Print status and header fields of the answer before its body
    #[arg(long, short)]
    include: bool,
    /// Fail with the exit code of the reason when the status is 400 or above
    #[arg(long, short)]
    fail: bool,
    /// Give up after so many seconds, body included
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    max_time: u64,
    #[command(flatten)]
    reference: Reference,
    #[command(flatten)]
    backend: Backend,
}

impl Request {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        // All that can be wrong with the request itself is told before anything is signed.
        let mut outgoing = Outgoing::new(&self.url, self.method.as_deref(), &self.header, self.data.as_ref())?;
        let component = context.component()?;
        let progress = context.progress("waiting for the answer");
        let enrolled = Enrolled::open(context, &component, &self.backend, progress.clone()).await?;
        let agent = &enrolled.agent;
        let reference = agent.normalize(&self.reference.external())?;
        enrolled.task(reference.as_deref()).await?;
        outgoing.sign(agent.authorize(reference.as_deref()).await?)?;
        let received = outgoing.send(self.max_time).await;
        progress.done();
        let mut received = received?;
        let verdict = Verdict::of(agent, &mut received).await?;
        if context.output.is_json() {
            context.output.json(&in_json(&mut received, verdict.as_ref()).await?)?;
        } else {
            if self.include {
                context.output.line(received.head())?;
            }
            received.copy_body(&context.output).await?;
            if let Some(verdict) = &verdict {
                verdict.explain();
            }
        }
        self.conclude(received.status(), verdict)
    }

    fn conclude(&self, status: u16, verdict: Option<Verdict>) -> Result<(), Failure> {
        if !self.fail || status < 400 {
            return Ok(());
        }
        Err(Failure::told(verdict.map_or(Exit::Failed, |verdict| exit_of(&verdict.error))))
    }
}

/// What a refusal means for the identity (§10).
struct Verdict {
    rejection: Rejection,
    error: Error,
    next: String,
}

impl Verdict {
    async fn of(agent: &Agent, received: &mut Received) -> Result<Option<Self>, Failure> {
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

    fn explain(&self) {
        let label = paint(AnsiColor::Red.on_default().bold(), format!("refused[{}]", self.error.code));
        let cause = self.error.cause.as_ref().map(|cause| format!(" ({cause})")).unwrap_or_default();
        anstream::eprintln!("{label}: {}{cause}", self.error.message);
        anstream::eprintln!("  {} {}", paint(AnsiColor::Cyan.on_default().bold(), "next:"), self.next);
    }

    fn to_json(&self) -> Value {
        json!({
            "class": self.rejection.class, "code": self.error.code, "action": self.rejection.action,
            "skew_ms": self.rejection.skew_ms, "advice": advice_text(self.error.advice), "cause": self.error.cause, "next": self.next,
        })
    }
}

async fn in_json(received: &mut Received, verdict: Option<&Verdict>) -> Result<Value, Failure> {
    let body = received.whole_body().await?;
    let mut answer = json!({ "status": received.status(), "headers": received.fields(), "rejection": verdict.map(Verdict::to_json) });
    match String::from_utf8(body) {
        Ok(text) => answer["body"] = text.into(),
        Err(other) => {
            use base64::Engine as _;
            answer["body_base64"] = base64::engine::general_purpose::STANDARD.encode(other.as_bytes()).into();
        }
    }
    Ok(answer)
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
