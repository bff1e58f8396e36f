//! The events of an answer: the same over HTTP and over a WebSocket.

use super::echo::Echo;
use super::facts;
use crate::authority::random::random_id;
use crate::authority::verifier::VerifiedAssertion;
use crate::error::Error;
use serde_json::{Value, json as object};

/// An answer with text.
pub(super) fn spoken(verified: &VerifiedAssertion, echo: &Echo) -> Result<Vec<Value>, Error> {
    answer(
        verified,
        echo,
        match &verified.external_task_ref {
            Some(reference) => format!("Verified {} for the task of {reference}.", verified.agent_runtime_id),
            None => format!("Verified {} for its run task.", verified.agent_runtime_id),
        },
    )
}

/// The answer to a prewarm (1-18).
pub(super) fn silent(verified: &VerifiedAssertion, echo: &Echo) -> Result<Vec<Value>, Error> {
    answer(verified, echo, String::new())
}

fn answer(verified: &VerifiedAssertion, echo: &Echo, text: String) -> Result<Vec<Value>, Error> {
    let id = random_id("resp_")?;
    let response = |status| object!({"id": id, "object": "response", "status": status});
    let created = object!({"type": "response.created", "response": response("in_progress")});
    let deltas = text.split_inclusive(' ').map(|delta| object!({"type": "response.output_text.delta", "output_index": 0, "delta": delta}));
    let completed = object!({
        "type": "response.completed",
        "response": response("completed"),
        "output_text": text,
        "verified": facts(verified),
        "echo": echo,
    });
    let numbered = |(number, mut event): (usize, Value)| {
        event["sequence_number"] = number.into();
        event
    };
    Ok([created].into_iter().chain(deltas).chain([completed]).enumerate().map(numbered).collect())
}
