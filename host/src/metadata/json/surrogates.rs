//! Strings that are no sequences of characters (0-2).

use std::borrow::Cow;

/// The JSON text with U+FFFD for every `\u` escape that is half of a surrogate pair and stands alone (0-2). Everything else stays.
pub fn whole_characters(json: &str) -> Cow<'_, str> {
    let mut whole = String::new();
    let mut done = 0;
    let mut at = 0;
    while let Some(found) = json.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        match unit_at(json, at) {
            Some(0xd800..=0xdbff) if matches!(unit_at(json, at + ESCAPE), Some(0xdc00..=0xdfff)) => at += 2 * ESCAPE,
            Some(0xd800..=0xdfff) => {
                whole.push_str(&json[done..at]);
                whole.push_str("\\ufffd");
                at += ESCAPE;
                done = at;
            }
            // The character behind a backslash begins no escape, whatever it is.
            _ => at += 1 + json[at + 1..].chars().next().map_or(0, char::len_utf8),
        }
    }
    if done == 0 {
        return Cow::Borrowed(json);
    }
    whole.push_str(&json[done..]);
    Cow::Owned(whole)
}

/// Length of a `\u` escape.
const ESCAPE: usize = 6;

/// The UTF-16 unit of the escape at this place, if one is there.
fn unit_at(json: &str, at: usize) -> Option<u16> {
    let digits = json.get(at..at.checked_add(ESCAPE)?)?.strip_prefix("\\u")?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}
