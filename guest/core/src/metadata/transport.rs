//! The ways a request travels (1D), and which header fields each takes (§10).

use crate::error::{Code, Error, Result};

/// HTTP responses.
pub(super) const H: u8 = 1;
/// The websocket handshake.
pub(super) const W: u8 = 2;
/// A websocket message.
pub(super) const M: u8 = 4;
/// Legacy compaction.
pub(super) const C: u8 = 8;
/// The summary of memories.
pub(super) const S: u8 = 16;

/// A row of table 1D.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transport {
    name: &'static str,
    /// One of the letters above; 0 for tool calls, which take nothing of all this.
    pub(super) letter: u8,
    /// Whether the canonical string goes along.
    pub(super) has_canonical: bool,
}

impl Transport {
    /// POST `responses`.
    pub const RESPONSES: Self = Self::of("responses", H);
    /// A websocket handshake for which no request waits.
    pub const WEBSOCKET_PRECONNECT: Self = Self { has_canonical: false, ..Self::of("websocket-preconnect", W) };
    /// A websocket handshake opened by a request.
    pub const WEBSOCKET_HANDSHAKE: Self = Self::of("websocket-handshake", W);
    /// The websocket message `response.create`.
    pub const WEBSOCKET_MESSAGE: Self = Self::of("websocket-message", M);
    /// Compaction by an ordinary request.
    pub const LOCAL_COMPACTION: Self = Self::of("local-compaction", H);
    /// POST `responses/compact`.
    pub const LEGACY_COMPACT: Self = Self::of("legacy-compact", C);
    /// Compaction by a request that ends with a trigger.
    pub const COMPACT_V2: Self = Self::of("compact-v2", H);
    /// The first stage of memories, an ordinary request.
    pub const MEMORY_STAGE_ONE: Self = Self::of("memory-stage-one", H);
    /// POST `memories/trace_summarize`.
    pub const MEMORIES_SUMMARIZE: Self = Self { has_canonical: false, ..Self::of("memories-summarize", S) };
    /// A tool call, which takes neither header fields nor a flat map.
    pub const MCP: Self = Self { has_canonical: false, ..Self::of("mcp", 0) };

    /// Every value.
    pub const ALL: [Self; 10] = [
        Self::RESPONSES,
        Self::WEBSOCKET_PRECONNECT,
        Self::WEBSOCKET_HANDSHAKE,
        Self::WEBSOCKET_MESSAGE,
        Self::LOCAL_COMPACTION,
        Self::LEGACY_COMPACT,
        Self::COMPACT_V2,
        Self::MEMORY_STAGE_ONE,
        Self::MEMORIES_SUMMARIZE,
        Self::MCP,
    ];

    /// The kebab-case spelling.
    pub fn as_str(self) -> &'static str {
        self.name
    }

    /// Reads the kebab-case spelling; `config-invalid` for any other.
    pub fn parse(text: &str) -> Result<Self> {
        Self::ALL
            .iter()
            .find(|transport| transport.name == text)
            .copied()
            .ok_or_else(|| Error::new(Code::ConfigInvalid, "the transport is not one of those that metadata is rendered for"))
    }

    const fn of(name: &'static str, letter: u8) -> Self {
        Self { name, letter, has_canonical: true }
    }
}
