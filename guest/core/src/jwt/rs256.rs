//! RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2.2), verification only (J7).
//!
//! Keys, messages and signatures are public, so nothing here keeps to constant time.

use alloc::vec;
use alloc::vec::Vec;
use core::ops::RangeInclusive;
use sha2::{Digest, Sha256};

/// Bits of an acceptable modulus (J6).
const MODULUS_BITS: RangeInclusive<u32> = 2048..=8192;

/// Acceptable exponents, as far as they are odd.
const EXPONENTS: RangeInclusive<u64> = 3..=(1 << 33) - 1;

/// DER of the DigestInfo that precedes a SHA-256 digest (RFC 8017 §9.2, note 1).
const SHA256_PREFIX: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// A public key. Numbers are limbs, the least significant first; all have as many as the modulus.
pub(super) struct Rs256Key {
    modulus: Vec<u32>,
    /// Length of the modulus in bytes, and so of every signature.
    size: usize,
    exponent: u64,
    /// −1/modulus modulo 2³², for Montgomery's reduction.
    minus_inverse: u32,
}

impl Rs256Key {
    /// The key with the big-endian `modulus` and `exponent`; `None` unless the modulus is odd and of 2048 to 8192 bits, and the
    /// exponent odd, above 1 and below 2³³.
    pub(super) fn new(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let bytes = without_leading_zeros(modulus);
        let unused_bits = bytes.first()?.leading_zeros();
        let bits = u32::try_from(bytes.len()).ok()?.checked_mul(8)?.checked_sub(unused_bits)?;
        let exponent = small(exponent)?;
        if !MODULUS_BITS.contains(&bits) || !EXPONENTS.contains(&exponent) || is_even(exponent) {
            return None;
        }
        let modulus = limbs(bytes);
        let lowest = *modulus.first()?;
        if is_even(lowest.into()) {
            return None;
        }
        Some(Self { modulus, size: bytes.len(), exponent, minus_inverse: inverse(lowest).wrapping_neg() })
    }

    /// Whether `signature` is this key's over `message`.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        if signature.len() != self.size {
            return false;
        }
        let base = limbs(signature);
        !self.reaches_modulus(&base) && self.power(&base) == limbs(&self.encoded(message))
    }

    /// EMSA-PKCS1-v1_5 (RFC 8017 §9.2): the only plaintext that is acceptable, to be compared as a whole.
    fn encoded(&self, message: &[u8]) -> Vec<u8> {
        let digest_info = [&SHA256_PREFIX[..], &Sha256::digest(message)].concat();
        let mut out = vec![0, 1];
        out.resize(self.size.saturating_sub(digest_info.len()).saturating_sub(1), 0xff);
        out.push(0);
        out.extend(digest_info);
        out
    }

    /// `base` to the exponent. Montgomery form is the number times R, where R = 2^(32 × limbs).
    fn power(&self, base: &[u32]) -> Vec<u32> {
        let mut in_form = base.to_vec();
        for _ in base.iter().flat_map(|_| 0..u32::BITS) {
            self.double(&mut in_form);
        }
        let mut power = in_form.clone();
        let highest_bit = self.exponent.checked_ilog2().unwrap_or_default();
        for bit in (1..highest_bit).rev() {
            power = self.multiply(&power, &power);
            if !is_even(self.exponent >> bit) {
                power = self.multiply(&power, &in_form);
            }
        }
        // The lowest bit is set. A factor out of Montgomery form takes the product out of it.
        power = self.multiply(&power, &power);
        self.multiply(&power, base)
    }

    /// Replaces `number` by its double modulo the modulus.
    fn double(&self, number: &mut [u32]) {
        let mut carry = 0;
        for limb in number.iter_mut() {
            let doubled = *limb << 1 | carry;
            carry = *limb >> (u32::BITS - 1);
            *limb = doubled;
        }
        self.reduce(number, carry != 0);
    }

    /// Montgomery's product a × b / R modulo the modulus, one limb of `a` at a time.
    fn multiply(&self, a: &[u32], b: &[u32]) -> Vec<u32> {
        let mut sum = vec![0_u32; self.modulus.len()];
        let mut overflow = false;
        for factor in a {
            // The multiple of the modulus that clears the lowest limb of sum + factor × b; that limb is then dropped.
            let lowest = |number: &[u32]| number.first().copied().unwrap_or(0);
            let multiple = factor.wrapping_mul(lowest(b)).wrapping_add(lowest(&sum)).wrapping_mul(self.minus_inverse);
            let (mut carry, mut modulus_carry) = (0, 0);
            let mut limb_below: Option<&mut u32> = None;
            for ((limb, b), modulus) in sum.iter_mut().zip(b).zip(&self.modulus) {
                let mut low;
                (low, carry) = factor.carrying_mul_add(*b, *limb, carry);
                (low, modulus_carry) = multiple.carrying_mul_add(*modulus, low, modulus_carry);
                if let Some(below) = limb_below.replace(limb) {
                    *below = low;
                }
            }
            if let Some(highest) = limb_below {
                (*highest, overflow) = carry.carrying_add(modulus_carry, overflow);
            }
        }
        self.reduce(&mut sum, overflow);
        sum
    }

    /// Subtracts the modulus once if `number`, which is below its double, has reached it or has overflowed.
    fn reduce(&self, number: &mut [u32], overflow: bool) {
        if !overflow && !self.reaches_modulus(number) {
            return;
        }
        let mut borrow = false;
        for (limb, modulus) in number.iter_mut().zip(&self.modulus) {
            (*limb, borrow) = limb.borrowing_sub(*modulus, borrow);
        }
    }

    /// Whether `number` is the modulus or more.
    fn reaches_modulus(&self, number: &[u32]) -> bool {
        number.iter().rev().ge(self.modulus.iter().rev())
    }
}

fn without_leading_zeros(mut bytes: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

/// A big-endian number as limbs.
fn limbs(bytes: &[u8]) -> Vec<u32> {
    bytes.rchunks(4).map(|chunk| chunk.iter().fold(0, |limb, byte| limb << 8 | u32::from(*byte))).collect()
}

/// A big-endian number of at most 64 bits.
fn small(bytes: &[u8]) -> Option<u64> {
    let bytes = without_leading_zeros(bytes);
    (bytes.len() <= 8).then(|| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn is_even(number: u64) -> bool {
    number & 1 == 0
}

/// 1/`odd` modulo 2³². Every odd number is its own inverse modulo 8; each of Newton's steps doubles the bits that are right.
fn inverse(odd: u32) -> u32 {
    (0..4).fold(odd, |inverse, _| inverse.wrapping_mul(2_u32.wrapping_sub(odd.wrapping_mul(inverse))))
}

#[cfg(test)]
mod tests;
