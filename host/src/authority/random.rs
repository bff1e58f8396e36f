//! Ids that nobody guesses.

use crate::error::{Advice, Error};
use crate::ports::Random;
use crate::system::SystemRandom;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A prefix and 128 random bits; 22 characters of `A–Z a–z 0–9 - _`.
pub(super) fn random_id(prefix: &str) -> Result<String, Error> {
    let mut bytes = [0; 16];
    SystemRandom
        .fill(&mut bytes)
        .map_err(|_| Error::new("random-failed", Advice::BackOff, "the system gives no random bytes; wait, then repeat"))?;
    let mut id = prefix.to_owned();
    URL_SAFE_NO_PAD.encode_string(bytes, &mut id);
    Ok(id)
}
