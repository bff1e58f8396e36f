//! Tells an answer while it arrives: its text, or every event as a line of JSON.

use crate::cli::failure::{Exit, Failure};
use crate::cli::output::Output;
use crate::responses::{ApiError, Completed, Delta, OutputItem, RateLimitSnapshot, RateLimitWindow, ResponseEvent, TurnEvent};
use crate::{Advice, Error};
use serde_json::{Value, json};

/// What has been told so far.
pub struct Telling<'a> {
    output: &'a Output,
    /// Whether any text has come piece by piece.
    has_text: bool,
    /// Whether a line is begun.
    is_open: bool,
    refused: bool,
    /// Why the answer is not whole.
    incomplete: Option<String>,
    usage: Option<String>,
}

impl<'a> Telling<'a> {
    pub fn new(output: &'a Output) -> Self {
        Self { output, has_text: false, is_open: false, refused: false, incomplete: None, usage: None }
    }

    pub fn tell(&mut self, event: &TurnEvent) -> Result<(), Failure> {
        if let Some(line) = described(event).filter(|_| self.output.is_json()) {
            self.output.json(&line)?;
        }
        match event {
            TurnEvent::Started => Ok(()),
            TurnEvent::Response(event) => self.response(event),
            TurnEvent::Restarting { delay, error, .. } => {
                self.close()?;
                // What was printed cannot be taken back.
                self.output.note(format!("that broke off ({}); the answer begins anew in {} ms", error.code(), delay.as_millis()));
                self.has_text = false;
                Ok(())
            }
        }
    }

    fn response(&mut self, event: &ResponseEvent) -> Result<(), Failure> {
        match event {
            ResponseEvent::OutputTextDelta(delta) => self.text(&delta.text),
            ResponseEvent::RefusalDelta(delta) => {
                self.refused = true;
                self.text(&delta.text)
            }
            // Servers that send no pieces send the whole.
            ResponseEvent::OutputItemDone(item) if !self.has_text => texts(item).into_iter().try_for_each(|text| self.text(text)),
            ResponseEvent::Completed(completed) => {
                self.usage = usage(completed);
                Ok(())
            }
            ResponseEvent::Incomplete { reason, completed } => {
                self.usage = usage(completed);
                self.incomplete = Some(reason.clone().unwrap_or_else(|| "the server does not say why".into()));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.has_text = true;
        if self.output.is_json() || text.is_empty() {
            return Ok(());
        }
        self.is_open = !text.ends_with('\n');
        self.output.bytes(text.as_bytes())
    }

    fn close(&mut self) -> Result<(), Failure> {
        if std::mem::take(&mut self.is_open) { self.output.bytes(b"\n") } else { Ok(()) }
    }

    /// After the last event.
    pub fn end(mut self) -> Result<(), Failure> {
        self.close()?;
        if let Some(usage) = &self.usage {
            self.output.note(usage);
        }
        match (self.incomplete, self.refused) {
            (Some(reason), _) => {
                let error = Error::new("response-incomplete", Advice::Never, format!("the answer was cut off: {reason}"));
                Err(told(self.output, Failure::from(error).next("ask for less, or in steps")))
            }
            (None, true) => {
                let error = Error::new("policy-refused", Advice::Never, "the model refuses to answer");
                Err(told(self.output, Failure::from(error).next("ask in another way")))
            }
            (None, false) => Ok(()),
        }
    }

    /// After an error.
    pub fn broken_off(mut self, error: ApiError) -> Failure {
        match self.close() {
            Ok(()) => Error::from(error).into(),
            Err(failure) => failure,
        }
    }
}

/// In JSON the events have told it all, and an answer of ours would be one event more.
fn told(output: &Output, failure: Failure) -> Failure {
    if output.is_json() { Failure::told(Exit::Failed) } else { failure }
}

fn usage(completed: &Completed) -> Option<String> {
    completed.usage.map(|usage| format!("{} tokens in, {} out", usage.input_tokens, usage.output_tokens))
}

/// The texts of a message.
fn texts(item: &OutputItem) -> Vec<&str> {
    let content = item.item.get("content").and_then(Value::as_array).into_iter().flatten();
    content.filter_map(|part| part.get("text").or_else(|| part.get("refusal"))?.as_str()).collect()
}

/// An event as the API writes it, as far as it is known.
/// As a line of JSON. That a turn has begun is no news to who has just begun it.
fn described(event: &TurnEvent) -> Option<Value> {
    Some(match event {
        TurnEvent::Started => return None,
        TurnEvent::Response(event) => response(event),
        TurnEvent::Restarting { retry, delay, error } => {
            json!({ "type": "restarting", "retry": retry, "delay_ms": delay.as_millis(), "code": error.code() })
        }
    })
}

fn response(event: &ResponseEvent) -> Value {
    let kind = event.kind();
    match event {
        ResponseEvent::Created { response_id } => json!({ "type": kind, "response": { "id": response_id } }),
        ResponseEvent::OutputItemAdded(item) | ResponseEvent::OutputItemDone(item) => {
            json!({ "type": kind, "output_index": item.output_index, "item": item.item })
        }
        ResponseEvent::OutputTextDelta(delta)
        | ResponseEvent::RefusalDelta(delta)
        | ResponseEvent::FunctionCallArgumentsDelta(delta)
        | ResponseEvent::CustomToolCallInputDelta(delta)
        | ResponseEvent::ReasoningSummaryTextDelta(delta)
        | ResponseEvent::ReasoningTextDelta(delta) => piece(kind, delta),
        ResponseEvent::ReasoningSummaryPartAdded(at) => {
            json!({ "type": kind, "item_id": at.item_id, "output_index": at.output_index, "summary_index": at.part_index })
        }
        ResponseEvent::RateLimits(limits) => rate_limits(kind, limits),
        ResponseEvent::Completed(completed) | ResponseEvent::Incomplete { completed, .. } => completed.event.clone(),
        ResponseEvent::Other(raw) => serde_json::from_str(&raw.data).unwrap_or_else(|_| json!({ "type": kind, "data": raw.data })),
    }
}

fn rate_limits(kind: &str, limits: &RateLimitSnapshot) -> Value {
    let window = |window: &RateLimitWindow| {
        json!({
            "used_percent": window.used_percent, "window_minutes": window.window_minutes,
            "resets_at": window.resets_at, "resets_in_s": window.resets_in_s,
        })
    };
    let credits = limits
        .credits
        .as_ref()
        .map(|credits| json!({ "has_credits": credits.has_credits, "unlimited": credits.unlimited, "balance": credits.balance }));
    json!({
        "type": kind, "limit_id": limits.limit_id, "limit_name": limits.limit_name, "plan_type": limits.plan_type,
        "primary": limits.primary.as_ref().map(window), "secondary": limits.secondary.as_ref().map(window), "credits": credits,
    })
}

fn piece(kind: &str, delta: &Delta) -> Value {
    let at = &delta.position;
    json!({ "type": kind, "item_id": at.item_id, "output_index": at.output_index, "part_index": at.part_index, "delta": delta.text })
}
