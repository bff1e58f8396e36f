//! Signing and strict verification.

pub use ed25519_dalek::VerifyingKey;
pub use ed25519_dalek::hazmat::ExpandedSecretKey;

use crate::base_point;
use crate::settling::settled;
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use sha2::{Digest, Sha512};

/// What a seed expands to, overwritten on drop, and its public key (RFC 8032 §5.1.5).
#[inline(never)]
pub fn key_pair(seed: &[u8; 32]) -> (ExpandedSecretKey, VerifyingKey) {
    let secret = ExpandedSecretKey::from(seed);
    let public = settled(|| base_point::multiple(&secret.scalar));
    // A multiple of the base point always decodes.
    let public = VerifyingKey::from_bytes(&public).unwrap_or_default();
    (secret, public)
}

/// A signature (RFC 8032 §5.1.6). `public` must be the key of `secret`: signing one text under two public keys gives the secret away.
#[inline(never)]
pub fn sign(secret: &ExpandedSecretKey, public: &VerifyingKey, text: &[u8]) -> [u8; 64] {
    settled(|| signed(secret, public, text))
}

fn signed(secret: &ExpandedSecretKey, public: &VerifyingKey, text: &[u8]) -> [u8; 64] {
    let nonce = hashed([&secret.hash_prefix, text, &[]]);
    let r = base_point::multiple(&nonce);
    let challenge = hashed([&r, public.as_bytes(), text]);
    // Scalars, not numbers: nothing here can overflow.
    #[allow(clippy::arithmetic_side_effects)]
    let s = challenge * secret.scalar + nonce;
    let mut signature = [0; 64];
    [r, s.to_bytes()].as_flattened().iter().zip(&mut signature).for_each(|(byte, place)| *place = *byte);
    signature
}

/// The strict rule in the words of the specification: S below the group order, neither key nor R of small order, and the encoding
/// of `[S]B − [k]A` equal to the 32 bytes R, so no cofactor.
///
/// ed25519-dalek's `verify_strict`, which accepts the same signatures, decodes R first, for a square root more.
#[inline(never)]
pub fn verify_strict(public: &VerifyingKey, text: &[u8], signature: &[u8; 64]) -> bool {
    let (Some(r), Some(s)) = (signature.first_chunk::<32>(), signature.last_chunk::<32>()) else { return false };
    let Some(s) = Option::<Scalar>::from(Scalar::from_canonical_bytes(*s)) else { return false };
    let key = public.to_edwards();
    // A point, not a number: this cannot overflow.
    #[allow(clippy::arithmetic_side_effects)]
    let point = EdwardsPoint::vartime_double_scalar_mul_basepoint(&hashed([r, public.as_bytes(), text]), &-key, &s);
    point.compress().as_bytes() == r && !point.is_small_order() && !key.is_small_order()
}

/// SHA-512 of the parts one after the other, as a scalar.
fn hashed(parts: [&[u8]; 3]) -> Scalar {
    let digest = parts.iter().fold(Sha512::new(), |hash, part| hash.chain_update(part)).finalize();
    Scalar::from_bytes_mod_order_wide(&digest.into())
}

#[cfg(test)]
mod tests;
