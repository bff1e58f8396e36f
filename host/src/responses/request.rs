//! What is asked of the endpoints (table of §11).

mod body;

pub(super) use body::{Body, Described, Dialect, Framing};

use crate::error::{Advice, Error};
use serde::Serialize;
use serde_json::{Map, Value};
use std::fmt;

/// A service tier: any text that is not blank (11-9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ServiceTier(String);

impl ServiceTier {
    /// Takes the text unchanged. Errors: `invalid-service-tier`.
    pub fn new(text: impl Into<String>) -> Result<Self, Error> {
        not_blank(text.into(), "invalid-service-tier", "a service tier").map(Self)
    }

    /// What a "fast" switch asks for.
    pub fn fast() -> Self {
        Self("priority".into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A reasoning effort: any text that is not blank (11-9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ReasoningEffort(String);

impl ReasoningEffort {
    /// Takes the text unchanged. Errors: `invalid-reasoning-effort`.
    pub fn new(text: impl Into<String>) -> Result<Self, Error> {
        not_blank(text.into(), "invalid-reasoning-effort", "a reasoning effort").map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How a model is to reason. What is unset is not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reasoning {
    /// How much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effort: Option<ReasoningEffort>,
    /// Which summary of it to send, such as `auto`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
}

/// A request to `responses`, answered as a stream. `Debug` shows no content.
#[derive(Clone, Default, PartialEq)]
pub struct ResponsesRequest {
    /// The model.
    pub model: String,
    /// System instructions.
    pub instructions: Option<String>,
    /// The items of the conversation, as the API writes them.
    pub input: Vec<Value>,
    /// The tools, as the API writes them.
    pub tools: Option<Vec<Value>>,
    /// Whether tools may be called at the same time.
    pub parallel_tool_calls: Option<bool>,
    /// How to reason.
    pub reasoning: Option<Reasoning>,
    /// Whether the server keeps the response.
    pub store: bool,
    /// Service tier; not sent to AWS (11-10).
    pub service_tier: Option<ServiceTier>,
    /// Groups requests for the server's prompt cache.
    pub prompt_cache_key: Option<String>,
    /// Output format and verbosity.
    pub text: Option<Value>,
    /// Any other members, such as `tool_choice` or `include`. Those above, `stream` and `client_metadata` cannot be set here.
    pub extra: Map<String, Value>,
}

/// A request to `responses/compact`: exactly these members. `Debug` shows no content.
#[derive(Clone, Default, PartialEq)]
pub struct CompactRequest {
    /// The model.
    pub model: String,
    /// The items of the conversation, as the API writes them.
    pub input: Vec<Value>,
    /// System instructions.
    pub instructions: Option<String>,
    /// The tools, as the API writes them.
    pub tools: Option<Vec<Value>>,
    /// Whether tools may be called at the same time.
    pub parallel_tool_calls: Option<bool>,
    /// How to reason.
    pub reasoning: Option<Reasoning>,
    /// Service tier; not sent to AWS nor with API-key auth (11-10).
    pub service_tier: Option<ServiceTier>,
    /// Groups requests for the server's prompt cache.
    pub prompt_cache_key: Option<String>,
    /// Output format and verbosity.
    pub text: Option<Value>,
}

/// A request to `memories/trace_summarize`. `Debug` shows no content.
#[derive(Clone, Default, PartialEq)]
pub struct SummarizeRequest {
    /// The model.
    pub model: String,
    /// What is to be summarised.
    pub traces: Vec<Trace>,
    /// How to reason.
    pub reasoning: Option<Reasoning>,
}

/// The trace of a conversation.
#[derive(Clone, Default, PartialEq)]
pub struct Trace {
    /// The caller's name for it.
    pub id: String,
    /// About it.
    pub metadata: TraceMetadata,
    /// Its items, as the API writes them.
    pub items: Vec<Value>,
}

/// About a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TraceMetadata {
    /// Where it was read.
    pub source_path: String,
}

impl ResponsesRequest {
    /// Whether it says itself which response it continues.
    pub(super) fn names_previous_response(&self) -> bool {
        self.extra.contains_key("previous_response_id")
    }

    pub(super) fn is_same_but_for_input(&self, other: &Self) -> bool {
        let Self {
            model,
            instructions,
            input: _,
            tools,
            parallel_tool_calls,
            reasoning,
            store,
            service_tier,
            prompt_cache_key,
            text,
            extra,
        } = self;
        *model == other.model
            && *instructions == other.instructions
            && *tools == other.tools
            && *parallel_tool_calls == other.parallel_tool_calls
            && *reasoning == other.reasoning
            && *store == other.store
            && *service_tier == other.service_tier
            && *prompt_cache_key == other.prompt_cache_key
            && *text == other.text
            && *extra == other.extra
    }
}

fn not_blank(text: String, code: &str, what: &str) -> Result<String, Error> {
    if text.trim().is_empty() {
        return Err(Error::new(code, Advice::FixConfig, format!("{what} is blank; leave it out or name one")));
    }
    Ok(text)
}

impl fmt::Debug for ResponsesRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResponsesRequest({:?}, {} items)", self.model, self.input.len())
    }
}

impl fmt::Debug for CompactRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CompactRequest({:?}, {} items)", self.model, self.input.len())
    }
}

impl fmt::Debug for SummarizeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SummarizeRequest({:?}, {} traces)", self.model, self.traces.len())
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trace({:?}, {} items)", self.id, self.items.len())
    }
}

#[cfg(test)]
mod tests;
