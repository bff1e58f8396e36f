//! X11–X15: URL references. A parser for the WHATWG URL standard, cut down to what the normal form needs; the tests compare it
//! with the `url` crate.

use super::{TaskRef, host};
use crate::digits;
use crate::encoding::from_hex_pair;
use crate::error::{Code, Error, Result};
use alloc::string::String;
use alloc::vec::Vec;

/// Normalises a cleaned text as an `http` or `https` URL.
pub(super) fn normalize(text: &str) -> Result<String> {
    let url = HttpUrl::parse(text)?;
    if url.has_userinfo {
        return Err(Error::new(Code::RefUrlUserinfo, "the URL holds a user name or password; remove it"));
    }
    let out = url.serialize()?;
    if out.len() > TaskRef::MAX_URL_LEN {
        return Err(Error::new(Code::RefTooLong, "the normalised URL is longer than 2048 bytes; shorten it"));
    }
    Ok(out)
}

/// The parts of a parsed URL that X13–X15 look at.
struct HttpUrl<'a> {
    scheme: &'static str,
    has_userinfo: bool,
    host: String,
    /// `None` also for the default port of the scheme.
    port: Option<u16>,
    /// Path segments, dot segments resolved, not yet re-encoded.
    path: Vec<&'a str>,
    query: Option<&'a str>,
}

impl<'a> HttpUrl<'a> {
    /// X11 and X12.
    fn parse(text: &'a str) -> Result<Self> {
        let (scheme, rest) = split_scheme(text).ok_or_else(invalid)?;
        // Nothing before a fragment depends on it, and no part can hold a `#`.
        let rest = rest.split('#').next().unwrap_or_default();
        let (scheme, default_port) = if scheme.eq_ignore_ascii_case("https") {
            ("https", 443)
        } else if scheme.eq_ignore_ascii_case("http") {
            ("http", 80)
        } else if parses_with_scheme(scheme, rest) {
            return Err(Error::new(Code::RefUrlScheme, "the URL's scheme must be http or https"));
        } else {
            return Err(invalid());
        };
        let (authority, rest) = split_before(rest.trim_start_matches(is_slash), |c| is_slash(c) || c == '?');
        let authority = Authority::split(authority);
        let host = host::parse(authority.host).ok_or_else(invalid)?;
        let port = parse_port(authority.port.unwrap_or_default()).ok_or_else(invalid)?;
        let (path, query) = match rest.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (rest, None),
        };
        Ok(Self {
            scheme,
            has_userinfo: !matches!(authority.userinfo, None | Some("" | ":")),
            host,
            port: port.filter(|port| *port != default_port),
            path: resolve_dot_segments(path),
            query,
        })
    }

    /// X14 and X15, the limit aside.
    fn serialize(&self) -> Result<String> {
        let mut out = String::from(self.scheme);
        out.push_str("://");
        out.push_str(&self.host);
        if let Some(port) = self.port {
            out.push(':');
            digits::push(&mut out, port.into(), 10);
        }
        for segment in &self.path {
            out.push('/');
            push_encoded(&mut out, segment, is_path_byte)?;
        }
        if let Some(query) = self.query {
            out.push('?');
            push_encoded(&mut out, query, is_query_byte)?;
        }
        Ok(out)
    }
}

/// What stands between the slashes after a scheme and the path.
struct Authority<'a> {
    userinfo: Option<&'a str>,
    host: &'a str,
    port: Option<&'a str>,
}

impl<'a> Authority<'a> {
    /// Splits at the last `@` and at the first `:` outside brackets.
    fn split(text: &'a str) -> Self {
        let (userinfo, host_and_port) = match text.rsplit_once('@') {
            Some((userinfo, rest)) => (Some(userinfo), rest),
            None => (None, text),
        };
        let mut in_brackets = false;
        let (host, port) = split_before(host_and_port, |c| {
            match c {
                '[' => in_brackets = true,
                ']' => in_brackets = false,
                _ => {}
            }
            c == ':' && !in_brackets
        });
        Self { userinfo, host, port: port.strip_prefix(':') }
    }
}

/// Whether the standard parses a URL of a scheme that is neither `http` nor `https`: X12 speaks only of URLs that parse.
fn parses_with_scheme(scheme: &str, rest: &str) -> bool {
    let is_scheme = |name: &str| scheme.eq_ignore_ascii_case(name);
    if is_scheme("file") {
        let mut slashes = rest.chars();
        if !(slashes.next().is_some_and(is_slash) && slashes.next().is_some_and(is_slash)) {
            return true;
        }
        let (host, _) = split_before(slashes.as_str(), |c| is_slash(c) || c == '?');
        return host.is_empty() || is_drive_letter(host) || host::parse(host).is_some();
    }
    let special = is_scheme("ftp") || is_scheme("ws") || is_scheme("wss");
    let authority = if special {
        split_before(rest.trim_start_matches(is_slash), |c| is_slash(c) || c == '?').0
    } else {
        match rest.strip_prefix("//") {
            Some(rest) => split_before(rest, |c| c == '/' || c == '?').0,
            None => return true,
        }
    };
    let Authority { userinfo, host, port } = Authority::split(authority);
    let host_is_valid = if special {
        host::parse(host).is_some()
    } else if host.is_empty() {
        userinfo.is_none() && port.is_none()
    } else {
        host::is_opaque_host(host)
    };
    host_is_valid && parse_port(port.unwrap_or_default()).is_some()
}

/// Scheme and what follows its colon.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let starts_well = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_scheme = starts_well && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    is_scheme.then_some((scheme, rest))
}

/// `Some(None)` for an empty port, `None` for one that is not a number up to 65535.
fn parse_port(text: &str) -> Option<Option<u16>> {
    if text.is_empty() {
        return Some(None);
    }
    text.chars().try_fold(0_u16, |port, c| port.checked_mul(10)?.checked_add(u16::try_from(c.to_digit(10)?).ok()?)).map(Some)
}

/// The segments of a path, `.` and `..` resolved in all their spellings; at least one.
fn resolve_dot_segments(path: &str) -> Vec<&str> {
    let mut kept = Vec::new();
    let mut segments = path.strip_prefix(is_slash).unwrap_or(path).split(is_slash).peekable();
    while let Some(segment) = segments.next() {
        let dots = dots(segment);
        if dots == Some(2) {
            kept.pop();
        }
        if dots.is_none() {
            kept.push(segment);
        } else if segments.peek().is_none() {
            kept.push("");
        }
    }
    kept
}

/// 1 for `.`, 2 for `..`, where each dot may be spelt `%2e`; `None` for other segments.
fn dots(segment: &str) -> Option<u8> {
    let after_dot = |text: &'_ str| -> Option<usize> {
        if text.starts_with('.') { Some(1) } else { text.get(..3).filter(|start| start.eq_ignore_ascii_case("%2e")).map(str::len) }
    };
    let rest = segment.get(after_dot(segment)?..)?;
    if rest.is_empty() {
        return Some(1);
    }
    rest.get(after_dot(rest)?..)?.is_empty().then_some(2)
}

/// Appends `text` as X15 has it: unreserved characters decoded, other `%HH` in upper case, bytes that `keeps` refuses encoded.
fn push_encoded(out: &mut String, text: &str, keeps: fn(u8) -> bool) -> Result<()> {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let (byte, keeps): (u8, fn(u8) -> bool) = if byte == b'%' {
            let decoded = bytes.next().zip(bytes.next()).and_then(|(high, low)| from_hex_pair(high, low));
            (decoded.ok_or_else(stray_percent)?, is_unreserved)
        } else {
            (byte, keeps)
        };
        if keeps(byte) {
            out.push(char::from(byte));
        } else {
            digits::push_percent_encoded(out, byte);
        }
    }
    Ok(())
}

/// RFC 3986 `pchar`.
fn is_path_byte(byte: u8) -> bool {
    is_unreserved(byte) || b"!$&'()*+,;=:@".contains(&byte)
}

/// RFC 3986 `query`, less the apostrophe: the WHATWG parser has encoded it.
fn is_query_byte(byte: u8) -> bool {
    byte != b'\'' && (is_path_byte(byte) || matches!(byte, b'/' | b'?'))
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn is_slash(c: char) -> bool {
    matches!(c, '/' | '\\')
}

fn is_drive_letter(text: &str) -> bool {
    matches!(text.as_bytes(), [letter, b':' | b'|'] if letter.is_ascii_alphabetic())
}

/// `text` up to the first character for which `ends` holds, and from there on.
fn split_before(text: &str, ends: impl FnMut(char) -> bool) -> (&str, &str) {
    text.find(ends).and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""))
}

fn invalid() -> Error {
    Error::new(Code::RefUrlInvalid, "the reference is not a valid URL with an ASCII host; write non-ASCII hosts in their xn-- form")
}

fn stray_percent() -> Error {
    Error::new(Code::RefUrlPercent, "a % in the URL is not followed by two hex digits; write a literal % as %25")
}

#[cfg(test)]
mod differential;
#[cfg(test)]
mod tests;
