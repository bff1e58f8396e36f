//! The three endpoints, and which header fields each takes (1D, table of §10).

use crate::auth::Scope;

/// An endpoint of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    Responses,
    Compact,
    Memories,
}

/// What becomes of a header field of a request's metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Sent,
    /// It is for other endpoints.
    Elsewhere,
    /// It is never the metadata's to set.
    Reserved,
}

impl Endpoint {
    /// Behind the base URL.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Responses => "responses",
            Self::Compact => "responses/compact",
            Self::Memories => "memories/trace_summarize",
        }
    }

    /// §9: inference and compaction are scoped.
    pub(super) fn scope(self) -> Scope {
        match self {
            Self::Responses | Self::Compact => Scope::Scoped,
            Self::Memories => Scope::Plain,
        }
    }

    pub(super) fn accept(self) -> &'static str {
        match self {
            Self::Responses => "text/event-stream",
            Self::Compact | Self::Memories => "application/json",
        }
    }

    /// Whether a turn's sticky token goes there (10-2).
    pub(super) fn takes_turn_state(self) -> bool {
        matches!(self, Self::Responses | Self::Compact)
    }

    pub(super) fn fate(self, name: &str) -> Fate {
        let name = name.to_ascii_lowercase();
        if RESERVED.contains(&name.as_str()) {
            return Fate::Reserved;
        }
        let sent = match self {
            Self::Responses => name != INSTALLATION,
            Self::Compact => !RESPONSES_ONLY.contains(&name.as_str()),
            Self::Memories => MEMORIES.contains(&name.as_str()),
        };
        if sent { Fate::Sent } else { Fate::Elsewhere }
    }
}

/// Only legacy compaction has it as a field.
const INSTALLATION: &str = "x-codex-installation-id";

const RESPONSES_ONLY: [&str; 2] = ["x-client-request-id", "x-openai-internal-codex-responses-lite"];

/// All that goes with a request to summarise memories.
const MEMORIES: [&str; 5] =
    ["originator", "user-agent", "x-openai-subagent", "x-openai-memgen-request", "x-openai-internal-codex-residency"];

/// Credentials are the authorizer's, the turn state the turn's, the rest the client's; 1-12 and 10-3 forbid the others.
const RESERVED: [&str; 19] = [
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
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r1_20_1d_each_endpoint_gets_its_own_fields() {
        use Endpoint::{Compact, Memories, Responses};
        let table: [(&str, &[Endpoint]); 15] = [
            ("originator", &[Responses, Compact, Memories]),
            ("User-Agent", &[Responses, Compact, Memories]),
            ("x-openai-subagent", &[Responses, Compact, Memories]),
            ("x-openai-memgen-request", &[Responses, Compact, Memories]),
            ("x-openai-internal-codex-residency", &[Responses, Compact, Memories]),
            ("session-id", &[Responses, Compact]),
            ("thread-id", &[Responses, Compact]),
            ("x-codex-beta-features", &[Responses, Compact]),
            ("x-codex-window-id", &[Responses, Compact]),
            ("x-codex-turn-metadata", &[Responses, Compact]),
            ("x-codex-parent-thread-id", &[Responses, Compact]),
            ("x-oai-attestation", &[Responses, Compact]),
            ("x-client-request-id", &[Responses]),
            ("x-openai-internal-codex-responses-lite", &[Responses]),
            ("X-Codex-Installation-ID", &[Compact]),
        ];
        for (name, endpoints) in table {
            for endpoint in [Responses, Compact, Memories] {
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
