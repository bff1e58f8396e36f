//! `agent-identity task`

use super::backend::Backend;
use super::context::Context;
use super::enrolled::Enrolled;
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
        let progress = context.progress("registering the task");
        let enrolled = Enrolled::open(context, &component, &self.backend, progress.clone()).await?;
        let agent = &enrolled.agent;
        let reference = agent.normalize(&self.reference.external())?;
        let (task_id, reused) = match enrolled.known_task(reference.as_deref()).await? {
            Some(known) if self.new => (agent.replace_task(reference.as_deref(), &known, None).await?, false),
            Some(known) => (known, true),
            None => (agent.ensure_task(reference.as_deref(), None).await?, false),
        };
        progress.done();
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
                .with("agent_runtime_id", agent.agent_runtime_id()),
        )
    }
}
