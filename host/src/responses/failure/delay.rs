//! How long a server asks to wait.

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Longer demands are nonsense, and would overflow additions elsewhere.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// `retry-after-ms`, else `Retry-After`: whole seconds, or a date measured from the answer's own `Date`, else from the clock (N11).
pub(super) fn from_headers(headers: &HeaderMap, now_ms: i64) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(ms) = text("retry-after-ms").and_then(|ms| ms.parse::<f64>().ok()) {
        return duration(ms / 1000.0);
    }
    let value = text(RETRY_AFTER.as_str())?;
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds).min(LONGEST));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let from = text(DATE.as_str()).and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or_else(|| instant(now_ms));
    Some(until.duration_since(from).unwrap_or_default().min(LONGEST))
}

/// From a sentence such as "Please try again in 1.5s" or "… in 28 seconds" or "… in 300ms".
pub(super) fn from_message(message: &str) -> Option<Duration> {
    const BEFORE: &str = "try again in";
    let message = message.to_ascii_lowercase();
    let rest = message.split_once(BEFORE)?.1.trim_start();
    let digits = rest.find(|char: char| !char.is_ascii_digit() && char != '.')?;
    let (number, unit) = rest.split_at_checked(digits)?;
    let number = number.parse::<f64>().ok()?;
    let unit = unit.trim_start();
    let unit = unit.get(..unit.find(|char: char| !char.is_ascii_alphabetic()).unwrap_or(unit.len()))?;
    match unit {
        "ms" => duration(number / 1000.0),
        "s" | "sec" | "secs" | "second" | "seconds" => duration(number),
        "m" | "min" | "mins" | "minute" | "minutes" => duration(number * 60.0),
        _ => None,
    }
}

fn duration(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok().map(|delay| delay.min(LONGEST))
}

fn instant(now_ms: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(now_ms).unwrap_or_default())
}
