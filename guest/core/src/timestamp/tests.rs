use super::*;
use alloc::string::ToString;
use proptest::prelude::*;

#[test]
fn i3_reads_exactly_the_20_bytes() {
    assert_eq!(Timestamp::parse("2026-04-23T00:00:00Z").unwrap().unix_seconds(), 1_776_902_400);
    assert_eq!(Timestamp::parse("1970-01-01T00:00:00Z").unwrap().unix_seconds(), 0);
    assert_eq!(Timestamp::parse("9999-12-31T23:59:59Z").unwrap().unix_seconds(), LAST_SECOND);
    assert!(Timestamp::parse("2000-02-29T00:00:00Z").is_ok());
    for bad in [
        "",
        "2026-04-23T00:00:00",
        "2026-04-23t00:00:00Z",
        "2026-04-23T00:00:00z",
        "2026-04-23 00:00:00Z",
        "2026-04-23T24:00:00Z",
        "2026-04-23T00:60:00Z",
        "2026-04-23T00:00:60Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-00-10T00:00:00Z",
        "2026-13-10T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "+026-01-01T00:00:00Z",
        "2026-04-23T00:00:00.0Z",
        "2026-04-23T00:00:00+00:00",
        "２026-04-23T00:00:0Z",
    ] {
        assert_eq!(Timestamp::parse(bad).unwrap_err().code, Code::TimestampInvalid, "{bad:?}");
    }
}

#[test]
fn i3_cuts_fractions_off_and_refuses_other_years() {
    assert_eq!(Timestamp::from_unix_ms(1_776_902_400_999).unwrap().to_string(), "2026-04-23T00:00:00Z");
    for bad in [-1, i64::MIN, (LAST_SECOND + 1) * 1000, i64::MAX] {
        assert_eq!(Timestamp::from_unix_ms(bad).unwrap_err().code, Code::ClockOutOfRange);
    }
}

proptest! {
    #[test]
    fn i3_parse_undoes_format(seconds in 0..=LAST_SECOND) {
        let time = Timestamp::from_unix_seconds(seconds).unwrap();
        prop_assert_eq!(Timestamp::parse(&time.to_string()).unwrap(), time);
    }
}
