//! What came to the model endpoints lately, decoded. For development only, as everything under `/dev/`.

use super::Shared;
use crate::authority::answer::{Refusal, json};
use crate::authority::arrivals::RequestFilter;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use axum::routing::get;
use serde_json::json as object;
use std::sync::Arc;

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new().route("/dev/inspect", get(recent))
}

/// `GET /dev/inspect` → `{"requests":[…]}`, in the order in which they came. In the query: `session_id`, `thread_id`, `turn_id`,
/// `agent_runtime_id`; `after`, the number of a request; `limit`, for the last so many.
async fn recent(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let filter = RequestFilter::from_query(query.as_deref().unwrap_or_default())?;
    let requests = shared.arrivals.as_ref().map(|arrivals| arrivals.select(&filter)).unwrap_or_default();
    Ok(json(&object!({ "requests": requests })))
}
