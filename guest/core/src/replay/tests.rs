#![allow(clippy::arithmetic_side_effects, reason = "clippy exempts test functions from this lint, but not what they call")]

use super::*;
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;
use proptest::prelude::*;

mod model;

/// 2026-04-23T00:00:00Z.
const T: i64 = 1_776_902_400;
const NOW: i64 = T * 1000;
/// max_age + ahead of the default configuration, in milliseconds.
const KEPT_MS: i64 = 310_000;

fn config(mode: Mode) -> Config {
    Config { mode, ..Config::default() }
}

fn window(mode: Mode) -> ReplayWindow {
    ReplayWindow::new(config(mode)).unwrap()
}

/// A key that differs in every byte position for small numbers, unlike a counter.
fn key(number: u32) -> ReplayKey {
    let mut state = u64::from(number);
    let mut key = [0; 32];
    for lane in key.chunks_mut(8) {
        // splitmix64
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        lane.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes());
    }
    key
}

fn verdict<T>(result: Result<T>) -> Option<Code> {
    result.err().map(|error| error.code)
}

#[test]
fn v11_default_mode_is_cap_32() {
    assert_eq!(Mode::default(), Mode::Cap(32));
    assert_eq!(Config::default(), Config { mode: Mode::Cap(32), max_age_s: 300, ahead_s: 10, capacity: 1_000_000 });
}

#[test]
fn v11_cap_accepts_n_and_refuses_n_plus_1() {
    for cap in [1, 2, 32, 10_000] {
        let mut window = window(Mode::Cap(cap));
        for nth in 1..=cap {
            assert_eq!(window.admit(NOW, &key(1), T).map(drop), Ok(()), "{nth} of {cap}");
        }
        for _ in 0..3 {
            assert_eq!(verdict(window.admit(NOW, &key(1), T)), Some(Code::AssertionReplayed));
        }
        assert_eq!(window.admit(NOW, &key(2), T).map(drop), Ok(()), "another key has its own count");
        let counts: Vec<u16> = window.entries().filter(|entry| entry.key == key(1)).map(|entry| entry.count).collect();
        assert_eq!(counts, [cap], "refusals are not counted");
    }
}

#[test]
fn v11_strict_is_cap_1() {
    let mut window = window(Mode::Strict);
    assert_eq!(window.admit(NOW, &key(1), T).map(drop), Ok(()));
    assert_eq!(verdict(window.admit(NOW, &key(1), T)), Some(Code::AssertionReplayed));
}

#[test]
fn v11_off_remembers_nothing() {
    let mut window = window(Mode::Off);
    for _ in 0..100 {
        assert_eq!(window.admit(NOW, &key(1), T).map(drop), Ok(()));
    }
    assert!(window.is_empty());
    assert_eq!((window.mark(), window.memory_bytes()), (None, 0));
}

#[test]
fn v11_keys_are_compared_in_full() {
    let mut window = window(Mode::Strict);
    for position in 0..32 {
        let mut close = [7; 32];
        close[position] = 8;
        assert_eq!(window.admit(NOW, &close, T).map(drop), Ok(()));
    }
    assert_eq!(window.admit(NOW, &[0; 32], T).map(drop), Ok(()), "a key of zeros is no vacant slot");
    assert_eq!(verdict(window.admit(NOW, &[0; 32], T)), Some(Code::AssertionReplayed));
    assert_eq!(window.len(), 33);
}

#[test]
fn v11_configuration_bounds() {
    let good = Config::default();
    for config in
        [Config { max_age_s: 1, ahead_s: 0, capacity: 1, ..good }, Config { max_age_s: 900, ahead_s: 60, mode: Mode::Cap(10_000), ..good }]
    {
        assert!(ReplayWindow::new(config).is_ok());
    }
    for bad in [
        Config { max_age_s: 0, ..good },
        Config { max_age_s: 901, ..good },
        Config { ahead_s: 61, ..good },
        Config { mode: Mode::Cap(0), ..good },
        Config { mode: Mode::Cap(10_001), ..good },
        Config { capacity: 0, ..good },
    ] {
        assert_eq!(ReplayWindow::new(bad).unwrap_err().code, Code::ConfigInvalid);
        assert_eq!(ReplayWindow::restored(bad, [], None).unwrap_err().code, Code::ConfigInvalid);
        assert_eq!(ReplayWindow::lost(bad, NOW).unwrap_err().code, Code::ConfigInvalid);
    }
}

#[test]
fn v11_modes_are_read_by_name() {
    assert_eq!(Mode::parse("off", None), Ok(Mode::Off));
    assert_eq!(Mode::parse("strict", Some(7)), Ok(Mode::Strict));
    assert_eq!(Mode::parse("cap", Some(7)), Ok(Mode::Cap(7)));
    assert_eq!(Mode::parse("cap", None), Ok(Mode::Cap(32)));
    assert_eq!(Mode::parse("Cap", None).unwrap_err().code, Code::ConfigInvalid);
}

#[test]
fn v8_v9_window_bounds_to_the_millisecond() {
    let window = window(Mode::default());
    assert_eq!(window.check_window(NOW + 300_000, T), Ok(()));
    assert_eq!(verdict(window.check_window(NOW + 300_001, T)), Some(Code::AssertionExpired));
    assert_eq!(window.check_window(NOW - 10_000, T), Ok(()));
    assert_eq!(verdict(window.check_window(NOW - 10_001, T)), Some(Code::AssertionNotYetValid));
    for now_ms in [i64::MIN, i64::MAX] {
        assert!(window.check_window(now_ms, T).is_err());
    }
}

#[test]
fn v12_an_entry_is_kept_to_the_last_millisecond_and_removed_after_it() {
    let mut window = window(Mode::Strict);
    window.admit(NOW, &key(1), T).unwrap();
    assert_eq!(verdict(window.admit(NOW + KEPT_MS, &key(1), T)), Some(Code::AssertionReplayed));
    assert_eq!((window.len(), window.mark()), (1, None));
    assert_eq!(verdict(window.admit(NOW + KEPT_MS + 1, &key(1), T)), Some(Code::AssertionExpired));
    assert_eq!((window.len(), window.mark()), (0, Some(T)));
}

#[test]
fn v12_what_was_removed_stays_expired_when_the_clock_steps_back() {
    let mut window = window(Mode::Strict);
    window.admit(NOW, &key(1), T).unwrap();
    window.purge(NOW + KEPT_MS + 1);
    for (known, timestamp) in [(1, T), (2, T), (3, T - 1)] {
        assert_eq!(verdict(window.check_window(NOW, timestamp)), Some(Code::AssertionExpired));
        assert_eq!(verdict(window.admit(NOW, &key(known), timestamp)), Some(Code::AssertionExpired));
    }
    assert_eq!(window.admit(NOW, &key(4), T + 1).map(drop), Ok(()));
}

#[test]
fn v12_the_mark_never_falls() {
    let mut window = window(Mode::Strict);
    window.admit(NOW, &key(1), T).unwrap();
    window.purge(NOW + KEPT_MS + 1);
    window.admit(NOW, &key(2), T + 1).unwrap();
    window.purge(i64::MAX);
    assert_eq!(window.mark(), Some(T + 1));
    window.purge(i64::MIN);
    assert_eq!(window.mark(), Some(T + 1));
}

#[test]
fn v12_a_full_store_refuses_new_keys_and_evicts_none() {
    let mut window = ReplayWindow::new(Config { capacity: 3, ..config(Mode::Cap(2)) }).unwrap();
    for number in 0..3 {
        window.admit(NOW, &key(number), T + i64::from(number)).unwrap();
    }
    assert_eq!(verdict(window.admit(NOW, &key(9), T + 9)), Some(Code::ReplayStoreUnavailable));
    assert_eq!(window.admit(NOW, &key(0), T).map(drop), Ok(()), "known keys still count");
    assert_eq!(window.len(), 3);
    assert_eq!(verdict(window.admit(NOW + KEPT_MS, &key(9), T + 9)), Some(Code::ReplayStoreUnavailable));
    assert_eq!(window.admit(NOW + KEPT_MS + 1, &key(9), T + 9).map(drop), Ok(()), "the first second is over");
}

#[test]
fn v12_a_restored_store_goes_on_where_it_stopped() {
    let mut first = window(Mode::Cap(2));
    first.admit(NOW, &key(0), T - 5).unwrap();
    first.purge(NOW - 5_000 + KEPT_MS + 1);
    for (number, timestamp) in [(1, T), (1, T), (2, T), (3, T + 1)] {
        first.admit(NOW, &key(number), timestamp).unwrap();
    }
    let stored: Vec<Entry> = first.entries().collect();
    let mut second = ReplayWindow::restored(config(Mode::Cap(2)), stored.clone(), first.mark_to_store()).unwrap();
    assert_eq!((second.len(), second.mark()), (3, Some(T - 5)));
    assert!(second.entries().all(|entry| stored.contains(&entry)));
    assert_eq!(verdict(second.admit(NOW, &key(1), T)), Some(Code::AssertionReplayed));
    assert_eq!(second.admit(NOW, &key(2), T).map(drop), Ok(()));
    assert_eq!(verdict(second.admit(NOW, &key(2), T)), Some(Code::AssertionReplayed));
    assert_eq!(verdict(second.admit(NOW, &key(4), T - 5)), Some(Code::AssertionExpired));
}

#[test]
fn v12_restoring_takes_doubtful_entries_on_the_safe_side() {
    let entry = |number, timestamp_s, count| Entry { key: key(number), timestamp_s, count };
    let entries = vec![entry(1, T, 1), entry(1, T, 2), entry(2, T, 0), entry(3, T - 1, 1), entry(4, T, u16::MAX), entry(4, T, 1)];
    let small = Config { capacity: 2, ..config(Mode::Cap(3)) };
    let mut window = ReplayWindow::restored(small, entries, Some(T - 1)).unwrap();
    assert_eq!(window.len(), 3, "all live entries, though the capacity is 2; none at or below the mark");
    assert_eq!(verdict(window.admit(NOW, &key(1), T)), Some(Code::AssertionReplayed), "1 + 2");
    assert_eq!(verdict(window.admit(NOW, &key(4), T)), Some(Code::AssertionReplayed));
    assert_eq!(window.admit(NOW, &key(2), T).map(drop), Ok(()));
    assert_eq!(verdict(window.admit(NOW, &key(5), T)), Some(Code::ReplayStoreUnavailable));
}

#[test]
fn v12_a_lost_store_refuses_up_to_start_plus_ahead() {
    let mut window = ReplayWindow::lost(config(Mode::default()), NOW + 999).unwrap();
    for timestamp in [T - 300, T, T + 10] {
        assert_eq!(verdict(window.admit(NOW + 999, &key(1), timestamp)), Some(Code::ReplayStoreUnavailable));
    }
    assert!(window.is_empty());
    assert_eq!(window.admit(NOW + 1_000, &key(1), T + 11).map(drop), Ok(()));
    assert_eq!(verdict(window.admit(NOW + 60_000, &key(1), T + 10)), Some(Code::ReplayStoreUnavailable), "later still");
}

#[test]
fn v12_a_lost_store_stays_closed_when_it_is_restored() {
    let lost = ReplayWindow::lost(config(Mode::default()), NOW).unwrap();
    assert_eq!((lost.mark(), lost.mark_to_store()), (None, Some(T + 10)));
    let mut restored = ReplayWindow::restored(config(Mode::default()), lost.entries(), lost.mark_to_store()).unwrap();
    assert_eq!(verdict(restored.admit(NOW, &key(1), T + 10)), Some(Code::AssertionExpired));
    assert_eq!(restored.admit(NOW, &key(1), T + 11).map(drop), Ok(()));
}

#[test]
fn v12_memory_stays_below_64_bytes_for_an_entry() {
    for (keys, seconds) in [(60_000, 1), (60_000, 60)] {
        let mut window = window(Mode::default());
        let mut worst = 0;
        for number in 0..keys {
            window.admit(NOW, &key(number), T + i64::from(number % seconds)).unwrap();
            if window.len() >= 6_000 {
                worst = worst.max(window.memory_bytes() / window.len());
            }
        }
        assert_eq!(window.len(), usize::try_from(keys).unwrap());
        assert!(worst <= 64, "{worst} bytes for an entry with {seconds} seconds");
        window.purge(i64::MAX);
        assert_eq!(window.memory_bytes(), 0);
    }
}

#[test]
fn v12_keys_that_only_count_do_not_slow_the_table_down() {
    // Were such keys to share a home, 100 000 of them would take 5 000 000 000 comparisons.
    for shift in [0, 4, 28] {
        let mut window = window(Mode::Strict);
        for number in 0_u32..100_000 {
            let mut counter = [0; 32];
            counter[shift..shift + 4].copy_from_slice(&number.to_be_bytes());
            window.admit(NOW, &counter, T).unwrap();
        }
        assert_eq!(window.len(), 100_000);
    }
}

proptest! {
    #[test]
    fn v12_every_verdict_equals_the_models(steps in model::steps(), settings in model::settings()) {
        let mut window = ReplayWindow::new(settings).unwrap();
        let mut model = model::Model::new(settings);
        for step in steps {
            let expected = model.admit(step.now_ms, step.key, step.timestamp_s);
            prop_assert_eq!(verdict(window.admit(step.now_ms, &key(step.key), step.timestamp_s)), expected);
            prop_assert_eq!((window.len(), window.mark()), (model.entries.len(), model.mark));
        }
        let found: Vec<(u32, i64, u16)> = model.entries.iter().map(|(&(number, timestamp), &count)| (number, timestamp, count)).collect();
        for (number, timestamp_s, count) in found {
            let entry = Entry { key: key(number), timestamp_s, count };
            prop_assert!(window.entries().any(|other| other == entry));
        }
    }

    #[test]
    fn v12_nothing_is_ever_both_acceptable_and_forgotten(steps in model::steps(), settings in model::settings()) {
        let mut window = ReplayWindow::new(settings).unwrap();
        let mut accepted: BTreeMap<(u32, i64), u16> = BTreeMap::new();
        for step in steps {
            let verdict = window.check_window(step.now_ms, step.timestamp_s)
                .and_then(|()| window.admit(step.now_ms, &key(step.key), step.timestamp_s));
            if verdict.is_ok() {
                *accepted.entry((step.key, step.timestamp_s)).or_default() += 1;
            }
            // At the step's clock and at any other clock that would accept it.
            for (&(number, timestamp_s), &count) in &accepted {
                prop_assert!(Some(count) <= settings.mode.cap());
                for now_ms in [step.now_ms, timestamp_s * 1000] {
                    let entry = Entry { key: key(number), timestamp_s, count };
                    let remembered = window.entries().any(|other| other == entry);
                    prop_assert!(remembered || window.check_window(now_ms, timestamp_s).is_err());
                }
            }
        }
    }

    #[test]
    fn v12_no_clock_reading_panics(now_ms: i64, timestamp_s: i64, start_ms: i64, later_ms: i64) {
        let mut window = ReplayWindow::lost(Config::default(), start_ms).unwrap();
        let _ = window.admit(now_ms, &[1; 32], timestamp_s);
        let _ = window.check_window(later_ms, timestamp_s);
        window.purge(later_ms);
    }
}
