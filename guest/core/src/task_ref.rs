//! External task references (`spec/identity.md` §6): one normal form per thing referred to, so that equal references are equal
//! bytes (X16).

mod host;
mod text;
mod url;

use crate::error::{Code, Error, Result};
use crate::uuid::{Spelling, Uuid};
use alloc::string::String;
use core::fmt;

/// The Unicode version of X6 and X7: that of the `icu_normalizer_data` and `icu_properties_data` in the lock file (X17).
pub const UNICODE_VERSION: &str = "18.0.0";

/// What a caller says a reference is. Input only: a kind is never sent or stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A run; without a value, the run task itself.
    Run,
    /// Background work; without a value, the run task.
    Background,
    /// A conversation thread, named by a UUID (X9).
    Thread,
    /// Any text of 1 to 256 bytes (X8).
    Opaque,
    /// An `http` or `https` URL (X11–X15).
    Url,
}

impl Kind {
    /// Reads one of the five lower-case names; `ref-kind-unknown` for anything else.
    pub fn parse(text: &str) -> Result<Self> {
        Ok(match text {
            "run" => Self::Run,
            "background" => Self::Background,
            "thread" => Self::Thread,
            "opaque" => Self::Opaque,
            "url" => Self::Url,
            _ => return Err(Error::new(Code::RefKindUnknown, "the reference kind must be run, background, thread, opaque or url")),
        })
    }
}

/// A normalised reference: what is sent as `external_task_ref` and what tasks are keyed by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskRef(String);

impl TaskRef {
    /// Longest `opaque` reference, in bytes (X8).
    pub const MAX_OPAQUE_LEN: usize = 256;
    /// Longest `url` reference, in bytes (X15).
    pub const MAX_URL_LEN: usize = 2048;

    /// Normalises `value` by the rules of `kind`; the error is that of the first step that fails.
    pub fn new(kind: Kind, value: &str) -> Result<Self> {
        let text = text::clean(value)?;
        match kind {
            Kind::Run | Kind::Background | Kind::Opaque => opaque(text),
            Kind::Thread => thread(&text),
            Kind::Url => url::normalize(&text),
        }
        .map(Self)
    }

    /// Reads back a stored or received reference whose kind is not known: a text that some kind normalises to itself.
    pub fn from_normalized(text: &str) -> Option<Self> {
        // A thread reference is also a normal opaque one.
        [Kind::Opaque, Kind::Url].into_iter().filter_map(|kind| Self::new(kind, text).ok()).find(|reference| reference.as_str() == text)
    }

    /// The reference as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TaskRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Normalises a reference given as kind and value. `None` is *no reference*: `run` or `background` without a value.
pub fn normalize(kind: &str, value: Option<&str>) -> Result<Option<TaskRef>> {
    let kind = Kind::parse(kind)?;
    match (kind, value) {
        (_, Some(value)) => TaskRef::new(kind, value).map(Some),
        (Kind::Run | Kind::Background, None) => Ok(None),
        (Kind::Thread | Kind::Opaque | Kind::Url, None) => {
            Err(Error::new(Code::RefMissing, "a thread, opaque or url reference needs a value; give one, or use kind run"))
        }
    }
}

/// X8.
fn opaque(text: String) -> Result<String> {
    if text.len() > TaskRef::MAX_OPAQUE_LEN {
        return Err(Error::new(Code::RefTooLong, "the reference is longer than 256 bytes of normalised UTF-8; shorten it"));
    }
    Ok(text)
}

/// X9 and X10.
fn thread(text: &str) -> Result<String> {
    let uuid = match Uuid::parse(text) {
        None | Some((_, Spelling::BracedPlain)) => {
            return Err(Error::new(
                Code::RefUuidInvalid,
                "a thread reference must be a UUID: 8-4-4-4-12, plain, in braces or after urn:uuid:, or 32 hex digits",
            ));
        }
        Some((uuid, _)) => uuid,
    };
    if uuid.is_nil() || uuid.is_max() {
        return Err(Error::new(Code::RefUuidReserved, "the nil and max UUIDs name no thread; pass the id of a real one"));
    }
    Ok(uuid.canonical())
}

#[cfg(test)]
mod tests;
