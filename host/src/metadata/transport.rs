//! The ways a request travels (1D).

use crate::error::Error;
use std::str::FromStr;

/// A row of table 1D.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// POST `responses`.
    Responses,
    /// A websocket handshake for which no request waits.
    WebsocketPreconnect,
    /// A websocket handshake opened by a request.
    WebsocketHandshake,
    /// The websocket message `response.create`.
    WebsocketMessage,
    /// Compaction by an ordinary request.
    LocalCompaction,
    /// POST `responses/compact`.
    LegacyCompact,
    /// Compaction by a request that ends with a trigger.
    CompactV2,
    /// The first stage of memories, an ordinary request.
    MemoryStageOne,
    /// POST `memories/trace_summarize`.
    MemoriesSummarize,
    /// A tool call.
    Mcp,
}

impl Transport {
    /// Every transport.
    pub const ALL: [Self; 10] = [
        Self::Responses,
        Self::WebsocketPreconnect,
        Self::WebsocketHandshake,
        Self::WebsocketMessage,
        Self::LocalCompaction,
        Self::LegacyCompact,
        Self::CompactV2,
        Self::MemoryStageOne,
        Self::MemoriesSummarize,
        Self::Mcp,
    ];

    /// The spelling that the component takes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Responses => "responses",
            Self::WebsocketPreconnect => "websocket-preconnect",
            Self::WebsocketHandshake => "websocket-handshake",
            Self::WebsocketMessage => "websocket-message",
            Self::LocalCompaction => "local-compaction",
            Self::LegacyCompact => "legacy-compact",
            Self::CompactV2 => "compact-v2",
            Self::MemoryStageOne => "memory-stage-one",
            Self::MemoriesSummarize => "memories-summarize",
            Self::Mcp => "mcp",
        }
    }
}

impl FromStr for Transport {
    type Err = Error;

    /// Errors: `config-invalid`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let known = Self::ALL.into_iter().find(|transport| transport.as_str() == text);
        known.ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str).join(", ");
            Error::config(format!("{text:?} is no transport; use one of {names}"))
        })
    }
}
