//! The three model endpoints: they verify, and answer with what they verified and what they were sent.

mod echo;

use super::Shared;
use crate::authority::answer::{Judged, Refusal, json, with_type};
use crate::authority::pieces::streamed;
use crate::authority::random::random_id;
use crate::authority::verifier::VerifiedAssertion;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use echo::Echo;
use serde_json::{Value, json as object};
use std::sync::Arc;

/// `POST …/responses`: server-sent events. The last one, `response.completed`, holds `verified` and `echo`.
pub(super) async fn responses(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Result<Response, Refusal> {
    let (verified, echo) = serve(&shared, &headers, &body).await?;
    let id = random_id("resp_")?;
    let text = match &verified.external_task_ref {
        Some(reference) => format!("Verified {} for the task of {reference}.", verified.agent_runtime_id),
        None => format!("Verified {} for its run task.", verified.agent_runtime_id),
    };
    let response = |status| object!({"id": id, "object": "response", "status": status});
    let created = object!({"type": "response.created", "response": response("in_progress")});
    let deltas = text.split_inclusive(' ').map(|delta| object!({"type": "response.output_text.delta", "output_index": 0, "delta": delta}));
    let completed = object!({
        "type": "response.completed",
        "response": response("completed"),
        "output_text": text,
        "verified": facts(&verified),
        "echo": echo,
    });
    let events = [created].into_iter().chain(deltas).chain([completed]);
    let stream = streamed(events.enumerate().map(|(number, event)| frame(event, number)));
    Ok(judged(verified, with_type("text/event-stream", stream)))
}

/// `POST …/responses/compact`: JSON.
pub(super) async fn compact(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Result<Response, Refusal> {
    let (verified, echo) = serve(&shared, &headers, &body).await?;
    let answer = object!({"id": random_id("cmp_")?, "output": [], "verified": facts(&verified), "echo": echo});
    Ok(judged(verified, json(&answer)))
}

/// `POST …/memories/trace_summarize`: JSON.
pub(super) async fn memories(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Result<Response, Refusal> {
    let (verified, echo) = serve(&shared, &headers, &body).await?;
    let answer = object!({"output": [], "verified": facts(&verified), "echo": echo});
    Ok(judged(verified, json(&answer)))
}

async fn serve(shared: &Shared, headers: &HeaderMap, body: &[u8]) -> Result<(VerifiedAssertion, Echo), Refusal> {
    const ACCOUNT: HeaderName = HeaderName::from_static("chatgpt-account-id");
    // V1 wants exactly one; two of an account are none of an agent's.
    let authorization = Some(all(headers, &AUTHORIZATION)).filter(|values| values.len() == 1).and_then(|mut values| values.pop());
    let account = Some(all(headers, &ACCOUNT)).filter(|values| !values.is_empty()).map(|values| values.join(", "));
    let verified = shared.verifier.assertion(&authorization.unwrap_or_default(), account).await?;
    Ok((verified, Echo::of(headers, body)?))
}

fn all(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    headers.get_all(name).iter().map(text).collect()
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

fn facts(verified: &VerifiedAssertion) -> Value {
    object!({
        "agent_runtime_id": verified.agent_runtime_id,
        "task_id": verified.task_id,
        "external_task_ref": verified.external_task_ref,
        "account_id": verified.account_id,
        "timestamp": verified.timestamp,
        "accepted_count": verified.accepted_count,
    })
}

fn frame(mut event: Value, number: usize) -> Bytes {
    event["sequence_number"] = number.into();
    let name = event["type"].as_str().unwrap_or_default();
    format!("event: {name}\ndata: {event}\n\n").into()
}

fn judged(verified: VerifiedAssertion, response: Response) -> Response {
    Judged::accepted(verified.agent_runtime_id, Some(verified.task_id)).on(response)
}
