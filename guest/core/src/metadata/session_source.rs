//! Who a session works for (§3).

use alloc::string::String;

/// Where a session comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SessionSource {
    /// A user or program outside: cli, vscode, exec, mcp, custom, unknown.
    #[default]
    Root,
    /// A sub-agent of this `subagent_kind`: `review`, `compact`, `memory_consolidation`, `thread_spawn` or a label of its own.
    Subagent(String),
    /// The client itself: `memory_consolidation` or a name of its own.
    Internal(String),
}

impl SessionSource {
    /// Value of `x-openai-subagent`.
    pub fn subagent_header(&self) -> Option<&str> {
        match self {
            Self::Root => None,
            Self::Subagent(kind) if kind == "thread_spawn" => Some("collab_spawn"),
            Self::Subagent(name) | Self::Internal(name) => Some(name),
        }
    }

    /// Value of `subagent_kind`.
    pub fn subagent_kind(&self) -> Option<&str> {
        match self {
            Self::Subagent(kind) => Some(kind),
            Self::Root | Self::Internal(_) => None,
        }
    }

    /// Whether nobody spawned it.
    pub fn is_root(&self) -> bool {
        matches!(self, Self::Root)
    }

    /// Whether it is the client itself.
    pub fn is_internal(&self) -> bool {
        matches!(self, Self::Internal(_))
    }

    /// Whether it is the client itself, making memories.
    pub(super) fn makes_memories(&self) -> bool {
        matches!(self, Self::Internal(name) if name == "memory_consolidation")
    }
}
