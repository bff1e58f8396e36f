//! Where a delegate comes from (`spec/metadata.md` §3, §14).

use crate::error::Error;

/// Whose delegate this is. Signed requests and metadata of a delegate use these values, never the parent's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lineage {
    /// Shared by a root thread and all its descendants.
    pub session_id: String,
    /// The delegate's own thread.
    pub thread_id: String,
    /// The thread that spawned it.
    pub parent_thread_id: String,
    /// The thread whose history was copied, if one was given at the start. Independent of the parent (3-1).
    pub forked_from: Option<ForkedFrom>,
    /// What it was spawned for: its session source is subagent(kind).
    pub kind: SubagentKind,
}

impl Lineage {
    /// `thread_source` of every delegate.
    pub const THREAD_SOURCE: &'static str = "subagent";

    /// The window a delegate starts in: `<thread>:0`.
    pub fn window_id(&self) -> String {
        format!("{}:0", self.thread_id)
    }
}

/// A copied history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForkedFrom {
    /// The thread it was copied from.
    pub thread_id: String,
    /// The first item that was not copied.
    pub ordinal_exclusive: Option<u64>,
}

/// What a delegate was spawned for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubagentKind {
    /// A code review.
    Review,
    /// A compaction.
    Compact,
    /// Consolidation of memories.
    MemoryConsolidation,
    /// A thread spawned by an agent.
    ThreadSpawn,
    /// Anything else, by its label.
    Other(String),
}

impl SubagentKind {
    /// The value of `x-openai-subagent`.
    pub fn header_value(&self) -> &str {
        match self {
            Self::ThreadSpawn => "collab_spawn",
            other => other.metadata_value(),
        }
    }

    /// The value of `subagent_kind` in the metadata.
    pub fn metadata_value(&self) -> &str {
        match self {
            Self::Review => "review",
            Self::Compact => "compact",
            Self::MemoryConsolidation => "memory_consolidation",
            Self::ThreadSpawn => "thread_spawn",
            Self::Other(label) => label,
        }
    }

    /// Refuses a label that no header could carry (0-3).
    pub(super) fn check(&self) -> Result<(), Error> {
        let text = self.header_value();
        let inner = |c: char| c == '\t' || (' '..='~').contains(&c);
        if !text.is_empty() && text.chars().all(inner) && text.trim() == text {
            return Ok(());
        }
        Err(Error::config("the label of a delegate is not a legal header value; use printable ASCII without outer spaces"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_sources_give_the_header_and_metadata_values_of_section_3() {
        for (kind, header, metadata) in [
            (SubagentKind::Review, "review", "review"),
            (SubagentKind::Compact, "compact", "compact"),
            (SubagentKind::MemoryConsolidation, "memory_consolidation", "memory_consolidation"),
            (SubagentKind::ThreadSpawn, "collab_spawn", "thread_spawn"),
            (SubagentKind::Other("scout 7".into()), "scout 7", "scout 7"),
        ] {
            assert_eq!((kind.header_value(), kind.metadata_value()), (header, metadata));
            assert_eq!(kind.check(), Ok(()));
        }
        for label in ["", " ", " x", "x\t", "a\nb", "é"] {
            assert_eq!(SubagentKind::Other(label.into()).check().unwrap_err().code, "config-invalid", "{label:?}");
        }
    }
}
