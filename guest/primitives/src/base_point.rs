//! Multiples of the base point B, in constant time: half of what making a signature is.
//!
//! curve25519-dalek keeps 256 multiples of B for this, 30 KB that do not compress. Here a signed comb of three times five teeth
//! does with 48, which are computed when first needed, in as many field operations (Hamburg, "Fast and compact elliptic-curve
//! cryptography", ePrint 2012/309, §3.3). The field arithmetic is fiat-crypto's, generated from proofs.

mod comb;
mod field;
mod point;

use self::comb::Comb;
use alloc::boxed::Box;
use curve25519_dalek::scalar::Scalar;
use once_cell::race::OnceBox;

static COMB: OnceBox<Comb> = OnceBox::new();

/// `[scalar]B`, encoded (RFC 8032 §5.1.2).
#[inline(never)]
pub fn multiple(scalar: &Scalar) -> [u8; 32] {
    COMB.get_or_init(|| Box::new(Comb::new())).multiple(scalar).encoded()
}

#[cfg(test)]
mod tests;
