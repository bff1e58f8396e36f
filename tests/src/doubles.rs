//! Clocks and random sources that do what a test says.

use agent_identity_host::ports::{Clock, Random, RandomError};
use std::sync::atomic::{AtomicI64, AtomicU8, AtomicU64, Ordering};

/// A wall clock that stands still until it is set. Its monotonic clock is advanced apart from it.
pub struct SetClock {
    wall_ms: AtomicI64,
    monotonic_ms: AtomicU64,
}

impl SetClock {
    /// Showing this time.
    pub fn at(wall_ms: i64) -> Self {
        Self { wall_ms: AtomicI64::new(wall_ms), monotonic_ms: AtomicU64::new(0) }
    }

    /// Steps the wall clock, in either direction.
    pub fn set(&self, wall_ms: i64) {
        self.wall_ms.store(wall_ms, Ordering::Relaxed);
    }

    /// Lets time pass on both clocks.
    pub fn advance(&self, ms: u32) {
        self.wall_ms.fetch_add(ms.into(), Ordering::Relaxed);
        self.monotonic_ms.fetch_add(ms.into(), Ordering::Relaxed);
    }
}

impl Clock for SetClock {
    fn now_ms(&self) -> i64 {
        self.wall_ms.load(Ordering::Relaxed)
    }

    fn monotonic_ms(&self) -> u64 {
        self.monotonic_ms.load(Ordering::Relaxed)
    }
}

/// A random source that gives one byte over and over.
pub struct SetRandom(AtomicU8);

impl SetRandom {
    /// This byte over and over.
    pub fn repeating(byte: u8) -> Self {
        Self(AtomicU8::new(byte))
    }

    /// Changes the byte.
    pub fn repeat(&self, byte: u8) {
        self.0.store(byte, Ordering::Relaxed);
    }
}

impl Random for SetRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError> {
        buffer.fill(self.0.load(Ordering::Relaxed));
        Ok(())
    }
}

/// A random source that fails.
#[derive(Clone, Copy, Debug)]
pub struct NoRandom;

impl Random for NoRandom {
    fn fill(&self, _: &mut [u8]) -> Result<(), RandomError> {
        Err(RandomError)
    }
}
