//! What happens around every answer: its `Date`, one line in the log, and the metrics.

use super::answer::Judged;
use super::endpoints::{Endpoint, Shared};
use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::http::header::DATE;
use axum::middleware::Next;
use axum::response::Response;
use sha2_host::{Digest, Sha256};
use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The outermost layer. The log never holds header fields, bodies or tokens; ids in it were checked, task ids are hashed.
pub(super) async fn observe(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let endpoint = Endpoint::of(&request);
    let mut response = next.run(request).await;
    if let Ok(date) = HeaderValue::try_from(shared.clock.http_date()) {
        response.headers_mut().insert(DATE, date);
    }
    let judged = response.extensions_mut().remove::<Judged>().unwrap_or_else(Judged::ok);
    let (status, duration) = (response.status().as_u16(), started.elapsed());
    shared.metrics.answered(endpoint, &judged.verdict, status, duration);
    tell(method.as_str(), path.as_ref().map_or("other", |path| path.as_str()), status, &judged, duration);
    response
}

/// The same for a message on a WebSocket.
pub(super) fn observe_message(shared: &Shared, path: &'static str, status: u16, judged: &Judged, duration: Duration) {
    shared.metrics.answered(Endpoint::Message, &judged.verdict, status, duration);
    tell("MESSAGE", path, status, judged, duration);
}

fn tell(method: &str, path: &str, status: u16, judged: &Judged, duration: Duration) {
    tracing::info!(
        target: "agent_identity::authority",
        method,
        path,
        status,
        verdict = judged.verdict,
        agent_runtime_id = judged.agent_runtime_id,
        task = judged.task_id.as_deref().map(digest),
        duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
        "answered"
    );
}

/// First 16 hex digits of SHA-256.
fn digest(text: &str) -> String {
    Sha256::digest(text).iter().take(8).fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
