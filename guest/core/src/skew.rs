//! Clock skew against a server and when it is used (`spec/identity.md` §10, D3–D7).

use crate::error::{Code, Error, Result};
use crate::http_date::parse_imf_fixdate;
use crate::timestamp;

/// A measurement below this is noise (D4); it is enough where the server itself names the clock (H2).
pub const NOISE_MS: i64 = 5_000;
const LONGEST_ROUND_TRIP_MS: i64 = 900_000;
const LARGEST_SKEW_MS: i64 = 24 * 3_600_000;

/// Server clock minus local clock in milliseconds (D3): the `Date` of a response less the midpoint of the exchange, rounded down.
///
/// `sent_ms` and `received_ms` are readings of the uncorrected wall clock. There is no measurement if `date` is absent or no
/// IMF-fixdate, if `age` is present (a cached answer), or if the round trip is negative or exceeds 900 000 ms. More than 24 h
/// of skew is `skew-out-of-range`.
pub fn measure(sent_ms: i64, received_ms: i64, date: Option<&str>, age: Option<&str>) -> Result<Option<i64>> {
    let round_trip = received_ms.checked_sub(sent_ms).filter(|ms| (0..=LONGEST_ROUND_TRIP_MS).contains(ms));
    let (Some(round_trip_ms), Some(date_s), None) = (round_trip, date.and_then(parse_imf_fixdate), age) else {
        return Ok(None);
    };
    let midpoint_ms = sent_ms.saturating_add(round_trip_ms.div_euclid(2));
    let skew_ms = timestamp::ms(date_s).saturating_sub(midpoint_ms);
    if skew_ms.saturating_abs() > LARGEST_SKEW_MS {
        return Err(Error::new(Code::SkewOutOfRange, "the clock differs from the server's by more than 24 hours; set it, then repeat"));
    }
    Ok(Some(skew_ms))
}

/// What a measurement leaves unexplained by the offset in use (D4), in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Residual(i64);

impl Residual {
    /// Skew less the offset in use.
    pub fn new(skew_ms: i64, offset_ms: i64) -> Self {
        Self(skew_ms.saturating_sub(offset_ms))
    }

    /// The residual in milliseconds.
    pub fn ms(self) -> i64 {
        self.0
    }
}

/// The residual from which on the clock is held responsible: 5 to 240 s (D4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    ms: i64,
}

impl Threshold {
    /// What suffices where the server itself names the clock (H2): 5 s.
    pub const SERVER_NAMES_CLOCK: Self = Self { ms: NOISE_MS };

    /// A threshold of 5 to 240 s; `config-invalid` otherwise.
    pub fn from_seconds(seconds: u32) -> Result<Self> {
        if !(5..=240).contains(&seconds) {
            return Err(Error::new(Code::ConfigInvalid, "the skew threshold must be 5 to 240 seconds"));
        }
        Ok(Self { ms: timestamp::ms(i64::from(seconds)) })
    }

    /// Whether the residual is as large as the threshold, or larger, in either direction.
    pub fn is_reached_by(self, residual: Residual) -> bool {
        residual.0.saturating_abs() >= self.ms
    }
}

impl Default for Threshold {
    /// 240 s: far above network and `Date` noise, yet below the 300 s window of a verifier.
    fn default() -> Self {
        Self { ms: 240_000 }
    }
}

/// Whether a measurement changes the offset (D5): there is one, and its residual reaches the threshold.
pub fn used(skew_ms: Option<i64>, offset_ms: i64, threshold: Threshold) -> bool {
    skew_ms.is_some_and(|skew_ms| threshold.is_reached_by(Residual::new(skew_ms, offset_ms)))
}

/// The offset that a used measurement sets (D5): the skew, or 0 if it is below 5 s.
pub fn new_offset(skew_ms: i64) -> i64 {
    if skew_ms.saturating_abs() < NOISE_MS { 0 } else { skew_ms }
}

/// The clock that timestamps are written by (D7).
pub fn corrected(now_ms: i64, offset_ms: i64) -> i64 {
    now_ms.saturating_add(offset_ms)
}

/// The clock that expiry is checked by (D7): the later of the raw and the corrected one, so that an offset never extends a window.
pub fn expiry_clock(now_ms: i64, offset_ms: i64) -> i64 {
    now_ms.max(corrected(now_ms, offset_ms))
}

#[cfg(test)]
mod tests;
