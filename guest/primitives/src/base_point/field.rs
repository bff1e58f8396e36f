//! Numbers modulo 2²⁵⁵ − 19. Products are tight, sums and differences loose; only tight numbers are added, so no limb overflows.

#![allow(clippy::indexing_slicing, reason = "limbs have known places")]

use core::array::from_fn;
#[cfg(curve25519_dalek_bits = "32")]
use fiat_crypto::curve25519_32 as fiat;
#[cfg(not(curve25519_dalek_bits = "32"))]
use fiat_crypto::curve25519_64 as fiat;

pub(super) use fiat::fiat_25519_loose_field_element as Loose;
pub(super) use fiat::fiat_25519_tight_field_element as Tight;

#[cfg(curve25519_dalek_bits = "32")]
pub(super) type Limb = u32;
#[cfg(not(curve25519_dalek_bits = "32"))]
pub(super) type Limb = u64;

/// Limbs of a number.
pub(super) const LIMBS: usize = if Limb::BITS == 32 { 10 } else { 5 };

pub(super) const ZERO: Tight = Tight([0; LIMBS]);
pub(super) const ONE: Tight = small(1);
pub(super) const TWO: Tight = small(2);

const fn small(number: Limb) -> Tight {
    let mut limbs = [0; LIMBS];
    limbs[0] = number;
    Tight(limbs)
}

#[inline(never)]
pub(super) fn from_bytes(bytes: &[u8; 32]) -> Tight {
    let mut number = ZERO;
    fiat::fiat_25519_from_bytes(&mut number, bytes);
    number
}

pub(super) fn to_bytes(number: &Tight) -> [u8; 32] {
    let mut bytes = [0; 32];
    fiat::fiat_25519_to_bytes(&mut bytes, number);
    bytes
}

/// What can be multiplied: both kinds of numbers.
pub(super) trait Factor {
    fn limbs(&self) -> &[Limb; LIMBS];
}

impl Factor for Tight {
    fn limbs(&self) -> &[Limb; LIMBS] {
        &self.0
    }
}

impl Factor for Loose {
    fn limbs(&self) -> &[Limb; LIMBS] {
        &self.0
    }
}

/// A number filled up to whole vectors: loads that straddle stores would stall.
pub(super) type Padded = [Limb; PADDED];
pub(super) const PADDED: usize = LIMBS.next_multiple_of(16 / size_of::<Limb>());

impl Factor for Padded {
    #[inline]
    fn limbs(&self) -> &[Limb; LIMBS] {
        self.first_chunk().unwrap_or(&ZERO.0)
    }
}

#[inline]
pub(super) fn padded(number: &impl Factor) -> Padded {
    let limbs = number.limbs();
    from_fn(|limb| if limb < LIMBS { limbs[limb] } else { 0 })
}

#[inline]
pub(super) fn product(a: &impl Factor, b: &impl Factor) -> Tight {
    #[inline(never)]
    fn product(a: &[Limb; LIMBS], b: &[Limb; LIMBS]) -> Tight {
        let mut product = ZERO;
        fiat::fiat_25519_carry_mul(&mut product, &Loose(*a), &Loose(*b));
        product
    }
    product(a.limbs(), b.limbs())
}

#[inline]
pub(super) fn square(number: &impl Factor) -> Tight {
    squares(number, 1)
}

/// The number to the power of 2^count; `count` is not 0.
#[inline]
pub(super) fn squares(number: &impl Factor, count: u8) -> Tight {
    #[inline(never)]
    fn squares(number: &[Limb; LIMBS], count: u8) -> Tight {
        let mut limbs = *number;
        for _ in 0..count {
            let mut square = ZERO;
            fiat::fiat_25519_carry_square(&mut square, &Loose(limbs));
            limbs = square.0;
        }
        Tight(limbs)
    }
    squares(number.limbs(), count)
}

#[inline]
pub(super) fn sum(a: &Tight, b: &Tight) -> Loose {
    let mut sum = Loose(ZERO.0);
    fiat::fiat_25519_add(&mut sum, a, b);
    sum
}

#[inline]
pub(super) fn difference(a: &Tight, b: &Tight) -> Loose {
    let mut difference = Loose(ZERO.0);
    fiat::fiat_25519_sub(&mut difference, a, b);
    difference
}

#[inline]
pub(super) fn carried(number: &Loose) -> Tight {
    let mut carried = ZERO;
    fiat::fiat_25519_carry(&mut carried, number);
    carried
}

/// For the few that are made once: a call where it is needed instead of a copy.
#[inline(never)]
pub(super) fn negated(number: &Tight) -> Tight {
    carried(&difference(&ZERO, number))
}

#[inline]
pub(super) fn relaxed(number: &Tight) -> Loose {
    Loose(number.0)
}

/// 1 / z as z^(p − 2); 0 for 0.
#[inline(never)]
pub(super) fn inverse(z: &Tight) -> Tight {
    // The names are the exponents' lengths in ones: z^(2ⁿ − 1).
    let two = squares(z, 1);
    let nine = product(&squares(&two, 2), z);
    let eleven = product(&nine, &two);
    let n5 = product(&squares(&eleven, 1), &nine);
    let n10 = product(&squares(&n5, 5), &n5);
    let n20 = product(&squares(&n10, 10), &n10);
    let n40 = product(&squares(&n20, 20), &n20);
    let n50 = product(&squares(&n40, 10), &n10);
    let n100 = product(&squares(&n50, 50), &n50);
    let n200 = product(&squares(&n100, 100), &n100);
    let n250 = product(&squares(&n200, 50), &n50);
    product(&squares(&n250, 5), &eleven)
}
