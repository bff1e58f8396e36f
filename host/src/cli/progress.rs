//! Progress on standard error: a spinner on a terminal, lines elsewhere.

use super::output::{paint, warn};
use crate::driver::{Event, EventKind, Observer, TraceEvents};
use clap::builder::styling::AnsiColor;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal, stderr};
use std::time::Duration;

/// Shows that something is under way; gone when it is done or dropped.
pub struct Progress {
    spinner: ProgressBar,
    /// Whether events become lines.
    speaks: bool,
}

impl Progress {
    pub fn start(what: &'static str, quiet: bool) -> Self {
        if quiet || !stderr().is_terminal() {
            return Self { spinner: ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()), speaks: !quiet };
        }
        let spinner = ProgressBar::new_spinner().with_message(what);
        // The template is a constant; without it the default one is used.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            spinner.set_style(style);
        }
        spinner.enable_steady_tick(Duration::from_millis(100));
        Self { spinner, speaks: true }
    }

    /// Nothing is under way any more.
    pub fn done(&self) {
        self.spinner.finish_and_clear();
    }

    fn say(&self, text: &str) {
        if self.speaks {
            self.spinner.suspend(|| anstream::eprintln!("{}", paint(AnsiColor::BrightBlack.on_default(), text)));
        }
    }

    fn dropped(&self, subject: &str, code: &str) {
        match code {
            "store-read-failed" => {
                self.warn("the task store counts as empty: it is not a task store of version 1, or cannot be read");
            }
            "task-binding-mismatch" => self.say("a stored task belongs to another account, backend or key; it is not used"),
            "rejected-task" => self.say("the task known so far is given up"),
            _ => self.say(&format!("a {subject} was dropped: {code}")),
        }
    }

    fn warn(&self, text: &str) {
        self.spinner.suspend(|| warn(text));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.done();
    }
}

impl Observer for Progress {
    fn event(&self, event: &Event) {
        TraceEvents.event(event);
        let (subject, code) = (&event.subject, event.code.as_deref().unwrap_or("unknown"));
        match event.kind {
            EventKind::Waiting => self.say(&format!("waiting for another registration of this {subject}")),
            EventKind::Registering => self.say(&format!("registering the {subject}, attempt {}", event.attempt)),
            EventKind::RetryScheduled => {
                let delay = event.delay_ms.unwrap_or_default();
                self.say(&format!("that failed ({code}); attempt {} in {delay} ms", event.attempt));
            }
            EventKind::Registered => self.say(&format!("the {subject} is registered")),
            EventKind::Dropped => self.dropped(subject, code),
            EventKind::ClockCorrected => self.say("the clock offset was corrected by a measured skew"),
            EventKind::FallbackEngaged => self.say("falling back to a bearer token"),
            EventKind::Failed if code.starts_with("store-") => {
                self.warn(&format!(
                    "the task store could not be written ({code}); what is registered now may be registered again next time"
                ));
            }
            // The error, or the answer, says it.
            EventKind::Failed | EventKind::Reused => {}
        }
    }
}
