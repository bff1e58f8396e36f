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
