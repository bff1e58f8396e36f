//! An allocator that overwrites every block it takes back (K15): no copy of a secret outlives its owner in linear memory,
//! whichever library made it.
//!
//! A call takes and gives back dozens of small blocks and one or two large ones, so blocks come in a few sizes, and those that are free
//! wait in the list of their size: one look, where a general allocator searches and merges. What it costs is memory: a large block may
//! be up to twice as long as what was asked for, and is used again for that size only.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::memory_grow;
use core::cell::UnsafeCell;
use core::ptr;

#[global_allocator]
static ALLOCATOR: WipingAllocator = WipingAllocator(UnsafeCell::new(Heap { free: [ptr::null_mut(); LISTS], fresh: 0, end: 0 }));

struct WipingAllocator(UnsafeCell<Heap>);

struct Heap {
    /// For each size a block that is free; it begins with the address of the next one.
    free: [*mut u8; LISTS],
    /// What no block was made of yet: from here to the end of the memory.
    fresh: usize,
    end: usize,
}

/// The size of a block, and the place of its list.
#[derive(Clone, Copy, PartialEq)]
struct Size {
    bytes: usize,
    list: usize,
}

/// Up to this many grains, a block is as many as it needs; above, it is a power of two.
const SMALL: usize = 16;
/// Every block is aligned to this, and nothing here asks for more.
const GRAIN: usize = 16;
/// One for each number of grains, and one for each power of two from 512 bytes to 2 GiB.
const LISTS: usize = SMALL + 24;
/// What memory grows by.
const PAGE: usize = 64 * 1024;

impl Size {
    fn of(layout: Layout) -> Option<Self> {
        let grains = layout.size().div_ceil(GRAIN);
        if layout.align() > GRAIN {
            return None;
        }
        if grains <= SMALL {
            return Some(Self { bytes: grains.wrapping_mul(GRAIN), list: grains });
        }
        let bytes = layout.size().checked_next_power_of_two()?;
        let list = usize::try_from(bytes.trailing_zeros()).ok()?.wrapping_add(SMALL).wrapping_sub(8);
        Some(Self { bytes, list })
    }

    fn is_small(self) -> bool {
        self.list <= SMALL
    }
}

impl Heap {
    /// A block that was never used; null when the memory may not grow.
    fn unused(&mut self, bytes: usize) -> *mut u8 {
        if self.end.wrapping_sub(self.fresh) < bytes {
            let pages = bytes.div_ceil(PAGE);
            let before = memory_grow::<0>(pages);
            if before == usize::MAX {
                return ptr::null_mut();
            }
            let grown = before.wrapping_mul(PAGE);
            if grown != self.end {
                self.fresh = grown;
            }
            self.end = grown.wrapping_add(pages.wrapping_mul(PAGE));
        }
        let block = self.fresh;
        self.fresh = block.wrapping_add(bytes);
        ptr::with_exposed_provenance_mut(block)
    }
}

// SAFETY: the component has one thread, and no allocator call enters another one.
#[allow(unsafe_code)]
unsafe impl Sync for WipingAllocator {}

// SAFETY: a block is of memory that nobody else has: grown by this allocator and given out once, or given back since. It is as long as its
// size says and aligned to a grain. It is written to only before it is given back, while it still belongs to the caller, or, free, in its
// first bytes, which a block of any size has.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for WipingAllocator {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe {
            let heap = &mut *self.0.get();
            let Some(size) = Size::of(layout) else { return ptr::null_mut() };
            match heap.free.get_mut(size.list) {
                Some(list) if !list.is_null() => {
                    let block = *list;
                    *list = block.cast::<*mut u8>().read();
                    block
                }
                _ => heap.unused(size.bytes),
            }
        }
    }

    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe {
            let heap = &mut *self.0.get();
            let Some(size) = Size::of(layout) else { return };
            if size.is_small() {
                // All of it: it may have held more before it was made smaller. A few stores, where `memory.fill` is a call out of the
                // wasm; volatile, so that they stay what they are.
                for at in 0..size.bytes.div_ceil(size_of::<u64>()) {
                    block.cast::<u64>().add(at).write_volatile(0);
                }
            } else {
                block.write_bytes(0, layout.size());
                // Keeps the writes, which nothing reads again.
                core::hint::black_box(block);
            }
            if let Some(list) = heap.free.get_mut(size.list) {
                block.cast::<*mut u8>().write(*list);
                *list = block;
            }
        }
    }

    #[inline(never)]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        unsafe {
            let new_layout = Layout::from_size_align_unchecked(new_size, layout.align());
            let size = Size::of(layout);
            if Size::of(new_layout) == size {
                // What a large block no longer holds is not wiped later on.
                if let Some(cut) = layout.size().checked_sub(new_size).filter(|_| !size.is_some_and(Size::is_small)) {
                    block.add(new_size).write_bytes(0, cut);
                    core::hint::black_box(block);
                }
                return block;
            }
            let moved = self.alloc(new_layout);
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(block, layout.size().min(new_size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}
