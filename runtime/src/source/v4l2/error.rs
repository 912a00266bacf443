//! What goes wrong with cameras, each with what helps.

use std::io;

use rustix::io::Errno;

use crate::source::{JOIN_VIDEO, SourceError};

/// What is wrong with a camera or its settings, beyond what can be wrong with any source.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CameraError {
    /// There is no camera that fits.
    #[error("no camera {wanted}, of {found} video devices: `labelcam cameras` says what is there and what each lacks")]
    NoneFits {
        /// Such as `has "C920" in its name`.
        wanted: String,
        /// Devices that were looked at.
        found: usize,
    },
    /// The path leads to something else.
    #[error("{device} is no video device but {found}: choose one that `labelcam cameras` lists")]
    NotADevice {
        /// The path.
        device: String,
        /// What it is.
        found: &'static str,
    },
    /// The device is none that frames can be taken from.
    #[error("{device} ({card}) is no camera: {problem}")]
    NotACamera {
        /// The path.
        device: String,
        /// What the device calls itself.
        card: String,
        /// What it lacks.
        problem: &'static str,
    },
    /// The driver gives another format or size than can be used.
    #[error("{device} was asked for {wanted} and gives {given}: choose another mode that `labelcam cameras` lists")]
    OtherMode {
        /// The path.
        device: String,
        /// The mode that was set.
        wanted: String,
        /// What the driver made of it.
        given: String,
    },
    /// The bus has no room for the stream.
    #[error(
        "the USB bus has no room for the stream of {device}: use a smaller size or rate or mjpeg, plug it into another \
         controller, or load uvcvideo with quirks=128"
    )]
    Bandwidth {
        /// The path.
        device: String,
    },
    /// A control of the configuration cannot be set.
    #[error("{device}: control {fault}")]
    Control {
        /// The path.
        device: String,
        /// Which, and what is wrong with it.
        fault: ControlError,
    },
}

/// What is wrong with a control of the configuration.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// The camera has no such control.
    #[error("`{name}` is unknown to this camera; it has {known}")]
    Unknown {
        /// As configured.
        name: String,
        /// All that it has.
        known: String,
    },
    /// The value is out of range, or between two steps.
    #[error("`{name}` is {value}, but must be from {minimum} to {maximum} in steps of {step}")]
    Range {
        /// As configured.
        name: String,
        /// As configured.
        value: i64,
        /// The least.
        minimum: i64,
        /// The greatest.
        maximum: i64,
        /// Between two values.
        step: i64,
    },
    /// The menu has no such entry.
    #[error("`{name}` is {value}, but must be one of {items}")]
    Menu {
        /// As configured.
        name: String,
        /// As configured.
        value: i64,
        /// Numbers and names.
        items: String,
    },
    /// The value is `true` or `false`, and the control a number.
    #[error("`{name}` is {value}, but must be a number from {minimum} to {maximum}")]
    NotANumber {
        /// As configured.
        name: String,
        /// As configured.
        value: bool,
        /// The least.
        minimum: i64,
        /// The greatest.
        maximum: i64,
    },
    /// The control cannot be set to a number.
    #[error("`{name}` cannot be set: it is {kind}; take it out of `controls`")]
    Fixed {
        /// As configured.
        name: String,
        /// Such as `read only`.
        kind: &'static str,
    },
}

/// The error of the kernel's answer to an `action`, such as `read`.
pub(super) fn refusal(device: &str, action: &'static str, reason: io::Error) -> SourceError {
    let name = device.to_owned();
    let lost = |fix| SourceError::Lost { name: device.to_owned(), reason: reason.to_string(), fix };
    match Errno::from_io_error(&reason) {
        Some(Errno::NOENT) => {
            SourceError::NotFound { name, fix: "plug the camera in, or choose one that `labelcam cameras` lists" }
        }
        Some(Errno::ACCESS | Errno::PERM) => SourceError::Permission { name, fix: JOIN_VIDEO },
        Some(Errno::BUSY) => SourceError::Busy { name },
        Some(Errno::NOTTY) => {
            CameraError::NotADevice { device: name, found: "something without the V4L2 interface" }.into()
        }
        Some(Errno::NOSPC) => CameraError::Bandwidth { device: name }.into(),
        Some(Errno::NODEV | Errno::NXIO) => lost("check its plug, cable and power"),
        Some(Errno::PIPE) => lost("its signal has changed or ended; it is opened again"),
        Some(Errno::IO | Errno::PROTO | Errno::TIMEDOUT | Errno::NOLINK) => {
            lost("replug it; if it happens again, use a shorter cable, a powered hub or a stronger power supply")
        }
        _ => SourceError::Io { name, action, reason, fix: "choose another mode that `labelcam cameras` lists" },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_that_has_a_fix_names_it() {
        let fixes = [
            (Errno::NOENT, "labelcam cameras"),
            (Errno::ACCESS, "usermod -aG video $USER"),
            (Errno::PERM, "usermod -aG video $USER"),
            (Errno::BUSY, "fuser -v /dev/video7"),
            (Errno::NODEV, "check its plug"),
            (Errno::NOTTY, "without the V4L2 interface"),
            (Errno::NOSPC, "quirks=128"),
            (Errno::IO, "powered hub"),
            (Errno::PROTO, "powered hub"),
            (Errno::PIPE, "opened again"),
            (Errno::INVAL, "cannot start /dev/video7"),
        ];
        for (errno, fix) in fixes {
            let message = refusal("/dev/video7", "start", errno.into()).to_string();
            assert!(message.contains("/dev/video7") && message.contains(fix), "{message}");
        }
    }
}
