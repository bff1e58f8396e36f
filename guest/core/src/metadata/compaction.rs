//! The facts of a compaction when it is dispatched (3-15).

use crate::error::{Code, Result};

/// Trigger, reason, implementation, phase and strategy; each one of the names the specification has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compaction([&'static str; 5]);

pub(super) const MEMBERS: [&str; 5] = ["trigger", "reason", "implementation", "phase", "strategy"];

/// What each member may say.
const NAMES: [&[&str]; 5] = [
    &["manual", "auto"],
    &["user_requested", "context_limit", "model_downshift", "comp_hash_changed"],
    &["responses", "responses_compact", "responses_compaction_v2"],
    &["standalone_turn", "pre_turn", "mid_turn", "post_turn"],
    &["memento", "prefix_compaction"],
];

impl Compaction {
    /// Reads the five values in order; `invalid-snapshot` for a name that is not known.
    pub fn parse(values: [&str; 5]) -> Result<Self> {
        let mut known = [""; 5];
        for ((place, names), value) in known.iter_mut().zip(&NAMES).zip(&values) {
            *place = names.iter().find(|name| *name == value).ok_or(Code::InvalidSnapshot)?;
        }
        Ok(Self(known))
    }

    /// A compaction that the user asked for (3-16), by this implementation.
    pub fn manual(implementation: &str) -> Result<Self> {
        Self::parse(["manual", "user_requested", implementation, "standalone_turn", "memento"])
    }

    /// The five values in order.
    pub fn values(&self) -> [&'static str; 5] {
        self.0
    }
}
