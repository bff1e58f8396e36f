//! Standard output for answers, standard error for notes; colours only where a terminal shows them.

use super::failure::Failure;
use clap::builder::styling::{AnsiColor, Style};
use serde_json::{Map, Value};
use std::fmt::Display;
use std::io::{Write, stdout};

/// Where a command writes.
pub struct Output {
    json: bool,
    quiet: bool,
}

impl Output {
    pub fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet }
    }

    pub fn is_json(&self) -> bool {
        self.json
    }

    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// A line on standard output.
    pub fn line(&self, text: impl Display) -> Result<(), Failure> {
        let mut out = anstream::stdout().lock();
        writeln!(out, "{text}")?;
        Ok(out.flush()?)
    }

    /// Bytes on standard output, as they are.
    pub fn bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = stdout().lock();
        out.write_all(bytes)?;
        Ok(out.flush()?)
    }

    /// A value on one line of standard output.
    pub fn json(&self, value: &Value) -> Result<(), Failure> {
        self.line(value)
    }

    /// The facts an answer consists of: a table, or one JSON object.
    pub fn facts(&self, facts: &Facts) -> Result<(), Failure> {
        if self.json { self.json(&facts.to_json()) } else { self.line(facts.to_table()) }
    }

    /// Something a person may want to know; never part of the answer.
    pub fn note(&self, text: impl Display) {
        if !self.quiet && !self.json {
            anstream::eprintln!("{}", paint(AnsiColor::BrightBlack.on_default(), text));
        }
    }

    /// Something a person should know, `--quiet` or not.
    pub fn warn(&self, text: impl Display) {
        warn(text);
    }
}

/// As [`Output::warn`], for code that has no output of its own.
pub fn warn(text: impl Display) {
    anstream::eprintln!("{} {text}", paint(AnsiColor::Yellow.on_default().bold(), "warning:"));
}

/// Named values in order. In text a name loses its underscores, and what is not there is left out.
#[derive(Default)]
pub struct Facts(Vec<(&'static str, Value, Option<String>)>);

impl Facts {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.push((name, value.into(), None));
        self
    }

    /// With other words for people than for programs.
    pub fn shown(mut self, name: &'static str, value: impl Into<Value>, text: impl Into<String>) -> Self {
        self.0.push((name, value.into(), Some(text.into())));
        self
    }

    pub fn to_json(&self) -> Value {
        Value::Object(self.0.iter().map(|(name, value, _)| ((*name).to_owned(), value.clone())).collect::<Map<_, _>>())
    }

    pub fn to_table(&self) -> String {
        let rows: Vec<(String, String)> = self
            .0
            .iter()
            .filter(|(_, value, _)| !value.is_null())
            .map(|(name, value, text)| (name.replace('_', " "), text.clone().unwrap_or_else(|| plain(value))))
            .collect();
        let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let bold = Style::new().bold();
        let lines: Vec<String> = rows.iter().map(|(name, text)| format!("{bold}{name:width$}{bold:#}  {text}")).collect();
        lines.join("\n")
    }
}

/// Text in a style; whoever prints it removes the style where it is not wanted.
pub fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Text from outside, so that nothing in it moves the cursor or changes colours.
pub fn visible(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, character| {
        if character.is_control() {
            shown.extend(character.escape_default())
        } else {
            shown.push(character)
        }
        shown
    })
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
