//! From the scores of a CTC model to a text and how sure the model is of it.
//!
//! A model gives T time steps, the columns of a line image, of C class scores each.
//! Class 0 is the blank; a text is read off a path of one class a step by merging
//! repeats and then dropping blanks (Graves et al. 2006, "Connectionist Temporal
//! Classification", section 3.1). [`greedy()`] reads the best path, [`posterior()`] sums
//! over all paths of a text.
//!
//! Nothing here allocates: every buffer is on the stack and of a fixed size, so that reading a
//! line costs the same on a board whose heap is full.

mod argmax;
mod decoded;
mod error;
mod greedy;
mod posterior;
mod scores;
#[cfg(test)]
mod tests;

pub use crate::alphabet::BLANK;
pub use decoded::{Decoded, MAX_TEXT_BYTES, Symbol};
pub use error::CtcError;
pub use greedy::greedy;
pub(crate) use posterior::forward;
pub use posterior::posterior;
pub use scores::{Scores, log_softmax_in_place};

/// The most symbols a reading can hold; about four times a full line of small print.
pub const MAX_SYMBOLS: usize = 512;

/// The most time steps of a line, so that columns fit a `u16` and work is bounded.
pub const MAX_STEPS: usize = 2048;

/// The most classes of a model, so that every class fits a `u16`.
pub const MAX_CLASSES: usize = 1 << 16;
