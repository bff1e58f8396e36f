//! What the core asks of whoever embeds it.

use crate::error::Result;

/// Clock and randomness. Wall time may step; monotonic time never does.
pub trait Ports {
    /// Milliseconds since 1970-01-01T00:00:00Z, uncorrected.
    fn now_ms(&self) -> i64;

    /// Milliseconds since an arbitrary origin.
    fn monotonic_ms(&self) -> u64;

    /// Fills `buffer` with cryptographically secure random bytes, or fails with `random-failed`.
    fn fill_random(&self, buffer: &mut [u8]) -> Result<()>;
}
