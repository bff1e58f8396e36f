//! An allocator that overwrites every block it takes back (K15): no copy of a secret outlives its owner in linear memory,
//! whichever library made it.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use dlmalloc::Dlmalloc;

#[global_allocator]
static ALLOCATOR: WipingAllocator = WipingAllocator(UnsafeCell::new(Dlmalloc::new()));

struct WipingAllocator(UnsafeCell<Dlmalloc>);

// SAFETY: the component has one thread, and no allocator call enters another one.
#[allow(unsafe_code)]
unsafe impl Sync for WipingAllocator {}

// SAFETY: every call is passed on to dlmalloc with the layout it was made with. A block is written to only before it is
// given back, while it still belongs to the caller.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for WipingAllocator {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { (*self.0.get()).malloc(layout.size(), layout.align()) }
    }

    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe {
            block.write_bytes(0, layout.size());
            // Keeps the writes, which nothing reads again.
            core::hint::black_box(block);
            (*self.0.get()).free(block, layout.size(), layout.align());
        }
    }

    #[inline(never)]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // Never in place: dlmalloc's own `realloc` may move a block and leave its content behind.
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(new_size, layout.align()));
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(block, layout.size().min(new_size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}
