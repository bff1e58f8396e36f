//! Delegates with real tasks and channels; time is paused, so that what would hang fails instead.

mod approvals;
mod cancelling;
mod contexts;
#[cfg(feature = "authority")]
mod end_to_end;
mod ending;
#[cfg(feature = "client")]
mod gated;
mod one_shot;
mod pipes;
mod reviews;
mod signing;
mod stage;
mod stress;
#[cfg(feature = "client")]
mod vectors;
