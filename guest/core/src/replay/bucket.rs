//! The entries of one second.

use super::ReplayKey;
use alloc::vec::Vec;

/// A table with open addressing and linear probing. Entries are only ever added: the whole table goes at once.
///
/// It grows by a quarter when four fifths full, so that a large one takes at most 34 / 0.64 = 53 bytes for an entry.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    slots: Vec<Slot>,
    used: usize,
}

/// A slot is vacant while its count is 0.
#[derive(Clone, Copy, Debug)]
struct Slot {
    key: ReplayKey,
    count: u16,
}

const VACANT: Slot = Slot { key: [0; 32], count: 0 };

impl Bucket {
    /// The count of `key`, if it is present.
    pub(super) fn count_mut(&mut self, key: &ReplayKey) -> Option<&mut u16> {
        let slot = place(&mut self.slots, key)?;
        (slot.count > 0).then_some(&mut slot.count)
    }

    /// Adds a key that is not present, with a count of at least 1; `None` if memory is short.
    pub(super) fn insert(&mut self, key: &ReplayKey, count: u16) -> Option<()> {
        let used = self.used.checked_add(1)?;
        if used.checked_mul(5)? > self.slots.len().checked_mul(4)? {
            self.grow()?;
        }
        *place(&mut self.slots, key)? = Slot { key: *key, count };
        self.used = used;
        Some(())
    }

    /// Keys and counts, in no particular order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&ReplayKey, u16)> {
        self.slots.iter().filter(|slot| slot.count > 0).map(|slot| (&slot.key, slot.count))
    }

    pub(super) fn len(&self) -> usize {
        self.used
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.slots.capacity().saturating_mul(size_of::<Slot>())
    }

    fn grow(&mut self) -> Option<()> {
        let size = self.slots.len().checked_add(self.slots.len().div_euclid(4))?.checked_add(4)?;
        let mut larger = Vec::new();
        larger.try_reserve_exact(size).ok()?;
        larger.resize(size, VACANT);
        for slot in self.slots.iter().filter(|slot| slot.count > 0) {
            *place(&mut larger, &slot.key)? = *slot;
        }
        self.slots = larger;
        Some(())
    }
}

/// The slot that holds `key`, else the vacant one where it belongs; `None` only without slots.
fn place<'a>(slots: &'a mut [Slot], key: &ReplayKey) -> Option<&'a mut Slot> {
    let start = home(key, slots.len());
    let fits = |slot: &Slot| slot.count == 0 || slot.key == *key;
    let at = match slots.get(start..)?.iter().position(fits) {
        Some(distance) => start.checked_add(distance)?,
        None => slots.get(..start)?.iter().position(fits)?,
    };
    slots.get_mut(at)
}

/// Where the search for `key` starts: its hash scaled to the size.
///
/// All 32 bytes are mixed, so that keys that are no SHA-256 output, as in tests, spread as well.
fn home(key: &ReplayKey, size: usize) -> usize {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let lanes = key.as_chunks::<8>().0;
    let hash = lanes.iter().fold(0_u64, |hash, lane| (hash.rotate_left(29) ^ u64::from_le_bytes(*lane)).wrapping_mul(ODD));
    let scaled = (hash >> 32).wrapping_mul(u64::try_from(size).unwrap_or(0)) >> 32;
    usize::try_from(scaled).unwrap_or(0)
}
