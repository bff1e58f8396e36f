//! Whole UTC seconds, written as exactly 20 bytes (I3).

use crate::error::{Code, Error, Result};
use alloc::string::String;
use core::fmt;

/// A second of the years 1970 to 9999, written `YYYY-MM-DDThh:mm:ssZ`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    unix_seconds: i64,
}

/// 9999-12-31T23:59:59Z.
const LAST_SECOND: i64 = 253_402_300_799;
pub(crate) const SECONDS_PER_DAY: i64 = 86_400;

impl Timestamp {
    /// The second that holds the instant `now_ms`, fraction cut off; `clock-out-of-range` outside the years 1970 to 9999.
    pub fn from_unix_ms(now_ms: i64) -> Result<Self> {
        Self::from_unix_seconds(now_ms.div_euclid(1000))
            .ok_or_else(|| Error::new(Code::ClockOutOfRange, "the clock is outside the years 1970 to 9999; set it, then repeat"))
    }

    /// The second `seconds` after 1970-01-01T00:00:00Z, if the year has four digits.
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        (0..=LAST_SECOND).contains(&seconds).then_some(Self { unix_seconds: seconds })
    }

    /// Reads the 20 bytes of I3; `timestamp-invalid` for any other text and for dates that do not exist.
    pub fn parse(text: &str) -> Result<Self> {
        parse(text.as_bytes())
            .ok_or_else(|| Error::new(Code::TimestampInvalid, "a timestamp must be a real UTC second written YYYY-MM-DDThh:mm:ssZ"))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn unix_seconds(self) -> i64 {
        self.unix_seconds
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn unix_ms(self) -> i64 {
        ms(self.unix_seconds)
    }

    /// The 20 bytes of I3.
    pub fn to_bytes(self) -> [u8; 20] {
        let (year, month, day) = civil_from_days(self.unix_seconds.div_euclid(SECONDS_PER_DAY));
        let second_of_day = self.unix_seconds.rem_euclid(SECONDS_PER_DAY);
        let mut out = *b"0000-00-00T00:00:00Z";
        write_digits(&mut out, 0..4, year);
        write_digits(&mut out, 5..7, month);
        write_digits(&mut out, 8..10, day);
        write_digits(&mut out, 11..13, second_of_day.div_euclid(3600));
        write_digits(&mut out, 14..16, second_of_day.div_euclid(60).rem_euclid(60));
        write_digits(&mut out, 17..19, second_of_day.rem_euclid(60));
        out
    }

    /// The 20 bytes as text.
    pub fn to_text(self) -> String {
        self.to_bytes().map(char::from).iter().collect()
    }
}

impl From<Timestamp> for String {
    /// The 20 bytes of I3, without `core::fmt`.
    fn from(timestamp: Timestamp) -> Self {
        core::str::from_utf8(&timestamp.to_bytes()).unwrap_or_default().into()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(core::str::from_utf8(&self.to_bytes()).unwrap_or_default())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

fn parse(text: &[u8]) -> Option<Timestamp> {
    if text.len() != 20 {
        return None;
    }
    let punctuation = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'Z')];
    if punctuation.iter().any(|&(at, byte)| text.get(at) != Some(&byte)) {
        return None;
    }
    let (year, month, day) = (read_digits(text, 0..4)?, read_digits(text, 5..7)?, read_digits(text, 8..10)?);
    let (hour, minute, second) = (read_digits(text, 11..13)?, read_digits(text, 14..16)?, read_digits(text, 17..19)?);
    Timestamp::from_unix_seconds(seconds_from_civil((year, month, day), (hour, minute, second))?)
}

/// Seconds since 1970-01-01T00:00:00Z of (year, month, day) and (hour, minute, second); `None` unless both are real.
pub(crate) fn seconds_from_civil(date: (i64, i64, i64), (hour, minute, second): (i64, i64, i64)) -> Option<i64> {
    let (year, month, day) = date;
    if hour > 23 || minute > 59 || second > 59 || !(1..=12).contains(&month) {
        return None;
    }
    let days = days_from_civil(year, month, day);
    if civil_from_days(days) != date {
        return None;
    }
    // A date whose year has at most a few digits is far from the ends of the range.
    Some(
        days.wrapping_mul(SECONDS_PER_DAY).wrapping_add(hour.wrapping_mul(3600)).wrapping_add(minute.wrapping_mul(60)).wrapping_add(second),
    )
}

/// Seconds as milliseconds, saturating.
///
/// Not `i64::saturating_mul`: with `+wide-arithmetic`, rustc 1.95 compiles every signed 64-bit multiplication that looks for overflow
/// wrongly (`-3` times `10` saturates, `2^61` times `86400` overflows unseen). `guest/clippy.toml` forbids them.
pub(crate) fn ms(seconds: i64) -> i64 {
    const LARGEST: i64 = i64::MAX.div_euclid(1000);
    const SMALLEST: i64 = i64::MIN.div_euclid(1000);
    match seconds {
        LARGEST.. => i64::MAX,
        ..=SMALLEST => i64::MIN,
        _ => seconds.wrapping_mul(1000),
    }
}

fn read_digits(text: &[u8], range: core::ops::Range<usize>) -> Option<i64> {
    text.get(range)?.iter().try_fold(0_i64, |value, byte| {
        let digit = byte.is_ascii_digit().then(|| byte.wrapping_sub(b'0'))?;
        // At most four digits.
        Some(value.wrapping_mul(10).wrapping_add(i64::from(digit)))
    })
}

fn write_digits(out: &mut [u8; 20], range: core::ops::Range<usize>, mut value: i64) {
    for byte in out.get_mut(range).unwrap_or_default().iter_mut().rev() {
        *byte = b'0'.wrapping_add(u8::try_from(value.rem_euclid(10)).unwrap_or(0));
        value = value.div_euclid(10);
    }
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar. Wrapping arithmetic is exact for four-digit years.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month.wrapping_sub(3)) } else { (year.wrapping_sub(1), month.wrapping_add(9)) };
    let leap_days = year.div_euclid(4).wrapping_sub(year.div_euclid(100)).wrapping_add(year.div_euclid(400));
    let day_of_year = month.wrapping_mul(153).wrapping_add(2).div_euclid(5).wrapping_add(day);
    year.wrapping_mul(365).wrapping_add(leap_days).wrapping_add(day_of_year).wrapping_sub(719_469)
}

/// The date `days` after 1970-01-01, as year, month 1 to 12, day 1 to 31.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    // Eras of 400 years, each 146 097 days, beginning on 1 March so that the leap day comes last.
    let days = days.wrapping_add(719_468);
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = day_of_era
        .wrapping_sub(day_of_era.div_euclid(1_460))
        .wrapping_add(day_of_era.div_euclid(36_524))
        .wrapping_sub(day_of_era.div_euclid(146_096))
        .div_euclid(365);
    let before_year = year_of_era.wrapping_mul(365).wrapping_add(year_of_era.div_euclid(4)).wrapping_sub(year_of_era.div_euclid(100));
    let day_of_year = day_of_era.wrapping_sub(before_year);
    let shifted_month = day_of_year.wrapping_mul(5).wrapping_add(2).div_euclid(153);
    let day = day_of_year.wrapping_sub(shifted_month.wrapping_mul(153).wrapping_add(2).div_euclid(5)).wrapping_add(1);
    let month = if shifted_month < 10 { shifted_month.wrapping_add(3) } else { shifted_month.wrapping_sub(9) };
    let year = era.wrapping_mul(400).wrapping_add(year_of_era).wrapping_add(i64::from(month <= 2));
    (year, month, day)
}

#[cfg(test)]
mod tests;
