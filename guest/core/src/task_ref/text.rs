//! X1–X7: what every kind of reference goes through first.

mod nfc;
mod packed;
mod unassigned;

use crate::error::{Code, Error, Result};
use alloc::string::String;
use unassigned::Unassigned;

/// Longest input, in bytes, before anything is trimmed (X1).
const MAX_INPUT_LEN: usize = 4096;

/// Trims `input`, refuses what cannot be seen or is not assigned, and composes the rest to NFC.
pub(super) fn clean(input: &str) -> Result<String> {
    if input.len() > MAX_INPUT_LEN {
        return Err(Error::new(Code::RefTooLong, "the reference is longer than 4096 bytes; shorten it"));
    }
    // `trim` goes by White_Space, a set that Unicode has closed: it is the list of X2.
    let trimmed = input.trim();
    if trimmed.is_empty() {
        return Err(Error::new(Code::RefEmpty, "the reference is empty or only white space; give it a text"));
    }
    let unassigned = Unassigned::new();
    match trimmed.chars().find_map(|c| fault(c, &unassigned)) {
        Some(fault) => Err(fault.into()),
        None => Ok(nfc::normalize(trimmed)),
    }
}

/// The first of the rows X3–X6 that forbids `c`.
fn fault(c: char, unassigned: &Unassigned) -> Option<Code> {
    match c {
        '\u{20}'..='\u{7e}' => None,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' => Some(Code::RefControl),
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some(Code::RefBidi),
        '\u{ad}'
        | '\u{34f}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200d}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206a}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fff8}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => Some(Code::RefInvisible),
        _ => unassigned.contains(c).then_some(Code::RefUnassigned),
    }
}

#[cfg(test)]
mod tests;
