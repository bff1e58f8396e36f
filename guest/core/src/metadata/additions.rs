//! What goes with a request beside its snapshot (1E, §10).

use super::session_source::SessionSource;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Facts of the session and the moment. Which of them an endpoint takes is decided by the transport: give everything.
#[derive(Clone, Default)]
pub struct Additions {
    /// Who the program is (§6).
    pub originator: Option<String>,
    /// The user agent (6-9).
    pub user_agent: Option<String>,
    /// A prompt cache key set by the caller (10-1).
    pub prompt_cache_key: Option<String>,
    /// Keys of the experimental features that are on, the same for the whole session.
    pub beta_features: Vec<String>,
    /// The turn's sticky token (10-2).
    pub turn_state: Option<String>,
    /// Whether the model uses Responses Lite.
    pub responses_lite: bool,
    /// Whether the service shall send its own timings.
    pub timing_metrics: bool,
    /// Whether data must stay in the US.
    pub us_residency: bool,
    /// The attestation envelope (§9).
    pub attestation: Option<String>,
    /// The clock just before sending, milliseconds.
    pub request_start_unix_ms: Option<i64>,
    /// `traceparent` of the W3C trace context.
    pub traceparent: Option<String>,
    /// `tracestate` of the W3C trace context.
    pub tracestate: Option<String>,
}

impl fmt::Debug for Additions {
    /// Nothing: they hold tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Additions").finish_non_exhaustive()
    }
}

/// The prompt cache key (10-1): the caller's, else that of an internal session under its parent, else the session id.
pub fn prompt_cache_key(explicit: Option<&str>, source: &SessionSource, parent_thread_id: Option<&str>, session_id: &str) -> String {
    let name = source.subagent_header().filter(|_| source.is_internal());
    match (explicit, name, parent_thread_id) {
        (Some(explicit), ..) => explicit.into(),
        (None, Some(name), Some(parent)) => [name, ":", parent].concat(),
        _ => session_id.into(),
    }
}
