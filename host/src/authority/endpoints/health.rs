//! For whoever watches the authority.

use super::Shared;
use crate::authority::answer::{Refusal, json, with_type};
use crate::authority::store::Survives;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

/// `GET /healthz`: 200 while the database answers, 503 otherwise.
pub(super) async fn healthz(State(shared): State<Arc<Shared>>) -> Result<Response, Refusal> {
    shared.store.run(Survives::Nothing, |connection| connection.query_row("SELECT 1", (), |_| Ok(()))).await?;
    Ok(json(&serde_json::json!({ "status": "ok" })))
}

/// `GET /metrics`: Prometheus text format.
pub(super) async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
    with_type("text/plain; version=0.0.4", shared.metrics.page(shared.verifier.replay.len()))
}
