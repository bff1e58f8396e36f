//! Unassigned code points (X6).

use super::packed;
use alloc::vec::Vec;
use core::cell::LazyCell;

static TABLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/unassigned.bin"));

/// The set of unassigned code points, noncharacters among them. It is unpacked when first asked.
pub(super) struct Unassigned {
    /// Where unassigned and assigned runs begin, in turn.
    boundaries: LazyCell<Vec<u32>>,
}

impl Unassigned {
    pub(super) fn new() -> Self {
        Self { boundaries: LazyCell::new(boundaries) }
    }

    pub(super) fn contains(&self, c: char) -> bool {
        let begun = self.boundaries.partition_point(|boundary| *boundary <= u32::from(c));
        begun & 1 == 1
    }
}

fn boundaries() -> Vec<u32> {
    let mut boundaries = packed::numbers(TABLE);
    let mut end = 0_u32;
    for boundary in &mut boundaries {
        end = end.saturating_add(*boundary);
        *boundary = end;
    }
    boundaries
}
