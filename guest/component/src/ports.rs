//! The two imports as the core's ports; wiping of the stack.

use crate::imports::{clock, random};
use agent_identity_core::ports::Ports;
use agent_identity_core::{Code, Error, Result};
use zeroize::Zeroizing;

/// The host's clock and randomness.
pub(crate) struct HostPorts;

impl Ports for HostPorts {
    fn now_ms(&self) -> i64 {
        clock::now()
    }

    fn monotonic_ms(&self) -> u64 {
        clock::monotonic()
    }

    fn fill_random(&self, buffer: &mut [u8]) -> Result<()> {
        let failed = || Error::new(Code::RandomFailed, "the host's random source failed; nothing was made");
        let len = u32::try_from(buffer.len()).map_err(|_| failed())?;
        let bytes = Zeroizing::new(random::bytes(len).map_err(|()| failed())?);
        if bytes.len() != buffer.len() {
            return Err(failed());
        }
        buffer.copy_from_slice(&bytes);
        Ok(())
    }
}

/// Runs `call`, then overwrites the stack it used: arithmetic on secrets leaves spilled copies behind (K15).
pub(crate) fn with_clean_stack<T>(call: impl FnOnce() -> T) -> T {
    #[inline(never)]
    fn run<T>(call: impl FnOnce() -> T) -> T {
        call()
    }
    let result = run(call);
    wipe_stack();
    result
}

/// Overwrites the stack below the caller.
#[inline(never)]
pub(crate) fn wipe_stack() {
    // The black box keeps the zeros, which nothing reads; one fill, where volatile writes would be made byte by byte.
    core::hint::black_box(&mut [0_u8; 16 * 1024]);
}
