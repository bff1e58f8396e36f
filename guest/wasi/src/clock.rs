//! Interface `clock`, from `wasi:clocks`.

use crate::Adapter;
use crate::exports::agent::clock::Guest;
use crate::wasi::clocks::{monotonic_clock, system_clock};

/// Nanoseconds of a millisecond.
const NS: u64 = 1_000_000;

/// Far beyond any date that is written, and far from the end of what can be counted.
const MOST_S: i64 = 1 << 50;

impl Guest for Adapter {
    fn now() -> i64 {
        let now = system_clock::now();
        let ms = now.seconds.clamp(-MOST_S, MOST_S).wrapping_mul(1000);
        ms.wrapping_add(i64::from(now.nanoseconds / 1_000_000))
    }

    fn monotonic() -> u64 {
        monotonic_clock::now() / NS
    }

    async fn wait(ms: u64) {
        monotonic_clock::wait_for(ms.saturating_mul(NS)).await;
    }
}
