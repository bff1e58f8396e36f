//! The time a question is asked at.

use crate::error::Error;

/// Unix milliseconds, from `now_ms` or `now`. One of them must be there where an operation needs the time.
pub(super) fn asked_at(now_ms: Option<i64>, now: Option<&str>) -> Result<i64, Error> {
    match (now_ms, now) {
        (Some(ms), None) => Ok(ms),
        (None, Some(text)) => milliseconds(text).ok_or_else(|| Error::config("`now` is no RFC 3339 time with at most three decimals")),
        (None, None) => Err(Error::config("`input` lacks the member `now_ms`; nothing reads the machine's clock")),
        (Some(_), Some(_)) => Err(Error::config("`input` has both `now_ms` and `now`; give one")),
    }
}

/// Unix milliseconds of an RFC 3339 time with up to three decimals of a second.
fn milliseconds(text: &str) -> Option<i64> {
    let (date_time, rest) = text.split_at_checked(19)?;
    let seconds = unix_seconds(date_time)?;
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?),
        None => ("000", rest),
    };
    let fraction = match fraction.len() {
        digits @ 1..=3 => number(fraction)? * [100, 10, 1][digits - 1],
        _ => return None,
    };
    Some((seconds - zone_seconds(zone)?) * 1000 + fraction)
}

/// Unix seconds of the wire form `YYYY-MM-DDThh:mm:ssZ`.
pub(super) fn timestamp_seconds(text: &str) -> Option<i64> {
    text.strip_suffix('Z').filter(|rest| rest.as_bytes().get(10) == Some(&b'T')).and_then(unix_seconds)
}

/// Of `YYYY-MM-DDThh:mm:ss`.
fn unix_seconds(text: &str) -> Option<i64> {
    let separators = text.len() == 19 && text.is_ascii();
    let separators = separators
        && text.bytes().zip(*b"0000-00-00T00:00:00").all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            b'T' => byte.eq_ignore_ascii_case(&b'T'),
            mark => byte == mark,
        });
    if !separators {
        return None;
    }
    let part = |from: usize, to: usize| number(&text[from..to]);
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let (hour, minute, second) = (part(11, 13)?, part(14, 16)?, part(17, 19)?);
    let real = (1..=12).contains(&month) && (1..=days_of_month(year, month)).contains(&day);
    let real = real && hour < 24 && minute < 60 && second < 60;
    real.then(|| days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Offset of `Z` or `±hh:mm`.
fn zone_seconds(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn two_digits(text: &str) -> Option<i64> {
    (text.len() == 2).then(|| number(text)).flatten()
}

fn number(digits: &str) -> Option<i64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

fn days_of_month(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        _ => 31,
    }
}

/// In the proleptic Gregorian calendar, by counting years from March so that the leap day comes last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let month = (month + 9) % 12;
    let days = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (month * 153 + 2) / 5 + day - 1;
    days - 719_468
}
