//! Request metadata: rendering a full turn, natively and through the component, and what extras and items cost.

use crate::fixture::session;
use crate::harness::{Failure, Subject};
use agent_identity_core::metadata as core;
use agent_identity_host::types::metadata::{Execution, ItemPreparation, ItemTarget, Snapshot, Turn, Workspace};
use agent_identity_host::{Component, Session};
use std::hint::black_box;

const THREAD: &str = "01980c5a-7b1e-7d20-9f3a-2b4c6d8e0f10";
const INSTALLATION: &str = "5a9b8f2e-1c3d-4e5f-8a7b-0c1d2e3f4a5b";
const TURN: &str = "01980c5a-7b2f-7a31-8c4d-5e6f70819203";
const WINDOW: &str = "01980c5a-7b1f-7000-8000-000000000001";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const REMOTE: &str = "https://git.example.com/team/repo.git";

/// A full turn with 5 extras is what the targets mean; the other counts show that the cost grows with them, not faster.
const EXTRAS: [usize; 3] = [0, 5, 50];
const ITEMS: [usize; 3] = [100, 1_000, 10_000];

/// The rows.
pub fn subjects(wide: &Component, portable: &Component) -> Result<Vec<Subject<'static>>, Failure> {
    let mut subjects = vec![
        in_core("render/core-native", 5),
        through_component("render/wide", wide, 5)?,
        through_component("render/portable", portable, 5)?,
    ];
    for count in EXTRAS {
        subjects.push(through_component(&format!("render/{count}-extras"), wide, count)?);
    }
    for count in ITEMS {
        subjects.push(prepared(count, wide)?.per_second(count as u64));
        subjects.push(filtered(count, wide)?.per_second(count as u64));
    }
    Ok(subjects)
}

fn in_core(name: &str, extras: usize) -> Subject<'static> {
    let snapshot = native(snapshot(extras));
    Subject::new(name, move |n| {
        (0..n).try_for_each(|_| {
            black_box(core::render(black_box(&snapshot), Some(core::Kind::Turn), core::Transport::RESPONSES)?);
            Ok(())
        })
    })
}

fn through_component(name: &str, component: &Component, extras: usize) -> Result<Subject<'static>, Failure> {
    let mut session = session(component)?;
    let snapshot = snapshot(extras);
    Ok(Subject::new(name, move |n| {
        (0..n).try_for_each(|_| {
            black_box(session.render_metadata(black_box(&snapshot), Some("turn"), "responses", None)?);
            Ok(())
        })
    }))
}

/// Assigns an id to each item and stamps it with turn and time.
fn prepared(count: usize, component: &Component) -> Result<Subject<'static>, Failure> {
    let mut session = session(component)?;
    let (items, preparation) = (items(count), preparation());
    Ok(Subject::new(format!("items/{count}"), move |n| {
        (0..n).try_for_each(|_| {
            black_box(session.prepare_items(black_box(&items), &preparation)?);
            Ok(())
        })
    }))
}

/// Strips ids and metadata for another provider: the most that an outbound filter has to do.
fn filtered(count: usize, component: &Component) -> Result<Subject<'static>, Failure> {
    let mut session: Session = session(component)?;
    let history = session.prepare_items(&items(count), &preparation())?;
    let target = ItemTarget {
        item_ids: false,
        store: Some(false),
        provider_name: "other".into(),
        base_url: "https://models.example.com/v1".into(),
        item_metadata_form: "passthrough".into(),
        content_item_kinds: false,
    };
    Ok(Subject::new(format!("items-outbound/{count}"), move |n| {
        (0..n).try_for_each(|_| {
            black_box(session.filter_items(black_box(&history), &target)?);
            Ok(())
        })
    }))
}

fn preparation() -> ItemPreparation {
    ItemPreparation { item_ids: true, turn_id: Some(TURN.into()), create_time: Some(1_700_000_000) }
}

/// Messages of some hundred characters, as a JSON array.
fn items(count: usize) -> String {
    let content = "The quick brown fox jumps over the lazy dog. ".repeat(6);
    let item = |nr| format!(r#"{{"type":"message","role":"user","content":[{{"type":"input_text","text":"{nr}: {content}"}}]}}"#);
    format!("[{}]", (0..count).map(item).collect::<Vec<_>>().join(","))
}

fn extras(count: usize) -> Vec<(String, String)> {
    (0..count).map(|nr| (format!("extra_{nr}"), format!("value {nr} 東京"))).collect()
}

/// A full root turn.
fn snapshot(extra_count: usize) -> Snapshot {
    Snapshot {
        installation_id: INSTALLATION.into(),
        session_id: THREAD.into(),
        thread_id: THREAD.into(),
        agent_name: Some("/root".into()),
        turn_id: Some(TURN.into()),
        window_id: format!("{THREAD}:0"),
        window_number: Some(0),
        context_window_id: Some(WINDOW.into()),
        thread_source: Some("user".into()),
        sandbox: Some("none".into()),
        sandbox_mode: Some("workspace-write".into()),
        workspaces: vec![Workspace {
            root: "/srv/app".into(),
            associated_remote_urls: vec![("origin".into(), REMOTE.into())],
            latest_git_commit_hash: Some(COMMIT.into()),
            has_changes: Some(false),
        }],
        analytics_enabled: Some(true),
        execution: Some(Execution { model: "gpt-5.4".into(), reasoning_effort: Some("high".into()), auto_review_enabled: Some(false) }),
        turn: Turn {
            turn_trigger: Some("goal".into()),
            turn_started_at_unix_ms: Some(1_700_000_000_123),
            extras: extras(extra_count),
            ..Turn::default()
        },
        ..Snapshot::default()
    }
}

/// The same as the core has it.
fn native(snapshot: Snapshot) -> core::Snapshot {
    let workspace = |known: Workspace| core::Workspace {
        root: known.root,
        associated_remote_urls: known.associated_remote_urls,
        latest_git_commit_hash: known.latest_git_commit_hash,
        has_changes: known.has_changes,
    };
    let execution = |given: Execution| core::Execution {
        model: given.model,
        reasoning_effort: given.reasoning_effort,
        auto_review_enabled: given.auto_review_enabled,
    };
    core::Snapshot {
        installation_id: snapshot.installation_id,
        session_id: snapshot.session_id,
        thread_id: snapshot.thread_id,
        agent_name: snapshot.agent_name,
        turn_id: snapshot.turn_id,
        window_id: snapshot.window_id,
        window_number: snapshot.window_number,
        context_window_id: snapshot.context_window_id,
        thread_source: snapshot.thread_source,
        sandbox: snapshot.sandbox,
        sandbox_mode: snapshot.sandbox_mode,
        workspaces: snapshot.workspaces.into_iter().map(workspace).collect(),
        analytics_enabled: snapshot.analytics_enabled,
        execution: snapshot.execution.map(execution),
        turn: core::Turn {
            turn_trigger: snapshot.turn.turn_trigger,
            turn_started_at_unix_ms: snapshot.turn.turn_started_at_unix_ms,
            extras: snapshot.turn.extras,
            ..core::Turn::default()
        },
        // A root turn has nothing else.
        ..core::Snapshot::default()
    }
}
