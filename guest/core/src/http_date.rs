//! Dates of HTTP fields: `Date` for the skew measurement (D3) and `Retry-After` (N11).

use crate::timestamp::{self, SECONDS_PER_DAY, seconds_from_civil};

/// Reads an IMF-fixdate of RFC 9110 §5.6.7, `Sun, 06 Nov 1994 08:49:37 GMT`, as seconds since 1970-01-01T00:00:00Z.
///
/// Exactly these 29 bytes, a real date and its own weekday; the leap second `23:59:60` is the midnight after it.
pub fn parse_imf_fixdate(text: &str) -> Option<i64> {
    let (weekday, rest) = text.split_at_checked(3)?;
    Fields::read(b", dd ooo yyyy hh:mm:ss GMT", rest)?.seconds_on(weekday)
}

/// Reads any HTTP-date of RFC 9110 §5.6.7: IMF-fixdate or one of the two obsolete forms that recipients must accept.
///
/// A two-digit year is the one nearest to the clock, at most 50 years ahead of it.
pub fn parse(text: &str, now_ms: i64) -> Option<i64> {
    parse_imf_fixdate(text).or_else(|| parse_rfc850(text, now_ms)).or_else(|| parse_asctime(text))
}

/// Seconds that a `Retry-After` field asks to wait (N11); `None` if it is unparsable, which counts as absent.
///
/// The value is a number of whole seconds, or an HTTP date measured from the `Date` of the same response, else from the clock.
/// A past date is 0, and a part of a second counts as a whole one.
pub fn retry_after(value: &str, date: Option<&str>, now_ms: i64) -> Option<u64> {
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.parse().unwrap_or(u64::MAX));
    }
    let until_ms = timestamp::ms(parse(value, now_ms)?);
    let from_ms = date.and_then(|date| parse(date, now_ms)).map_or(now_ms, timestamp::ms);
    let wait_ms = until_ms.saturating_sub(from_ms);
    Some(u64::try_from(wait_ms.saturating_add(999).div_euclid(1000)).unwrap_or(0))
}

/// `Sunday, 06-Nov-94 08:49:37 GMT`.
fn parse_rfc850(text: &str, now_ms: i64) -> Option<i64> {
    const YEAR_MS: i64 = 31_556_952_000;
    let (weekday, rest) = text.split_once(',')?;
    let weekday = WEEKDAYS.contains(&weekday).then(|| weekday.get(..3))??;
    let mut fields = Fields::read(b" dd-ooo-yy hh:mm:ss GMT", rest)?;
    let this_year = now_ms.div_euclid(YEAR_MS).wrapping_add(1970);
    let years_ahead = fields.year.wrapping_sub(this_year).rem_euclid(100);
    let century = if years_ahead > 50 { 100 } else { 0 };
    fields.year = this_year.wrapping_add(years_ahead).wrapping_sub(century);
    fields.seconds_on(weekday)
}

/// `Sun Nov  6 08:49:37 1994`.
fn parse_asctime(text: &str) -> Option<i64> {
    let (weekday, rest) = text.split_at_checked(3)?;
    let fields = Fields::read(b" ooo dd hh:mm:ss yyyy", rest).or_else(|| Fields::read(b" ooo  d hh:mm:ss yyyy", rest))?;
    fields.seconds_on(weekday)
}

#[derive(Default)]
struct Fields {
    year: i64,
    month_name: [u8; 3],
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

impl Fields {
    /// Reads `text` along `layout`, whose letters `d o y h m s` stand for day, month name, year and time, all else for itself.
    fn read(layout: &[u8], text: &str) -> Option<Self> {
        if layout.len() != text.len() {
            return None;
        }
        let mut fields = Self::default();
        for (&place, byte) in layout.iter().zip(text.bytes()) {
            let number = match place {
                b'd' => &mut fields.day,
                b'y' => &mut fields.year,
                b'h' => &mut fields.hour,
                b'm' => &mut fields.minute,
                b's' => &mut fields.second,
                b'o' => {
                    let [_, second, third] = fields.month_name;
                    fields.month_name = [second, third, byte];
                    continue;
                }
                literal if literal == byte => continue,
                _ => return None,
            };
            let digit = byte.is_ascii_digit().then(|| byte.wrapping_sub(b'0'))?;
            *number = number.wrapping_mul(10).wrapping_add(i64::from(digit));
        }
        Some(fields)
    }

    /// Seconds since 1970-01-01T00:00:00Z, if the date exists and falls on the day that `weekday` abbreviates.
    fn seconds_on(&self, weekday: &str) -> Option<i64> {
        let month_index = MONTHS.iter().position(|name| **name == self.month_name)?;
        let month = i64::try_from(month_index).ok()?.wrapping_add(1);
        let leap_second = i64::from((self.hour, self.minute, self.second) == (23, 59, 60));
        let time = (self.hour, self.minute, self.second.wrapping_sub(leap_second));
        let seconds = seconds_from_civil((self.year, month, self.day), time)?;
        let days_after_thursday = usize::try_from(seconds.div_euclid(SECONDS_PER_DAY).rem_euclid(7)).ok()?;
        let same_day = WEEKDAYS.get(days_after_thursday)?.get(..3)? == weekday;
        same_day.then(|| seconds.wrapping_add(leap_second))
    }
}

const MONTHS: [&[u8; 3]; 12] = [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

/// From Thursday on, the weekday of 1970-01-01.
const WEEKDAYS: [&str; 7] = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];

#[cfg(test)]
mod tests;
