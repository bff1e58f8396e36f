//! Hosts of URL references (X11): the host parsers of the WHATWG URL standard, without IDNA.

use crate::digits;
use crate::encoding::from_hex_pair;
use crate::ip_address;
use alloc::string::String;

/// Reads the host of a special URL (`http`, `https`, `ftp`, `ws`, `wss`, `file`) and writes it as the standard serialises it.
///
/// `None`: empty, not ASCII after percent-decoding, a forbidden character, or a wrong IP address. `xn--` labels are not decoded.
pub(super) fn parse(text: &str) -> Option<String> {
    if text.starts_with('[') {
        return ipv6(text);
    }
    let domain = domain(text)?;
    if ends_in_a_number(&domain) { ipv4(&domain) } else { Some(domain) }
}

/// Whether `text` can be the host of a URL that is not special; such a host is not decoded and may be empty.
pub(super) fn is_opaque_host(text: &str) -> bool {
    if text.starts_with('[') {
        return ipv6(text).is_some();
    }
    text.bytes().all(|byte| !is_forbidden(byte)) && percent_decode(text).all(|byte| byte.is_ascii())
}

/// The bytes of `text` with every `%HH` decoded; other `%` stay.
fn percent_decode(text: &str) -> impl Iterator<Item = u8> {
    let mut rest = text.as_bytes();
    core::iter::from_fn(move || {
        let (byte, after) = match rest {
            [b'%', high, low, after @ ..] => match from_hex_pair(*high, *low) {
                Some(byte) => (byte, after),
                None => (b'%', rest.get(1..)?),
            },
            [byte, after @ ..] => (*byte, after),
            [] => return None,
        };
        rest = after;
        Some(byte)
    })
}

/// Decodes and lower-cases a domain; `None` if it is empty or holds a forbidden domain code point.
fn domain(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for byte in percent_decode(text) {
        if !byte.is_ascii() || byte.is_ascii_control() || byte == b'%' || is_forbidden(byte) {
            return None;
        }
        out.push(char::from(byte.to_ascii_lowercase()));
    }
    (!out.is_empty()).then_some(out)
}

/// The standard's *forbidden host code points*. Tab and line ends cannot come here undecoded (X3), only from `%HH`.
fn is_forbidden(byte: u8) -> bool {
    b"\0\t\n\r #/:<>?@[\\]^|".contains(&byte)
}

/// Whether the last label, a trailing dot aside, makes the whole host an IPv4 address or an error.
fn ends_in_a_number(domain: &str) -> bool {
    let last = without_trailing_dot(domain).rsplit('.').next().unwrap_or_default();
    (!last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit())) || ipv4_number(last).is_some()
}

/// Reads one to four numbers, of which all but the last fill one byte each and the last fills the rest; writes a dotted quad.
fn ipv4(domain: &str) -> Option<String> {
    let mut parts = without_trailing_dot(domain).split('.');
    let last = ipv4_number(parts.next_back()?)?;
    let mut address = 0;
    let mut free_bits = 32_u32;
    for part in parts {
        let number = ipv4_number(part).filter(|number| *number <= 0xff)?;
        free_bits = free_bits.checked_sub(8).filter(|bits| *bits > 0)?;
        address |= number.checked_shl(free_bits)?;
    }
    (last.checked_shr(free_bits) == Some(0)).then_some(())?;
    let mut out = String::new();
    for byte in u32::try_from(address | last).ok()?.to_be_bytes() {
        if !out.is_empty() {
            out.push('.');
        }
        digits::push(&mut out, byte.into(), 10);
    }
    Some(out)
}

/// A hexadecimal (`0x`), octal (`0`) or decimal number; a bare `0x` is zero. Saturates, far above every bound.
fn ipv4_number(text: &str) -> Option<u64> {
    let (digits, radix) = match text.as_bytes() {
        [] => return None,
        [b'0', b'x' | b'X', digits @ ..] => (digits, 16),
        [b'0', digits @ ..] if !digits.is_empty() => (digits, 8),
        digits => (digits, 10),
    };
    digits.iter().try_fold(0_u64, |value, digit| {
        let digit = char::from(*digit).to_digit(radix)?;
        Some(value.saturating_mul(u64::from(radix)).saturating_add(u64::from(digit)))
    })
}

fn without_trailing_dot(domain: &str) -> &str {
    domain.strip_suffix('.').unwrap_or(domain)
}

/// Reads `[…]` and writes it with the first longest run of two or more zero pieces as `::`, never with a dotted tail.
fn ipv6(text: &str) -> Option<String> {
    let pieces = ip_address::ipv6(text.strip_prefix('[')?.strip_suffix(']')?)?;
    let zeros = longest_zero_run(&pieces);
    let mut out = String::from("[");
    for (at, piece) in pieces.iter().enumerate() {
        if zeros.contains(&at) {
            if at == zeros.start {
                out.push_str(if at == 0 { "::" } else { ":" });
            }
            continue;
        }
        digits::push(&mut out, u32::from(*piece), 16);
        if at < 7 {
            out.push(':');
        }
    }
    out.push(']');
    Some(out)
}

/// The first longest run of at least two zero pieces; empty if there is none.
fn longest_zero_run(pieces: &[u16; 8]) -> core::ops::Range<usize> {
    let mut longest = 0..0;
    let mut start = 0;
    for (at, piece) in pieces.iter().enumerate() {
        let end = at.saturating_add(1);
        if *piece != 0 {
            start = end;
        } else if end.saturating_sub(start) > longest.len().max(1) {
            longest = start..end;
        }
    }
    longest
}

#[cfg(test)]
mod tests;
