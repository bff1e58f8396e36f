//! JSON objects, read member by member as §0 prescribes: any order, unknown members ignored, a known member given twice or of
//! the wrong type refused, `null` on an optional member the same as none.
//!
//! Values stay slices of the document, so a foreign member can be written back exactly as it was read, numbers need no
//! floating point, and a secret is copied once, into memory that is cleared.

mod objects;
mod scanner;

pub use objects::{Member, Objects, pick};

use crate::encoding::from_hex_pair;
use crate::secret_text::SecretText;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use scanner::Scanner;
pub(crate) use scanner::is_special_in;
use zeroize::Zeroizing;

/// A member's value, or the name of the member that is missing, given twice or of the wrong type.
pub type Decoded<T> = Result<T, &'static str>;

/// The members of one JSON object, in document order.
pub struct Object<'a> {
    members: Vec<(&'a str, &'a str)>,
}

/// Whether `text` is one JSON value, of whatever type.
pub fn is_json(text: &str) -> bool {
    Scanner::is_value(text)
}

/// The elements of a JSON array as JSON texts; `None` if `text` is anything else.
pub fn elements(text: &str) -> Option<Vec<&str>> {
    Scanner::items(text, *b"[]", Scanner::value)
}

/// The value of a JSON string; `None` if `text` is anything else, or holds half a surrogate pair.
pub fn string(text: &str) -> Option<String> {
    unescape(text).map(|mut text| core::mem::take(&mut *text))
}

/// Like [`string()`], without a copy where nothing is escaped.
#[inline(never)]
pub fn text(text: &str) -> Option<Cow<'_, str>> {
    match text.strip_prefix('"')?.strip_suffix('"')? {
        plain if !plain.as_bytes().contains(&b'\\') => Some(Cow::Borrowed(plain)),
        _ => string(text).map(Cow::Owned),
    }
}

/// Like [`string()`], for a secret value.
pub fn secret(text: &str) -> Option<SecretText> {
    unescape(text).map(SecretText::from)
}

impl<'a> Object<'a> {
    /// Reads `text`; `None` unless it is exactly one JSON object.
    #[inline(never)]
    pub fn read(text: &'a str) -> Option<Self> {
        Some(Self { members: Scanner::items(text, *b"{}", Scanner::member)? })
    }

    /// Every member as it stands in the document: its name with quotes and escapes, and its value.
    pub fn members(&self) -> impl ExactSizeIterator<Item = Member<'a>> {
        self.members.iter().copied()
    }

    /// The same as a list.
    pub fn into_members(self) -> Vec<Member<'a>> {
        self.members
    }

    /// The JSON text of the member `name`, if it is there and not `null`.
    pub fn value(&self, name: &'static str) -> Decoded<Option<&'a str>> {
        let mut found = self.members.iter().filter(|(key, _)| is_named(key, name));
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => Err(name),
            (Some((_, value)), None) => Ok(Some(*value).filter(|value| *value != "null")),
            (None, _) => Ok(None),
        }
    }

    /// A required string.
    pub fn string(&self, name: &'static str) -> Decoded<String> {
        self.optional_string(name)?.ok_or(name)
    }

    /// An optional string.
    pub fn optional_string(&self, name: &'static str) -> Decoded<Option<String>> {
        self.value(name)?.map(|value| string(value).ok_or(name)).transpose()
    }

    /// A required string that is a secret.
    pub fn secret(&self, name: &'static str) -> Decoded<SecretText> {
        self.value(name)?.and_then(secret).ok_or(name)
    }

    /// A required unsigned integer, written without fraction and exponent.
    pub fn unsigned(&self, name: &'static str) -> Decoded<u64> {
        self.value(name)?.and_then(|value| value.parse().ok()).ok_or(name)
    }

    /// A required boolean.
    pub fn boolean(&self, name: &'static str) -> Decoded<bool> {
        match self.value(name)? {
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            _ => Err(name),
        }
    }
}

/// Whether `key`, a JSON string as written in a document, spells `name`.
pub fn is_named(key: &str, name: &str) -> bool {
    if key.contains('\\') {
        return unescape(key).is_some_and(|key| *key == name);
    }
    key.strip_prefix('"').and_then(|key| key.strip_suffix('"')) == Some(name)
}

/// Undoes the escapes of `text`, whose syntax the scanner has already checked. One allocation, cleared on drop.
#[inline(never)]
fn unescape(text: &str) -> Option<Zeroizing<String>> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut out = Zeroizing::new(String::with_capacity(inner.len()));
    if !inner.as_bytes().contains(&b'\\') {
        out.push_str(inner);
        return Some(out);
    }
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        out.push(if character == '\\' { escaped(&mut characters)? } else { character });
    }
    Some(out)
}

/// The character behind a backslash.
#[inline(never)]
fn escaped(characters: &mut core::str::Chars<'_>) -> Option<char> {
    Some(match characters.next()? {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => {
            let first = four_hex_digits(characters)?;
            if let Some(character) = char::from_u32(first) {
                return Some(character);
            }
            if (characters.next()?, characters.next()?) != ('\\', 'u') {
                return None;
            }
            let pair = [first, four_hex_digits(characters)?].map(|unit| u16::try_from(unit).unwrap_or(0));
            char::decode_utf16(pair).next()?.ok()?
        }
        literal => literal,
    })
}

fn four_hex_digits(characters: &mut core::str::Chars<'_>) -> Option<u32> {
    let [a, b, c, d] = *characters.as_str().as_bytes().first_chunk()?;
    let [high, low] = [from_hex_pair(a, b)?, from_hex_pair(c, d)?];
    *characters = characters.as_str().get(4..)?.chars();
    Some(u32::from(u16::from_be_bytes([high, low])))
}

#[cfg(test)]
mod tests;
