//! How many WebSockets are open, and what they may be.

use super::config::SocketLimits;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Counts WebSockets.
pub(super) struct Sockets {
    pub(super) limits: SocketLimits,
    permits: Arc<Semaphore>,
    opened: AtomicU64,
}

/// One that is open, until it is dropped.
pub(super) struct OpenSocket {
    /// From 1, in the order in which they were opened.
    pub(super) number: u64,
    _permit: OwnedSemaphorePermit,
}

impl Sockets {
    pub(super) fn new(limits: SocketLimits) -> Self {
        Self { limits, permits: Arc::new(Semaphore::new(limits.open.min(Semaphore::MAX_PERMITS))), opened: AtomicU64::new(0) }
    }

    /// None while as many are open as may be.
    pub(super) fn open(&self) -> Option<OpenSocket> {
        let permit = self.permits.clone().try_acquire_owned().ok()?;
        Some(OpenSocket { number: self.opened.fetch_add(1, Ordering::Relaxed) + 1, _permit: permit })
    }
}
