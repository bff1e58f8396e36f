//! JSON documents without secrets: read whole, whatever their size, and shown in their own order.

use crate::cli::failure::Failure;
use crate::cli::input::Source;
use crate::cli::output::Output;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::fmt;
use std::fs::File;
use std::io::{IsTerminal, Read, stdin};

/// More than any history that a service takes.
const LIMIT: u64 = 256 << 20;

/// The text of a document; `what` names it in errors.
pub fn read(source: &Source, what: &str, output: &Output) -> Result<String, Failure> {
    let mut data = Vec::new();
    match source {
        Source::Standard => {
            if stdin().is_terminal() {
                output.note(format!("paste {what}, then press Enter and Ctrl-D"));
            }
            stdin().lock().take(LIMIT + 1).read_to_end(&mut data)
        }
        Source::File(path) => File::open(path).and_then(|file| file.take(LIMIT + 1).read_to_end(&mut data)),
    }
    .map_err(|error| {
        Failure::config(
            format!("{what} cannot be read from {source}: {error}"),
            format!("name a file with {what}, or - for standard input"),
        )
    })?;
    let is_too_long = data.len() as u64 > LIMIT;
    let text = String::from_utf8(data).ok().filter(|text| !is_too_long && !text.trim().is_empty());
    text.ok_or_else(|| {
        let message = format!("{source} does not hold {what}: it is empty, not UTF-8, or larger than 256 MiB");
        Failure::config(message, format!("name a file with {what}, or - for standard input"))
    })
}

/// The members of a JSON object in their order, values as they were written.
pub struct Members(pub Vec<(String, Box<RawValue>)>);

impl Members {
    /// Of a text that the component wrote.
    pub fn of(json: &str) -> Result<Self, Failure> {
        serde_json::from_str(json).map_err(|_| Failure::internal("the component's rendering is no JSON object"))
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}
