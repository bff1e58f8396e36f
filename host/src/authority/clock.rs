//! The authority's clock: that of its configuration, shifted by tests.

use crate::ports::Clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

/// What the authority takes for the present time, in verification and in `Date`.
pub(super) struct AuthorityClock {
    inner: Arc<dyn Clock>,
    offset_ms: AtomicI64,
}

impl AuthorityClock {
    pub(super) fn new(inner: Arc<dyn Clock>, offset_ms: i64) -> Self {
        Self { inner, offset_ms: AtomicI64::new(offset_ms) }
    }

    pub(super) fn set_offset_ms(&self, offset_ms: i64) {
        self.offset_ms.store(offset_ms, Ordering::Relaxed);
    }

    /// The value of `Date`, an IMF-fixdate.
    pub(super) fn http_date(&self) -> String {
        /// 9999-12-31T23:59:59Z, the last second that has such a date.
        const LAST_S: u64 = 253_402_300_799;
        let now_s = u64::try_from(self.now_ms().div_euclid(1000)).unwrap_or(0);
        httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(now_s.min(LAST_S)))
    }
}

impl Clock for AuthorityClock {
    fn now_ms(&self) -> i64 {
        self.inner.now_ms().saturating_add(self.offset_ms.load(Ordering::Relaxed))
    }

    fn monotonic_ms(&self) -> u64 {
        self.inner.monotonic_ms()
    }
}
