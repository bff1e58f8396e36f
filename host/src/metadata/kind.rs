//! Kinds of requests.

use crate::error::Error;
use std::str::FromStr;

/// What a request is for: `request_kind` of 1A, which is `memory` for both kinds of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A turn's inference.
    Turn,
    /// It warms a websocket up (1-18).
    Prewarm,
    /// A compaction.
    Compaction,
    /// A stage of memories.
    Memory,
    /// A stage of memories outside any turn, which says little of itself (1A).
    DetachedMemory,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Turn, Self::Prewarm, Self::Compaction, Self::Memory, Self::DetachedMemory];

    /// The spelling that the component takes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Turn => "turn",
            Self::Prewarm => "prewarm",
            Self::Compaction => "compaction",
            Self::Memory => "memory",
            Self::DetachedMemory => "detached-memory",
        }
    }

    /// Value of `request_kind`.
    pub fn on_the_wire(self) -> &'static str {
        match self {
            Self::DetachedMemory => Self::Memory.as_str(),
            other => other.as_str(),
        }
    }
}

impl FromStr for Kind {
    type Err = Error;

    /// Errors: `config-invalid`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let known = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        known.ok_or_else(|| {
            Error::config(format!("{text:?} is no kind of request; use turn, prewarm, compaction, memory or detached-memory"))
        })
    }
}
