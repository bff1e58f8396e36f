//! Faults while they are being used up.

use super::{Faults, Kind};
use crate::authority::endpoints::Endpoint;
use crate::driver::lock;
use std::sync::Mutex;
use std::time::Duration;

/// The faults in force.
pub(in crate::authority) struct ActiveFaults(Mutex<Faults>);

/// What one request gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::authority) struct Planned {
    /// Wait this long first.
    pub(in crate::authority) delay: Duration,
    /// Then this goes wrong.
    pub(in crate::authority) kind: Option<Kind>,
    /// `Retry-After` of a status fault.
    pub(in crate::authority) retry_after_s: Option<u64>,
}

impl ActiveFaults {
    pub(in crate::authority) fn new(faults: Faults) -> Self {
        Self(Mutex::new(faults))
    }

    pub(in crate::authority) fn set(&self, faults: Faults) {
        *lock(&self.0) = faults;
    }

    /// Takes what this request gets, counting it.
    pub(in crate::authority) fn take(&self, endpoint: Endpoint) -> Planned {
        let mut faults = lock(&self.0);
        let mut planned = Planned { retry_after_s: faults.retry_after_s, ..Planned::default() };
        for entry in faults.entries.iter_mut().filter(|entry| entry.scope.covers(endpoint) && entry.left != Some(0)) {
            if let Kind::Slow(delay) = entry.kind {
                planned.delay += delay;
            } else if planned.kind.is_none() {
                planned.kind = Some(entry.kind);
                entry.left = entry.left.map(|left| left - 1);
            }
        }
        planned
    }
}
