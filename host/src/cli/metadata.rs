//! `agent-identity metadata`

pub mod document;
mod explain;
mod question;
mod recipient;
mod render;
mod scene;
mod travel;

use super::context::Context;
use super::failure::Failure;
use clap::{Args, Subcommand};

/// Show what a request says about itself, and why
///
/// A snapshot is a JSON object with what is known about one request. The component renders it for the way the request travels.
#[derive(Args)]
#[command(after_help = "\
Examples:
  agent-identity metadata render snapshot.json
  agent-identity metadata explain snapshot.json --kind memory
  agent-identity help metadata render")]
pub struct Metadata {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    Render(render::Render),
    Explain(explain::Explain),
}

impl Metadata {
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        match self.action {
            Action::Render(render) => render.run(context),
            Action::Explain(explain) => explain.run(context),
        }
    }
}

/// The long help of a command that takes a snapshot.
fn with_members(examples: &str) -> String {
    format!("{examples}\n\n{MEMBERS}")
}

const MEMBERS: &str = "\
Members of the snapshot, all optional; null is the same as absent:
  installation_id, session_id, thread_id, agent_name, turn_id, parent_turn_id, root_turn_id,
  window_id, window_number, context_window_id, forked_from_thread_id,
  forked_from_ordinal_exclusive, parent_thread_id, subagent_kind, thread_source, turn_trigger,
  sandbox, sandbox_mode, auto_review_enabled, turn_started_at_unix_ms, analytics_enabled,
  parent_response_id
  request_kind       as --kind
  session_source     \"cli\", {\"subagent\": \"review\"}, {\"subagent\": {\"other\": LABEL}},
                     {\"internal\": NAME}, …
  workspaces         {ROOT: {\"associated_remote_urls\": {NAME: URL},
                     \"latest_git_commit_hash\": TEXT, \"has_changes\": BOOL}}
  compaction         {\"trigger\", \"reason\", \"implementation\", \"phase\", \"strategy\"}
  execution          {\"model\", \"reasoning_effort\", \"auto_review_enabled\"}
  extras             {NAME: TEXT}, given for this turn
  configured_extras  {NAME: TEXT}, of the configuration
  is_reviewer_request, is_root_ambiguous, user_input_requested
                     true or false

Members of --additions:
  originator, user_agent, prompt_cache_key, beta_features (an array), turn_state,
  responses_lite, timing_metrics, us_residency, attestation, request_start_unix_ms,
  traceparent, tracestate";
