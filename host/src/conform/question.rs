//! Reading questions. Whatever is wrong with one, the error never repeats what it holds.

use crate::component::wit::task_refs::ExternalTaskRef;
use crate::error::Error;
use crate::metadata::json::whole_characters;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::ops::Deref;

/// One line: an id to repeat, an operation, and what it needs.
#[derive(Deserialize)]
pub(super) struct Question<'a> {
    #[serde(borrow, default)]
    pub(super) id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    op: Option<&'a RawValue>,
    #[serde(borrow, default)]
    input: Option<&'a RawValue>,
}

impl<'a> Question<'a> {
    pub(super) fn parse(line: &'a str) -> Result<Self, Error> {
        // serde would also read the members of a struct from an array.
        if !line.trim_ascii_start().starts_with('{') {
            return Err(Error::config("the line is no JSON object"));
        }
        serde_json::from_str(line).map_err(|error| unreadable(&error, "the line"))
    }

    pub(super) fn op(&self) -> Result<Text<'a>, Error> {
        let op = self.op.ok_or_else(|| Error::config("the question lacks the member `op`"))?;
        serde_json::from_str(op.get()).map_err(|_| Error::config("the member `op` is no string"))
    }

    pub(super) fn input(&self) -> Input<'a> {
        Input(self.input.map_or("{}", RawValue::get))
    }
}

/// The member `input`, unread.
#[derive(Clone, Copy)]
pub(super) struct Input<'a>(&'a str);

impl<'a> Input<'a> {
    pub(super) fn read<T: Deserialize<'a>>(self) -> Result<T, Error> {
        if !self.0.starts_with('{') {
            return Err(Error::config("the member `input` is no object"));
        }
        serde_json::from_str(self.0).map_err(|error| unreadable(&error, "`input`"))
    }

    /// For texts of metadata, which are made of whole characters first (0-2 of its specification).
    pub(super) fn read_whole<T: DeserializeOwned>(self) -> Result<T, Error> {
        Input(&whole_characters(self.0)).read()
    }
}

/// A string, borrowed from the line where it has no escapes.
#[derive(Deserialize)]
pub(super) struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// Bytes given in hex, either case.
pub(super) struct Hex(pub(super) Vec<u8>);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        hex(&text).map(Self).ok_or_else(|| serde::de::Error::custom("not hex"))
    }
}

/// Bytes given in base64 with padding.
pub(super) struct Base64(pub(super) Vec<u8>);

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        STANDARD.decode(text.as_bytes()).map(Self).map_err(|_| serde::de::Error::custom("not base64"))
    }
}

/// The member `external_task_ref`.
#[derive(Deserialize)]
pub(super) struct Reference {
    pub(super) kind: String,
    pub(super) value: Option<String>,
}

impl From<Reference> for ExternalTaskRef {
    fn from(reference: Reference) -> Self {
        Self { kind: reference.kind, value: reference.value }
    }
}

/// A feature: `true`, `"on"`, `false` or `"off"`.
#[derive(Clone, Copy, Default)]
pub(super) struct Switch(pub(super) bool);

impl<'de> Deserialize<'de> for Switch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Flag(bool),
            Text(String),
        }
        match Form::deserialize(deserializer)? {
            Form::Flag(flag) => Ok(Self(flag)),
            Form::Text(text) if text == "on" => Ok(Self(true)),
            Form::Text(text) if text == "off" => Ok(Self(false)),
            Form::Text(_) => Err(serde::de::Error::custom("neither on nor off")),
        }
    }
}

/// The bytes of a hex text.
pub(super) fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect()
}

/// Lower-case hex.
pub(super) fn hex_text(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// base64 with padding.
pub(super) fn base64_text(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// serde quotes the offending value in most of its messages, so only those that name a member are passed on.
fn unreadable(error: &serde_json::Error, what: &str) -> Error {
    let text = error.to_string();
    let named = text.strip_prefix("missing field ").map(|rest| ("lacks the member", rest));
    let named = named.or_else(|| text.strip_prefix("duplicate field ").map(|rest| ("repeats the member", rest)));
    match (named, error.classify()) {
        (Some((fault, rest)), _) => {
            let name = rest.split('`').nth(1).unwrap_or_default();
            Error::config(format!("{what} {fault} `{name}`"))
        }
        (None, Category::Data) => {
            Error::config(format!("a member of {what} has the wrong type or form, at its character {}", error.column()))
        }
        (None, _) => Error::config(format!("{what} is no JSON object")),
    }
}
