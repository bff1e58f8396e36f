//! Every fact of one request.

use super::Facts;
use std::fmt;
use std::sync::Arc;

/// The facts of one request. It never changes, so that a retry is the same request (1-2); clones share it. `Debug` shows ids only.
#[derive(Clone, Default)]
pub struct Snapshot(Arc<Facts>);

impl Snapshot {
    /// The facts.
    pub fn facts(&self) -> &Facts {
        &self.0
    }
}

impl From<Facts> for Snapshot {
    fn from(facts: Facts) -> Self {
        Self(Arc::new(facts))
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("session_id", &self.0.session_id)
            .field("thread_id", &self.0.thread_id)
            .field("turn_id", &self.0.turn_id)
            .field("window_id", &self.0.window_id)
            .finish_non_exhaustive()
    }
}
