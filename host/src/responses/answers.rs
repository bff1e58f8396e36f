//! Answers that are not streams.

use super::failure::{ApiError, ApiErrorKind};
use super::rate_limits::RateLimitSnapshot;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::fmt;

/// The answer of `responses/compact`. `Debug` shows no content.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Compacted {
    /// The items that replace the history, as the API writes them.
    pub output: Vec<Value>,
    /// Other members.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
    /// Rate limits of the header fields.
    #[serde(skip)]
    pub rate_limits: Vec<RateLimitSnapshot>,
}

/// The answer of `memories/trace_summarize`. `Debug` shows no content.
#[derive(Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Summaries {
    /// One for each trace, in order.
    pub output: Vec<TraceSummary>,
    /// Other members.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The summary of a trace.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct TraceSummary {
    /// Of the trace itself.
    pub trace_summary: String,
    /// Of what is to be remembered.
    pub memory_summary: String,
}

/// Errors: `response-undecodable`, which is not retried (11-7).
pub(super) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    // The error names the place, and what it shows of the document is no more than the type that was found there.
    serde_json::from_slice(body).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        ApiError::because(ApiErrorKind::ResponseUndecodable, &place)
    })
}

impl fmt::Debug for Compacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Compacted({} items)", self.output.len())
    }
}

impl fmt::Debug for Summaries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Summaries({})", self.output.len())
    }
}

impl fmt::Debug for TraceSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceSummary({} and {} bytes)", self.trace_summary.len(), self.memory_summary.len())
    }
}
