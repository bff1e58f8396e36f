//! Errors: the component's stable codes, unchanged.

use crate::component::wit::errors as wit;
use crate::timestamp::{span, timestamp};
use std::fmt;

pub use wit::Advice;

/// A failure with a stable code, what happened, and what to do. It never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Error {
    /// Stable kebab-case code, from the list in `spec/identity.md` §12.
    pub code: String,
    /// What to do.
    pub advice: Advice,
    /// What happened this time.
    pub message: String,
    /// HTTP status, when an answer caused the error.
    pub status: Option<u16>,
    /// Attempts made before giving up.
    pub attempts: Option<u32>,
    /// Seconds the server asked to wait.
    pub retry_after_s: Option<u64>,
    /// What is underneath.
    pub cause: Option<String>,
    /// Whether a bootstrap cooldown answered instead of the network.
    pub from_cooldown: bool,
}

impl Error {
    /// An error of the host itself.
    pub fn new(code: &str, advice: Advice, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            advice,
            message: message.into(),
            status: None,
            attempts: None,
            retry_after_s: None,
            cause: None,
            from_cooldown: false,
        }
    }

    /// Input or configuration that cannot be used.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new("config-invalid", Advice::FixConfig, message)
    }

    /// Until when it is to be waited, in words, for an error that says how long; `now_ms` is the wall clock. A cooldown is told from
    /// a server's wish: it is this process that asks nobody until then (L10).
    pub fn waiting(&self, now_ms: i64) -> Option<String> {
        let left_s = self.retry_after_s?;
        let until_s = now_ms.div_euclid(1000).saturating_add_unsigned(left_s);
        // What lies beyond the calendar is no instant anybody waits for.
        let until = timestamp(until_s.min(LAST_S));
        let left = span(left_s);
        Some(if self.from_cooldown {
            format!("no bootstrap of this account is tried before {until}, in {left}, because the last one failed")
        } else {
            format!("the server asks to wait until {until}, {left}")
        })
    }

    pub(crate) fn internal(message: String) -> Self {
        Self::new("internal", Advice::Never, message)
    }
}

/// 9999-12-31T23:59:59Z.
const LAST_S: i64 = 253_402_300_799;

/// The kebab-case spelling of an advice.
pub fn advice_text(advice: Advice) -> &'static str {
    match advice {
        Advice::Never => "never",
        Advice::AfterRegister => "after-register",
        Advice::BackOff => "back-off",
        Advice::FixClock => "fix-clock",
        Advice::FixConfig => "fix-config",
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Error {}

impl From<wit::ErrorInfo> for Error {
    fn from(error: wit::ErrorInfo) -> Self {
        Self {
            code: error.code,
            advice: error.advice,
            message: error.message,
            status: error.status,
            attempts: error.attempts,
            retry_after_s: error.retry_after_s,
            cause: error.cause,
            from_cooldown: error.from_cooldown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 1_776_902_400_999;

    #[test]
    fn l10_a_cooldown_names_the_clock_time_it_ends_at() {
        let unavailable = Error::new("bootstrap-unavailable", Advice::BackOff, "of the test");
        assert_eq!(unavailable.waiting(NOW_MS), None, "nothing says how long");
        let cooling = Error { retry_after_s: Some(3599), from_cooldown: true, ..unavailable.clone() };
        let told = cooling.waiting(NOW_MS).unwrap();
        assert!(told.contains("is tried before 2026-04-23T00:59:59Z, in 59 min 59 s"), "{told}");
        let asked = Error { retry_after_s: Some(40), ..unavailable.clone() };
        assert_eq!(asked.waiting(NOW_MS).as_deref(), Some("the server asks to wait until 2026-04-23T00:00:40Z, 40 s"));
        let endless = Error { retry_after_s: Some(u64::MAX), ..unavailable };
        assert!(endless.waiting(i64::MAX).unwrap().contains("9999-12-31T23:59:59Z"));
    }
}
