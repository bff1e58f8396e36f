//! The part of the component that is compiled for speed, where the rest is compiled for size: encodings, JSON texts and the
//! calls into the curve.
//!
//! Functions here are not generic and mostly `inline(never)`: inlined into a caller they would be compiled as that caller is.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod base_point;
pub mod ed25519;
pub mod encoding;
pub mod json;
pub mod secret_text;
mod settling;
pub mod text;
