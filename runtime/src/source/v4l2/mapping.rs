//! A buffer of the driver, mapped into this program.

#![expect(unsafe_code, reason = "memory that the driver writes to; nothing unsafe leaves this file")]

use std::ffi::c_void;
use std::io;
use std::ptr::{self, NonNull};

use super::ioctl::Node;

/// Mapped memory of a driver, unmapped when it is dropped. It outlives the device's descriptor without harm.
pub(super) struct Mapping {
    start: NonNull<c_void>,
    /// Bytes.
    length: usize,
}

// SAFETY: the memory belongs to the process, not to a thread, and nothing else points to it.
unsafe impl Send for Mapping {}

impl Mapping {
    /// Maps what [`Node::place`] says.
    pub(super) fn new(node: &Node, (offset, length): (u32, usize)) -> io::Result<Self> {
        // Drivers number their buffers far below the end of the range.
        let offset = i32::try_from(offset).map_err(io::Error::other)?.into();
        // SAFETY: the kernel chooses the place (null), so that no other memory is replaced. To read is enough.
        let start = unsafe {
            v4l::v4l2::mmap(ptr::null_mut(), length, libc::PROT_READ, libc::MAP_SHARED, node.raw_fd(), offset)?
        };
        let start = NonNull::new(start).ok_or(io::ErrorKind::InvalidData)?;
        Ok(Self { start, length })
    }

    /// Bytes.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// Replaces the content of `bytes` by the first `used` bytes, or as many as there are. The buffer must have been taken
    /// from the driver: otherwise the bytes are of two frames.
    pub(super) fn copy_to(&self, bytes: &mut Vec<u8>, used: usize) {
        let used = used.min(self.length);
        bytes.clear();
        bytes.reserve(used);
        // SAFETY: `start` leads to `length` mapped bytes, and `used` is no more; `reserve` made room for as many in `bytes`,
        // which is other memory. All of them are written before the length is set. No reference to the mapped bytes is made,
        // so that a driver that writes to them at the wrong time spoils the picture alone.
        unsafe {
            ptr::copy_nonoverlapping(self.start.as_ptr().cast(), bytes.as_mut_ptr(), used);
            bytes.set_len(used);
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // Nothing can be done about an error, and of a mapping that exists there is none.
        // SAFETY: `new` mapped these bytes, and nothing points to them any more.
        let _ = unsafe { v4l::v4l2::munmap(self.start.as_ptr(), self.length) };
    }
}
