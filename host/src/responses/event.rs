//! The events of a stream.

use super::failure::{ApiError, ApiErrorKind, Redaction, from_event};
use super::rate_limits::{self, RateLimitSnapshot};
use super::sse::SseEvent;
use serde::Deserialize;
use serde_json::Value;
use std::fmt;

/// What a stream tells. `Debug` shows no content of the conversation.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum ResponseEvent {
    /// The server has begun.
    Created {
        /// Its name for the response.
        response_id: Option<String>,
    },
    /// An output item has begun.
    OutputItemAdded(OutputItem),
    /// An output item is complete.
    OutputItemDone(OutputItem),
    /// More text of a message.
    OutputTextDelta(Delta),
    /// More text of a refusal.
    RefusalDelta(Delta),
    /// More of a function call's arguments.
    FunctionCallArgumentsDelta(Delta),
    /// More of a custom tool call's input.
    CustomToolCallInputDelta(Delta),
    /// A part of a reasoning summary has begun.
    ReasoningSummaryPartAdded(Position),
    /// More text of a reasoning summary.
    ReasoningSummaryTextDelta(Delta),
    /// More text of reasoning.
    ReasoningTextDelta(Delta),
    /// How much of a limit is used: from the header fields of the answer, or in the middle of the stream.
    RateLimits(RateLimitSnapshot),
    /// The response is complete. The last event.
    Completed(Completed),
    /// The response ended before it was complete, for a reason that repeating does not change. The last event.
    Incomplete {
        /// Such as `max_output_tokens` or `content_filter`.
        reason: Option<String>,
        /// What there is of it.
        completed: Completed,
    },
    /// Any other event.
    Other(RawEvent),
}

/// Where in a response something belongs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Id of the output item.
    pub item_id: Option<String>,
    /// Which output item, from 0.
    pub output_index: Option<u64>,
    /// Which part of it, from 0: of its content, or of its summary.
    pub part_index: Option<u64>,
}

/// A piece of text.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Delta {
    /// The text.
    pub text: String,
    /// Where it belongs.
    pub position: Position,
}

/// An output item, such as a message or a function call.
#[derive(Clone, PartialEq)]
pub struct OutputItem {
    /// Which one, from 0.
    pub output_index: Option<u64>,
    /// The item as the API writes it; `type` tells what it is.
    pub item: Value,
}

/// The end of a response.
#[derive(Clone, PartialEq)]
pub struct Completed {
    /// The server's name for the response.
    pub response_id: Option<String>,
    /// Tokens used, where the server says.
    pub usage: Option<TokenUsage>,
    /// The whole event.
    pub event: Value,
}

/// Tokens used by a response. What the server leaves out is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, from = "WireUsage")]
pub struct TokenUsage {
    /// Of the input.
    pub input_tokens: u64,
    /// Of these, read from a cache.
    pub cached_input_tokens: u64,
    /// Of the output.
    pub output_tokens: u64,
    /// Of these, reasoning.
    pub reasoning_output_tokens: u64,
    /// All.
    pub total_tokens: u64,
}

/// An event without a type of its own here.
#[derive(Clone, PartialEq, Eq)]
pub struct RawEvent {
    /// What kind of event: the `type` of its data, else the name of the event.
    pub kind: Option<String>,
    /// Its data, JSON or not.
    pub data: String,
}

/// What an event of the stream becomes.
pub(super) struct Decoded {
    pub(super) event: ResponseEvent,
    /// Whether the stream ends with it.
    pub(super) is_last: bool,
    /// A turn-state token that it held (10-2).
    pub(super) turn_state: Option<String>,
}

impl Decoded {
    fn last(event: ResponseEvent) -> Self {
        Self { event, is_last: true, turn_state: None }
    }
}

/// Reads an event. Known ones that do not look as they should are passed on raw; only the end of a response must be readable.
pub(super) fn decode(event: SseEvent, redaction: &Redaction) -> Result<Decoded, ApiError> {
    #[derive(Deserialize)]
    struct Typed {
        r#type: Option<String>,
    }
    let kind = serde_json::from_str::<Typed>(&event.data).ok().and_then(|typed| typed.r#type).or(event.name);
    let data = event.data;
    let decoded = match kind.as_deref().unwrap_or_default() {
        "response.created" => read(&data, |wire| ResponseEvent::Created { response_id: wire.response_id() }),
        "response.output_item.added" => item(&data).map(ResponseEvent::OutputItemAdded),
        "response.output_item.done" => item(&data).map(ResponseEvent::OutputItemDone),
        "response.output_text.delta" => delta(&data).map(ResponseEvent::OutputTextDelta),
        "response.refusal.delta" => delta(&data).map(ResponseEvent::RefusalDelta),
        "response.function_call_arguments.delta" => delta(&data).map(ResponseEvent::FunctionCallArgumentsDelta),
        "response.custom_tool_call_input.delta" => delta(&data).map(ResponseEvent::CustomToolCallInputDelta),
        "response.reasoning_summary_text.delta" => delta(&data).map(ResponseEvent::ReasoningSummaryTextDelta),
        "response.reasoning_text.delta" => delta(&data).map(ResponseEvent::ReasoningTextDelta),
        "response.reasoning_summary_part.added" => read(&data, |wire| ResponseEvent::ReasoningSummaryPartAdded(wire.position())),
        "codex.rate_limits" => parse(&data).map(|event| ResponseEvent::RateLimits(rate_limits::from_event(&event))),
        "response.completed" => return completed(&data).map(|completed| Decoded::last(ResponseEvent::Completed(completed))),
        "response.incomplete" => return completed(&data).map(|completed| Decoded::last(incomplete(completed))),
        "response.failed" => return Err(failed(&data, |event| event.pointer("/response/error"), redaction)),
        "error" => {
            return Err(failed(&data, |event| Some(event.get("error").filter(|error| error.is_object()).unwrap_or(event)), redaction));
        }
        "response.metadata" => return Ok(metadata(kind, data)),
        _ => None,
    };
    let event = decoded.unwrap_or(ResponseEvent::Other(RawEvent { kind, data }));
    Ok(Decoded { event, is_last: false, turn_state: None })
}

/// Members of the events that are read one by one; the rest is skipped without being built.
#[derive(Deserialize)]
struct Wire {
    delta: Option<String>,
    item: Option<Value>,
    item_id: Option<String>,
    output_index: Option<u64>,
    content_index: Option<u64>,
    summary_index: Option<u64>,
    response: Option<WireResponse>,
}

#[derive(Deserialize)]
struct WireResponse {
    id: Option<String>,
}

impl Wire {
    fn position(self) -> Position {
        Position { item_id: self.item_id, output_index: self.output_index, part_index: self.content_index.or(self.summary_index) }
    }

    fn response_id(self) -> Option<String> {
        self.response.and_then(|response| response.id)
    }
}

fn read(data: &str, event: impl FnOnce(Wire) -> ResponseEvent) -> Option<ResponseEvent> {
    serde_json::from_str(data).ok().map(event)
}

fn delta(data: &str) -> Option<Delta> {
    let mut wire: Wire = serde_json::from_str(data).ok()?;
    Some(Delta { text: wire.delta.take()?, position: wire.position() })
}

fn item(data: &str) -> Option<OutputItem> {
    let wire: Wire = serde_json::from_str(data).ok()?;
    Some(OutputItem { output_index: wire.output_index, item: wire.item.filter(Value::is_object)? })
}

fn completed(data: &str) -> Result<Completed, ApiError> {
    let event = parse(data).filter(Value::is_object).ok_or_else(|| ApiError::new(ApiErrorKind::EventUndecodable))?;
    let response = event.get("response").unwrap_or(&event);
    let usage = response.get("usage").filter(|usage| usage.is_object());
    Ok(Completed {
        response_id: response.get("id").and_then(Value::as_str).map(Into::into),
        usage: usage.and_then(|usage| TokenUsage::deserialize(usage).ok()),
        event,
    })
}

fn incomplete(completed: Completed) -> ResponseEvent {
    let reason = completed.event.pointer("/response/incomplete_details/reason").and_then(Value::as_str);
    ResponseEvent::Incomplete { reason: reason.map(Into::into), completed }
}

fn failed<'a>(data: &str, error: impl FnOnce(&Value) -> Option<&Value> + 'a, redaction: &Redaction) -> ApiError {
    let event = parse(data).unwrap_or_default();
    from_event(error(&event).unwrap_or(&Value::Null), redaction)
}

/// The token is taken out of what is passed on: it is no one else's business.
fn metadata(kind: Option<String>, data: String) -> Decoded {
    let mut value = parse(&data).unwrap_or_default();
    let token = value.get_mut("headers").and_then(Value::as_object_mut).and_then(|headers| {
        let name = headers.keys().find(|name| name.eq_ignore_ascii_case(super::turn_state::HEADER))?.clone();
        headers.remove(&name)
    });
    let data = if token.is_some() { value.to_string() } else { data };
    let turn_state = token.and_then(|token| token.as_str().map(Into::into));
    Decoded { event: ResponseEvent::Other(RawEvent { kind, data }), is_last: false, turn_state }
}

fn parse(data: &str) -> Option<Value> {
    serde_json::from_str(data).ok()
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireUsage {
    input_tokens: Option<u64>,
    input_tokens_details: Option<WireDetails>,
    output_tokens: Option<u64>,
    output_tokens_details: Option<WireDetails>,
    total_tokens: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireDetails {
    cached_tokens: Option<u64>,
    reasoning_tokens: Option<u64>,
}

impl From<WireUsage> for TokenUsage {
    fn from(wire: WireUsage) -> Self {
        let (input, output) = (wire.input_tokens.unwrap_or_default(), wire.output_tokens.unwrap_or_default());
        Self {
            input_tokens: input,
            cached_input_tokens: wire.input_tokens_details.and_then(|details| details.cached_tokens).unwrap_or_default(),
            output_tokens: output,
            reasoning_output_tokens: wire.output_tokens_details.and_then(|details| details.reasoning_tokens).unwrap_or_default(),
            total_tokens: wire.total_tokens.unwrap_or_else(|| input.saturating_add(output)),
        }
    }
}

impl ResponseEvent {
    /// The name the API has for it; rate limits from header fields have that of the event.
    pub fn kind(&self) -> &str {
        match self {
            Self::Created { .. } => "response.created",
            Self::OutputItemAdded(_) => "response.output_item.added",
            Self::OutputItemDone(_) => "response.output_item.done",
            Self::OutputTextDelta(_) => "response.output_text.delta",
            Self::RefusalDelta(_) => "response.refusal.delta",
            Self::FunctionCallArgumentsDelta(_) => "response.function_call_arguments.delta",
            Self::CustomToolCallInputDelta(_) => "response.custom_tool_call_input.delta",
            Self::ReasoningSummaryPartAdded(_) => "response.reasoning_summary_part.added",
            Self::ReasoningSummaryTextDelta(_) => "response.reasoning_summary_text.delta",
            Self::ReasoningTextDelta(_) => "response.reasoning_text.delta",
            Self::RateLimits(_) => "codex.rate_limits",
            Self::Completed(_) => "response.completed",
            Self::Incomplete { .. } => "response.incomplete",
            Self::Other(raw) => raw.kind.as_deref().unwrap_or_default(),
        }
    }
}

impl fmt::Debug for ResponseEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResponseEvent({})", self.kind())
    }
}

impl fmt::Debug for Delta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Delta({} bytes, {:?})", self.text.len(), self.position)
    }
}

impl fmt::Debug for OutputItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OutputItem({:?}, {:?})", self.output_index, self.item.get("type").and_then(Value::as_str).unwrap_or_default())
    }
}

impl fmt::Debug for Completed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Completed({:?}, {:?})", self.response_id, self.usage)
    }
}

impl fmt::Debug for RawEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawEvent({:?}, {} bytes)", self.kind, self.data.len())
    }
}

#[cfg(test)]
mod tests;
