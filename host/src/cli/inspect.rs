//! `agent-identity inspect`

mod recent;

use super::backend::Backend;
use super::context::Context;
use super::failure::Failure;
use super::input::Source;
use super::output::Facts;
use super::time::{ago, unix_seconds};
use crate::ports::Clock;
use crate::system::SystemClock;
use clap::Args;
use recent::Which;

/// Show what is in a header, or what reached a backend of your own
///
/// Decodes an AgentAssertion header; nothing is verified. A header is a credential, so it is read from a file or standard
/// input, and what is printed is not enough to build it again. With --recent, asks a running `serve` for the requests that came to
/// its model endpoints lately and shows them field by field: header fields, flat client metadata, body. Credentials and the
/// conversation are not among what it keeps.
#[derive(Args)]
#[command(after_help = "\
Examples:
  agent-identity sign | agent-identity inspect
  agent-identity inspect captured-header
  agent-identity inspect --recent
  agent-identity inspect --recent --thread 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b --json")]
pub struct Inspect {
    /// File with the header, or - for standard input
    #[arg(value_name = "FILE|-", default_value = "-", conflicts_with = "recent")]
    header: Source,
    /// Show the requests that `serve` got last
    #[arg(long)]
    recent: bool,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    backend: Backend,
}

impl Inspect {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        if self.recent { recent::show(context, &self.backend, &self.which).await } else { self.show_header(context) }
    }

    fn show_header(&self, context: &Context) -> Result<(), Failure> {
        let component = context.component()?;
        let header = self.header.read_header(&context.output)?;
        let assertion = context.session(&component)?.parse_assertion(&header)?;
        let age_s = unix_seconds(&assertion.timestamp).map(|signed| SystemClock.now_ms().div_euclid(1000) - signed);
        let window = age_s.map(|age| {
            if age > 300 {
                "expired"
            } else if age < -10 {
                "not yet valid"
            } else {
                "within 300 s"
            }
        });
        let signed_text = format!("{}:{}:{}", assertion.agent_runtime_id, assertion.task_id, assertion.timestamp);
        let start: String = assertion.signature.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let signature = format!("{start}… ({} bytes, not verified)", assertion.signature.len());
        let (runtime_id, task_id) = (assertion.agent_runtime_id, assertion.task_id);
        context.output.facts(
            &Facts::new()
                .with("scheme", "AgentAssertion")
                .shown("agent_runtime_id", runtime_id.clone(), counted(&runtime_id))
                .shown("task_id", task_id.clone(), counted(&task_id))
                .with("timestamp", assertion.timestamp)
                .shown("age_s", age_s, age_s.map(ago).unwrap_or_default())
                .shown("usual_window", window, window.unwrap_or_default())
                .shown("signed_text", signed_text.clone(), counted(&signed_text))
                .with("signature", signature)
                .shown("header_length", header.len(), format!("{} characters", header.len())),
        )
    }
}

fn counted(text: &str) -> String {
    format!("{text} ({} bytes)", text.len())
}
