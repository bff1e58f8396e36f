//! What the core asks of whoever embeds it.

use crate::error::Result;

/// A source of cryptographically secure random bytes.
pub trait Random {
    /// Fills `buffer` completely, or fails with `random-failed`.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<()>;
}

/// Clock readings. Wall time may step; monotonic time never does.
pub trait Clock {
    /// Milliseconds since 1970-01-01T00:00:00Z, uncorrected.
    fn now_ms(&self) -> i64;

    /// Milliseconds since an arbitrary origin.
    fn monotonic_ms(&self) -> u64;
}
