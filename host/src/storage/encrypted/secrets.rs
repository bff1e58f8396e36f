//! What is inside the encrypted file: `{"version":1,"secrets":{"global/CODEX_AUTH":"…"}}`, as the reference client keeps it.
//!
//! Each secret is a document as a string. Members and secrets of others stay as they are, byte by byte. Buffers have their
//! final size from the start, for growing would leave copies behind (K15).

use crate::ports::Document;
use crate::storage::{DocumentName, RECORD};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// The newest version of the format.
const VERSION: u64 = 1;

/// A decrypted file.
pub(super) struct Secrets<'a> {
    /// All but `secrets`.
    members: Members<'a>,
    secrets: Members<'a>,
}

impl<'a> Secrets<'a> {
    /// Of a file that is not there yet.
    pub(super) fn none() -> Self {
        Self { members: Members(Vec::new()), secrets: Members(Vec::new()) }
    }

    /// Reads a decrypted file. The error says what is wrong with it and holds nothing of it.
    pub(super) fn read(text: &'a [u8]) -> Result<Self, String> {
        let foreign = || "what is in it is not a set of secrets; move it away".to_owned();
        let mut members: Members<'a> = serde_json::from_slice(text).map_err(|_| foreign())?;
        let version = members.last("version").map_or(Some(0), |raw| raw.get().parse().ok());
        if version.ok_or_else(foreign)? > VERSION {
            return Err("a newer program wrote it; use that one".into());
        }
        let secrets = match members.last("secrets") {
            Some(raw) => serde_json::from_str(raw.get()).map_err(|_| foreign())?,
            None => Members(Vec::new()),
        };
        members.0.retain(|(name, _)| name != "secrets" && name != "version");
        Ok(Self { members, secrets })
    }

    /// The document kept under a name.
    pub(super) fn get(&self, name: &DocumentName) -> Result<Option<Document>, String> {
        match self.secrets.last(&secret_name(name)) {
            None => Ok(None),
            Some(raw) => unescape(raw.get()).map(Some).ok_or_else(|| "its secret is not text; remove it".into()),
        }
    }

    /// Whether nothing is left but this document.
    pub(super) fn holds_only(&self, name: &DocumentName) -> bool {
        let ours = secret_name(name);
        self.members.0.is_empty() && self.secrets.0.iter().all(|(name, _)| *name == ours)
    }

    /// The file with the document replaced, or without it.
    pub(super) fn with(&self, name: &DocumentName, document: Option<&Document>) -> Document {
        let text = document.map(|document| String::from_utf8_lossy(document));
        let mut length = 0;
        self.write(&secret_name(name), text.as_deref(), &mut |piece| length += piece.len());
        let mut out = Document::new(Vec::with_capacity(length));
        self.write(&secret_name(name), text.as_deref(), &mut |piece| out.extend_from_slice(piece.as_bytes()));
        out
    }

    fn write(&self, ours: &str, document: Option<&str>, put: &mut impl FnMut(&str)) {
        put("{\"version\":1,\"secrets\":{");
        let mut separator = "";
        for (name, raw) in self.secrets.0.iter().filter(|(name, _)| name != ours) {
            put(separator);
            member(name, put);
            put(raw.get());
            separator = ",";
        }
        if let Some(document) = document {
            put(separator);
            member(ours, put);
            string(document, put);
        }
        put("}");
        for (name, raw) in &self.members.0 {
            put(",");
            member(name, put);
            put(raw.get());
        }
        put("}");
    }
}

/// The members of an object in their order, values as they are written.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Members<'a> {
    fn last(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().rfind(|(found, _)| found == name).map(|(_, raw)| *raw)
    }
}

impl<'a> Deserialize<'a> for Members<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'a> Visitor<'a> for Reader {
            type Value = Members<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Members<'a>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// Names of secrets are made of `A-Z 0-9 _`, so other documents than the record are spelt with escapes: `_` as `_U`, `.` as
/// `_D`, `-` as `_H`. No two documents have one name.
fn secret_name(name: &DocumentName) -> String {
    if name.as_str() == RECORD {
        return "global/CODEX_AUTH".into();
    }
    name.as_str().chars().fold("global/DOCUMENT_".to_owned(), |mut spelt, letter| {
        match letter {
            '_' => spelt.push_str("_U"),
            '.' => spelt.push_str("_D"),
            '-' => spelt.push_str("_H"),
            letter => spelt.push(letter.to_ascii_uppercase()),
        }
        spelt
    })
}

fn member(name: &str, put: &mut impl FnMut(&str)) {
    string(name, put);
    put(":");
}

fn string(text: &str, put: &mut impl FnMut(&str)) {
    put("\"");
    let mut rest = text;
    while let Some((plain, special)) = rest.find(|letter: char| letter < ' ' || letter == '"' || letter == '\\').and_then(|at| {
        let (plain, special) = rest.split_at_checked(at)?;
        special.chars().next().map(|letter| (plain, letter))
    }) {
        put(plain);
        match special {
            '"' => put("\\\""),
            '\\' => put("\\\\"),
            control => put(&format!("\\u{:04x}", u32::from(control))),
        }
        rest = rest.get(plain.len() + 1..).unwrap_or_default();
    }
    put(rest);
    put("\"");
}

/// The text of a JSON string; none if it is no string, or if it holds half of a surrogate pair.
fn unescape(raw: &str) -> Option<Document> {
    let mut rest = raw.strip_prefix('"')?.strip_suffix('"')?;
    let mut out = Document::new(Vec::with_capacity(rest.len()));
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.extend_from_slice(plain.as_bytes());
        let mut letters = escape.chars();
        let letter = match letters.next()? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let (letter, after) = unicode(letters.as_str())?;
                letters = after.chars();
                letter
            }
            same @ ('"' | '\\' | '/') => same,
            _ => return None,
        };
        out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        rest = letters.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
    Some(out)
}

/// The character of `XXXX`, or of `XXXX\uXXXX` where that is a surrogate pair, and what follows.
fn unicode(text: &str) -> Option<(char, &str)> {
    let unit = |text: &str| text.get(..4).and_then(|digits| u16::from_str_radix(digits, 16).ok());
    let (first, rest) = (unit(text)?, text.get(4..)?);
    if let Some(letter) = char::from_u32(first.into()) {
        return Some((letter, rest));
    }
    let second = rest.strip_prefix("\\u")?;
    let letter = char::decode_utf16([first, unit(second)?]).next()?.ok()?;
    Some((letter, second.get(4..)?))
}

#[cfg(test)]
mod tests;
