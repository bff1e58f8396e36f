//! Signing and strict verification.

pub use ed25519_dalek::VerifyingKey;
pub use ed25519_dalek::hazmat::ExpandedSecretKey;

use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use ed25519_dalek::hazmat::raw_sign;
use ed25519_dalek::{Signature, SigningKey};
use sha2::{Digest, Sha512};

/// The public key of a seed.
#[inline(never)]
pub fn public_key(seed: &[u8; 32]) -> VerifyingKey {
    SigningKey::from_bytes(seed).verifying_key()
}

/// What a seed expands to: overwritten on drop.
#[inline(never)]
pub fn expand(seed: &[u8; 32]) -> ExpandedSecretKey {
    ExpandedSecretKey::from(seed)
}

/// A signature. `public` must be the key of `secret`: signing one text under two public keys gives the secret away.
#[inline(never)]
pub fn sign(secret: &ExpandedSecretKey, public: &VerifyingKey, text: &[u8]) -> [u8; 64] {
    raw_sign::<Sha512>(secret, text, public).to_bytes()
}

/// The strict rule: S below the group order, neither key nor R of small order, no cofactor.
///
/// The portable build uses [`verify_without_table`], every other one [`verify_with_table`]. They accept the same signatures.
#[inline(never)]
pub fn verify_strict(public: &VerifyingKey, text: &[u8], signature: &[u8; 64]) -> bool {
    if cfg!(all(target_arch = "wasm32", curve25519_dalek_bits = "32")) {
        verify_without_table(public, text, signature)
    } else {
        verify_with_table(public, text, signature)
    }
}

/// `verify_strict` of ed25519-dalek.
pub fn verify_with_table(public: &VerifyingKey, text: &[u8], signature: &[u8; 64]) -> bool {
    public.verify_strict(text, &Signature::from_bytes(signature)).is_ok()
}

/// The same in the words of the specification: accept iff the encoding of `[S]B − [k]A` equals the 32 bytes R.
///
/// It shares the table that signing needs; dalek's own has another, 7 KB that do not compress, for a fifth of the time.
pub fn verify_without_table(public: &VerifyingKey, text: &[u8], signature: &[u8; 64]) -> bool {
    let (Some(r), Some(s)) = (signature.first_chunk::<32>(), signature.last_chunk::<32>()) else { return false };
    let Some(s) = Option::<Scalar>::from(Scalar::from_canonical_bytes(*s)) else { return false };
    let key = public.to_edwards();
    let digest = Sha512::new().chain_update(r).chain_update(public.as_bytes()).chain_update(text).finalize();
    let k = Scalar::from_bytes_mod_order_wide(&digest.into());
    // Points and scalars, not numbers: nothing here can overflow.
    #[allow(clippy::arithmetic_side_effects)]
    let point = EdwardsPoint::mul_base(&s) - key * k;
    point.compress().as_bytes() == r && !point.is_small_order() && !key.is_small_order()
}

#[cfg(test)]
mod tests;
