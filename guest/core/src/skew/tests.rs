use super::*;
use proptest::prelude::*;

/// 2026-04-23T00:00:00.000Z.
const T: i64 = 1_776_902_400_000;
const AT_T: &str = "Thu, 23 Apr 2026 00:00:00 GMT";

#[test]
fn d3_d4_examples() {
    let default = Threshold::default();
    for (received_after, date, age, skew, is_used) in [
        (400, "Thu, 23 Apr 2026 00:05:00 GMT", None, Some(299_800), true),
        (400, "Thu, 23 Apr 2026 00:05:00 GMT", Some("0"), None, false),
        (0, "Thu, 23 Apr 2026 00:04:00 GMT", None, Some(240_000), true),
        (400, "Thu, 23 Apr 2026 00:03:00 GMT", None, Some(179_800), false),
        (400, "Wed, 22 Apr 2026 23:54:00 GMT", None, Some(-360_200), true),
        (900_001, "Thu, 23 Apr 2026 00:15:00 GMT", None, None, false),
    ] {
        let measured = measure(T, T + received_after, Some(date), age).unwrap();
        assert_eq!(measured, skew, "{date} {age:?}");
        assert_eq!(used(measured, 0, default), is_used, "{date} {age:?}");
    }
    assert!(used(Some(179_800), 0, Threshold::SERVER_NAMES_CLOCK));
}

#[test]
fn d3_midpoint_is_rounded_down() {
    assert_eq!(measure(T, T + 1, Some(AT_T), None), Ok(Some(0)));
    assert_eq!(measure(T, T + 3, Some(AT_T), None), Ok(Some(-1)));
    let epoch = Some("Thu, 01 Jan 1970 00:00:00 GMT");
    assert_eq!(measure(-3, -2, epoch, None), Ok(Some(3)), "the floor of -2.5 is -3");
}

#[test]
fn d3_round_trip_bounds() {
    assert_eq!(measure(T, T + 900_000, Some(AT_T), None), Ok(Some(-450_000)));
    assert_eq!(measure(T, T + 900_001, Some(AT_T), None), Ok(None));
    assert_eq!(measure(T, T - 1, Some(AT_T), None), Ok(None));
    assert_eq!(measure(i64::MIN, i64::MAX, Some(AT_T), None), Ok(None));
}

#[test]
fn d3_needs_an_imf_fixdate_and_no_age() {
    for date in [None, Some(""), Some("Fri, 23 Apr 2026 00:00:00 GMT"), Some("Thursday, 23-Apr-26 00:00:00 GMT"), Some("1776902400")] {
        assert_eq!(measure(T, T, date, None), Ok(None), "{date:?}");
    }
    for age in ["", "0", "junk"] {
        assert_eq!(measure(T, T, Some(AT_T), Some(age)), Ok(None), "{age:?}");
    }
}

#[test]
fn d3_refuses_more_than_24_hours() {
    assert_eq!(measure(T, T, Some("Fri, 24 Apr 2026 00:00:00 GMT"), None), Ok(Some(86_400_000)));
    assert_eq!(measure(T, T, Some("Wed, 22 Apr 2026 00:00:00 GMT"), None), Ok(Some(-86_400_000)));
    assert_eq!(measure(T - 1, T - 1, Some("Fri, 24 Apr 2026 00:00:00 GMT"), None).unwrap_err().code, Code::SkewOutOfRange);
    assert_eq!(measure(T + 1, T + 1, Some("Wed, 22 Apr 2026 00:00:00 GMT"), None).unwrap_err().code, Code::SkewOutOfRange);
}

#[test]
fn d4_threshold_is_5_to_240_seconds_and_inclusive() {
    for bad in [0, 4, 241, u32::MAX] {
        assert_eq!(Threshold::from_seconds(bad).unwrap_err().code, Code::ConfigInvalid, "{bad}");
    }
    assert_eq!(Threshold::from_seconds(240).unwrap(), Threshold::default());
    assert_eq!(Threshold::from_seconds(5).unwrap(), Threshold::SERVER_NAMES_CLOCK);
    for sign in [1, -1] {
        assert!(used(Some(sign * 5_000), 0, Threshold::SERVER_NAMES_CLOCK));
        assert!(!used(Some(sign * 4_999), 0, Threshold::SERVER_NAMES_CLOCK));
    }
    assert!(!used(None, i64::MAX, Threshold::default()));
}

#[test]
fn d4_residual_is_measured_against_the_offset_in_use() {
    assert_eq!(Residual::new(300_000, 299_000).ms(), 1_000);
    assert!(!used(Some(300_000), 299_000, Threshold::default()));
    assert!(used(Some(0), 300_000, Threshold::default()), "a clock that was set meanwhile");
}

#[test]
fn d5_offset_is_the_skew_or_zero_below_5_seconds() {
    for (skew, offset) in [(0, 0), (4_999, 0), (-4_999, 0), (5_000, 5_000), (-5_000, -5_000), (299_800, 299_800)] {
        assert_eq!(new_offset(skew), offset);
    }
}

#[test]
fn d7_expiry_uses_the_later_clock() {
    assert_eq!(corrected(T, -360_200), T - 360_200);
    assert_eq!(expiry_clock(T, -360_200), T);
    assert_eq!(expiry_clock(T, 299_800), T + 299_800);
}

proptest! {
    #[test]
    fn d3_no_input_panics(sent: i64, received: i64, trip in -10_i64..1_000_000, offset: i64) {
        let _ = measure(sent, received, Some(AT_T), None);
        if let Ok(skew) = measure(sent, sent.saturating_add(trip), Some(AT_T), None) {
            let _ = used(skew, offset, Threshold::default());
        }
    }

    #[test]
    fn d5_a_used_measurement_settles(skew in -86_400_000_i64..=86_400_000, offset in -86_400_000_i64..=86_400_000) {
        // The same measurement is never used twice: a repeat cannot ask for another repeat.
        prop_assume!(used(Some(skew), offset, Threshold::default()));
        prop_assert!(!used(Some(skew), new_offset(skew), Threshold::SERVER_NAMES_CLOCK));
    }
}
