//! The signed comb. With D = 255, the sum of ±2ⁱB over all i < D is [k]B for the signs + where bit i of (k + 2ᴰ − 1)/2 is set.
//! Rows are the bits 17 apart: the five of a comb choose an entry, and what the rows make is doubled 16 times.
#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "all places are known, whatever the scalar")]

use super::field::{self, Limb};
use super::point::{Addend, Point};
use core::hint::black_box;
use curve25519_dalek::scalar::Scalar;

const COMBS: usize = 3;
const TEETH: usize = 5;
const SPACING: usize = 17;
/// By the signs of all teeth but the last, whose sign is +.
const ENTRIES: usize = 1 << (TEETH - 1);

/// The order of B.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0x10,
];

pub(super) struct Comb([[Addend; ENTRIES]; COMBS]);

impl Comb {
    pub(super) fn new() -> Self {
        let mut points = [[Point::NEUTRAL; ENTRIES]; COMBS];
        let mut tooth = Point::base();
        for comb in &mut points {
            let mut teeth = [Point::NEUTRAL; TEETH];
            for place in &mut teeth {
                *place = tooth;
                (0..SPACING).for_each(|_| tooth = tooth.double());
            }
            fill(comb, &teeth);
        }
        Self(normalized(&points))
    }

    /// `[scalar]B`; what is done does not depend on the scalar.
    pub(super) fn multiple(&self, scalar: &Scalar) -> Point {
        let signs = signs(scalar);
        let mut point = Point::NEUTRAL;
        for row in (0..SPACING).rev() {
            point = point.double();
            for (number, comb) in self.0.iter().enumerate() {
                let sign = |tooth: usize| {
                    let place = (number * TEETH + tooth) * SPACING + row;
                    signs.get(place / 8).map_or(0, |byte| byte >> (place % 8) & 1)
                };
                let teeth = (0..TEETH).fold(0, |teeth, tooth| teeth | sign(tooth) << tooth);
                point = point.plus(&choose(comb, teeth));
            }
        }
        point
    }
}

/// Sets each entry to the sum of the teeth with the signs of its index.
fn fill(entries: &mut [Point; ENTRIES], teeth: &[Point; TEETH]) {
    let [others @ .., last] = teeth;
    let all_minus = others.iter().fold(*last, |sum, tooth| sum.plus_point(&tooth.negative()));
    let mut filled = 1;
    entries[0] = all_minus;
    for tooth in others {
        let twice = tooth.double();
        let (done, rest) = entries.split_at_mut(filled);
        done.iter().zip(rest).for_each(|(without, with)| *with = without.plus_point(&twice));
        filled *= 2;
    }
}

/// All points with z = 1, for one inversion: 1/z is the product of all other z over the product of all.
fn normalized(points: &[[Point; ENTRIES]; COMBS]) -> [[Addend; ENTRIES]; COMBS] {
    let points = points.as_flattened();
    let mut before = [field::ONE; ENTRIES * COMBS];
    let mut all = field::ONE;
    for (point, before) in points.iter().zip(&mut before) {
        *before = all;
        all = field::product(&all, point.z());
    }
    let mut rest = field::inverse(&all);
    let mut entries = [[Addend::default(); ENTRIES]; COMBS];
    for ((point, before), entry) in points.iter().zip(&before).zip(entries.as_flattened_mut()).rev() {
        *entry = point.normalized(&field::product(&rest, before)).addend();
        rest = field::product(&rest, point.z());
    }
    entries
}

/// The entry for the signs of five teeth.
#[inline]
fn choose(entries: &[Addend; ENTRIES], teeth: u8) -> Addend {
    // Where the last tooth has −, all signs and then the point are turned round.
    let minus = (teeth >> (TEETH - 1)) ^ 1;
    let index = (teeth ^ minus.wrapping_neg()) % 16;
    entry(entries, index).negated_where(black_box(Limb::from(minus)).wrapping_neg())
}

/// One entry; all are read. Compiled alone it becomes vector instructions.
#[inline(never)]
fn entry(entries: &[Addend; ENTRIES], index: u8) -> Addend {
    let mut chosen = Addend::default();
    for (entry, number) in entries.iter().zip(0_u8..) {
        // 1 for 0, and 0 for every other difference. The black box keeps the compiler from making a branch of it.
        let equal = black_box(Limb::from(number ^ index).wrapping_sub(1) >> (Limb::BITS - 1));
        for (chosen, limb) in chosen.0.as_flattened_mut().iter_mut().zip(entry.0.as_flattened()) {
            *chosen |= limb & equal.wrapping_neg();
        }
    }
    chosen
}

/// (k + 2²⁵⁵ − 1)/2 for a k that is made odd by adding the order of B.
fn signs(scalar: &Scalar) -> [u8; 32] {
    let mut odd = scalar.to_bytes();
    // All ones for an even k. The black box is round the mask: round the bit, the addition becomes a branch on it.
    let even = black_box((odd[0] & 1).wrapping_sub(1));
    let mut carry = 0_u16;
    for (byte, order) in odd.iter_mut().zip(ORDER) {
        carry += u16::from(*byte) + u16::from(order & even);
        [*byte, _] = carry.to_le_bytes();
        carry >>= 8;
    }
    let mut above = 0;
    for byte in odd.iter_mut().rev() {
        (*byte, above) = (*byte >> 1 | above, *byte << 7);
    }
    odd[31] |= 0x40;
    odd
}
