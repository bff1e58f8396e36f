use super::*;
use alloc::format;
use alloc::string::{String, ToString};
use proptest::prelude::*;

/// 1994-11-06T08:49:37Z, the example of RFC 9110.
const EXAMPLE: i64 = 784_111_777;
/// 2026-04-23T00:00:00Z.
const T: i64 = 1_776_902_400;

#[test]
fn d3_reads_imf_fixdate() {
    assert_eq!(parse_imf_fixdate("Sun, 06 Nov 1994 08:49:37 GMT"), Some(EXAMPLE));
    assert_eq!(parse_imf_fixdate("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
    assert_eq!(parse_imf_fixdate("Thu, 23 Apr 2026 00:00:00 GMT"), Some(T));
    assert_eq!(parse_imf_fixdate("Tue, 29 Feb 2000 23:59:59 GMT"), Some(951_868_799));
    assert_eq!(parse_imf_fixdate("Wed, 31 Dec 1969 23:59:59 GMT"), Some(-1));
    assert_eq!(parse_imf_fixdate("Fri, 31 Dec 9999 23:59:59 GMT"), Some(253_402_300_799));
}

#[test]
fn d3_reads_a_leap_second_as_the_midnight_after_it() {
    assert_eq!(parse_imf_fixdate("Sat, 31 Dec 2016 23:59:60 GMT"), Some(1_483_228_800));
    assert_eq!(parse_imf_fixdate("Sat, 31 Dec 2016 23:58:60 GMT"), None);
}

#[test]
fn d3_refuses_whatever_is_no_imf_fixdate() {
    for bad in [
        "",
        "Thu",
        "Fri, 23 Apr 2026 00:00:00 GMT",
        "thu, 23 Apr 2026 00:00:00 GMT",
        "Thu, 23 APR 2026 00:00:00 GMT",
        "Thu, 23 Apx 2026 00:00:00 GMT",
        "Thu, 23 Apr 2026 00:00:00 gmt",
        "Thu, 23 Apr 2026 00:00:00 UTC",
        "Thu, 23 Apr 2026 00:00:00",
        "Thu, 23 Apr 2026 00:00:00 GMT ",
        " Thu, 23 Apr 2026 00:00:00 GMT",
        "Thu, 23 Apr 2026 24:00:00 GMT",
        "Thu, 23 Apr 2026 00:60:00 GMT",
        "Thu, 23 Apr 2026 00:00:60 GMT",
        "Sun, 29 Feb 2026 00:00:00 GMT",
        "Sun, 31 Apr 2026 00:00:00 GMT",
        "Thu, 00 Apr 2026 00:00:00 GMT",
        "Thu,  2 Apr 2026 00:00:00 GMT",
        "Thu, +2 Apr 2026 00:00:00 GMT",
        "Thu, 23 Apr 2026 00:00:0\u{660} GMT",
        "é, 23 Apr 2026 00:00:00 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "2026-04-23T00:00:00Z",
    ] {
        assert_eq!(parse_imf_fixdate(bad), None, "{bad:?}");
    }
}

#[test]
fn n11_reads_the_obsolete_http_dates_too() {
    for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
        assert_eq!(parse(text, T * 1000), Some(EXAMPLE), "{text:?}");
    }
    assert_eq!(parse("Thu Apr 23 00:00:00 2026", 0), Some(T));
    for bad in
        ["Sunday, 06 Nov 94 08:49:37 GMT", "Someday, 06-Nov-94 08:49:37 GMT", "Monday, 06-Nov-94 08:49:37 GMT", "Sun Nov 6 08:49:37 1994"]
    {
        assert_eq!(parse(bad, T * 1000), None, "{bad:?}");
    }
}

#[test]
fn n11_two_digit_years_lie_at_most_50_years_ahead() {
    assert_eq!(parse("Thursday, 23-Apr-26 00:00:00 GMT", T * 1000), Some(T));
    let year_2076 = parse_imf_fixdate("Thu, 23 Apr 2076 00:00:00 GMT");
    assert_eq!(parse("Thursday, 23-Apr-76 00:00:00 GMT", T * 1000), year_2076);
    let year_1977 = parse_imf_fixdate("Sat, 23 Apr 1977 00:00:00 GMT");
    assert_eq!(parse("Saturday, 23-Apr-77 00:00:00 GMT", T * 1000), year_1977);
}

#[test]
fn n11_retry_after_in_whole_seconds() {
    for (value, seconds) in [("0", 0), ("1", 1), ("030", 30), ("3600", 3600), ("99999999999999999999999", u64::MAX)] {
        assert_eq!(retry_after(value, None, 0), Some(seconds), "{value:?}");
    }
    for bad in ["", " ", "-1", "+1", "1.5", "1s", " 1", "soon", "Thu, 23 Apr 2026"] {
        assert_eq!(retry_after(bad, None, 0), None, "{bad:?}");
    }
}

#[test]
fn n11_retry_after_date_is_measured_from_the_response_date() {
    let (later, date) = ("Thu, 23 Apr 2026 00:00:25 GMT", "Thu, 23 Apr 2026 00:00:05 GMT");
    assert_eq!(retry_after(later, Some(date), 0), Some(20), "the local clock does not matter");
    assert_eq!(retry_after(date, Some(later), 0), Some(0), "past");
}

#[test]
fn n11_retry_after_date_without_usable_date_is_measured_from_the_clock() {
    let later = "Thu, 23 Apr 2026 00:00:25 GMT";
    for date in [None, Some("yesterday")] {
        assert_eq!(retry_after(later, date, T * 1000), Some(25));
        assert_eq!(retry_after(later, date, T * 1000 + 1), Some(25), "24.999 s is waited for in full");
        assert_eq!(retry_after(later, date, T * 1000 + 24_999), Some(1));
        assert_eq!(retry_after(later, date, T * 1000 + 25_000), Some(0));
        assert_eq!(retry_after(later, date, i64::MAX), Some(0));
    }
}

fn imf_fixdate(seconds: i64) -> String {
    let iso = crate::timestamp::Timestamp::from_unix_seconds(seconds).unwrap().to_string();
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][usize::try_from(seconds / 86_400 % 7).unwrap()];
    let names = ["", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = names[iso[5..7].parse::<usize>().unwrap()];
    format!("{weekday}, {} {month} {} {} GMT", &iso[8..10], &iso[..4], &iso[11..19])
}

proptest! {
    #[test]
    fn d3_parse_undoes_format(seconds in 0..=253_402_300_799_i64) {
        prop_assert_eq!(parse_imf_fixdate(&imf_fixdate(seconds)), Some(seconds));
    }

    #[test]
    fn n11_any_text_is_read_without_panic(text in ".{0,40}", now_ms: i64) {
        let _ = retry_after(&text, Some(&text), now_ms);
    }
}
