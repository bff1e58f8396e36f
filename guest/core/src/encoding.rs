//! base64, base64url and hexadecimal, as strict as §0 of the specification: exact alphabet, exact padding, no white space,
//! unused trailing bits zero.

use alloc::string::String;
use alloc::vec::Vec;
use base64ct::{Base64, Base64UrlUnpadded, Encoding};

/// Standard base64 with padding.
pub fn base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

/// Reads standard base64 with padding; `None` for anything else.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    Base64::decode_vec(text).ok()
}

/// base64url without padding.
pub fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// Reads base64url without padding; `None` for anything else.
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(text).ok()
}

/// Appends `value` as a JSON string, escaped as §0 prescribes.
pub fn push_json_string(out: &mut String, value: &str) {
    out.push('"');
    let mut plain_from = 0;
    for (at, byte) in value.bytes().enumerate() {
        if byte != b'"' && byte != b'\\' && byte >= 0x20 {
            continue;
        }
        out.push_str(value.get(plain_from..at).unwrap_or_default());
        plain_from = at.saturating_add(1);
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            _ => {
                out.push_str("\\u00");
                out.push(hex_digit(byte >> 4));
                out.push(hex_digit(byte & 0x0f));
            }
        }
    }
    out.push_str(value.get(plain_from..).unwrap_or_default());
    out.push('"');
}

/// The lower-case hex digit of a value below 16.
pub(crate) fn hex_digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('0')
}

/// The byte that two hex digits of either case stand for.
pub(crate) fn from_hex_pair(high: u8, low: u8) -> Option<u8> {
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
        for bad in ["AA==", "A+", "AB", "A", "A A"] {
            assert_eq!(from_base64url(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn json_strings_escape_quote_backslash_and_controls_only() {
        let mut out = String::new();
        push_json_string(&mut out, "a\"b\\c\n\u{1f}é/\u{7f}");
        assert_eq!(out, "\"a\\\"b\\\\c\\u000a\\u001fé/\u{7f}\"");
    }
}
