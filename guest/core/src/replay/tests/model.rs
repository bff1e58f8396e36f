//! The rules of V11 and V12 written down naively, and the random histories that both implementations run.

use super::*;
use alloc::collections::BTreeMap;

pub(super) struct Model {
    config: Config,
    pub(super) entries: BTreeMap<(u32, i64), u16>,
    pub(super) mark: Option<i64>,
}

impl Model {
    pub(super) fn new(config: Config) -> Self {
        Self { config, entries: BTreeMap::new(), mark: None }
    }

    pub(super) fn admit(&mut self, now_ms: i64, key: u32, timestamp_s: i64) -> Option<Code> {
        let kept_s = i64::from(self.config.max_age_s + self.config.ahead_s);
        let (kept, removed): (Vec<_>, Vec<_>) =
            self.entries.iter().map(|(&id, &count)| (id, count)).partition(|&((_, t), _)| now_ms <= 1000 * (t + kept_s));
        self.entries = kept.into_iter().collect();
        for ((_, t), _) in removed {
            self.mark = Some(self.mark.map_or(t, |mark| mark.max(t)));
        }
        if self.mark.is_some_and(|mark| timestamp_s <= mark) {
            return Some(Code::AssertionExpired);
        }
        let cap = match self.config.mode {
            Mode::Off => return None,
            Mode::Cap(cap) => cap,
            Mode::Strict => 1,
        };
        let full = self.entries.len() >= self.config.capacity;
        match self.entries.get_mut(&(key, timestamp_s)) {
            Some(count) if *count == cap => return Some(Code::AssertionReplayed),
            Some(count) => *count += 1,
            None if full => return Some(Code::ReplayStoreUnavailable),
            None => {
                self.entries.insert((key, timestamp_s), 1);
            }
        }
        None
    }
}

#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) now_ms: i64,
    pub(super) key: u32,
    pub(super) timestamp_s: i64,
}

/// Few keys and few seconds, so that histories meet; the clock mostly creeps and sometimes leaps, forwards and backwards.
pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let clock_step = prop_oneof![5 => 0..500_i64, 2 => -2_000..8_000_i64, 1 => -40_000..40_000_i64];
    let step = (clock_step, 0_u32..6, -5_i64..5);
    proptest::collection::vec(step, 1..80).prop_map(|steps| {
        let mut now_ms = NOW;
        let walk = |(clock_step, key, offset_s): (i64, u32, i64)| {
            now_ms += clock_step;
            Step { now_ms, key, timestamp_s: now_ms.div_euclid(1000) + offset_s }
        };
        steps.into_iter().map(walk).collect()
    })
}

pub(super) fn settings() -> impl Strategy<Value = Config> {
    let mode = prop_oneof![Just(Mode::Strict), (1_u16..4).prop_map(Mode::Cap)];
    (mode, 1_u32..6, 0_u32..4, 1_usize..12).prop_map(|(mode, max_age_s, ahead_s, capacity)| Config { mode, max_age_s, ahead_s, capacity })
}
