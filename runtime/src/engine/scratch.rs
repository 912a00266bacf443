//! Working memory of the operators: one set of buffers a thread, kept from line to line.

use std::cell::Cell;

/// Buffers that keep their memory. Their contents are whatever the last user left.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Padded inputs in float.
    pub(crate) floats: Vec<f32>,
    /// Padded inputs in bytes.
    pub(crate) bytes: Vec<u8>,
    /// Where rows start.
    pub(crate) starts: Vec<usize>,
    /// An LSTM's gates for all steps.
    pub(crate) gates: Vec<f32>,
    /// An LSTM's gates of the step.
    pub(crate) step: Vec<f32>,
    /// An LSTM's cells.
    pub(crate) cell: Vec<f32>,
    /// An LSTM's outputs, before they are quantized.
    pub(crate) outputs: Vec<f32>,
}

thread_local! {
    static SCRATCH: Cell<Scratch> = Cell::default();
}

/// Runs `work` with this thread's buffers. Within it they are away: a second use would start with empty ones.
pub(crate) fn with<T>(work: impl FnOnce(&mut Scratch) -> T) -> T {
    let mut scratch = SCRATCH.take();
    let result = work(&mut scratch);
    SCRATCH.set(scratch);
    result
}

/// A kind of number's buffer for padded inputs.
pub(crate) trait Buffer: Sized {
    /// The buffer.
    fn buffer(scratch: &mut Scratch) -> &mut Vec<Self>;
}

impl Buffer for f32 {
    fn buffer(scratch: &mut Scratch) -> &mut Vec<Self> {
        &mut scratch.floats
    }
}

impl Buffer for u8 {
    fn buffer(scratch: &mut Scratch) -> &mut Vec<Self> {
        &mut scratch.bytes
    }
}
