//! `agent-identity normalize`

use super::context::Context;
use super::failure::Failure;
use crate::types::ExternalTaskRef;
use clap::Args;
use serde_json::json;

/// Print the one spelling of a task reference
///
/// Two references name the same task when this prints the same for both.
#[derive(Args)]
#[command(after_help = "\
Kinds:
  thread      a UUID in any usual form; the nil and max UUIDs are refused
  url         http or https, without user name and password; the fragment is dropped
  opaque      any text of up to 256 bytes without control or invisible characters
  run         without a value: the run task, which has no reference
  background  as run

Examples:
  agent-identity normalize thread '{0190A1B2-C3D4-7E5F-8A9B-0C1D2E3F4A5B}'
  agent-identity normalize url 'HTTPS://Example.com:443/a/../b#part'")]
pub struct Normalize {
    /// thread, opaque, url, run or background
    kind: String,
    /// The reference
    #[arg(allow_hyphen_values = true)]
    value: Option<String>,
}

impl Normalize {
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let component = context.component()?;
        let mut session = context.session(&component)?;
        let normalized = session.normalize(&ExternalTaskRef { kind: self.kind.clone(), value: self.value })?;
        if context.output.is_json() {
            let unicode = session.unicode_version()?;
            return context.output.json(&json!({ "kind": self.kind, "external_task_ref": normalized, "unicode_version": unicode }));
        }
        match normalized {
            Some(text) => context.output.line(text),
            None => {
                context.output.note("no reference: this is the run task");
                Ok(())
            }
        }
    }
}
