//! The conformance driver: JSON Lines in, one answer line each, everything through the component.
//!
//! It lets one set of vectors be held against every host, and against other implementations. Time and randomness come from the
//! question; no answer depends on the questions before it.

mod assertions;
mod attestation;
mod caller_ids;
mod catalogue;
mod decisions;
mod doubles;
mod driver;
mod installations;
mod instant;
mod items;
mod keys;
mod lineage;
mod lines;
mod logins;
mod metadata;
mod operations;
mod originators;
mod question;
mod registrations;
mod remotes;
mod verification;

use crate::component::Component;
use crate::error::{Error, advice_text};
use driver::Driver;
use lines::{Line, Lines};
use question::Question;
use serde::Serialize;
use serde_json::value::RawValue;
use std::io::{self, BufRead, BufWriter, Write};

/// Answers the questions of `input` until its end: one line for each line that is not blank, in order.
///
/// Answers are written out whenever the input has nothing more at hand, and at its end. A question that cannot be answered is
/// answered with an error and the driver goes on; only a stream that breaks ends it early.
pub fn run(component: &Component, input: impl BufRead, output: impl Write) -> io::Result<()> {
    let mut driver = Driver::new(component).map_err(io::Error::other)?;
    let mut output = BufWriter::with_capacity(1 << 16, output);
    let mut lines = Lines::new(input);
    while let Some(line) = lines.next(&mut output)? {
        match line {
            Line::Blank => {}
            Line::Text(text) => answer(&mut driver, text, &mut output)?,
            Line::Unusable(why) => refuse(None, &Error::config(why), &mut output)?,
        }
    }
    output.flush()
}

fn answer(driver: &mut Driver, line: &str, output: &mut impl Write) -> io::Result<()> {
    let question = match Question::parse(line) {
        Ok(question) => question,
        Err(error) => return refuse(None, &error, output),
    };
    match driver.answer(&question) {
        Ok(ok) => {
            write!(output, r#"{{"id":{},"ok":"#, id_text(question.id))?;
            output.write_all(ok)?;
            output.write_all(b"}\n")
        }
        Err(error) => refuse(question.id, &error, output),
    }
}

fn refuse(id: Option<&RawValue>, error: &Error, output: &mut impl Write) -> io::Result<()> {
    write!(output, r#"{{"id":{},"error":"#, id_text(id))?;
    serde_json::to_writer(&mut *output, &Refusal::from(error))?;
    output.write_all(b"}\n")
}

/// The id exactly as it was asked, whatever it is.
fn id_text(id: Option<&RawValue>) -> &str {
    id.map_or("null", RawValue::get)
}

/// An error as the driver writes it. Messages never hold secrets.
#[derive(Serialize)]
struct Refusal<'a> {
    code: &'a str,
    advice: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_s: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
}

impl<'a> From<&'a Error> for Refusal<'a> {
    fn from(error: &'a Error) -> Self {
        Self {
            code: &error.code,
            advice: advice_text(error.advice),
            message: &error.message,
            status: error.status,
            attempts: error.attempts,
            retry_after_s: error.retry_after_s,
            cause: error.cause.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests;
