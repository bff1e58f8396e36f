//! Who a session works for (§3).

use alloc::string::String;

/// Where a session comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SessionSource {
    /// A user or program outside: cli, vscode, exec, mcp, custom, unknown.
    #[default]
    Root,
    /// Sub-agent: a code review.
    Review,
    /// Sub-agent: a compaction.
    Compact,
    /// Sub-agent: consolidation of memories.
    MemoryConsolidation,
    /// Sub-agent: a thread spawned by an agent.
    ThreadSpawn,
    /// Sub-agent: anything else, by its label.
    Other(String),
    /// The client itself: consolidation of memories.
    InternalMemoryConsolidation,
    /// The client itself: anything else, by its name.
    Internal(String),
}

const MEMORY_CONSOLIDATION: &str = "memory_consolidation";

impl SessionSource {
    /// The sub-agent of this `subagent_kind`.
    pub fn of_subagent(kind: &str) -> Self {
        [Self::Review, Self::Compact, Self::MemoryConsolidation, Self::ThreadSpawn]
            .into_iter()
            .find(|source| source.subagent_kind() == Some(kind))
            .unwrap_or_else(|| Self::Other(kind.into()))
    }

    /// The client itself, under this name.
    pub fn of_internal(name: String) -> Self {
        if name == MEMORY_CONSOLIDATION { Self::InternalMemoryConsolidation } else { Self::Internal(name) }
    }

    /// Value of `x-openai-subagent`.
    pub fn subagent_header(&self) -> Option<&str> {
        self.names().0
    }

    /// Value of `subagent_kind`.
    pub fn subagent_kind(&self) -> Option<&str> {
        self.names().1
    }

    /// Whether nobody spawned it.
    pub fn is_root(&self) -> bool {
        matches!(self, Self::Root)
    }

    /// Whether it is the client itself.
    pub fn is_internal(&self) -> bool {
        matches!(self, Self::InternalMemoryConsolidation | Self::Internal(_))
    }

    fn names(&self) -> (Option<&str>, Option<&str>) {
        let (header, kind) = match self {
            Self::Root => return (None, None),
            Self::Review => ("review", "review"),
            Self::Compact => ("compact", "compact"),
            Self::MemoryConsolidation => (MEMORY_CONSOLIDATION, MEMORY_CONSOLIDATION),
            Self::ThreadSpawn => ("collab_spawn", "thread_spawn"),
            Self::Other(label) => (label.as_str(), label.as_str()),
            Self::InternalMemoryConsolidation => return (Some(MEMORY_CONSOLIDATION), None),
            Self::Internal(name) => return (Some(name), None),
        };
        (Some(header), Some(kind))
    }
}
