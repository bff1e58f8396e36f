//! What a refused request means and what to do about it (`spec/identity.md` §10, H1–H6, D1, D2, D5).

use crate::error::Code;
use crate::skew::{Residual, Threshold};
use alloc::string::String;
use alloc::vec::Vec;

mod body_code;

pub use body_code::body_code;

/// What came back for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// No response.
    None(NetworkFailure),
    /// A response.
    Response {
        /// HTTP status.
        status: u16,
        /// Body as received; only its first 64 KiB count (N7), and it may be anything.
        body: &'a [u8],
        /// What the skew measurement on this response left unexplained, if there was one (D4).
        residual: Option<Residual>,
    },
}

/// Why there is no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkFailure {
    /// No complete answer in time.
    Timeout,
    /// Connection not made.
    Connect,
    /// Sending or receiving broke off.
    Failed,
}

impl NetworkFailure {
    /// The error code of this failure.
    pub fn code(self) -> Code {
        match self {
            Self::Timeout => Code::NetworkTimeout,
            Self::Connect => Code::NetworkConnect,
            Self::Failed => Code::NetworkFailed,
        }
    }
}

/// Which of H1 to H6 an answer falls under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// H1: no answer, or a server that asks for patience.
    Network,
    /// H2 and H5: the server refused the time.
    Clock,
    /// H3: the server refused the task.
    Task,
    /// H4: the server refused key, agent or account.
    Key,
    /// H6: refused for no known reason.
    Unknown,
    /// No rejection.
    None,
}

impl Class {
    /// The spelling used on every surface.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Clock => "clock",
            Self::Task => "task",
            Self::Key => "key",
            Self::Unknown => "unknown",
            Self::None => "none",
        }
    }
}

/// What the first answer to a request asks for.
///
/// A repeat is due at most once per request, and only for a body that can be sent again (D2); the second answer is final. A caller
/// that may not repeat surfaces the answer instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Wait, by the caller's own back-off.
    BackOff,
    /// Set the clock offset (D5), then repeat once.
    CorrectClockAndRepeat,
    /// Replace the task (D1), then repeat once.
    RegisterAndRepeat,
    /// Return the code; nothing is dropped.
    Surface,
    /// No rejection: hand the answer on.
    Pass,
}

impl Action {
    /// The kebab-case spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BackOff => "back-off",
            Self::CorrectClockAndRepeat => "correct-clock-and-repeat",
            Self::RegisterAndRepeat => "register-and-repeat",
            Self::Surface => "surface",
            Self::Pass => "pass",
        }
    }
}

/// The classification of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Which of H1 to H6.
    pub class: Class,
    /// The error code; `None` exactly for [`Class::None`].
    pub code: Option<Code>,
    /// What to do.
    pub action: Action,
    /// Whether the measured skew becomes the offset (D5). Also true on a 403, which is not repeated.
    pub corrects_clock: bool,
}

/// The three lists of body codes, and how skew is treated. The default has the strings of §10 alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The residual that makes the clock responsible where the server does not name it (H5).
    pub threshold: Threshold,
    /// Whether an offset may be stored and applied; `false` is the opt-out of D6.
    pub corrects_clock: bool,
    added: Vec<(Class, String)>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { threshold: Threshold::default(), corrects_clock: true, added: Vec::new() }
    }
}

impl Rules {
    /// Adds a body code to the list of H2.
    pub fn add_clock_code(&mut self, code: &str) {
        self.add(Class::Clock, code);
    }

    /// Adds a body code to the list of H3.
    pub fn add_task_code(&mut self, code: &str) {
        self.add(Class::Task, code);
    }

    /// Adds a body code to the list of H4.
    pub fn add_key_code(&mut self, code: &str) {
        self.add(Class::Key, code);
    }

    /// Classifies an answer: the first of H1 to H6 that matches.
    pub fn classify(&self, answer: &Answer<'_>) -> Rejection {
        let (status, body, residual) = match *answer {
            Answer::None(failure) => return back_off(failure.code()),
            Answer::Response { status, body, residual } => (status, body, residual),
        };
        match status {
            408 | 429 | 500..=599 => back_off(Code::ServerUnavailable),
            401 | 403 => self.classify_refusal(status == 401, body, residual),
            _ => Rejection { class: Class::None, code: None, action: Action::Pass, corrects_clock: false },
        }
    }

    fn classify_refusal(&self, may_repeat: bool, body: &[u8], residual: Option<Residual>) -> Rejection {
        let named = body_code(body).and_then(|code| self.named_class(&code));
        let reaches = |threshold: Threshold| residual.is_some_and(|residual| threshold.is_reached_by(residual));
        let skewed = reaches(self.threshold);
        let corrects_clock = self.corrects_clock
            && match named {
                Some(Class::Clock) => reaches(Threshold::SERVER_NAMES_CLOCK),
                Some(_) => false,
                None => skewed,
            };
        let class = named.unwrap_or(if skewed { Class::Clock } else { Class::Unknown });
        let code = match class {
            Class::Clock => Code::RejectedClock,
            Class::Task => Code::RejectedTask,
            Class::Key => Code::RejectedKey,
            Class::Network | Class::Unknown | Class::None => Code::RejectedUnknown,
        };
        let action = match class {
            Class::Clock if corrects_clock && may_repeat => Action::CorrectClockAndRepeat,
            Class::Task if may_repeat => Action::RegisterAndRepeat,
            _ => Action::Surface,
        };
        Rejection { class, code: Some(code), action, corrects_clock }
    }

    /// The first of H2, H3, H4 whose list holds `code`.
    fn named_class(&self, code: &str) -> Option<Class> {
        [(Class::Clock, CLOCK_CODES), (Class::Task, TASK_CODES), (Class::Key, KEY_CODES)].into_iter().find_map(|(class, listed)| {
            let added = || self.added.iter().any(|(of, text)| *of == class && text == code);
            (listed.contains(&code) || added()).then_some(class)
        })
    }

    fn add(&mut self, class: Class, code: &str) {
        self.added.push((class, body_code::normalize(code)));
    }
}

fn back_off(code: Code) -> Rejection {
    Rejection { class: Class::Network, code: Some(code), action: Action::BackOff, corrects_clock: false }
}

/// H2.
const CLOCK_CODES: &[&str] =
    &["assertion-expired", "assertion-not-yet-valid", "timestamp-invalid", "timestamp-expired", "timestamp-in-future", "clock-skew"];

/// H3.
const TASK_CODES: &[&str] =
    &["task-unknown", "task-ended", "task-id-invalid", "task-not-found", "task-expired", "task-invalid", "invalid-task", "unknown-task"];

/// H4.
const KEY_CODES: &[&str] = &[
    "signature-invalid",
    "invalid-signature",
    "agent-unknown",
    "unknown-agent",
    "agent-not-found",
    "agent-revoked",
    "key-revoked",
    "key-mismatch",
    "account-mismatch",
];

#[cfg(test)]
mod tests;
