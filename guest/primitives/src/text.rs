//! What identifiers are checked for.

/// Whether every byte is visible ASCII and none is in `except`.
#[inline(never)]
pub fn is_visible_ascii(text: &str, except: &[u8]) -> bool {
    text.bytes().all(|byte| matches!(byte, 0x21..=0x7e) && !except.contains(&byte))
}

/// Whether there is a control character (U+0000–001F, U+007F–009F).
#[inline(never)]
pub fn has_control(text: &str) -> bool {
    if text.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) {
        return false;
    }
    text.chars().any(char::is_control)
}

/// Whether there is nothing but Unicode White_Space.
#[inline(never)]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

/// Whether `text` may be a header value: tab and printable ASCII, no space or tab at either end. Not so for an empty one.
#[inline(never)]
pub fn is_header_value(text: &str) -> bool {
    let is_visible = |byte: Option<&u8>| matches!(byte, Some(0x21..=0x7e));
    let bytes = text.as_bytes();
    // Without a way out of the loop, many bytes are looked at in one instruction.
    is_visible(bytes.first())
        && is_visible(bytes.last())
        && bytes.iter().fold(true, |legal, byte| legal & (matches!(byte, 0x20..=0x7e) | (*byte == b'\t')))
}
