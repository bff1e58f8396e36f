//! Errors: the component's stable codes, unchanged.

use crate::component::wit::errors as wit;
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

    pub(crate) fn internal(message: String) -> Self {
        Self::new("internal", Advice::Never, message)
    }
}

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

impl From<wit::Error> for Error {
    fn from(error: wit::Error) -> Self {
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
