//! The program's heap.

use std::alloc::{GlobalAlloc, Layout, System};

/// The alignment that the C library gives every block, on the machines that this runs on.
const NATURAL: usize = 16;

/// The C library's heap, with blocks that are aligned further cut from larger ones here.
///
/// A network's values are large, aligned blocks that come and go with every line. Before glibc 2.38, which Debian 12 does not
/// have, `memalign` does not find the room again that such a block gave back: it asks for more than the block took, for
/// the aligning, and gives what is left over to others at once. The heap of a program that runs for months grows by a
/// megabyte a reading. Ordinary blocks fit where one like them was.
#[derive(Debug, Clone, Copy, Default)]
pub struct Heap;

/// What is allocated for a block of `layout`, which is aligned to more than [`NATURAL`]: there is always room before the
/// block for the address of what was allocated.
fn outer(layout: Layout) -> Option<Layout> {
    Layout::from_size_align(layout.size().checked_add(layout.align())?, NATURAL).ok()
}

/// A block of `layout`, which is aligned to more than [`NATURAL`], within one that `allocate` gives.
#[expect(unsafe_code, reason = "an allocator hands out memory")]
#[expect(clippy::cast_ptr_alignment, reason = "both addresses are multiples of 16")]
fn within(layout: Layout, allocate: impl FnOnce(Layout) -> *mut u8) -> *mut u8 {
    let start = outer(layout).map_or(std::ptr::null_mut(), allocate);
    if start.is_null() {
        return start;
    }
    // From 16 to the alignment: the start is a multiple of 16, and never one that is left as it is.
    let room = layout.align() - start.addr() % layout.align();
    // SAFETY: there are as many bytes more as the alignment has than the block needs, and at least 16 of them are before it.
    unsafe {
        let block = start.add(room);
        block.cast::<*mut u8>().sub(1).write(start);
        block
    }
}

// SAFETY: blocks of ordinary alignment are the system's. Others lie wholly within one of the system's of which the address
// is kept before them, and which is given back with the layout that it was asked for with.
#[expect(unsafe_code, reason = "an allocator hands out memory")]
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller promises a size above 0, and what is asked for instead is larger.
        let allocate = |layout| unsafe { System.alloc(layout) };
        if layout.align() <= NATURAL { allocate(layout) } else { within(layout, allocate) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above; what is written lies before the block.
        let allocate = |layout| unsafe { System.alloc_zeroed(layout) };
        if layout.align() <= NATURAL { allocate(layout) } else { within(layout, allocate) }
    }

    #[expect(clippy::cast_ptr_alignment, reason = "both addresses are multiples of 16")]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        match outer(layout).filter(|_| layout.align() > NATURAL) {
            // SAFETY: the block was given out above, with the address of the system's before it.
            Some(outer) => unsafe { System.dealloc(block.cast::<*mut u8>().sub(1).read(), outer) },
            // SAFETY: it is the system's own.
            None => unsafe { System.dealloc(block, layout) },
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.align() <= NATURAL {
            // SAFETY: it is the system's own.
            return unsafe { System.realloc(block, layout, size) };
        }
        // SAFETY: the caller promises that the new size is one that this alignment can have.
        let new = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !new.is_null() {
            // SAFETY: both blocks have so many bytes, and the old one is the caller's to give back.
            unsafe {
                new.copy_from_nonoverlapping(block, size.min(layout.size()));
                self.dealloc(block, layout);
            }
        }
        new
    }
}

#[cfg(test)]
#[expect(unsafe_code, reason = "calls an allocator")]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_aligned_keep_what_is_in_them_and_are_given_back() {
        for align in [1, 16, 32, 64, 4096] {
            for size in [1, 31, 64, 1000, 1 << 20] {
                let layout = Layout::from_size_align(size, align).unwrap();
                // SAFETY: the sizes are above 0, nothing beyond them is touched, and each block is given back once.
                unsafe {
                    let block = Heap.alloc_zeroed(layout);
                    assert!(block.addr().is_multiple_of(align), "{layout:?}");
                    assert!((0..size).all(|at| *block.add(at) == 0), "{layout:?}");
                    (0..size).for_each(|at| *block.add(at) = u8::try_from(at % 251).unwrap());
                    let block = Heap.realloc(block, layout, 2 * size);
                    assert!(block.addr().is_multiple_of(align), "{layout:?}");
                    assert!((0..size).all(|at| usize::from(*block.add(at)) == at % 251), "{layout:?}");
                    Heap.dealloc(block, Layout::from_size_align(2 * size, align).unwrap());
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_had_is_null() {
        let layout = Layout::from_size_align(isize::MAX as usize - 63, 64).unwrap();
        // SAFETY: the size is above 0.
        assert!(unsafe { Heap.alloc(layout) }.is_null());
    }
}
