//! `agent-identity request`

pub mod body;
pub mod sending;

use super::backend::Backend;
use super::context::Context;
use super::enrolled::Enrolled;
use super::failure::{Exit, Failure, exit_of};
use super::reference::Reference;
use super::verdict::Verdict;
use body::Body;
use clap::Args;
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
