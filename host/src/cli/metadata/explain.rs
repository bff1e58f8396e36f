//! `agent-identity metadata explain`
//!
//! Nothing here knows the rules. Each fact of the request is changed and the request rendered again: where the two renderings differ, the
//! fact went. Why it did not go elsewhere is found alike, by changing what might have kept it out. Only the ids of rules are a table.

mod circumstances;
mod facts;
mod findings;
mod leftovers;
mod report;
mod table;
mod view;

use super::question::{Asked, Question};
use super::scene::unrendered;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::metadata::Metadata;
use crate::surroundings::Surroundings;
use clap::Args;
use findings::Findings;
use report::Report;
use view::View;

/// Explain where each fact of a snapshot goes, and why
///
/// For every member: the place in the canonical string, flat keys, header fields and members of `_meta` that it goes to, what keeps it out
/// of others, and the rules of the metadata specification (docs/metadata-coverage.md) that say so. Found by rendering the request again
/// with something changed. Values are not shown, so that the answer can be passed on.
#[derive(Args)]
#[command(after_help = EXAMPLES, after_long_help = super::with_members(EXAMPLES))]
pub struct Explain {
    #[command(flatten)]
    question: Question,
}

const EXAMPLES: &str = "\
Examples:
  agent-identity metadata explain snapshot.json
  agent-identity metadata explain snapshot.json --kind memory --transport memory-stage-one
  agent-identity metadata explain snapshot.json --transport legacy-compact --json";

impl Explain {
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let asked = self.question.read(context)?;
        asked.warn(context);
        let component = context.component()?;
        let metadata = Metadata::new(&component, &Surroundings::default())?;
        let Asked { scene, unknown_members, notes } = asked;
        let view = View::of(&scene, &metadata).map_err(unrendered)?;
        let findings = Findings::make(&scene, &view, &metadata)?;
        let unknown_members = leftovers::unknown_members(unknown_members, &scene, &metadata)?;
        let withheld = if scene.is_tool_call() { Vec::new() } else { scene.recipient.withheld(&metadata)? };
        let report = Report::new(&scene, &view, findings, unknown_members, withheld, notes);
        if context.output.is_json() {
            let json = serde_json::to_string(&report).map_err(|_| Failure::internal("the answer cannot be written as JSON"))?;
            return context.output.line(json);
        }
        context.output.line(table::of(&report))
    }
}
