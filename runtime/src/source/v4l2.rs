//! Cameras behind the kernel's V4L2 interface: those on USB, and whatever else has a driver that hands out whole frames.
//!
//! What is taken from a camera and in which order follows from what goes wrong with them. It is opened whole each time:
//! after an error nothing is retried on the same descriptor. Controls are set once the stream runs, as starting it resets
//! them in some cameras, and are read back. Waiting has an end, and a signal that changes counts as a loss.

mod camera;
mod controls;
mod error;
mod ioctl;
mod mapping;
mod modes;
mod nodes;
mod options;
mod report;
mod request;

pub use camera::opener;
pub use error::{CameraError, ControlError};
pub use options::{CameraOptions, ControlValue};
pub use report::{ControlReport, FormatReport, Report, SizeReport, report, survey};
