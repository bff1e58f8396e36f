//! The bodies of requests (table of §11).

use super::metadata::Rendered;
use crate::error::{Advice, Error};
use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;
use std::iter::repeat;

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

/// What the provider decides about a body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    /// 11-11.
    pub(super) is_openai: bool,
    /// 11-10.
    pub(super) takes_service_tier: bool,
}

/// What metadata decides about a body.
pub(super) struct Described<'a> {
    pub(super) client_metadata: &'a BTreeMap<String, String>,
    /// The caller's own among what it follows from (10-1).
    pub(super) prompt_cache_key: Option<&'a str>,
    /// The items as they are sent, where they are not sent as they are.
    pub(super) input: Option<&'a RawValue>,
    /// 5-7.
    pub(super) is_stored: bool,
}

/// Items of a body.
#[derive(Serialize)]
#[serde(untagged)]
enum Items<'a> {
    Given(&'a [Value]),
    Filtered(&'a RawValue),
}

impl<'a> Described<'a> {
    pub(super) fn new(rendered: &'a Rendered, input: Option<&'a RawValue>, is_stored: bool) -> Self {
        let prompt_cache_key = rendered.prompt_cache_key.as_deref();
        Self { client_metadata: &rendered.client_metadata, prompt_cache_key, input, is_stored }
    }

    fn items(&self, given: &'a [Value]) -> Items<'a> {
        self.input.map_or(Items::Given(given), Items::Filtered)
    }
}

/// The body of a request, shared by its attempts.
#[derive(Clone)]
pub(super) struct Body {
    full: Bytes,
    /// For API-key auth; none: the same (11-10).
    without_tier: Option<Bytes>,
}

impl Body {
    pub(super) fn bytes(&self, is_api_key: bool) -> Bytes {
        self.without_tier.as_ref().filter(|_| is_api_key).unwrap_or(&self.full).clone()
    }
}

/// What a websocket message says beside the request.
pub(super) struct Framing<'a> {
    /// The response that is continued.
    pub(super) previous_response_id: Option<&'a str>,
    /// False: no answer is wanted.
    pub(super) generate: Option<bool>,
    /// What of the input is sent.
    pub(super) input: &'a [Value],
}

impl ResponsesRequest {
    pub(super) fn body(&self, described: &Described<'_>, dialect: Dialect) -> Result<Body, Error> {
        Ok(Body { full: self.written(described, dialect, None)?.into(), without_tier: None })
    }

    /// The message `response.create`.
    pub(super) fn message(&self, described: &Described<'_>, dialect: Dialect, framing: &Framing<'_>) -> Result<String, Error> {
        let message = self.written(described, dialect, Some(framing))?;
        String::from_utf8(message).map_err(|_| Error::internal("a message is not written as text".into()))
    }

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

    fn written(&self, described: &Described<'_>, dialect: Dialect, framing: Option<&Framing<'_>>) -> Result<Vec<u8>, Error> {
        #[derive(Serialize)]
        struct Wire<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            r#type: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            generate: Option<bool>,
            #[serde(skip_serializing_if = "Option::is_none")]
            previous_response_id: Option<&'a str>,
            model: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            instructions: Option<&'a str>,
            input: Items<'a>,
            #[serde(skip_serializing_if = "Option::is_none")]
            tools: Option<&'a [Value]>,
            #[serde(skip_serializing_if = "Option::is_none")]
            parallel_tool_calls: Option<bool>,
            #[serde(skip_serializing_if = "Option::is_none")]
            reasoning: Option<&'a Reasoning>,
            store: bool,
            stream: bool,
            #[serde(skip_serializing_if = "Option::is_none")]
            service_tier: Option<&'a ServiceTier>,
            #[serde(skip_serializing_if = "Option::is_none")]
            prompt_cache_key: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            text: Option<&'a Value>,
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            client_metadata: &'a BTreeMap<String, String>,
            #[serde(flatten)]
            extra: &'a Map<String, Value>,
        }
        if let Some(name) = self.extra.keys().find(|name| TYPED.contains(&name.as_str())) {
            return Err(Error::config(format!("{name:?} cannot be an extra member of a request; it has a place of its own")));
        }
        let extra = self.extra_for(dialect);
        written(&Wire {
            r#type: framing.map(|_| "response.create"),
            generate: framing.and_then(|framing| framing.generate),
            previous_response_id: framing.and_then(|framing| framing.previous_response_id),
            model: &self.model,
            instructions: self.instructions.as_deref(),
            input: described.items(framing.map_or(&self.input, |framing| framing.input)),
            tools: self.tools.as_deref(),
            parallel_tool_calls: self.parallel_tool_calls,
            reasoning: self.reasoning.as_ref(),
            store: self.store || described.is_stored,
            stream: true,
            service_tier: self.service_tier.as_ref().filter(|_| dialect.takes_service_tier),
            prompt_cache_key: described.prompt_cache_key.or(self.prompt_cache_key.as_deref()),
            text: self.text.as_ref(),
            client_metadata: described.client_metadata,
            extra: extra.as_ref().unwrap_or(&self.extra),
        })
    }

    /// The extra members where they differ from what was given.
    fn extra_for(&self, dialect: Dialect) -> Option<Map<String, Value>> {
        const OPTIONS: &str = "stream_options";
        const OPENAI_ONLY: &str = "reasoning_summary_delivery";
        let has = |options: &Value| options.get(OPENAI_ONLY).is_some();
        if dialect.is_openai || !self.extra.get(OPTIONS).is_some_and(has) {
            return None;
        }
        let mut extra = self.extra.clone();
        let options = extra.get_mut(OPTIONS).and_then(Value::as_object_mut)?;
        options.remove(OPENAI_ONLY);
        if options.is_empty() {
            extra.remove(OPTIONS);
        }
        Some(extra)
    }
}

impl CompactRequest {
    pub(super) fn body(&self, described: &Described<'_>, dialect: Dialect) -> Result<Body, Error> {
        #[derive(Serialize)]
        struct Wire<'a> {
            model: &'a str,
            input: Items<'a>,
            #[serde(skip_serializing_if = "Option::is_none")]
            instructions: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            tools: Option<&'a [Value]>,
            #[serde(skip_serializing_if = "Option::is_none")]
            parallel_tool_calls: Option<bool>,
            #[serde(skip_serializing_if = "Option::is_none")]
            reasoning: Option<&'a Reasoning>,
            #[serde(skip_serializing_if = "Option::is_none")]
            service_tier: Option<&'a ServiceTier>,
            #[serde(skip_serializing_if = "Option::is_none")]
            prompt_cache_key: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            text: Option<&'a Value>,
        }
        let written = |service_tier| {
            bytes(&Wire {
                model: &self.model,
                input: described.items(&self.input),
                instructions: self.instructions.as_deref(),
                tools: self.tools.as_deref(),
                parallel_tool_calls: self.parallel_tool_calls,
                reasoning: self.reasoning.as_ref(),
                service_tier,
                prompt_cache_key: described.prompt_cache_key.or(self.prompt_cache_key.as_deref()),
                text: self.text.as_ref(),
            })
        };
        let without = written(None)?;
        Ok(match &self.service_tier {
            Some(tier) if dialect.takes_service_tier => Body { full: written(Some(tier))?, without_tier: Some(without) },
            _ => Body { full: without, without_tier: None },
        })
    }
}

impl SummarizeRequest {
    /// `items`: those of each trace, where they are not sent as they are.
    pub(super) fn body(&self, items: &[Option<Box<RawValue>>]) -> Result<Body, Error> {
        #[derive(Serialize)]
        struct Wire<'a> {
            model: &'a str,
            traces: Vec<WireTrace<'a>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            reasoning: Option<&'a Reasoning>,
        }
        #[derive(Serialize)]
        struct WireTrace<'a> {
            id: &'a str,
            metadata: &'a TraceMetadata,
            items: Items<'a>,
        }
        let filtered = items.iter().map(Option::as_deref).chain(repeat(None));
        let traces = self.traces.iter().zip(filtered).map(|(trace, filtered)| WireTrace {
            id: &trace.id,
            metadata: &trace.metadata,
            items: filtered.map_or(Items::Given(&trace.items), Items::Filtered),
        });
        let full = bytes(&Wire { model: &self.model, traces: traces.collect(), reasoning: self.reasoning.as_ref() })?;
        Ok(Body { full, without_tier: None })
    }
}

/// Members with a place of their own, and those of websocket messages.
const TYPED: [&str; 15] = [
    "model",
    "instructions",
    "input",
    "tools",
    "parallel_tool_calls",
    "reasoning",
    "store",
    "stream",
    "service_tier",
    "prompt_cache_key",
    "text",
    "client_metadata",
    "type",
    "generate",
    "background",
];

fn bytes(body: &impl Serialize) -> Result<Bytes, Error> {
    written(body).map(Bytes::from)
}

fn written(body: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(body).map_err(|error| Error::internal(format!("a request cannot be written as JSON: {error}")))
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
