//! The model endpoints: they verify, and answer with what they verified and what they were sent.

mod content;
mod echo;
mod events;
pub(super) mod socket;

use super::{Endpoint, Shared};
use crate::authority::answer::{Judged, Refusal, json, with_type};
use crate::authority::arrivals::Arrival;
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
    let (verified, echo) = serve(&shared, Endpoint::Responses, &headers, &body).await?;
    let stream = streamed(events::spoken(&verified, &echo)?.iter().map(frame));
    Ok(judged(verified, with_type("text/event-stream", stream)))
}

/// `POST …/responses/compact`: JSON.
pub(super) async fn compact(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Result<Response, Refusal> {
    let (verified, echo) = serve(&shared, Endpoint::Compact, &headers, &body).await?;
    let answer = object!({"id": random_id("cmp_")?, "output": [], "verified": facts(&verified), "echo": echo});
    Ok(judged(verified, json(&answer)))
}

/// `POST …/memories/trace_summarize`: JSON.
pub(super) async fn memories(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Result<Response, Refusal> {
    let (verified, echo) = serve(&shared, Endpoint::Memories, &headers, &body).await?;
    let answer = object!({"output": [], "verified": facts(&verified), "echo": echo});
    Ok(judged(verified, json(&answer)))
}

/// Only what passed V1 to V11 is read, and remembered for inspection.
async fn serve(shared: &Shared, endpoint: Endpoint, headers: &HeaderMap, body: &[u8]) -> Result<(VerifiedAssertion, Echo), Refusal> {
    let verified = verify(shared, headers).await?;
    let (content, judged) = content::judge(endpoint, body);
    shared.note(&Arrival { endpoint, socket: None, headers, content: &content, verified: &verified, refusal: judged.as_ref().err() });
    judged?;
    Ok((verified, Echo::of(headers, &content)))
}

async fn verify(shared: &Shared, headers: &HeaderMap) -> Result<VerifiedAssertion, Refusal> {
    const ACCOUNT: HeaderName = HeaderName::from_static("chatgpt-account-id");
    // V1 wants exactly one; two of an account are none of an agent's.
    let authorization = Some(all(headers, &AUTHORIZATION)).filter(|values| values.len() == 1).and_then(|mut values| values.pop());
    let account = Some(all(headers, &ACCOUNT)).filter(|values| !values.is_empty()).map(|values| values.join(", "));
    Ok(shared.verifier.assertion(&authorization.unwrap_or_default(), account).await?)
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

fn frame(event: &Value) -> Bytes {
    let name = event["type"].as_str().unwrap_or_default();
    format!("event: {name}\ndata: {event}\n\n").into()
}

fn judged(verified: VerifiedAssertion, response: Response) -> Response {
    Judged::accepted(verified.agent_runtime_id, Some(verified.task_id)).on(response)
}
