//! labelcam
pub mod image;
pub mod preprocess;
pub mod alphabet;
pub mod ctc;
pub mod metrics;
pub mod spec;
