//! One request, to be rendered as it is or with something changed.

use super::recipient::Recipient;
use crate::cli::failure::Failure;
use crate::error::Error;
use crate::metadata::{Additions, Facts, Kind, Metadata, Rendering, Snapshot, Transport};

/// Everything that decides a rendering.
#[derive(Clone)]
pub struct Scene {
    pub facts: Facts,
    pub kind: Option<Kind>,
    pub transport: Transport,
    pub recipient: Recipient,
    pub additions: Additions,
    /// Whether more is asked for than what follows from the snapshot.
    pub has_additions: bool,
}

impl Scene {
    /// The request.
    pub fn render(&self, metadata: &Metadata) -> Result<Rendering, Error> {
        let mut additions = self.additions.clone();
        if !self.recipient.takes_attestation() {
            additions.attestation = None;
        }
        let additions = self.has_additions.then_some(&additions);
        metadata.render(&Snapshot::from(self.facts.clone()), self.kind, self.transport, additions)
    }

    /// What a tool call of the same turn carries.
    pub fn render_for_tools(&self, metadata: &Metadata) -> Result<Rendering, Error> {
        metadata.render(&Snapshot::from(self.facts.clone()), None, Transport::Mcp, None)
    }

    /// Whether there is nothing but an object for a tool server.
    pub fn is_tool_call(&self) -> bool {
        self.transport == Transport::Mcp
    }
}

/// The failure of a rendering, with the step that helps.
pub fn unrendered(error: Error) -> Failure {
    let is_incomplete = error.code == "invalid-snapshot";
    let failure = Failure::from(error);
    if !is_incomplete {
        return failure;
    }
    failure.next(
        "give installation_id, session_id, thread_id and window_id, and for a compaction its object with values of 3-15 (1-4); \
         context_window_id, forked_from_thread_id and parent_thread_id are UUIDs (0-6)",
    )
}
