//! The facts of a compaction when it is dispatched (3-15).

use crate::error::{Code, Result};
use alloc::string::String;

/// Each member is one of the names the specification has for it; another one makes the snapshot invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the members are those of 3-15, under their own names")]
pub struct Compaction {
    pub trigger: String,
    pub reason: String,
    pub implementation: String,
    pub phase: String,
    pub strategy: String,
}

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
        let [trigger, reason, implementation, phase, strategy] = values.map(String::from);
        let compaction = Self { trigger, reason, implementation, phase, strategy };
        compaction.check()?;
        Ok(compaction)
    }

    /// The five values in order.
    pub fn values(&self) -> [&str; 5] {
        [&self.trigger, &self.reason, &self.implementation, &self.phase, &self.strategy]
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.values().iter().zip(&NAMES).all(|(value, names)| names.contains(value)) {
            return Ok(());
        }
        Err(Code::InvalidSnapshot.into())
    }
}
