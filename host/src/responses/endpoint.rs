//! The endpoints, and which header fields each takes (1D, table of §10).

use crate::auth::Scope;

/// An endpoint of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Responses,
    /// The same over a WebSocket, whose handshake is opened by a request.
    Socket,
    /// A handshake for which no request waits.
    Preconnect,
    Compact,
    Memories,
}

/// What becomes of a header field of a request's metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Sent,
    /// It is for other endpoints.
    Elsewhere,
    /// It is never the metadata's to set.
    Reserved,
}

impl Endpoint {
    /// Behind the base URL.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Responses | Self::Socket | Self::Preconnect => "responses",
            Self::Compact => "responses/compact",
            Self::Memories => "memories/trace_summarize",
        }
    }

    /// §9: inference and compaction are scoped.
    pub(super) fn scope(self) -> Scope {
        match self {
            Self::Responses | Self::Socket | Self::Preconnect | Self::Compact => Scope::Scoped,
            Self::Memories => Scope::Plain,
        }
    }

    /// None where nothing is posted.
    pub(super) fn accept(self) -> Option<&'static str> {
        match self {
            Self::Responses => Some("text/event-stream"),
            Self::Compact | Self::Memories => Some("application/json"),
            Self::Socket | Self::Preconnect => None,
        }
    }

    /// For records (15-3).
    pub(super) fn transport(self) -> &'static str {
        match self {
            Self::Responses | Self::Compact | Self::Memories => "http",
            Self::Socket | Self::Preconnect => "websocket",
        }
    }

    /// Whether a turn's sticky token goes there as a header field (10-2).
    pub(crate) fn takes_turn_state(self) -> bool {
        matches!(self, Self::Responses | Self::Compact)
    }

    /// Whether an attestation goes there (9-3, 9-4).
    pub(crate) fn takes_attestation(self) -> bool {
        self.fate(ATTESTATION) == Fate::Sent
    }

    pub(super) fn fate(self, name: &str) -> Fate {
        let name = name.to_ascii_lowercase();
        if RESERVED.contains(&name.as_str()) {
            return Fate::Reserved;
        }
        let sent = match self {
            Self::Responses => name != INSTALLATION && !SOCKETS_ONLY.contains(&name.as_str()),
            Self::Socket => name != INSTALLATION && name != LITE,
            Self::Preconnect => name != INSTALLATION && name != LITE && name != TURN_METADATA,
            Self::Compact => !RESPONSES_ONLY.contains(&name.as_str()) && !SOCKETS_ONLY.contains(&name.as_str()),
            Self::Memories => MEMORIES.contains(&name.as_str()),
        };
        if sent { Fate::Sent } else { Fate::Elsewhere }
    }
}

/// §9.
pub(crate) const ATTESTATION: &str = "x-oai-attestation";

/// Only legacy compaction has it as a field.
const INSTALLATION: &str = "x-codex-installation-id";

/// Says which protocol is spoken over a WebSocket.
pub(super) const BETA: (&str, &str) = ("openai-beta", "responses_websockets=2026-02-06");

/// Only WebSocket handshakes have these.
const SOCKETS_ONLY: [&str; 2] = [BETA.0, "x-responsesapi-include-timing-metrics"];

/// On a WebSocket the messages have it.
const LITE: &str = "x-openai-internal-codex-responses-lite";

const TURN_METADATA: &str = "x-codex-turn-metadata";

const RESPONSES_ONLY: [&str; 2] = ["x-client-request-id", LITE];

/// All that goes with a request to summarise memories.
const MEMORIES: [&str; 5] =
    ["originator", "user-agent", "x-openai-subagent", "x-openai-memgen-request", "x-openai-internal-codex-residency"];

/// Credentials are the authorizer's, the turn state the turn's, the rest the client's; 1-12 and 10-3 forbid the others.
const RESERVED: [&str; 23] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "chatgpt-account-id",
    "x-openai-fedramp",
    "x-openai-authorization",
    super::turn_state::HEADER,
    "accept",
    "content-type",
    "content-length",
    "content-encoding",
    "transfer-encoding",
    "connection",
    "host",
    "x-codex-routing-hint",
    "session_id",
    "thread_id",
    "te",
    "upgrade",
    "sec-websocket-key",
    "sec-websocket-version",
    "sec-websocket-extensions",
    "sec-websocket-protocol",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r1_20_1d_each_endpoint_gets_its_own_fields() {
        use Endpoint::{Compact, Memories, Preconnect, Responses, Socket};
        let all: &[_] = &[Responses, Socket, Preconnect, Compact, Memories];
        let scoped: &[_] = &[Responses, Socket, Preconnect, Compact];
        let table: [(&str, &[Endpoint]); 17] = [
            ("originator", all),
            ("User-Agent", all),
            ("x-openai-subagent", all),
            ("x-openai-memgen-request", all),
            ("x-openai-internal-codex-residency", all),
            ("session-id", scoped),
            ("thread-id", scoped),
            ("x-codex-beta-features", scoped),
            ("x-codex-window-id", scoped),
            ("x-codex-turn-metadata", &[Responses, Socket, Compact]),
            ("x-codex-parent-thread-id", scoped),
            ("x-oai-attestation", scoped),
            ("x-client-request-id", &[Responses, Socket, Preconnect]),
            ("x-openai-internal-codex-responses-lite", &[Responses]),
            ("x-responsesapi-include-timing-metrics", &[Socket, Preconnect]),
            ("OpenAI-Beta", &[Socket, Preconnect]),
            ("X-Codex-Installation-ID", &[Compact]),
        ];
        for (name, endpoints) in table {
            for &endpoint in all {
                let fate = if endpoints.contains(&endpoint) { Fate::Sent } else { Fate::Elsewhere };
                assert_eq!(endpoint.fate(name), fate, "{name} on {endpoint:?}");
            }
        }
    }

    #[test]
    fn r10_3_r1_12_some_fields_are_never_set_by_metadata() {
        for name in
            ["session_id", "Thread_ID", "x-codex-routing-hint", "Authorization", "ChatGPT-Account-ID", "x-codex-turn-state", "Cookie"]
        {
            assert_eq!(Endpoint::Responses.fate(name), Fate::Reserved, "{name}");
        }
    }

    #[test]
    fn scopes_are_those_of_the_table() {
        let scopes = [Endpoint::Responses, Endpoint::Compact, Endpoint::Memories].map(Endpoint::scope);
        assert_eq!(scopes, [Scope::Scoped, Scope::Scoped, Scope::Plain]);
    }
}
