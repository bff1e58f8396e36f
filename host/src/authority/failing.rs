//! Making the faults that were asked for.

use super::answer::{Refusal, with_type};
use super::endpoints::{Endpoint, Shared};
use super::faults::{Kind, Planned};
use super::pieces::{broken_off, collect, stalled};
use super::server::Connection;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The layer that goes wrong on purpose.
pub(super) async fn fail(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let endpoint = Endpoint::of(&request);
    let planned = shared.faults.take(endpoint);
    if !planned.delay.is_zero() {
        tokio::time::sleep(planned.delay).await;
    }
    let Some(kind) = planned.kind else { return next.run(request).await };
    tracing::info!(target: "agent_identity::authority", endpoint = endpoint.name(), ?kind, "fault");
    let connection = request.extensions().get::<Connection>().cloned().unwrap_or_default();
    match kind {
        Kind::Refuse(status, code) => refusal(status, code, &planned).into_response(),
        Kind::Redirect => redirect(),
        Kind::Garbage => with_type("text/html", GARBAGE),
        Kind::Huge => with_type("application/json", huge()),
        Kind::Truncate | Kind::Stall => match (next.run(request).await, kind) {
            // A handshake has no body; what can be missing is its answer.
            (answer, Kind::Truncate) if is_handshake(&answer) => connection.cut().await,
            (answer, Kind::Stall) if is_handshake(&answer) => std::future::pending().await,
            (answer, Kind::Truncate) => half(answer, broken_off).await,
            (answer, _) => half(answer, stalled).await,
        },
        Kind::Drop => connection.cut().await,
        Kind::Lose => {
            next.run(request).await;
            connection.cut().await
        }
        Kind::Slow(_) => next.run(request).await,
    }
}

/// What no client can read.
pub(super) const GARBAGE: &str = "<!doctype html><title>Not what you asked for</title>";

/// JSON that is longer than anything a client reads.
pub(super) fn huge() -> String {
    format!("{{\"padding\":\"{}\"}}", "x".repeat(2 << 20))
}

/// A refusal with the status that was asked for.
pub(super) fn refusal(status: u16, code: &'static str, planned: &Planned) -> Refusal {
    let usual = matches!(status, 429 | 503).then_some(1);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Refusal::new(status, code).retry_after(planned.retry_after_s.or(usual))
}

fn redirect() -> Response {
    let mut response = StatusCode::TEMPORARY_REDIRECT.into_response();
    response.headers_mut().insert(LOCATION, HeaderValue::from_static("/elsewhere"));
    response
}

fn is_handshake(response: &Response) -> bool {
    response.status() == StatusCode::SWITCHING_PROTOCOLS
}

/// Half of the body, under the length of the whole one.
async fn half(response: Response, ending: fn(Bytes) -> Body) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = collect(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(whole.len().max(2)));
    let part = whole.slice(..whole.len() / 2);
    Response::from_parts(parts, if part.is_empty() { Body::empty() } else { ending(part) })
}
