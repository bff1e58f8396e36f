//! Signing and strict verification.

pub use ed25519_dalek::VerifyingKey;
pub use ed25519_dalek::hazmat::ExpandedSecretKey;
use ed25519_dalek::hazmat::raw_sign;
use ed25519_dalek::{Signature, SigningKey};
use sha2::Sha512;

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

/// `verify_strict` of ed25519-dalek: S below the group order, neither key nor R of small order, no cofactor.
#[inline(never)]
pub fn verify_strict(public: &VerifyingKey, text: &[u8], signature: &[u8; 64]) -> bool {
    public.verify_strict(text, &Signature::from_bytes(signature)).is_ok()
}
