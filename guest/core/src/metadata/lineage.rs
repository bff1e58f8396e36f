//! Turns and threads: what is set once, what is restored, and what may start a root turn (§3).

use super::session_source::SessionSource;
use super::snapshot::{Snapshot, Texts};
use crate::text::is_blank;
use alloc::string::String;

/// Thread sources whose turns are never root turns; labels that begin with [`AMBIENT`] are not either.
const NEVER_ROOT: [&str; 5] = ["subagent", "guardian_review", "memory_consolidation", "system", "title"];
const AMBIENT: &str = "ambient";

/// Whether a thread may start a root turn: only a root agent, and only for some thread sources (3-10).
pub fn may_start_root_turn(source: &SessionSource, thread_source: Option<&str>) -> bool {
    let may = |label: &str| !NEVER_ROOT.contains(&label) && !label.starts_with(AMBIENT);
    source.is_root() && thread_source.is_none_or(may)
}

/// The agent's path, or that of the root agent (3-7).
pub fn agent_name(path: Option<&str>) -> &str {
    filled(path).unwrap_or("/root")
}

/// The session of a stored thread; older data has none, then it is the thread's own id (3-2).
pub fn restored_session_id<'a>(stored: Option<&'a str>, thread_id: &'a str) -> &'a str {
    filled(stored).unwrap_or(thread_id)
}

/// What a turn learns about itself while it runs. Every request of the turn gets a snapshot with these facts.
#[derive(Clone, Debug, Default)]
pub struct Turn {
    parent_turn_id: Option<String>,
    root_turn_id: Option<String>,
    turn_trigger: Option<String>,
    is_root_ambiguous: bool,
    started_at_unix_ms: Option<i64>,
    extras: Texts,
    user_input_requested: bool,
}

impl Turn {
    /// The turn that caused this one. Blank text and a second call change nothing (3-3).
    pub fn set_parent_turn_id(&mut self, id: &str) {
        set_once(&mut self.parent_turn_id, id);
    }

    /// The first turn of the chain. Blank text and a second call change nothing (3-3).
    pub fn set_root_turn_id(&mut self, id: &str) {
        set_once(&mut self.root_turn_id, id);
    }

    /// What set the turn off. Blank text and a second call change nothing (3-3).
    pub fn set_turn_trigger(&mut self, trigger: &str) {
        set_once(&mut self.turn_trigger, trigger);
    }

    /// More than one chain leads here: the root turn is no longer rendered (3-4).
    pub fn mark_root_ambiguous(&mut self) {
        self.is_root_ambiguous = true;
    }

    /// The turn really starts; only the first call counts (3-8).
    pub fn start(&mut self, unix_ms: i64) {
        self.started_at_unix_ms.get_or_insert(unix_ms);
    }

    /// The caller steers: extras replace those before, none leave them (2-4).
    pub fn steer(&mut self, extras: Option<Texts>) {
        if let Some(extras) = extras {
            self.extras = extras;
        }
    }

    /// The user was asked for input in this turn (1-22).
    pub fn request_user_input(&mut self) {
        self.user_input_requested = true;
    }

    /// The snapshot with the facts of this turn.
    #[must_use]
    pub fn stamp(&self, snapshot: Snapshot) -> Snapshot {
        Snapshot {
            parent_turn_id: self.parent_turn_id.clone(),
            root_turn_id: self.root_turn_id.clone().filter(|_| !self.is_root_ambiguous),
            turn_trigger: self.turn_trigger.clone(),
            turn_started_at_unix_ms: self.started_at_unix_ms,
            extras: self.extras.clone(),
            user_input_requested: self.user_input_requested,
            ..snapshot
        }
    }
}

fn set_once(place: &mut Option<String>, text: &str) {
    if place.is_none() && !is_blank(text) {
        *place = Some(text.into());
    }
}

/// The text, unless it is blank.
#[inline(never)]
pub(super) fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !is_blank(text))
}
