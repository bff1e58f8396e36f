//! The code inside the body of a refusal.

use crate::json::{Object, string};
use alloc::string::String;

/// Only this much of an error body is read (N7).
const BODY_LIMIT: usize = 64 * 1024;

/// The body code of §10: in a JSON object the first string of `error.code`, `code`, `error`; lower-cased, `_` written `-`.
///
/// `None` for any other body, and for one whose `error` or `code` occurs twice (§0).
pub fn body_code(body: &[u8]) -> Option<String> {
    let considered = body.get(..BODY_LIMIT).unwrap_or(body);
    let body = Object::read(core::str::from_utf8(considered).ok()?)?;
    let (error, code) = (body.value("error").ok()?, body.value("code").ok()?);
    let inner = match error.and_then(Object::read) {
        Some(error) => error.value("code").ok()?,
        None => None,
    };
    [inner, code, error].into_iter().flatten().find_map(string).map(|found| normalize(&found))
}

/// Lower case, and `-` for `_`.
pub(super) fn normalize(code: &str) -> String {
    code.chars().map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect()
}
