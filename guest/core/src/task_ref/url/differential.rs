//! The same URLs through the `url` crate: both refuse, or both give the same text.

use super::{is_drive_letter, normalize};
use crate::error::Code;
use ::url::Url;
use alloc::format;
use alloc::string::String;
use proptest::prelude::*;

/// X11–X15 with the `url` crate as the parser, and the rest done by other means than above.
fn reference(text: &str) -> Result<String, Code> {
    let url = Url::parse(text).map_err(|_| Code::RefUrlInvalid)?;
    let host = url.host_str().unwrap_or_default();
    // An `xn--` that was not in the text, or bytes encoded by the opaque-host parser: the host was not ASCII.
    if host.contains("xn--") || !percent_decoded(host).is_ascii() {
        return Err(Code::RefUrlInvalid);
    }
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Code::RefUrlScheme);
    }
    if !url.username().is_empty() || url.password().is_some_and(|password| !password.is_empty()) {
        return Err(Code::RefUrlUserinfo);
    }
    let mut out = format!("{}://{host}{}", url.scheme(), url.port().map(|port| format!(":{port}")).unwrap_or_default());
    out.push_str(&encoded(url.path(), "-._~!$&'()*+,;=:@/")?);
    if let Some(query) = url.query() {
        out.push('?');
        out.push_str(&encoded(query, "-._~!$&'()*+,;=:@/?")?);
    }
    if out.len() > 2048 { Err(Code::RefTooLong) } else { Ok(out) }
}

/// The last part of X15: `kept` beside letters and digits, other bytes encoded, `%HH` of unreserved characters decoded.
fn encoded(text: &str, kept: &str) -> Result<String, Code> {
    let mut parts = text.split('%');
    let mut out: String = parts.next().unwrap().bytes().map(|byte| written(byte, kept)).collect();
    for part in parts {
        let digits = part.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit())).ok_or(Code::RefUrlPercent)?;
        out.push_str(&written(u8::from_str_radix(digits, 16).unwrap(), "-._~"));
        out.extend(part[2..].bytes().map(|byte| written(byte, kept)));
    }
    Ok(out)
}

fn written(byte: u8, kept: &str) -> String {
    let c = char::from(byte);
    if c.is_ascii_alphanumeric() || kept.contains(c) { c.into() } else { format!("%{byte:02X}") }
}

/// `text` with `%HH` decoded, bytes above 7F as themselves in Latin-1.
fn percent_decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut out = String::from(parts.next().unwrap());
    for part in parts {
        match part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                out.push(char::from(byte));
                out.push_str(&part[2..]);
            }
            None => out.push_str(part),
        }
    }
    out
}

/// Where version 2.5.8 of the crate is not the standard: a backslash ends the port, and an empty host may follow `:@`, in schemes
/// that are not special; segments like `C|` survive `..`, and make the host of a `file` URL vanish.
fn crate_departs_from_the_standard(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let empty_host = url.host_str().is_none_or(str::is_empty);
    if url.is_special() {
        text.split(['/', '\\', '?', '#']).any(is_drive_letter)
    } else {
        text.contains('\\') || (empty_host && text.contains('@'))
    }
}

fn agrees(text: &str) -> Result<(), TestCaseError> {
    // The text as X2–X7 would hand it over, and none of what IDNA alone decides.
    prop_assume!(super::super::text::clean(text).is_ok_and(|cleaned| cleaned == text));
    prop_assume!(!percent_decoded(text).to_ascii_lowercase().contains("xn--"));
    prop_assume!(!crate_departs_from_the_standard(text));
    prop_assert_eq!(normalize(text).map_err(|error| error.code), reference(text), "{:?}", text);
    Ok(())
}

#[test]
fn x1_the_longest_inputs_agree_with_the_url_crate() {
    for piece in ["/..", "a/", "/a/%2e%2e", "@", ":", "[", "%41", "1.", "0x1.", "\u{e9}", "?", "0"] {
        for start in ["https://h/", "https://h?", "https://", "http://[", "foo://", "file://", ""] {
            let text = format!("{start}{}", piece.repeat(4096_usize.saturating_sub(start.len()) / piece.len()));
            assert_eq!(normalize(&text).map_err(|error| error.code), reference(&text), "{start}{piece}…");
        }
    }
}

const SCHEMES: &[&str] = &["http:", "https:", "HTTPS:", "ftp:", "ws:", "file:", "foo:", "a+b-.1:", "1a:", ""];
const SLASHES: &[&str] = &["//", "//", "//", "", "/", "///", "\\\\", "/\\", "//////"];
const HOST_PIECES: &[&str] = &[
    "a", "B", "b.com", ".", "-", "_", "%41", "%2e", "%2E", "%", "%25", "%c3%a9", "%00", "%7f", "%5b", "@", ":", ":80", ":443", ":65535",
    ":65536", ":0", "[", "]", "[::1]", "[1::", "::", "0", "1", "9", "255", "256", "0x", "0xff", "08", "017", "65536", " ", "!", "$", "'",
    "|", "^", "<", "~", "`", "{", "C:", "C|", "#", "?", "/", "\\", "xn", "é",
];
const PATH_PIECES: &[&str] = &[
    "a", "/", "//", "\\", ".", "..", "/..", "/./", "%2e", "%2E%2e", ".%2e", "%", "%4", "%41", "%7e", "%2f", "%c3%a9", "%zz", "é", "日",
    "'", "\"", "<", "[", "]", "^", "`", "{", "|", "}", "?", "#", " ", "@", ":", "&=+;,", "~-_", "C|", "%25", "%%341",
];

fn soup(pieces: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(pieces), 0..most).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn x11_to_x15_agree_with_the_url_crate(
        scheme in prop::sample::select(SCHEMES), slashes in prop::sample::select(SLASHES), host in soup(HOST_PIECES, 5),
        path in soup(PATH_PIECES, 10),
    ) {
        agrees(&format!("{scheme}{slashes}{host}/{path}"))?;
    }

    #[test]
    fn x11_agrees_with_the_url_crate_on_ipv4_like_hosts(host in "(0[xX])?[0-9a-f]{0,10}(\\.(0x)?[0-9a-g]{0,4}){0,5}\\.?") {
        agrees(&format!("http://{host}"))?;
    }

    #[test]
    fn x11_agrees_with_the_url_crate_on_ipv6_like_hosts(host in "([0-9a-fA-F]{0,5}::?){0,9}[0-9a-f]{0,4}(\\.[0-9]{1,3}){0,4}", pieces in any::<[bool; 8]>()) {
        agrees(&format!("http://[{host}]"))?;
        let sparse = pieces.map(|piece| if piece { "A0" } else { "0" }).join(":");
        agrees(&format!("http://[{sparse}]"))?;
    }

    #[test]
    fn x11_to_x15_agree_with_the_url_crate_on_any_ascii(text in "(https?:|foo:|file:)?[ -~]{0,40}") {
        agrees(&text)?;
    }

    #[test]
    fn x15_agrees_with_the_url_crate_on_any_path(text in "[^#%]{0,40}") {
        agrees(&format!("https://h/{text}"))?;
    }
}
