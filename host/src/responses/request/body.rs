//! The bodies of requests, as JSON.

use super::{CompactRequest, Reasoning, ResponsesRequest, ServiceTier, SummarizeRequest, TraceMetadata};
use crate::error::Error;
use crate::responses::metadata::Rendered;
use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::iter::repeat;

/// What the provider decides about a body.
#[derive(Clone, Copy, Debug)]
pub(in crate::responses) struct Dialect {
    /// 11-11.
    pub(in crate::responses) is_openai: bool,
    /// 11-10.
    pub(in crate::responses) takes_service_tier: bool,
}

/// What metadata decides about a body.
pub(in crate::responses) struct Described<'a> {
    pub(in crate::responses) client_metadata: &'a BTreeMap<String, String>,
    /// The caller's own among what it follows from (10-1).
    pub(in crate::responses) prompt_cache_key: Option<&'a str>,
    /// The items as they are sent, where they are not sent as they are.
    pub(in crate::responses) input: Option<&'a RawValue>,
    /// 5-7.
    pub(in crate::responses) is_stored: bool,
}

/// Items of a body.
#[derive(Serialize)]
#[serde(untagged)]
enum Items<'a> {
    Given(&'a [Value]),
    Filtered(&'a RawValue),
}

impl<'a> Described<'a> {
    pub(in crate::responses) fn new(rendered: &'a Rendered, input: Option<&'a RawValue>, is_stored: bool) -> Self {
        let prompt_cache_key = rendered.prompt_cache_key.as_deref();
        Self { client_metadata: &rendered.client_metadata, prompt_cache_key, input, is_stored }
    }

    fn items(&self, given: &'a [Value]) -> Items<'a> {
        self.input.map_or(Items::Given(given), Items::Filtered)
    }
}

/// The body of a request, shared by its attempts.
#[derive(Clone)]
pub(in crate::responses) struct Body {
    full: Bytes,
    /// For API-key auth; none: the same (11-10).
    without_tier: Option<Bytes>,
}

impl Body {
    pub(in crate::responses) fn bytes(&self, is_api_key: bool) -> Bytes {
        self.without_tier.as_ref().filter(|_| is_api_key).unwrap_or(&self.full).clone()
    }
}

/// What a websocket message says beside the request.
pub(in crate::responses) struct Framing<'a> {
    /// The response that is continued.
    pub(in crate::responses) previous_response_id: Option<&'a str>,
    /// False: no answer is wanted.
    pub(in crate::responses) generate: Option<bool>,
    /// What of the input is sent.
    pub(in crate::responses) input: &'a [Value],
}

impl ResponsesRequest {
    pub(in crate::responses) fn body(&self, described: &Described<'_>, dialect: Dialect) -> Result<Body, Error> {
        Ok(Body { full: self.written(described, dialect, None)?.into(), without_tier: None })
    }

    /// The message `response.create`.
    pub(in crate::responses) fn message(
        &self,
        described: &Described<'_>,
        dialect: Dialect,
        framing: &Framing<'_>,
    ) -> Result<String, Error> {
        let message = self.written(described, dialect, Some(framing))?;
        String::from_utf8(message).map_err(|_| Error::internal("a message is not written as text".into()))
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
    pub(in crate::responses) fn body(&self, described: &Described<'_>, dialect: Dialect) -> Result<Body, Error> {
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
    pub(in crate::responses) fn body(&self, items: &[Option<Box<RawValue>>]) -> Result<Body, Error> {
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
pub(super) const TYPED: [&str; 15] = [
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
