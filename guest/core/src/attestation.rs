//! Attestation of a request (`spec/metadata.md` §9): the token of the connected app, or why there is none.

use crate::encoding::{push_ascii_json_string, push_json_string};
use crate::error::Result;
use crate::flow::{Attestation, Completion, Effects};
use crate::secret_text::SecretText;
use agent_identity_primitives::text::is_header_value;
use alloc::string::String;
use zeroize::Zeroizing;

/// What queueing and the reply may take together (9-6).
pub const BUDGET_MS: u32 = 100;

/// Asks for an attestation and ends with the value of its header field.
pub async fn attest(effects: Effects) -> Result<Completion> {
    let envelope = envelope(&effects.attest(BUDGET_MS).await?);
    Ok(Completion::Attested(is_header_value(&envelope).then_some(envelope)))
}

/// The value of `x-oai-attestation` (9-1). A token outside ASCII gives a value that is not legal in a header (9-7).
fn envelope(attestation: &Attestation) -> SecretText {
    let (status, token) = match attestation {
        Attestation::Token(token) if !token.is_empty() => ('0', Some(&**token)),
        Attestation::Timeout => ('1', None),
        Attestation::Failed => ('2', None),
        Attestation::Cancelled => ('3', None),
        Attestation::Token(_) | Attestation::Malformed => ('4', None),
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

#[cfg(test)]
mod tests;
