//! How the C library's heap is used.

/// Blocks from this size on, in bytes, are taken from the system and given back to it one by one.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const OWN_MAPPING: libc::c_int = 256 * 1024;

/// Keeps large blocks out of the heap; to be called before threads are started.
///
/// A network's values are large, aligned blocks that come and go with every line. Before glibc 2.38 `memalign` does not find
/// the room again that such a block gave back where something that stays, such as an event, lies behind it: the heap of a
/// program that runs for months grows by a megabyte a reading.
pub(crate) fn keep_large_blocks_out() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(unsafe_code, reason = "mallopt, which no library here has a safe call for")]
    // SAFETY: the parameter is one that mallopt knows, and no other thread allocates yet.
    let _ = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, OWN_MAPPING) };
}
