//! Turns and threads: what is set once, what is restored, and what may start a root turn (§3).

use super::session_source::SessionSource;
use super::snapshot::Texts;
use crate::text::is_blank;
use alloc::string::String;
use core::fmt;

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

/// The session of a thread: the one it was started in, or stored with; else, as in older data, its own id (3-2).
pub fn session_id<'a>(known: Option<&'a str>, thread_id: &'a str) -> &'a str {
    filled(known).unwrap_or(thread_id)
}

/// What a turn learns about itself while it runs. Every request of the turn gets a snapshot with these facts.
#[derive(Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the members are those of table 1A, under their own names")]
pub struct Turn {
    pub parent_turn_id: Option<String>,
    pub root_turn_id: Option<String>,
    pub turn_trigger: Option<String>,
    /// More than one chain leads here: the root turn is not rendered (3-4).
    pub is_root_ambiguous: bool,
    pub turn_started_at_unix_ms: Option<i64>,
    /// What the caller gave for this turn.
    pub extras: Texts,
    /// Whether the user was asked for input in this turn (1-22).
    pub user_input_requested: bool,
}

/// Something that happens to a turn.
pub enum TurnEvent {
    /// The turn that caused it is known. Blank text and a second one change nothing, here and in the next two (3-3).
    Parent(String),
    /// The first turn of its chain is known.
    Root(String),
    /// What set it off is known.
    Triggered(String),
    /// More than one chain leads here.
    RootAmbiguous,
    /// It really starts, at this time; only the first one counts (3-8).
    Started(i64),
    /// The caller steers: these extras replace those before (2-4). A steer without extras is no event.
    Steered(Texts),
    /// The user was asked for input.
    UserInputRequested,
}

impl Turn {
    /// Takes note of an event.
    pub fn update(&mut self, event: TurnEvent) {
        match event {
            TurnEvent::Parent(id) => set_once(&mut self.parent_turn_id, id),
            TurnEvent::Root(id) => set_once(&mut self.root_turn_id, id),
            TurnEvent::Triggered(trigger) => set_once(&mut self.turn_trigger, trigger),
            TurnEvent::RootAmbiguous => self.is_root_ambiguous = true,
            TurnEvent::Started(unix_ms) => {
                self.turn_started_at_unix_ms.get_or_insert(unix_ms);
            }
            TurnEvent::Steered(extras) => self.extras = extras,
            TurnEvent::UserInputRequested => self.user_input_requested = true,
        }
    }

    /// The root turn, if there is one of which all chains come (3-4).
    pub(super) fn root(&self) -> Option<&str> {
        filled(self.root_turn_id.as_deref()).filter(|_| !self.is_root_ambiguous)
    }
}

impl fmt::Debug for Turn {
    /// Ids only: values of extras are never recorded (15-4).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { parent_turn_id, root_turn_id, .. } = self;
        f.debug_struct("Turn").field("parent_turn_id", parent_turn_id).field("root_turn_id", root_turn_id).finish_non_exhaustive()
    }
}

fn set_once(place: &mut Option<String>, text: String) {
    if place.is_none() && !is_blank(&text) {
        *place = Some(text);
    }
}

/// The text, unless it is blank.
#[inline(never)]
pub(super) fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !is_blank(text))
}
