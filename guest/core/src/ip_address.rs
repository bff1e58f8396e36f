//! IP addresses as text: dotted quads, and the forms of RFC 4291 §2.2. The standard library's reader is several times larger.

use alloc::vec::Vec;

/// Reads four decimal numbers up to 255, none with leading zeros.
pub(crate) fn ipv4(text: &str) -> Option<[u8; 4]> {
    let octets: Vec<u8> = text.split('.').map(octet).collect::<Option<_>>()?;
    octets.try_into().ok()
}

/// Reads the eight pieces of an IPv6 address; one `::` stands for as many zeros as are missing, and a dotted quad for the last two
/// pieces.
pub(crate) fn ipv6(text: &str) -> Option<[u16; 8]> {
    let mut address = [0; 8];
    let Some(gap) = text.as_bytes().windows(2).position(|pair| pair == b"::") else {
        return pieces(text, true)?.try_into().ok();
    };
    let (head, rest) = text.split_at_checked(gap)?;
    let (head, tail) = (pieces(head, false)?, pieces(rest.get(2..)?, true)?);
    if head.len().saturating_add(tail.len()) >= address.len() {
        return None;
    }
    address.iter_mut().zip(head).for_each(|(piece, number)| *piece = number);
    address.iter_mut().rev().zip(tail.into_iter().rev()).for_each(|(piece, number)| *piece = number);
    Some(address)
}

fn octet(text: &str) -> Option<u8> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| is_plain)
}

/// Pieces of one to four hexadecimal digits, none in an empty text. A dotted quad at the very end is two.
fn pieces(text: &str, is_end: bool) -> Option<Vec<u16>> {
    let mut pieces = Vec::new();
    let mut parts = text.split(':').filter(|_| !text.is_empty()).peekable();
    while let Some(part) = parts.next() {
        match ipv4(part) {
            Some([first, second, third, fourth]) if is_end && parts.peek().is_none() => {
                pieces.extend([u16::from_be_bytes([first, second]), u16::from_be_bytes([third, fourth])]);
            }
            _ => pieces.push(piece(part)?),
        }
    }
    Some(pieces)
}

fn piece(text: &str) -> Option<u16> {
    let fits = matches!(text.len(), 1..=4) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    u16::from_str_radix(text, 16).ok().filter(|_| fits)
}

#[cfg(test)]
mod tests;
