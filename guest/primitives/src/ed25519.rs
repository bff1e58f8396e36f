//! Signing and strict verification.

pub use ed25519_dalek::VerifyingKey;
pub use ed25519_dalek::hazmat::ExpandedSecretKey;

use crate::base_point;
use curve25519_dalek::scalar::Scalar;
use ed25519_dalek::Signature;
use sha2::{Digest, Sha512};

/// What a seed expands to, overwritten on drop, and its public key (RFC 8032 §5.1.5).
#[inline(never)]
pub fn key_pair(seed: &[u8; 32]) -> (ExpandedSecretKey, VerifyingKey) {
    let secret = ExpandedSecretKey::from(seed);
    // A multiple of the base point always decodes.
    let public = VerifyingKey::from_bytes(&base_point::multiple(&secret.scalar)).unwrap_or_default();
    (secret, public)
}

/// A signature (RFC 8032 §5.1.6). `public` must be the key of `secret`: signing one text under two public keys gives the secret away.
#[inline(never)]
pub fn sign(secret: &ExpandedSecretKey, public: &VerifyingKey, text: &[u8]) -> [u8; 64] {
    let nonce = hashed([&secret.hash_prefix, text, &[]]);
    let r = base_point::multiple(&nonce);
    let challenge = hashed([&r, public.as_bytes(), text]);
    // Scalars, not numbers: nothing here can overflow.
    #[allow(clippy::arithmetic_side_effects)]
    let s = challenge * secret.scalar + nonce;
    Signature::from_components(r, s.to_bytes()).to_bytes()
}

/// The strict rule: S below the group order, neither key nor R of small order, no cofactor.
#[inline(never)]
pub fn verify_strict(public: &VerifyingKey, text: &[u8], signature: &[u8; 64]) -> bool {
    public.verify_strict(text, &Signature::from_bytes(signature)).is_ok()
}

/// SHA-512 of the parts one after the other, as a scalar.
fn hashed(parts: [&[u8]; 3]) -> Scalar {
    let digest = parts.iter().fold(Sha512::new(), |hash, part| hash.chain_update(part)).finalize();
    Scalar::from_bytes_mod_order_wide(&digest.into())
}

#[cfg(test)]
mod tests;
