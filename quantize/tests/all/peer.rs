//! ONNX Runtime and OpenCV on the same file.

use crate::alike::alike;
use crate::program::{by_default, sets};

/// The engines round differently in the last place, which may move a quantized value by a step: that must not show.
#[test]
fn onnx_runtime_reads_the_same_texts() {
    let (same, lines) = alike("onnxruntime", &by_default().1, &sets());
    assert_eq!(same, lines);
}

#[test]
fn opencv_reads_the_same_texts() {
    let (same, lines) = alike("opencv", &by_default().1, &sets());
    assert_eq!(same, lines);
}
