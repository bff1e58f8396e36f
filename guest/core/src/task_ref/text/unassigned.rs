//! Unassigned code points (X6). `build.rs` takes them from ICU4X; its own tables would be many times larger.

use alloc::vec::Vec;
use core::cell::LazyCell;

/// The lengths of the runs of assigned and of unassigned code points in turn; see `build.rs`.
static RUNS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/unassigned.bin"));

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
    let mut boundaries = Vec::new();
    let (mut boundary, mut length) = (0_u32, 0_u32);
    for byte in RUNS {
        length = length << 7 | u32::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            boundary = boundary.saturating_add(length);
            boundaries.push(boundary);
            length = 0;
        }
    }
    boundaries
}
