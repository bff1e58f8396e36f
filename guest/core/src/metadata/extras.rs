//! Extras (§2): members that callers and the configuration add to the canonical string.

use super::dropped::{DropList, DropReason};
use super::members::{Member, Value, sort, texts_as_members};
use super::snapshot::{self, Snapshot, Texts, View};
use crate::error::{Code, Result};
use alloc::vec::Vec;

const MODEL: &str = "model";
const REASONING_EFFORT: &str = "reasoning_effort";
const USER_INPUT_REQUESTED: &str = "user_input_requested_during_turn";

/// What a configuration may hold (2-8).
const MOST: usize = 16;
const LONGEST_KEY: usize = 64;
const LONGEST_VALUE: usize = 128;

/// Reserved names beside the fields of 1A (2-2): the `x-...` names of 1B, the names of 1-12, and `parent_response_id`.
const RESERVED: [&str; 13] = [
    "x-codex-installation-id",
    "x-codex-window-id",
    "x-openai-subagent",
    "x-codex-parent-thread-id",
    "x-codex-turn-metadata",
    "node_repl_auto_review_required",
    "node_repl_disabled",
    "history_ingest_requested",
    "guardian_credits_requested",
    "code_mode_tool_names",
    "tool_namespaces_info",
    "x-codex-routing-hint",
    "parent_response_id",
];

/// Reserved names that a configuration may hold all the same, without effect (2-9).
const TOLERATED: [&str; 3] = ["window_number", "forked_from_ordinal_exclusive", "analytics_enabled"];

/// Checks the extras of a configuration when it is loaded (2-8). Errors: `extras-too-many`, `extras-bad-key`,
/// `extras-reserved-key`, `extras-value-too-long`.
pub fn check_configured(extras: &Texts) -> Result<()> {
    let mut members = texts_as_members(extras);
    sort(&mut members);
    for (at, Member { name, value }) in members.into_iter().enumerate() {
        let code = if at >= MOST {
            Code::ExtrasTooMany
        } else if !is_configurable(name) {
            Code::ExtrasBadKey
        } else if is_reserved(name) && !TOLERATED.contains(&name) {
            Code::ExtrasReservedKey
        } else if matches!(value, Value::Text(text) if text.len() > LONGEST_VALUE) {
            Code::ExtrasValueTooLong
        } else {
            continue;
        };
        return Err(code.into());
    }
    Ok(())
}

/// The extras of a rendering in order, after the precedence of 2-5, execution metadata among them (1-5). Tool servers see no
/// configured ones (2-7).
pub(super) fn merged<'a>(snapshot: &'a Snapshot, view: View, dropped: &mut DropList) -> Vec<Member<'a>> {
    let is_mcp = view == View::Mcp;
    let execution = snapshot.execution.as_ref();
    let refusal = |name: &str| {
        if is_reserved(name) {
            Some(DropReason::Reserved)
        } else if execution.is_some() && [MODEL, REASONING_EFFORT].contains(&name) || is_mcp && name == USER_INPUT_REQUESTED {
            Some(DropReason::Overwritten)
        } else {
            None
        }
    };
    let mut members = Vec::new();
    let mut take = |texts: &'a Texts, stronger: &[(_, _)]| {
        for (name, value) in texts {
            let shadowed = || stronger.iter().any(|(other, _)| other == name).then_some(DropReason::Shadowed);
            match refusal(name).or_else(shadowed) {
                Some(reason) => dropped.add(name, reason),
                None => members.push(Member { name, value: Value::Text(value) }),
            }
        }
    };
    take(&snapshot.turn.extras, &snapshot.configured_extras);
    if !is_mcp {
        take(&snapshot.configured_extras, &[]);
    }
    if let Some(execution) = execution {
        members.push(Member { name: MODEL, value: Value::Text(&execution.model) });
        members.push(Member { name: REASONING_EFFORT, value: Value::of(&execution.reasoning_effort) });
    }
    if is_mcp && snapshot.turn.user_input_requested {
        members.push(Member { name: USER_INPUT_REQUESTED, value: Value::Flag(true) });
    }
    sort(&mut members);
    members
}

#[inline(never)]
fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name) || snapshot::FIELDS.iter().any(|(field, _)| *field == name)
}

fn is_configurable(key: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    key.len() <= LONGEST_KEY && key.starts_with(|first: char| first.is_ascii_alphabetic()) && key.bytes().all(is_inner)
}
