//! Timestamps as assertions write them (I3), and a clock that stands still.

use crate::ports::Clock;
use crate::timestamp::span;
pub(crate) use crate::timestamp::timestamp;

/// A clock that shows one instant for ever.
pub struct FixedClock(pub i64);

impl Clock for FixedClock {
    fn now_ms(&self) -> i64 {
        self.0
    }

    fn monotonic_ms(&self) -> u64 {
        0
    }
}

/// Unix seconds of `YYYY-MM-DDThh:mm:ssZ`.
pub fn unix_seconds(text: &str) -> Option<i64> {
    let digits = |from: usize, to: usize| {
        let part = text.get(from..to)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<i64>().ok()).flatten()
    };
    let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
    let (hour, minute, second) = (digits(11, 13)?, digits(14, 16)?, digits(17, 19)?);
    let in_range = (1..=12).contains(&month) && (1..=31).contains(&day) && year >= 1970;
    let seconds = in_range.then(|| days_of(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)?;
    // Whatever is no date or has other separators is written differently.
    (timestamp(seconds) == text).then_some(seconds)
}

/// How long ago, in words: `12 s ago`, `3 h 4 min ago`, `in 5 s`.
pub fn ago(seconds: i64) -> String {
    let span = span(seconds.unsigned_abs());
    if seconds < 0 { format!("in {span}") } else { format!("{span} ago") }
}

/// Days since 1970-01-01 of a date of the Gregorian calendar.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March, so that a leap day is a year's last.
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i3_timestamps_are_read_as_they_are_written() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-04-23T00:00:00Z", 1_776_902_400),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] {
            assert_eq!(unix_seconds(text), Some(seconds), "{text}");
            assert_eq!(timestamp(seconds), text);
        }
        for bad in
            ["", "2026-02-30T00:00:00Z", "2026-04-23 00:00:00Z", "2026-04-23T00:00:60Z", "2026-04-23T00:00:00.5Z", "1969-12-31T23:59:59Z"]
        {
            assert_eq!(unix_seconds(bad), None, "{bad}");
        }
    }

    #[test]
    fn spans_are_told_in_words() {
        assert_eq!((ago(7).as_str(), ago(-5).as_str(), ago(7260).as_str()), ("7 s ago", "in 5 s", "2 h 1 min ago"));
    }
}
