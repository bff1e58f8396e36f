//! base64, base64url and hexadecimal, as strict as §0 of the specification: exact alphabet, exact padding, no white space,
//! unused trailing bits zero.

use crate::json::is_special_in;
use alloc::string::String;
use alloc::vec::Vec;
use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

/// Standard base64 with padding. In constant time: keys are written with it.
#[inline(never)]
pub fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3).saturating_mul(4));
    for chunk in bytes.chunks(3) {
        let at = |place: usize| chunk.get(place).copied().unwrap_or_default();
        let (a, b, c) = (at(0), at(1), at(2));
        let digits = [a >> 2, a << 4 | b >> 4, b << 2 | c >> 6, c];
        // One byte makes two digits, two make three; the rest is padding.
        for (place, digit) in digits.into_iter().enumerate() {
            out.push(if place > chunk.len() { '=' } else { base64_digit(digit & 0x3f) });
        }
    }
    out
}

/// The digit of a value below 64, found without a branch or a table.
fn base64_digit(value: u8) -> char {
    let value = i16::from(value);
    // Each step is taken by values above its bound.
    let step = |bound: i16, by: i16| bound.wrapping_sub(value) >> 8 & by;
    let offset = 65_i16.wrapping_add(step(25, 6)).wrapping_add(step(51, -75)).wrapping_add(step(61, -15)).wrapping_add(step(62, 3));
    let [_, code] = value.wrapping_add(offset).to_be_bytes();
    char::from(code)
}

/// Reads standard base64 with padding; `None` for anything else.
#[inline(never)]
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    Base64::decode_vec(text).ok()
}

/// base64url without padding. For public bytes: it looks characters up in a table.
pub fn base64url(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3).saturating_mul(4));
    push_base64url(&mut out, bytes);
    out
}

/// Appends base64url without padding. For public bytes, as [`base64url`].
#[inline(never)]
pub fn push_base64url(out: &mut String, bytes: &[u8]) {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let character = |six_bits: u8| ALPHABET.get(usize::from(six_bits & 0x3f)).copied().unwrap_or_default();
    let group = |a: u8, b: u8, c: u8| [character(a >> 2), character(a << 4 | b >> 4), character(b << 2 | c >> 6), character(c)];
    let mut text = Vec::with_capacity(bytes.len().div_ceil(3).saturating_mul(4));
    let mut chunks = bytes.chunks_exact(3);
    for chunk in chunks.by_ref() {
        if let [a, b, c] = *chunk {
            text.extend_from_slice(&group(a, b, c));
        }
    }
    // One byte left over makes two characters, two make three.
    match *chunks.remainder() {
        [a, b] => text.extend(group(a, b, 0).into_iter().take(3)),
        [a] => text.extend(group(a, 0, 0).into_iter().take(2)),
        _ => {}
    }
    out.push_str(core::str::from_utf8(&text).unwrap_or_default());
}

/// Reads base64url without padding; `None` for anything else. In constant time, like [`from_base64`].
#[inline(never)]
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    if text.bytes().any(|byte| matches!(byte, b'+' | b'/' | b'=')) {
        return None;
    }
    let mut standard = Zeroizing::new(String::with_capacity(text.len().saturating_add(3)));
    for byte in text.bytes() {
        let swap = |from: u8, to: u8| u8::from(byte == from).wrapping_mul(from ^ to);
        standard.push(char::from(byte ^ swap(b'-', b'+') ^ swap(b'_', b'/')));
    }
    while !standard.len().is_multiple_of(4) {
        standard.push('=');
    }
    from_base64(&standard)
}

/// Appends `value` as a JSON string, escaped as §0 prescribes.
pub fn push_json_string(out: &mut String, value: &str) {
    push_escaped(out, value, 0xff, push_long_escape);
}

/// Appends `value` as a JSON string in ASCII: every other character as `\uXXXX`, above U+FFFF as a surrogate pair, and the short
/// escapes where JSON has them. U+007F is ASCII.
pub fn push_ascii_json_string(out: &mut String, value: &str) {
    push_escaped(out, value, 0x7f, push_ascii_escape);
}

/// Appends `value` in quotes, and what is not plain by way of `escape`. Plain is a byte from U+0020 to `last_plain`, except a quote or
/// backslash.
#[inline(never)]
fn push_escaped(out: &mut String, value: &str, last_plain: u8, escape: fn(&mut String, char)) {
    let beyond = if last_plain.is_ascii() { TOP_BITS } else { 0 };
    out.reserve(value.len().saturating_add(2));
    out.push('"');
    let mut rest = value;
    loop {
        while let Some((word, behind)) = rest.split_at_checked(8).filter(|(word, _)| is_plain_word(word, beyond)) {
            out.push_str(word);
            rest = behind;
        }
        let mut characters = rest.chars();
        let Some(character) = characters.next() else { break };
        rest = characters.as_str();
        let is_plain = character >= ' ' && character != '"' && character != '\\' && (beyond == 0 || character.is_ascii());
        if is_plain { out.push(character) } else { escape(out, character) }
    }
    out.push('"');
}

/// Whether eight bytes stand for themselves in a JSON string, and have none of the bits `beyond`.
fn is_plain_word(word: &str, beyond: u64) -> bool {
    word.as_bytes().first_chunk().is_some_and(|bytes| {
        let word = u64::from_ne_bytes(*bytes);
        !is_special_in(word) && word & beyond == 0
    })
}

/// The top bit of each byte of a word: beyond ASCII.
const TOP_BITS: u64 = u64::from_ne_bytes([0x80; 8]);

/// Appends a short text. Where the compiler does not know its length, copying it would be `memory.copy`, for which engines leave the
/// wasm; a few words are faster.
#[inline(never)]
pub fn push_short(out: &mut String, text: &str) {
    let mut rest = text;
    out.reserve(text.len());
    while let Some((word, behind)) = rest.split_at_checked(8) {
        out.push_str(word);
        rest = behind;
    }
    rest.chars().for_each(|character| out.push(character));
}

#[cold]
#[inline(never)]
fn push_long_escape(out: &mut String, character: char) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        _ => push_code_units(out, character),
    }
}

#[cold]
#[inline(never)]
fn push_ascii_escape(out: &mut String, character: char) {
    const SHORT: [(char, &str); 5] = [('\u{8}', "\\b"), ('\u{c}', "\\f"), ('\n', "\\n"), ('\r', "\\r"), ('\t', "\\t")];
    match SHORT.iter().find(|(escaped, _)| *escaped == character) {
        Some((_, escape)) => out.push_str(escape),
        None => push_long_escape(out, character),
    }
}

/// Appends `\uXXXX` for `character`, or for each half of its surrogate pair.
#[cold]
#[inline(never)]
fn push_code_units(out: &mut String, character: char) {
    let code = u32::from(character);
    match code.checked_sub(0x1_0000) {
        None => push_code_unit(out, code),
        Some(above) => {
            push_code_unit(out, 0xd800 | above >> 10);
            push_code_unit(out, 0xdc00 | above & 0x3ff);
        }
    }
}

#[cold]
#[inline(never)]
fn push_code_unit(out: &mut String, unit: u32) {
    let [_, _, high, low] = unit.to_be_bytes();
    let digits = [high >> 4, high & 0x0f, low >> 4, low & 0x0f].map(hex_byte);
    out.push_str("\\u");
    out.push_str(core::str::from_utf8(&digits).unwrap_or_default());
}

/// Appends `number` in decimal digits.
pub fn push_decimal(out: &mut String, number: u64) {
    if number >= 10 {
        push_decimal(out, number / 10);
    }
    out.push(u32::try_from(number % 10).ok().and_then(|digit| char::from_digit(digit, 10)).unwrap_or('0'));
}

/// The lower-case hex digit of a value below 16.
pub fn hex_byte(nibble: u8) -> u8 {
    nibble.wrapping_add(if nibble < 10 { b'0' } else { b'a' - 10 })
}

/// The byte that two hex digits of either case stand for.
pub fn from_hex_pair(high: u8, low: u8) -> Option<u8> {
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    Some(value(high)? << 4 | value(low)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_refuses_missing_padding_other_alphabet_and_trailing_bits() {
        assert_eq!(from_base64("AA=="), Some(alloc::vec![0]));
        for bad in ["AA", "AA=", "AB==", "A-==", "AA==\n", " AA=="] {
            assert_eq!(from_base64(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn base64url_refuses_padding_other_alphabet_and_trailing_bits() {
        assert_eq!(from_base64url("-_8"), Some(alloc::vec![0xfb, 0xff]));
        for bad in ["AA==", "A+", "AB", "A", "A A", "AAAAA", "\u{e9}A", "AAA="] {
            assert_eq!(from_base64url(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn base64_of_every_length_is_as_base64ct_has_it() {
        for len in 0..=96_u8 {
            let bytes: Vec<u8> = (0..len).map(|n| n.wrapping_mul(73) ^ 0xa5).collect();
            assert_eq!(base64(&bytes), Base64::encode_string(&bytes));
            assert_eq!(from_base64(&base64(&bytes)), Some(bytes));
        }
        assert!((0..64).map(base64_digit).eq("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".chars()));
    }

    #[test]
    fn base64url_of_every_length_reads_back_as_base64ct_has_it() {
        for len in 0..=64_u8 {
            let bytes: Vec<u8> = (0..len).map(|n| n.wrapping_mul(73) ^ 0xa5).collect();
            assert_eq!(base64url(&bytes), base64ct::Base64UrlUnpadded::encode_string(&bytes));
            assert_eq!(from_base64url(&base64url(&bytes)), Some(bytes));
        }
    }

    #[test]
    fn ascii_json_strings_escape_everything_else_and_read_back() {
        for (text, written) in [
            ("", "\"\""),
            ("a\"b\\c/d", r#""a\"b\\c/d""#),
            ("\u{8}\u{c}\n\r\t\0\u{1f} \u{7f}\u{80}", "\"\\b\\f\\n\\r\\t\\u0000\\u001f \u{7f}\\u0080\""),
            ("é東\u{ffff}", r#""\u00e9\u6771\uffff""#),
            ("\u{10000}\u{1f680}\u{10ffff}x", r#""\ud800\udc00\ud83d\ude80\udbff\udfffx""#),
        ] {
            let mut out = String::new();
            push_ascii_json_string(&mut out, text);
            assert_eq!(out, written);
            assert_eq!(crate::json::string(&out).as_deref(), Some(text));
        }
    }

    #[test]
    fn decimals_have_no_leading_zeros() {
        for number in [0, 9, 10, 101, u64::from(u32::MAX), u64::MAX] {
            let mut out = String::new();
            push_decimal(&mut out, number);
            assert_eq!(out, alloc::format!("{number}"));
        }
    }

    #[test]
    fn json_strings_escape_quote_backslash_and_controls_only() {
        let mut out = String::new();
        push_json_string(&mut out, "a\"b\\c\n\u{1f}é/\u{7f}");
        assert_eq!(out, "\"a\\\"b\\\\c\\u000a\\u001fé/\u{7f}\"");
    }
}
