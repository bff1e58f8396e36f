//! What the component reads instead of the machine's clock and randomness.

use crate::ports::{Clock, Random, RandomError};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Shows the time of the question.
#[derive(Default)]
pub(super) struct QuestionClock(AtomicI64);

impl QuestionClock {
    pub(super) fn set(&self, now_ms: i64) {
        self.0.store(now_ms, Ordering::Relaxed);
    }
}

impl Clock for QuestionClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    fn monotonic_ms(&self) -> u64 {
        0
    }
}

/// Gives the bytes of the question in order, and fails when they are used up.
#[derive(Default)]
pub(super) struct QuestionRandom(Mutex<Vec<u8>>);

impl QuestionRandom {
    pub(super) fn set(&self, mut bytes: Vec<u8>) {
        bytes.reverse();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = bytes;
    }
}

impl Random for QuestionRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError> {
        let mut bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rest = bytes.len().checked_sub(buffer.len()).ok_or(RandomError)?;
        for (place, byte) in buffer.iter_mut().zip(bytes.drain(rest..).rev()) {
            *place = byte;
        }
        Ok(())
    }
}
