//! What arrives of sessions and turns: 1B to 1D, §5, §8, §9 and §10 on the wire.

mod attestation;
mod endpoints;
mod items;
mod records;
mod retries;
#[cfg(feature = "workspace")]
mod workspaces;

use super::scene::*;
use crate::component::Component;
use crate::driver::lock;
use crate::metadata::{Metadata, SessionFacts, SessionMetadata, SessionSource};
use crate::surroundings::Surroundings;
use serde_json::Value;
use std::sync::{Arc, LazyLock};

pub(in crate::responses) const SESSION: &str = "01980c5a-7b1e-7d20-9f3a-2b4c6d8e0f10";
pub(in crate::responses) const THREAD: &str = "01980c5a-7b2f-7a31-8c4d-5e6f70819203";

/// Shared by the tests: clones share a pool of instances.
pub(in crate::responses) fn renderer() -> &'static Metadata {
    static RENDERER: LazyLock<Metadata> =
        LazyLock::new(|| Metadata::new(&Component::load().unwrap(), &Surroundings::default().clock(Arc::new(StandingClock))).unwrap());
    &RENDERER
}

pub(in crate::responses) fn facts() -> SessionFacts {
    SessionFacts {
        installation_id: "5a9b8f2e-1c3d-4e5f-8a7b-0c1d2e3f4a5b".into(),
        session_id: SESSION.into(),
        thread_id: THREAD.into(),
        thread_source: Some("user".into()),
        originator: Some("my_agent".into()),
        user_agent: Some("my_agent/1".into()),
        beta_features: vec!["a".into(), "b".into()],
        ..SessionFacts::default()
    }
}

pub(in crate::responses) fn session() -> SessionMetadata {
    SessionMetadata::open(renderer(), facts()).unwrap()
}

/// The session of a sub-agent.
pub(in crate::responses) fn child() -> SessionMetadata {
    let facts = SessionFacts {
        session_source: SessionSource::Subagent("thread_spawn".into()),
        thread_source: Some("subagent".into()),
        parent_thread_id: Some(SESSION.into()),
        ..facts()
    };
    SessionMetadata::open(renderer(), facts).unwrap()
}

/// Names of the metadata fields that arrived, sorted.
fn fields(arrived: &Arrived) -> Vec<&str> {
    let usual = ["accept", "content-type", "content-length", "host", "authorization", "chatgpt-account-id"];
    let mut names: Vec<_> = arrived.headers.iter().map(|(name, _)| name.as_str()).filter(|name| !usual.contains(name)).collect();
    names.sort_unstable();
    names
}

/// The keys of the flat map that arrived.
fn keys(arrived: &Arrived) -> Vec<&str> {
    arrived.body["client_metadata"].as_object().map(|map| map.keys().map(String::as_str).collect()).unwrap_or_default()
}

/// The canonical string that arrived, read.
fn canonical(arrived: &Arrived) -> Value {
    serde_json::from_str(arrived.header("x-codex-turn-metadata").unwrap()).unwrap()
}

/// ChatGPT auth.
fn logged_in() -> Arc<CountingAuth> {
    let auth = CountingAuth::new();
    *lock(&auth.account) = Some("acct-1".into());
    auth
}
