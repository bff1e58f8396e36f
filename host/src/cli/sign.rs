//! `agent-identity sign`

use super::backend::Backend;
use super::context::Context;
use super::enrolled::Enrolled;
use super::failure::Failure;
use super::reference::Reference;
use clap::Args;
use serde_json::{Map, Value, json};

/// Build the header of one request and print it
///
/// Prints the value of `Authorization`, good for this second's request. The header is a credential until it expires: pass it
/// on through a pipe or a file, not as an argument.
#[derive(Args)]
#[command(after_help = "\
Examples:
  agent-identity sign
  agent-identity sign --fields | curl --header @- https://api.example/v1/models
  agent-identity sign --kind thread --value 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")]
pub struct Sign {
    #[command(flatten)]
    reference: Reference,
    /// Sign for this task instead of a registered one
    #[arg(long, value_name = "ID", conflicts_with_all = ["kind", "value"])]
    task_id: Option<String>,
    /// Print all header fields as `Name: value`, the account's included
    #[arg(long)]
    fields: bool,
    #[command(flatten)]
    backend: Backend,
}

impl Sign {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let component = context.component()?;
        let progress = context.progress("signing");
        let enrolled = Enrolled::open(context, &component, &self.backend, progress.clone()).await?;
        let (reference, task_id) = match self.task_id {
            Some(task_id) => {
                enrolled.agent.adopt_task(None, &task_id)?;
                (None, task_id)
            }
            None => {
                let reference = enrolled.agent.normalize(&self.reference.external())?;
                let task_id = enrolled.task(reference.as_deref()).await?;
                (reference, task_id)
            }
        };
        let headers = enrolled.agent.authorize(reference.as_deref()).await?;
        progress.done();
        if context.output.is_json() {
            let fields: Map<String, Value> = headers.into_iter().map(|(name, value)| (name, value.into())).collect();
            return context.output.json(&json!({ "headers": fields, "task_id": task_id, "external_task_ref": reference }));
        }
        for (name, value) in headers {
            if self.fields {
                context.output.line(format!("{name}: {value}"))?;
            } else if name == "Authorization" {
                context.output.line(value)?;
            }
        }
        Ok(())
    }
}
