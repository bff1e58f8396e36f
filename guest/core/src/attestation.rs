//! The attestation envelope (`spec/metadata.md` §9): the token of the connected app, or why there is none.

use crate::encoding::{push_ascii_json_string, push_json_string};
use crate::json::Object;
use crate::secret_text::SecretText;
use alloc::string::String;
use zeroize::Zeroizing;

/// What became of a question for attestation (9-2).
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The app gave its token, which is opaque to everybody else.
    Token(SecretText),
    /// No reply within the budget.
    Timeout,
    /// The question was not delivered, or answered by an error.
    RequestFailed,
    /// It was withdrawn.
    Cancelled,
    /// The reply has no token.
    Malformed,
}

impl Outcome {
    /// Reads the result that the app replied with, a JSON text.
    pub fn of_reply(reply: &str) -> Self {
        let token = Object::read(reply).and_then(|reply| reply.secret("token").ok());
        token.filter(|token| !token.is_empty()).map_or(Self::Malformed, Self::Token)
    }

    /// The outcome of a status; `None` if there is no such status. Status 0 without a token is a malformed reply.
    pub fn of_status(status: u8, token: Option<&str>) -> Option<Self> {
        Some(match status {
            0 => token.filter(|token| !token.is_empty()).map_or(Self::Malformed, |token| Self::Token(token.into())),
            1 => Self::Timeout,
            2 => Self::RequestFailed,
            3 => Self::Cancelled,
            4 => Self::Malformed,
            _ => return None,
        })
    }

    /// The value of `x-oai-attestation` (9-1). A token outside ASCII gives a value that is not legal in a header; it is for
    /// whoever writes the header to leave it out and to report it (9-7).
    pub fn envelope(&self) -> SecretText {
        let (status, token) = match self {
            Self::Token(token) => ('0', Some(&**token)),
            Self::Timeout => ('1', None),
            Self::RequestFailed => ('2', None),
            Self::Cancelled => ('3', None),
            Self::Malformed => ('4', None),
        };
        // An escape is at most six times its character. A buffer that grew would leave parts of the token behind (K15).
        let mut out = Zeroizing::new(String::with_capacity(token.map_or(0, str::len).saturating_mul(6).saturating_add(24)));
        out.push_str("{\"v\":1,\"s\":");
        out.push(status);
        if let Some(token) = token {
            out.push_str(",\"t\":");
            // Escaping what is not ASCII would make it legal, but the app's token would not be what is sent.
            if token.is_ascii() { push_ascii_json_string(&mut out, token) } else { push_json_string(&mut out, token) }
        }
        out.push('}');
        out.into()
    }
}

#[cfg(test)]
mod tests;
