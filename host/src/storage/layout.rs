//! JSON on one line, as the keyring and the encrypted file keep it, and with indentation, as files do (§8.6).
//!
//! Only white space between tokens differs: members, their order, numbers and escapes stay as they are. Text that is not
//! JSON is left alone. Buffers have their final size from the start, for growing would leave copies behind (K15).

use super::{MAX_DOCUMENT, unwritable};
use crate::ports::{Document, Revision, StorageError};
use serde::de::IgnoredAny;

/// Without white space between tokens; none if it is not JSON.
pub(super) fn compact(text: &[u8]) -> Option<Document> {
    is_json(text).then(|| {
        let mut out = Document::new(Vec::with_capacity(text.len()));
        out.extend(tokens(text));
        out
    })
}

/// With two spaces of indentation; none if it is not JSON.
pub(super) fn pretty(text: &[u8]) -> Option<Document> {
    let compact = compact(text)?;
    let mut length = 0;
    indent(&compact, &mut |piece| length += piece.len());
    let mut out = Document::new(Vec::with_capacity(length));
    indent(&compact, &mut |piece| out.extend_from_slice(piece));
    Some(out)
}

/// What is kept of a document where only text can be kept: JSON on one line, other text as it is.
pub(super) fn one_line(what: &str, document: Document) -> Result<Document, StorageError> {
    if document.len() > MAX_DOCUMENT {
        return Err(unwritable(what, "it is larger than 8 MiB"));
    }
    if str::from_utf8(&document).is_err() {
        return Err(unwritable(what, "it is not text; only files keep other documents"));
    }
    Ok(compact(&document).unwrap_or(document))
}

/// What is handed out for it: JSON with indentation, other text as it is.
pub(super) fn indented(kept: Document) -> Document {
    pretty(&kept).unwrap_or(kept)
}

/// Whether two documents say the same: equal bytes, or JSON that differs in white space only.
pub(super) fn same(one: &[u8], other: &[u8]) -> bool {
    one == other || compact(one).is_some_and(|one| compact(other).is_some_and(|other| one == other))
}

/// Whether a document has this revision, in the one layout or in the other.
pub(super) fn has_revision(document: &[u8], revision: &Revision) -> bool {
    let is = |document: &[u8]| Revision::of(document) == *revision;
    is(document) || compact(document).is_some_and(|text| is(&text)) || pretty(document).is_some_and(|text| is(&text))
}

fn is_json(text: &[u8]) -> bool {
    str::from_utf8(text).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}

/// The bytes of valid JSON that are not white space between tokens.
fn tokens(json: &[u8]) -> impl Iterator<Item = u8> {
    let mut strings = Strings::default();
    json.iter().copied().filter(move |byte| strings.is_inside(*byte) || !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}

/// Follows JSON byte by byte.
#[derive(Default)]
struct Strings {
    inside: bool,
    escaped: bool,
}

impl Strings {
    /// Whether the next byte belongs to a string, its quotes included.
    fn is_inside(&mut self, byte: u8) -> bool {
        let was_inside = self.inside;
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = self.inside,
            b'"' => self.inside = !self.inside,
            _ => {}
        }
        was_inside || self.inside
    }
}

fn indent(compact: &[u8], put: &mut impl FnMut(&[u8])) {
    let (mut strings, mut depth, mut previous) = (Strings::default(), 0_usize, b' ');
    for byte in compact.iter().copied() {
        if strings.is_inside(byte) {
            new_line_after(previous, depth, put);
            put(&[byte]);
            previous = b' ';
            continue;
        }
        match byte {
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if !matches!(previous, b'{' | b'[') {
                    new_line(depth, put);
                }
            }
            _ => new_line_after(previous, depth, put),
        }
        put(&[byte]);
        match byte {
            b'{' | b'[' => depth += 1,
            b':' => put(b" "),
            _ => {}
        }
        previous = byte;
    }
}

fn new_line_after(previous: u8, depth: usize, put: &mut impl FnMut(&[u8])) {
    if matches!(previous, b'{' | b'[' | b',') {
        new_line(depth, put);
    }
}

fn new_line(depth: usize, put: &mut impl FnMut(&[u8])) {
    put(b"\n");
    (0..depth).for_each(|_| put(b"  "));
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPACT: &str = r#"{"a":{},"b":[],"c":[1,-2.50e+10,true,null,{"d":" , : [ { \" \\ \u00e4 é"}],"a":"","e":"\\"}"#;

    fn text(document: Option<Document>) -> Option<String> {
        document.map(|document| String::from_utf8(document.to_vec()).unwrap())
    }

    #[test]
    fn tokens_and_their_order_stay_and_the_layout_is_that_of_serde() {
        let pretty_text = text(pretty(COMPACT.as_bytes())).unwrap();
        assert_eq!(text(compact(pretty_text.as_bytes())).as_deref(), Some(COMPACT));
        assert_eq!(text(pretty(pretty_text.as_bytes())), Some(pretty_text));
        for plain in [r#"{"a":[{"b":[1,[],{}]},"x"],"c":{"d":{"e":"f"}}}"#, "[]", "{}", "1", "\"a b\"", "[[[]]]", r#"[{"a":1},{}]"#] {
            let value: serde_json::Value = serde_json::from_str(plain).unwrap();
            assert_eq!(text(pretty(plain.as_bytes())).unwrap(), serde_json::to_string_pretty(&value).unwrap());
        }
    }

    #[test]
    fn what_is_not_json_is_left_alone() {
        for bad in ["", "{", "{} x", "{'a':1}", "[1,]", "\"\n\"", "nul"] {
            assert_eq!((compact(bad.as_bytes()), pretty(bad.as_bytes())), (None, None), "{bad:?}");
        }
        assert_eq!(compact(b"\"\xff\""), None);
        assert!(same(b"plain  text", b"plain  text") && !same(b"plain  text", b"plain text"));
    }

    #[test]
    fn layouts_of_one_document_are_the_same_document() {
        let (one, other) = (COMPACT.as_bytes(), pretty(COMPACT.as_bytes()).unwrap());
        assert!(same(one, &other) && !same(one, b"{}"));
        for revision in [Revision::of(one), Revision::of(&other)] {
            assert!(has_revision(one, &revision) && has_revision(&other, &revision) && !has_revision(b"{}", &revision));
        }
    }

    #[test]
    fn k15_buffers_never_grow() {
        let pretty = pretty(COMPACT.as_bytes()).unwrap();
        assert_eq!(pretty.capacity(), pretty.len());
        assert_eq!(compact(&pretty).unwrap().capacity(), pretty.len());
    }
}
