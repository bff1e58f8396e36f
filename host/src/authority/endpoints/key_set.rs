//! The key set that identity JWTs are verified with (J5).

use super::Shared;
use crate::authority::answer::{Refusal, with_type};
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

/// `GET …/jwks`.
pub(super) async fn show(State(shared): State<Arc<Shared>>) -> Result<Response, Refusal> {
    Ok(with_type("application/json", shared.issuer.key_set().await?))
}
