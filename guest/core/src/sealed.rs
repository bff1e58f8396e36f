//! Sealed task ids: libsodium's sealed box to the X25519 form of an agent's key (N3, N4).

use crate::encoding;
use crate::error::{Code, Error, Result};
use crate::identifiers::TaskId;
use crate::keys::{PublicKey, SecretKey};
use crate::ports::Ports;
use alloc::string::String;
use alloc::vec::Vec;
use blake2::Blake2bVar;
use blake2::digest::{Update, VariableOutput};
use crypto_secretbox::aead::{Aead, KeyInit};
use crypto_secretbox::{Nonce, XSalsa20Poly1305};
use curve25519_dalek::constants::X25519_BASEPOINT;
use curve25519_dalek::montgomery::MontgomeryPoint;
use salsa20::cipher::consts::U10;
use zeroize::Zeroizing;

/// Ephemeral key of 32 bytes and tag of 16; a box holds at least one byte more.
const OVERHEAD: usize = 48;

/// Reads the base64 of a sealed box; `sealed-not-base64` otherwise.
pub fn decode(text: &str) -> Result<Vec<u8>> {
    encoding::from_base64(text).ok_or_else(|| Code::SealedNotBase64.into())
}

/// Opens a sealed box with the key it was sealed to.
pub fn open(key: &SecretKey, sealed: &[u8]) -> Result<Vec<u8>> {
    let (ephemeral, boxed) = sealed.split_first_chunk::<32>().filter(|_| sealed.len() > OVERHEAD).ok_or_else(unopened)?;
    let cipher = cipher(&key.x25519_scalar(), ephemeral).ok_or_else(unopened)?;
    cipher.decrypt(&nonce(ephemeral, &key.public().to_x25519()), boxed).map_err(|_| unopened())
}

/// The task id inside an opened box: UTF-8 (`sealed-not-utf8`) that I2 allows.
pub fn task_id(opened: &[u8]) -> Result<TaskId> {
    TaskId::parse(core::str::from_utf8(opened).map_err(|_| Code::SealedNotUtf8)?)
}

/// Seals a task id to `key`, with an ephemeral key from 32 random bytes; base64.
pub fn seal(key: &PublicKey, task_id: &TaskId, ports: &dyn Ports) -> Result<String> {
    let mut secret = Zeroizing::new([0_u8; 32]);
    ports.fill_random(&mut *secret)?;
    let ephemeral = X25519_BASEPOINT.mul_clamped(*secret).to_bytes();
    let recipient = key.to_x25519();
    let boxed = cipher(&secret, &recipient)
        .and_then(|cipher| cipher.encrypt(&nonce(&ephemeral, &recipient), task_id.as_str().as_bytes()).ok())
        .ok_or_else(|| Error::new(Code::Internal, "a task id could not be sealed"))?;
    Ok(encoding::base64(&[&ephemeral[..], &boxed].concat()))
}

/// X25519 (RFC 7748 §5): the scalar is clamped and never reduced. `None` for the all-zero result of a low-order point (N4).
pub(crate) fn x25519(scalar: &[u8; 32], point: &[u8; 32]) -> Option<Zeroizing<[u8; 32]>> {
    let shared = Zeroizing::new(MontgomeryPoint(*point).mul_clamped(*scalar).to_bytes());
    if *shared == [0; 32] { None } else { Some(shared) }
}

/// XSalsa20-Poly1305 under HSalsa20 of the shared point.
fn cipher(scalar: &[u8; 32], point: &[u8; 32]) -> Option<XSalsa20Poly1305> {
    let shared = x25519(scalar, point)?;
    let key = Zeroizing::new(<[u8; 32]>::from(salsa20::hsalsa::<U10>((&*shared).into(), &[0; 16].into())));
    Some(XSalsa20Poly1305::new((&*key).into()))
}

/// BLAKE2b with 24 bytes of output over ephemeral and recipient key.
fn nonce(ephemeral: &[u8; 32], recipient: &[u8; 32]) -> Nonce {
    let mut nonce = Nonce::default();
    // Both calls fail only for output lengths that BLAKE2b does not have.
    if let Ok(mut digest) = Blake2bVar::new(nonce.len()) {
        digest.update(ephemeral);
        digest.update(recipient);
        let _ = digest.finalize_variable(&mut nonce);
    }
    nonce
}

fn unopened() -> Error {
    Error::new(Code::SealedOpenFailed, "the sealed task id cannot be opened with this key")
}

#[cfg(test)]
mod tests;
