//! The facts of a compaction when it is dispatched (3-15).

use super::Compaction;

/// How a history is compacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Implementation {
    /// By an ordinary request.
    Local,
    /// By `responses/compact`.
    Legacy,
    /// By a request that ends with a trigger.
    V2,
}

impl Implementation {
    /// The spelling of the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "responses",
            Self::Legacy => "responses_compact",
            Self::V2 => "responses_compaction_v2",
        }
    }
}

impl Compaction {
    /// One that the user asked for (3-16).
    pub fn manual(implementation: Implementation) -> Self {
        Self::of("manual", "user_requested", implementation, "standalone_turn")
    }

    /// One that is due. `reason` is `context_limit`, `model_downshift` or `comp_hash_changed`; `phase` is `pre_turn`, `mid_turn` or
    /// `post_turn`.
    pub fn automatic(reason: &str, implementation: Implementation, phase: &str) -> Self {
        Self::of("auto", reason, implementation, phase)
    }

    fn of(trigger: &str, reason: &str, implementation: Implementation, phase: &str) -> Self {
        let [trigger, reason, phase, strategy] = [trigger, reason, phase, "memento"].map(Into::into);
        Self { trigger, reason, implementation: implementation.as_str().into(), phase, strategy }
    }
}
