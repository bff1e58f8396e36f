//! The rules of `spec/metadata.md` §0 to §3, and its examples.

use super::*;
use crate::uuid::Uuid;
use alloc::string::String;
use alloc::vec::Vec;

mod additions;
mod canonical;
mod extras;
mod flat_map;
mod headers;
mod lineage;
mod mcp;
mod properties;
mod windows;

pub(super) const E14: &str = r#"{"installation_id":"i","session_id":"s","thread_id":"t","window_id":"t:0","request_kind":"turn"}"#;
pub(super) const E17: &str = r#"{"installation_id":"i","session_id":"s","thread_id":"t2","agent_name":"/root/worker","turn_id":"u2","window_id":"t2:0","request_kind":"turn","parent_thread_id":"22222222-2222-4222-8222-222222222222","parent_turn_id":"pu","root_turn_id":"ru","subagent_kind":"thread_spawn","thread_source":"subagent"}"#;

/// A turn with these extras.
pub(super) fn with_extras(extras: Texts) -> Turn {
    Turn { extras, ..Turn::default() }
}

/// The rendering for tool servers.
pub(super) fn tool(snapshot: &Snapshot) -> Rendering {
    render(snapshot, None, Transport::MCP).unwrap()
}

/// The object for tool servers.
pub(super) fn object(snapshot: &Snapshot) -> String {
    tool(snapshot).canonical.unwrap()
}

/// The snapshot `min` of §17.
pub(super) fn min() -> Snapshot {
    Snapshot { installation_id: "i".into(), session_id: "s".into(), thread_id: "t".into(), window_id: "t:0".into(), ..Snapshot::default() }
}

/// The snapshot of example 15: a full root turn.
pub(super) fn full() -> Snapshot {
    Snapshot {
        installation_id: "5a9b8f2e-1c3d-4e5f-8a7b-0c1d2e3f4a5b".into(),
        session_id: "01980c5a-7b1e-7d20-9f3a-2b4c6d8e0f10".into(),
        thread_id: "01980c5a-7b1e-7d20-9f3a-2b4c6d8e0f10".into(),
        agent_name: text("/root"),
        turn_id: text("01980c5a-7b2f-7a31-8c4d-5e6f70819203"),
        window_id: "01980c5a-7b1e-7d20-9f3a-2b4c6d8e0f10:0".into(),
        window_number: Some(0),
        context_window_id: uuid("01980c5a-7b1f-7000-8000-000000000001"),
        thread_source: text("user"),
        sandbox: text("none"),
        sandbox_mode: text("workspace-write"),
        workspaces: [Workspace {
            root: "/srv/app".into(),
            associated_remote_urls: texts(&[("origin", "https://git.example.com/team/repo.git")]),
            latest_git_commit_hash: text("0123456789abcdef0123456789abcdef01234567"),
            has_changes: Some(false),
            ..Workspace::default()
        }]
        .into(),
        execution: Some(Execution { model: "gpt-5.4".into(), reasoning_effort: text("high"), auto_review_enabled: Some(false) }),
        turn: Turn {
            turn_trigger: text("goal"),
            turn_started_at_unix_ms: Some(1_700_000_000_123),
            extras: texts(&[("origin", "東京")]),
            ..Turn::default()
        },
        ..Snapshot::default()
    }
}

/// The snapshot of example 16: a compaction.
pub(super) fn compaction() -> Snapshot {
    Snapshot {
        installation_id: "installation-a".into(),
        session_id: "session-a".into(),
        thread_id: "thread-a".into(),
        agent_name: text("/root"),
        turn_id: text("turn-a"),
        window_id: "thread-a:2".into(),
        sandbox: text("none"),
        sandbox_mode: text("read-only"),
        auto_review_enabled: Some(false),
        compaction: Some(Compaction::parse(["auto", "context_limit", "responses_compaction_v2", "mid_turn", "memento"]).unwrap()),
        configured_extras: texts(&[("codex_security_surface", "sdk")]),
        ..Snapshot::default()
    }
}

/// The snapshot of example 17: a spawned thread.
pub(super) fn spawned() -> Snapshot {
    Snapshot {
        thread_id: "t2".into(),
        agent_name: text("/root/worker"),
        turn_id: text("u2"),
        window_id: "t2:0".into(),
        parent_thread_id: uuid("22222222-2222-4222-8222-222222222222"),
        turn: Turn { parent_turn_id: text("pu"), root_turn_id: text("ru"), ..Turn::default() },
        session_source: SessionSource::ThreadSpawn,
        thread_source: text("subagent"),
        ..min()
    }
}

pub(super) fn text(text: &str) -> Option<String> {
    Some(text.into())
}

pub(super) fn texts(pairs: &[(&str, &str)]) -> Texts {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

pub(super) fn uuid(text: &str) -> Option<Uuid> {
    Snapshot::uuid(Some(text)).unwrap()
}

pub(super) fn canonical(snapshot: &Snapshot, kind: Option<Kind>) -> String {
    render(snapshot, kind, Transport::RESPONSES).unwrap().canonical.unwrap()
}

pub(super) fn turn(snapshot: &Snapshot) -> Rendering {
    render(snapshot, Some(Kind::Turn), Transport::RESPONSES).unwrap()
}

pub(super) fn headers(rendering: &Rendering) -> Vec<(&str, &str)> {
    rendering.headers.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

pub(super) fn dropped(dropped: &[Dropped]) -> Vec<(&str, &str)> {
    dropped.iter().map(|dropped| (dropped.name.as_str(), dropped.reason.as_str())).collect()
}
