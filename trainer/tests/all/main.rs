//! Tests of the trainer as a whole, on fonts that stand beside them.

#![expect(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may panic, and its helpers are seen by its other modules"
)]

mod bad_input; // What a user can get wrong, and what they are told.
mod export; // The exported file, through `labelcam-train`, tract and ONNX Runtime.
mod overfit; // The network, its loss and its optimizer learn one batch by heart.
mod peers; // Other engines on lines.
mod program; // Runs `labelcam-train`.
mod quantization; // Fine-tuning for int8, from a checkpoint or a model file.
mod reference; // What was read, in a file for boards.
mod resume; // A run that was stopped ends as one that was not.
mod synth; // The renderer and its command.
