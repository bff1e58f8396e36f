//! Snapshots and what goes with them, read from JSON: for the command line and the conformance driver.
//!
//! Members are those of table 1A in snake case. All are optional, `null` is the same as absent, and whether a request of a kind can be
//! rendered without one is for the component to say (1-4). Errors name the member and never repeat its value.

mod members;
mod session_source;
mod surrogates;

pub use surrogates::whole_characters;

use crate::error::Error;
use crate::types::metadata::{Additions, Compaction, Execution, SessionSource, Snapshot, Turn, Workspace};
use members::Members;

/// A snapshot as it was read.
#[derive(Clone)]
pub struct Document {
    /// The facts.
    pub snapshot: Snapshot,
    /// What the request is for, if the document says so: `turn`, `prewarm`, `compaction`, `memory`.
    pub request_kind: Option<String>,
    /// Members that mean nothing here and were passed over, in their order.
    pub unknown: Vec<String>,
}

/// Reads a snapshot.
///
/// Beside the fields of 1A: `extras` and `configured_extras` (objects of strings), `execution` {`model`, `reasoning_effort`,
/// `auto_review_enabled`}, `parent_response_id`, `is_reviewer_request`, `is_root_ambiguous`, `user_input_requested`, and
/// `session_source`: `cli`, `vscode`, `exec`, `mcp`, `unknown`, the kind of a sub-agent, `{"subagent": kind}`,
/// `{"subagent": {"other": label}}`, `{"internal": name}` or `{"custom": name}`. Without it, `subagent_kind` says which sub-agent it is.
/// `workspaces` is an object as in 8-1. Strings are made of whole characters first (0-2); integers are exact (0-4).
/// Errors: `config-invalid`.
pub fn snapshot(text: &str) -> Result<Document, Error> {
    let text = whole_characters(text);
    let mut members = Members::read(&text, "the snapshot")?;
    let turn = turn(&mut members)?;
    let snapshot = Snapshot {
        installation_id: members.text(&["installation_id"])?.unwrap_or_default(),
        session_id: members.text(&["session_id"])?.unwrap_or_default(),
        thread_id: members.text(&["thread_id"])?.unwrap_or_default(),
        agent_name: members.text(&["agent_name"])?,
        turn_id: members.text(&["turn_id"])?,
        window_id: members.text(&["window_id"])?.unwrap_or_default(),
        window_number: members.unsigned(&["window_number"])?,
        context_window_id: members.text(&["context_window_id"])?,
        forked_from_thread_id: members.text(&["forked_from_thread_id"])?,
        forked_from_ordinal_exclusive: members.unsigned(&["forked_from_ordinal_exclusive"])?,
        parent_thread_id: members.text(&["parent_thread_id"])?,
        thread_source: members.text(&["thread_source"])?,
        session_source: source(&mut members)?,
        sandbox: members.text(&["sandbox"])?,
        sandbox_mode: members.text(&["sandbox_mode"])?,
        auto_review_enabled: members.flag(&["auto_review_enabled"])?,
        workspaces: workspaces(&mut members)?,
        analytics_enabled: members.flag(&["analytics_enabled"])?,
        compaction: members.object("compaction")?.map(compaction).transpose()?,
        configured_extras: members.texts(&["configured_extras"])?,
        execution: members.object("execution")?.map(execution_of).transpose()?,
        parent_response_id: members.text(&["parent_response_id"])?,
        is_reviewer_request: members.flag(&["is_reviewer_request", "reviewer_request", "reviewer"])?.unwrap_or_default(),
        turn,
    };
    Ok(Document { snapshot, request_kind: members.text(&["request_kind"])?, unknown: members.into_names() })
}

/// Reads what goes with a request beside its snapshot: the members of [`Additions`] in snake case. Members that mean nothing here are
/// passed over. Errors: `config-invalid`.
pub fn additions(text: &str) -> Result<Additions, Error> {
    let text = whole_characters(text);
    let mut members = Members::read(&text, "the additions")?;
    Ok(Additions {
        originator: members.text(&["originator"])?,
        user_agent: members.text(&["user_agent"])?,
        prompt_cache_key: members.text(&["prompt_cache_key"])?,
        beta_features: members.list(&["beta_features"])?,
        turn_state: members.text(&["turn_state"])?,
        responses_lite: members.flag(&["responses_lite"])?.unwrap_or_default(),
        timing_metrics: members.flag(&["timing_metrics"])?.unwrap_or_default(),
        us_residency: members.flag(&["us_residency"])?.unwrap_or_default(),
        attestation: members.text(&["attestation"])?,
        request_start_unix_ms: members.signed(&["request_start_unix_ms"])?,
        traceparent: members.text(&["traceparent"])?,
        tracestate: members.text(&["tracestate"])?,
    })
}

/// Reads the source of a session, as [`snapshot()`] does. Errors: `config-invalid`.
pub fn session_source(text: &str) -> Result<SessionSource, Error> {
    session_source::read(&whole_characters(text)).ok_or_else(no_source)
}

/// Reads what runs a request, as [`snapshot()`] does. Errors: `config-invalid`.
pub fn execution(text: &str) -> Result<Execution, Error> {
    execution_of(Members::read(&whole_characters(text), "the member `execution`")?)
}

fn turn(members: &mut Members<'_>) -> Result<Turn, Error> {
    Ok(Turn {
        parent_turn_id: members.text(&["parent_turn_id"])?,
        root_turn_id: members.text(&["root_turn_id"])?,
        is_root_ambiguous: members.flag(&["is_root_ambiguous", "root_ambiguous"])?.unwrap_or_default(),
        turn_trigger: members.text(&["turn_trigger"])?,
        turn_started_at_unix_ms: members.signed(&["turn_started_at_unix_ms"])?,
        extras: members.texts(&["extras", "turn_extras"])?,
        user_input_requested: members.flag(&["user_input_requested", "user_input_requested_during_turn"])?.unwrap_or_default(),
    })
}

fn source(members: &mut Members<'_>) -> Result<SessionSource, Error> {
    let kind = members.text(&["subagent_kind"])?;
    match members.value("session_source")? {
        Some(text) => session_source::read(text).ok_or_else(no_source),
        None => Ok(kind.map_or(SessionSource::Root, SessionSource::Subagent)),
    }
}

fn no_source() -> Error {
    Error::config("the member `session_source` names no source of a session: give `cli`, `{\"subagent\": kind}` or `{\"internal\": name}`")
}

fn workspaces(members: &mut Members<'_>) -> Result<Vec<Workspace>, Error> {
    let Some(roots) = members.object("workspaces")? else { return Ok(Vec::new()) };
    let workspace = |(root, mut facts): (String, Members<'_>)| {
        Ok(Workspace {
            root,
            associated_remote_urls: facts.texts(&["associated_remote_urls"])?,
            latest_git_commit_hash: facts.text(&["latest_git_commit_hash"])?,
            has_changes: facts.flag(&["has_changes"])?,
        })
    };
    roots.into_objects()?.into_iter().map(workspace).collect()
}

fn compaction(mut members: Members<'_>) -> Result<Compaction, Error> {
    Ok(Compaction {
        trigger: members.required_text("trigger")?,
        reason: members.required_text("reason")?,
        implementation: members.required_text("implementation")?,
        phase: members.required_text("phase")?,
        // The only one that is sent (3-15).
        strategy: members.text(&["strategy"])?.unwrap_or_else(|| "memento".into()),
    })
}

fn execution_of(mut members: Members<'_>) -> Result<Execution, Error> {
    Ok(Execution {
        model: members.required_text("model")?,
        reasoning_effort: members.text(&["reasoning_effort"])?,
        auto_review_enabled: members.flag(&["auto_review_enabled"])?,
    })
}

#[cfg(test)]
mod tests;
