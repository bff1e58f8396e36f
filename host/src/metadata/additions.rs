//! What goes with a request beside its snapshot (1E, §10).

use crate::component::wit::metadata as wit;
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// Facts of the session and the moment. The transport decides which of them it takes: give everything. `Debug` shows no token.
#[derive(Clone, Default)]
pub struct Additions {
    /// Who the program is (§6).
    pub originator: Option<String>,
    /// The user agent (6-9).
    pub user_agent: Option<String>,
    /// A prompt cache key that the caller chose (10-1).
    pub prompt_cache_key: Option<String>,
    /// Keys of the experimental features that are on, the same for the whole session.
    pub beta_features: Vec<String>,
    /// The turn's sticky token (10-2).
    pub turn_state: Option<Zeroizing<String>>,
    /// Whether the model uses Responses Lite.
    pub responses_lite: bool,
    /// Whether the service shall send its own timings.
    pub timing_metrics: bool,
    /// Whether data must stay in the US.
    pub us_residency: bool,
    /// The attestation envelope (§9).
    pub attestation: Option<Zeroizing<String>>,
    /// The clock just before sending, Unix milliseconds.
    pub request_start_unix_ms: Option<i64>,
    /// `traceparent` of the W3C trace context.
    pub traceparent: Option<String>,
    /// `tracestate` of the W3C trace context.
    pub tracestate: Option<String>,
}

/// The same as the component takes it; its tokens are overwritten when it is dropped.
pub(super) struct Passed(wit::Additions);

impl Passed {
    pub(super) fn new(given: &Additions) -> Self {
        let token = |token: &Option<Zeroizing<String>>| token.as_deref().cloned();
        Self(wit::Additions {
            originator: given.originator.clone(),
            user_agent: given.user_agent.clone(),
            prompt_cache_key: given.prompt_cache_key.clone(),
            beta_features: given.beta_features.clone(),
            turn_state: token(&given.turn_state),
            responses_lite: given.responses_lite,
            timing_metrics: given.timing_metrics,
            us_residency: given.us_residency,
            attestation: token(&given.attestation),
            request_start_unix_ms: given.request_start_unix_ms,
            traceparent: given.traceparent.clone(),
            tracestate: given.tracestate.clone(),
        })
    }

    pub(super) fn record(&self) -> &wit::Additions {
        &self.0
    }
}

impl From<wit::Additions> for Additions {
    fn from(given: wit::Additions) -> Self {
        Self {
            originator: given.originator,
            user_agent: given.user_agent,
            prompt_cache_key: given.prompt_cache_key,
            beta_features: given.beta_features,
            turn_state: given.turn_state.map(Zeroizing::new),
            responses_lite: given.responses_lite,
            timing_metrics: given.timing_metrics,
            us_residency: given.us_residency,
            attestation: given.attestation.map(Zeroizing::new),
            request_start_unix_ms: given.request_start_unix_ms,
            traceparent: given.traceparent,
            tracestate: given.tracestate,
        }
    }
}

impl Drop for Passed {
    fn drop(&mut self) {
        self.0.turn_state.zeroize();
        self.0.attestation.zeroize();
    }
}

impl fmt::Debug for Additions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Additions")
            .field("originator", &self.originator)
            .field("turn_state", &self.turn_state.is_some())
            .field("attestation", &self.attestation.is_some())
            .finish_non_exhaustive()
    }
}
