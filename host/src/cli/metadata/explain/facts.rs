//! The facts of a request: how each is found to be set, and changed.

use crate::cli::metadata::scene::Scene;
use crate::metadata::{Execution, SessionSource, Workspace};
use zeroize::Zeroizing;

/// A fact that may go somewhere.
pub struct Fact {
    pub name: String,
    /// The rules that say where it goes.
    pub rules: &'static [&'static str],
    /// The rule by which it counts as absent although it is given.
    pub absence: &'static str,
    pub origin: Origin,
    access: Access,
}

/// Where a fact comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Snapshot,
    TurnExtra,
    ConfiguredExtra,
    Addition,
}

/// How a fact is read and changed.
enum Access {
    /// A text that is always there.
    Required(fn(&mut Scene) -> &mut String),
    Text(fn(&mut Scene) -> &mut Option<String>),
    Id(fn(&mut Scene) -> &mut Option<String>),
    Token(fn(&mut Scene) -> &mut Option<Zeroizing<String>>),
    Unsigned(fn(&mut Scene) -> &mut Option<u64>),
    Signed(fn(&mut Scene) -> &mut Option<i64>),
    Flag(fn(&mut Scene) -> &mut Option<bool>),
    /// Off unless it is said to be on.
    Switch(fn(&mut Scene) -> &mut bool),
    Execution(fn(&mut Execution) -> Option<&mut String>),
    ExecutionFlag,
    /// One of a few names (8-4).
    SandboxMode,
    Source,
    Workspaces,
    Compaction,
    Features,
    Extra(fn(&mut Scene) -> &mut Vec<(String, String)>),
}

/// The facts that are not extras: those of 1A in its order, then what goes beside the canonical string.
const KNOWN: [(&str, Access, &[&str]); 33] = [
    ("installation_id", Access::Required(|s| &mut s.facts.installation_id), &["1A", "1B", "7-6"]),
    ("session_id", Access::Required(|s| &mut s.facts.session_id), &["1A", "1B", "10-1"]),
    ("thread_id", Access::Required(|s| &mut s.facts.thread_id), &["1A", "1B", "1-17"]),
    ("agent_name", Access::Text(|s| &mut s.facts.agent_name), &["1A", "3-7"]),
    ("turn_id", Access::Text(|s| &mut s.facts.turn_id), &["1A", "1B", "1-17"]),
    ("window_id", Access::Required(|s| &mut s.facts.window_id), &["1A", "1B", "1C", "3-11"]),
    ("window_number", Access::Unsigned(|s| &mut s.facts.window_number), &["1A", "3-11"]),
    ("context_window_id", Access::Id(|s| &mut s.facts.context_window_id), &["1A", "3-11"]),
    ("forked_from_thread_id", Access::Id(|s| &mut s.facts.forked_from_thread_id), &["1A", "3-5", "1-23"]),
    ("forked_from_ordinal_exclusive", Access::Unsigned(|s| &mut s.facts.forked_from_ordinal_exclusive), &["1A", "3-5"]),
    ("parent_thread_id", Access::Id(|s| &mut s.facts.parent_thread_id), &["1A", "1B", "1C", "3-6", "10-1"]),
    ("parent_turn_id", Access::Text(|s| &mut s.facts.turn.parent_turn_id), &["1A", "1B", "3-3"]),
    ("root_turn_id", Access::Text(|s| &mut s.facts.turn.root_turn_id), &["1A", "1B", "3-3", "3-4"]),
    ("is_root_ambiguous", Access::Switch(|s| &mut s.facts.turn.is_root_ambiguous), &["3-4"]),
    ("session_source", Access::Source, &["1A", "1B", "1C", "3-6", "10-1"]),
    ("thread_source", Access::Text(|s| &mut s.facts.thread_source), &["1A", "3-9"]),
    ("turn_trigger", Access::Text(|s| &mut s.facts.turn.turn_trigger), &["1A", "3-3"]),
    ("sandbox", Access::Text(|s| &mut s.facts.sandbox), &["1A", "8-4"]),
    ("sandbox_mode", Access::SandboxMode, &["1A", "8-4"]),
    ("auto_review_enabled", Access::Flag(|s| &mut s.facts.auto_review_enabled), &["1A", "1-5"]),
    ("execution.auto_review_enabled", Access::ExecutionFlag, &["1A", "1-5"]),
    ("workspaces", Access::Workspaces, &["1A", "8-1"]),
    ("turn_started_at_unix_ms", Access::Signed(|s| &mut s.facts.turn.turn_started_at_unix_ms), &["1A", "3-8"]),
    ("analytics_enabled", Access::Flag(|s| &mut s.facts.analytics_enabled), &["1A"]),
    ("compaction", Access::Compaction, &["1A", "3-15"]),
    ("execution.model", Access::Execution(|e| Some(&mut e.model)), &["1-5", "1-22"]),
    ("execution.reasoning_effort", Access::Execution(|e| e.reasoning_effort.as_mut()), &["1-5", "1-22"]),
    ("user_input_requested", Access::Switch(|s| &mut s.facts.turn.user_input_requested), &["1-22"]),
    ("parent_response_id", Access::Text(|s| &mut s.facts.parent_response_id), &["1B", "1-11"]),
    ("is_reviewer_request", Access::Switch(|s| &mut s.facts.is_reviewer_request), &["1B"]),
    ("originator", Access::Text(|s| &mut s.additions.originator), &["6-7"]),
    ("user_agent", Access::Text(|s| &mut s.additions.user_agent), &["6-9"]),
    ("prompt_cache_key", Access::Text(|s| &mut s.additions.prompt_cache_key), &["10-1"]),
];

/// The rest of what goes beside a snapshot.
const ADDED: [(&str, Access, &[&str]); 9] = [
    ("beta_features", Access::Features, &["§10"]),
    ("turn_state", Access::Token(|s| &mut s.additions.turn_state), &["1E", "10-2"]),
    ("responses_lite", Access::Switch(|s| &mut s.additions.responses_lite), &["1E", "§10"]),
    ("timing_metrics", Access::Switch(|s| &mut s.additions.timing_metrics), &["§10"]),
    ("us_residency", Access::Switch(|s| &mut s.additions.us_residency), &["§10"]),
    ("attestation", Access::Token(|s| &mut s.additions.attestation), &["9-3", "9-4"]),
    ("request_start_unix_ms", Access::Signed(|s| &mut s.additions.request_start_unix_ms), &["1E"]),
    ("traceparent", Access::Text(|s| &mut s.additions.traceparent), &["1E"]),
    ("tracestate", Access::Text(|s| &mut s.additions.tracestate), &["1E"]),
];

/// Every fact there can be in this scene.
pub fn of(scene: &Scene) -> Vec<Fact> {
    let beside = ["originator", "user_agent", "prompt_cache_key"];
    let known = KNOWN.into_iter().chain(ADDED).map(|(name, access, rules)| {
        let is_addition = beside.contains(&name) || ADDED.iter().any(|(added, ..)| *added == name);
        let origin = if is_addition { Origin::Addition } else { Origin::Snapshot };
        Fact { name: name.into(), rules, absence: absence(name), origin, access }
    });
    let of_turn: fn(&mut Scene) -> &mut Vec<_> = |s| &mut s.facts.turn.extras;
    let configured: fn(&mut Scene) -> &mut Vec<_> = |s| &mut s.facts.configured_extras;
    let kinds = [
        (Origin::TurnExtra, of_turn, ["2-1", "2-5", "1-13"].as_slice()),
        (Origin::ConfiguredExtra, configured, ["2-1", "2-7", "1-13"].as_slice()),
    ];
    let extras = kinds.into_iter().flat_map(|(origin, place, rules)| {
        let mut names: Vec<String> = place(&mut scene.clone()).iter().map(|(name, _)| name.clone()).collect();
        names.sort();
        names.dedup();
        names.into_iter().map(move |name| Fact { name, rules, absence: "1-7", origin, access: Access::Extra(place) })
    });
    known.chain(extras).collect()
}

/// The same request with another value of every extra.
pub fn with_other_extras(scene: &Scene) -> Scene {
    let mut altered = scene.clone();
    let facts = &mut altered.facts;
    facts.turn.extras.iter_mut().chain(&mut facts.configured_extras).for_each(|(_, value)| alter(value));
    altered
}

/// Texts that are there and count as absent.
fn absence(name: &str) -> &'static str {
    match name {
        "parent_turn_id" | "root_turn_id" | "turn_trigger" => "3-3",
        "thread_source" => "3-9",
        "workspaces" => "8-1",
        _ => "1-7",
    }
}

impl Fact {
    /// Whether the request has it.
    pub fn is_set(&self, scene: &Scene) -> bool {
        if self.is_extra() {
            return true;
        }
        let mut scene = scene.clone();
        match self.access {
            Access::Required(_) | Access::Extra(_) => true,
            Access::Text(place) | Access::Id(place) => place(&mut scene).is_some(),
            Access::Token(place) => place(&mut scene).is_some(),
            Access::Unsigned(place) => place(&mut scene).is_some(),
            Access::Signed(place) => place(&mut scene).is_some(),
            Access::Flag(place) => place(&mut scene).is_some(),
            Access::Switch(place) => *place(&mut scene),
            Access::Execution(place) => scene.facts.execution.as_mut().is_some_and(|execution| place(execution).is_some()),
            Access::ExecutionFlag => scene.facts.execution.is_some_and(|execution| execution.auto_review_enabled.is_some()),
            Access::Source => !matches!(scene.facts.session_source, SessionSource::Root),
            Access::SandboxMode => scene.facts.sandbox_mode.is_some(),
            Access::Workspaces => !scene.facts.workspaces.is_empty(),
            Access::Compaction => scene.facts.compaction.is_some(),
            Access::Features => !scene.additions.beta_features.is_empty(),
        }
    }

    /// What it is called where facts of all origins are named.
    pub fn path(&self) -> String {
        match self.origin {
            Origin::Snapshot => self.name.clone(),
            Origin::TurnExtra => format!("extras.{}", self.name),
            Origin::ConfiguredExtra => format!("configured_extras.{}", self.name),
            Origin::Addition => format!("additions.{}", self.name),
        }
    }

    /// Whether it is one of any number of extras.
    pub fn is_extra(&self) -> bool {
        matches!(self.access, Access::Extra(_))
    }

    /// Whether it only says that something is so, and goes nowhere itself.
    pub fn is_switch(&self) -> bool {
        matches!(self.access, Access::Switch(_))
    }

    /// The same request with another, legal value of this fact.
    pub fn altered(&self, scene: &Scene) -> Scene {
        let mut altered = scene.clone();
        let scene = &mut altered;
        match self.access {
            Access::Required(place) => alter(place(scene)),
            Access::Text(place) => place(scene).iter_mut().for_each(alter),
            Access::Id(place) => place(scene).iter_mut().for_each(alter_id),
            Access::Token(place) => place(scene).iter_mut().for_each(|token| alter(token)),
            Access::Unsigned(place) => place(scene).iter_mut().for_each(|number| *number ^= 1),
            Access::Signed(place) => place(scene).iter_mut().for_each(|number| *number ^= 1),
            Access::Flag(place) => place(scene).iter_mut().for_each(|flag| *flag = !*flag),
            Access::Switch(place) => *place(scene) = !*place(scene),
            Access::Execution(place) => scene.facts.execution.iter_mut().filter_map(place).for_each(alter),
            Access::ExecutionFlag => {
                let flags = scene.facts.execution.iter_mut().filter_map(|execution| execution.auto_review_enabled.as_mut());
                flags.for_each(|flag| *flag = !*flag);
            }
            Access::SandboxMode => scene.facts.sandbox_mode.iter_mut().for_each(|mode| {
                *mode = if mode == "read-only" { "workspace-write" } else { "read-only" }.into();
            }),
            Access::Source => match &mut scene.facts.session_source {
                SessionSource::Root => {}
                SessionSource::Subagent(name) | SessionSource::Internal(name) => alter(name),
            },
            Access::Workspaces => scene.facts.workspaces.iter_mut().for_each(alter_workspace),
            Access::Compaction => scene.facts.compaction.iter_mut().for_each(|compaction| {
                compaction.trigger = if compaction.trigger == "auto" { "manual" } else { "auto" }.into();
            }),
            Access::Features => scene.additions.beta_features = vec![other(&scene.additions.beta_features.join(",")).into()],
            Access::Extra(place) => {
                place(scene).iter_mut().filter(|(name, _)| *name == self.name).for_each(|(_, value)| alter(value));
            }
        }
        altered
    }

    /// The same request without this fact, where that says more than another value.
    pub fn removed(&self, scene: &Scene) -> Option<Scene> {
        let mut without = scene.clone();
        match self.access {
            Access::Extra(place) => place(&mut without).retain(|(name, _)| *name != self.name),
            Access::Workspaces => without.facts.workspaces.clear(),
            _ => return None,
        }
        Some(without)
    }
}

fn alter(text: &mut String) {
    *text = other(text).into();
}

/// A text that is legal everywhere, and not this one.
fn other(text: &str) -> &'static str {
    if text == "x" { "y" } else { "x" }
}

fn alter_id(id: &mut String) {
    const FIRST: &str = "00000000-0000-7000-8000-000000000001";
    const SECOND: &str = "00000000-0000-7000-8000-000000000002";
    // However it is spelt, only the first ends like this.
    let is_first = id.contains("000000000001");
    *id = if is_first { SECOND } else { FIRST }.into();
}

fn alter_workspace(workspace: &mut Workspace) {
    workspace.root.push('~');
    workspace.has_changes = Some(!workspace.has_changes.unwrap_or_default());
}
