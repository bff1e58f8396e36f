//! Task registration (`spec/identity.md` §5): the signature is the credential.

use super::{AUTHAPI, Shared};
use crate::authority::answer::{Judged, Refusal, json};
use crate::authority::config::TaskIds;
use crate::authority::random::random_id;
use crate::authority::store::{Survives, tasks};
use crate::component::wit::keys::PublicForm;
use crate::error::Error;
use crate::ports::Clock;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// `POST {AuthAPI}/v1/agent/{id}/task/register`: the same reference gives the same task while it lives.
pub(super) async fn register(State(shared): State<Arc<Shared>>, uri: Uri, body: Bytes) -> Result<Response, Refusal> {
    let path = uri.path().strip_prefix(AUTHAPI).unwrap_or_default();
    let verified = shared.verifier.registration(path, &body).await?;
    let (agent, reference) = (verified.agent_runtime_id.clone(), verified.external_task_ref);
    let (new_task_id, now_ms) = (random_id("task-")?, shared.clock.now_ms());
    let task_id = shared
        .store
        .run(Survives::PowerCut, move |connection| tasks::register(connection, &agent, reference.as_deref(), &new_task_id, now_ms))
        .await?;
    let answer = if is_sealed(&shared) {
        serde_json::json!({ "encrypted_task_id": seal(&shared, &verified.public_key, &task_id)? })
    } else {
        serde_json::json!({ "task_id": task_id })
    };
    Ok(Judged::accepted(verified.agent_runtime_id, Some(task_id)).on(json(&answer)))
}

fn is_sealed(shared: &Shared) -> bool {
    match shared.task_ids {
        TaskIds::Plain => false,
        TaskIds::Sealed => true,
        TaskIds::Alternating => shared.answered_tasks.fetch_add(1, Ordering::Relaxed) % 2 == 1,
    }
}

fn seal(shared: &Shared, public_key: &[u8], task_id: &str) -> Result<String, Error> {
    shared.verifier.sessions.with(|session| {
        let key = session.import_verifying_key(PublicForm::Raw, public_key)?;
        let sealed = session.seal_task_id(&key, task_id);
        session.release(key)?;
        sealed
    })
}
