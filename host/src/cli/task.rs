//! `agent-identity task`

use super::context::Context;
use super::enrolled::{Backend, Enrolled};
use super::failure::Failure;
use super::output::Facts;
use super::reference::Reference;
use clap::Args;

/// Register a task, or find the one that is registered, and print its id
///
/// Without options this is the run task. A reference gives work of its own a task of its own: a thread, an issue, a page.
#[derive(Args)]
#[command(after_help = "\
Examples:
  agent-identity task
  agent-identity task --kind thread --value 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b
  agent-identity task --kind url --value https://tracker.example/issues/17")]
pub struct Task {
    #[command(flatten)]
    reference: Reference,
    #[command(flatten)]
    backend: Backend,
    /// Register anew although a task is known
    #[arg(long)]
    new: bool,
}

impl Task {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let component = context.component()?;
        let mut enrolled = Enrolled::open(context, &component, &self.backend).await?;
        let reference = self.reference.normalize(&mut enrolled.session)?;
        let known = if self.new { None } else { enrolled.known_task(context, reference.as_deref()).await };
        let (task_id, reused) = match known {
            Some(task_id) => (task_id, true),
            None => {
                let progress = context.progress("registering the task");
                let agent = enrolled.agent(&component, progress)?;
                let external = reference.is_some().then(|| self.reference.external());
                (agent.register_task(external.as_ref(), None).await?, false)
            }
        };
        enrolled.keep_task(&component, context, reference.as_deref(), &task_id).await?;
        if !context.output.is_json() {
            context.output.line(&task_id)?;
            context.output.note(if reused { "registered earlier" } else { "registered now" });
            return Ok(());
        }
        context.output.facts(
            &Facts::new()
                .with("task_id", task_id)
                .with("external_task_ref", reference)
                .with("reused", reused)
                .with("agent_runtime_id", enrolled.identity.agent_runtime_id),
        )
    }
}
