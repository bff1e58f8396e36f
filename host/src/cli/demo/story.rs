//! Tells the demo while it happens, or gathers it as one JSON object.

use crate::cli::failure::Failure;
use crate::cli::output::{Output, paint};
use clap::builder::styling::{AnsiColor, Style};
use serde_json::{Map, Value, json};
use std::time::{Duration, Instant};

/// What was shown so far.
pub struct Story<'a> {
    output: &'a Output,
    goes_on: bool,
    started: Instant,
    facts: Map<String, Value>,
    steps: Vec<Value>,
    all_as_expected: bool,
}

/// An outcome that was foretold.
pub struct Step<'a> {
    pub what: &'a str,
    pub expected: String,
    pub got: String,
    /// Told below the outcome, line by line.
    pub details: Vec<String>,
    pub took: Duration,
}

impl<'a> Story<'a> {
    /// `goes_on` when its end is not that of the command.
    pub fn new(output: &'a Output, goes_on: bool) -> Self {
        Self { output, goes_on, started: Instant::now(), facts: Map::new(), steps: Vec::new(), all_as_expected: true }
    }

    pub fn say(&self, text: &str) -> Result<(), Failure> {
        if self.output.is_json() { Ok(()) } else { self.output.line(text) }
    }

    pub fn heading(&self, text: &str) -> Result<(), Failure> {
        self.say(&format!("\n{}", paint(Style::new().bold(), text)))
    }

    /// Something that is so now: `lines` are for people, `value` is for programs.
    pub fn fact(&mut self, name: &str, value: Value, what: &str, lines: &[&str], since: Instant) -> Result<(), Failure> {
        self.facts.insert(name.to_owned(), value);
        let (first, rest) = lines.split_first().map_or(("", lines), |(first, rest)| (*first, rest));
        self.say(&format!("  {what:34}  {first:44} {}", faint(&told(since.elapsed()))))?;
        rest.iter().try_for_each(|line| self.say(&format!("  {:34}  {line}", "")))
    }

    /// A value that was measured.
    pub fn timing(&mut self, name: &str, what: &str, took: Duration, detail: &str) -> Result<(), Failure> {
        let micros = (took.as_secs_f64() * 1e7).round() / 10.0;
        self.facts.insert(name.to_owned(), json!(micros));
        self.say(&format!("  {what:34}  {micros} µs {}", faint(detail)))
    }

    pub fn step(&mut self, step: &Step<'_>) -> Result<(), Failure> {
        let ok = step.expected == step.got;
        self.all_as_expected &= ok;
        self.steps.push(json!({
            "step": step.what, "ok": ok, "expected": step.expected, "got": step.got, "details": step.details, "ms": milliseconds(step.took),
        }));
        let mark = if ok { paint(AnsiColor::Green.on_default().bold(), "✔") } else { paint(AnsiColor::Red.on_default().bold(), "✘") };
        let got = if ok { step.got.clone() } else { format!("{} instead of {}", step.got, step.expected) };
        self.say(&format!("{mark} {:34}  {got:44} {}", step.what, faint(&told(step.took))))?;
        step.details.iter().try_for_each(|line| self.say(&format!("  {:34}  {line}", "")))
    }

    /// The last word; whether everything went as it should.
    pub fn end(self) -> Result<bool, Failure> {
        let (ok, count) = (self.all_as_expected, self.steps.len());
        if self.output.is_json() {
            let mut all = self.facts;
            all.insert("ok".into(), ok.into());
            all.insert("steps".into(), self.steps.into());
            all.insert("total_ms".into(), milliseconds(self.started.elapsed()).into());
            self.output.json(&Value::Object(all))?;
            return Ok(ok);
        }
        let verdict = if ok { format!("all {count} outcomes as expected") } else { "an outcome is not as expected".to_owned() };
        self.output.line(format!("\n{} in {}", paint(Style::new().bold(), verdict), told(self.started.elapsed())))?;
        if self.goes_on {
            self.output.line("Open it in a browser on this machine. Ctrl-C ends it.")?;
        } else if ok {
            self.output.line("In a browser: cargo xtask demo --console; it builds a page, serves it here and prints its URL.")?;
            self.output.line("Next: agent-identity help; the README shows the few lines of Rust that sign your own requests.")?;
        }
        Ok(ok)
    }
}

/// Milliseconds with one decimal.
pub fn milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 1e4).round() / 10.0
}

fn told(took: Duration) -> String {
    format!("{} ms", milliseconds(took))
}

fn faint(text: &str) -> String {
    paint(AnsiColor::BrightBlack.on_default(), text)
}
