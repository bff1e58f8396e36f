//! The code inside the body of a refusal.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Only this much of an error body is read (N7).
const BODY_LIMIT: usize = 64 * 1024;

/// The body code of §10: in a JSON object the first string of `error.code`, `code`, `error`; lower-cased, `_` written `-`.
///
/// `None` for any other body, and for one whose `error` or `code` occurs twice (§0).
pub fn body_code(body: &[u8]) -> Option<String> {
    let considered = body.get(..BODY_LIMIT).unwrap_or(body);
    let mut reader = serde_json::Deserializer::from_str(core::str::from_utf8(considered).ok()?);
    let value = Level::Body.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    let Value::Object { code, error } = value else { return None };
    let (inner, message) = match error.map(|error| *error) {
        Some(Value::Object { code: inner, .. }) => (text(inner), None),
        Some(Value::Text(message)) => (None, Some(message)),
        _ => (None, None),
    };
    inner.or_else(|| text(code)).or(message).map(|found| normalize(&found))
}

/// Lower case, and `-` for `_`.
pub(super) fn normalize(code: &str) -> String {
    code.chars().map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect()
}

fn text(value: Option<Box<Value>>) -> Option<String> {
    match value.map(|value| *value) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

/// A JSON value reduced to the places where a code may be.
enum Value {
    Text(String),
    Object { code: Option<Box<Value>>, error: Option<Box<Value>> },
    Other,
}

/// How deep in the body a value is: it decides which members are known.
#[derive(Clone, Copy)]
enum Level {
    /// The body: `error` and `code`.
    Body,
    /// The value of `error`: `code`.
    ErrorMember,
    /// The value of `code`: none.
    CodeMember,
}

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let (mut code, mut error) = (None, None);
        while let Some(name) = members.next_key::<String>()? {
            let (slot, level) = match (self, name.as_str()) {
                (Self::Body | Self::ErrorMember, "code") => (&mut code, Self::CodeMember),
                (Self::Body, "error") => (&mut error, Self::ErrorMember),
                _ => {
                    members.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            if slot.replace(Box::new(members.next_value_seed(level)?)).is_some() {
                return Err(A::Error::custom("duplicate member"));
            }
        }
        Ok(Value::Object { code, error })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Other)
    }
}
