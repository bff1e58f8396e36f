//! Points of the curve −x² + y² = 1 + dx²y², and how they are added (RFC 8032 §5.1.4; Hisil et al., ePrint 2008/522, §3.1).
#![allow(clippy::indexing_slicing, reason = "limbs have known places")]

use super::field::{self, Factor, Limb, Loose, Padded, Tight, carried, difference, negated, padded, product, relaxed, square, sum};
use core::array::from_fn;

/// 2d.
const TWO_D: [u8; 32] = [
    0x59, 0xf1, 0xb2, 0x26, 0x94, 0x9b, 0xd6, 0xeb, 0x56, 0xb1, 0x83, 0x82, 0x9a, 0x14, 0xe0, 0x00, 0x30, 0xd1, 0xf3, 0xee, 0xf2, 0x80,
    0x8e, 0x19, 0xe7, 0xfc, 0xdf, 0x56, 0xdc, 0xd9, 0x06, 0x24,
];
/// B, the base point.
const BASE_X: [u8; 32] = [
    0x1a, 0xd5, 0x25, 0x8f, 0x60, 0x2d, 0x56, 0xc9, 0xb2, 0xa7, 0x25, 0x95, 0x60, 0xc7, 0x2c, 0x69, 0x5c, 0xdc, 0xd6, 0xfd, 0x31, 0xe2,
    0xa4, 0xc0, 0xfe, 0x53, 0x6e, 0xcd, 0xd3, 0x36, 0x69, 0x21,
];
const BASE_Y: [u8; 32] = [
    0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
    0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
];

/// (x : y : z), and two factors whose product is xy/z: most points are doubled next, which does not ask for it.
#[derive(Clone, Copy)]
pub(super) struct Point {
    x: Tight,
    y: Tight,
    z: Tight,
    t: [Loose; 2],
}

/// What is added to a point: y + x, y − x and 2dxy of a point with z = 1.
#[derive(Clone, Copy, Default)]
#[repr(align(16))]
pub(super) struct Addend(pub(super) [Padded; 3]);

impl Point {
    pub(super) const NEUTRAL: Self = Self { x: field::ZERO, y: field::ONE, z: field::ONE, t: [Loose(field::ZERO.0), Loose(field::ONE.0)] };

    /// B.
    pub(super) fn base() -> Self {
        let (x, y) = (field::from_bytes(&BASE_X), field::from_bytes(&BASE_Y));
        Self { x, y, z: field::ONE, t: [relaxed(&x), relaxed(&y)] }
    }

    /// Twice the point.
    #[inline(never)]
    pub(super) fn double(&self) -> Self {
        let (xx, yy, zz) = (square(&self.x), square(&self.y), square(&self.z));
        let h = carried(&sum(&yy, &xx));
        let g = carried(&difference(&yy, &xx));
        let e = difference(&square(&sum(&self.x, &self.y)), &h);
        let f = difference(&carried(&sum(&zz, &zz)), &g);
        Self { x: product(&e, &f), y: product(&g, &h), z: product(&f, &g), t: [e, relaxed(&h)] }
    }

    /// The sum with a point that has z = 1.
    #[inline(never)]
    pub(super) fn plus(&self, addend: &Addend) -> Self {
        self.added(addend, &carried(&sum(&self.z, &self.z)))
    }

    /// The sum with a point given as what an addend would be had its z been 1, and that z.
    fn added(&self, addend: &Addend, two_zz: &Tight) -> Self {
        let a = product(&difference(&self.y, &self.x), &addend.0[1]);
        let b = product(&sum(&self.y, &self.x), &addend.0[0]);
        let [t0, t1] = &self.t;
        let c = product(&product(t0, t1), &addend.0[2]);
        Self::of_factors(&difference(&b, &a), &difference(two_zz, &c), &sum(two_zz, &c), &sum(&b, &a))
    }

    fn of_factors(e: &Loose, f: &Loose, g: &Loose, h: &Loose) -> Self {
        Self { x: product(e, f), y: product(g, h), z: product(f, g), t: [*e, *h] }
    }

    /// The same point with z = 1, from 1/z.
    #[inline(never)]
    pub(super) fn normalized(&self, z_inverse: &Tight) -> Self {
        let scaled = |coordinate: &Tight| product(coordinate, z_inverse);
        let (x, y) = (scaled(&self.x), scaled(&self.y));
        Self { x, y, z: field::ONE, t: [relaxed(&x), relaxed(&y)] }
    }

    pub(super) fn z(&self) -> &Tight {
        &self.z
    }

    /// The point as an addend; right only where z = 1.
    #[inline(never)]
    pub(super) fn addend(&self) -> Addend {
        let [t0, t1] = &self.t;
        let two_dxy = product(&product(t0, t1), &field::from_bytes(&TWO_D));
        Addend([padded(&sum(&self.y, &self.x)), padded(&difference(&self.y, &self.x)), padded(&two_dxy)])
    }

    /// The sum of any two points.
    #[inline(never)]
    pub(super) fn plus_point(&self, other: &Self) -> Self {
        let zz = product(&self.z, &other.z);
        self.added(&other.addend(), &product(&zz, &field::TWO))
    }

    /// The point with the same y and the other x.
    #[inline(never)]
    pub(super) fn negative(&self) -> Self {
        let [t0, t1] = self.t;
        Self { x: negated(&self.x), t: [relaxed(&negated(&product(&t0, &field::ONE))), t1], ..*self }
    }

    /// The encoding of RFC 8032 §5.1.2.
    pub(super) fn encoded(&self) -> [u8; 32] {
        let Self { x, y, .. } = self.normalized(&field::inverse(&self.z));
        let (mut bytes, [sign, ..]) = (field::to_bytes(&y), field::to_bytes(&x));
        bytes[31] |= sign << 7;
        bytes
    }
}

impl Addend {
    /// The negative where the mask is set: y + x and y − x change places.
    #[inline]
    pub(super) fn negated_where(&self, mask: Limb) -> Self {
        let either = |a: &Padded, b: &Padded| from_fn(|limb| a[limb] ^ (a[limb] ^ b[limb]) & mask);
        let [y_plus_x, y_minus_x, two_dxy] = &self.0;
        let negative = padded(&difference(&field::ZERO, &Tight(*two_dxy.limbs())));
        Self([either(y_plus_x, y_minus_x), either(y_minus_x, y_plus_x), either(two_dxy, &negative)])
    }
}
