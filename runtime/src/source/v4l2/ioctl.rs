//! The kernel's interface to a video device, with arguments and answers in types of our own.
//!
//! Of the crate `v4l` come opening, the ioctl call itself and the numbers and structures. Its streams and conversions are
//! not used: they panic on values that they do not know, and queue a buffer twice after an error.

#![expect(unsafe_code, reason = "answers have unions; nothing unsafe leaves this file")]

use std::ffi::c_long;
use std::io;
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use v4l::device::Device;
use v4l::v4l_sys as sys;

use super::modes::{FourCc, Size, Sizes};
use super::request::{self, Argument};

/// The one kind of buffers that is used.
const CAPTURE: u32 = sys::v4l2_buf_type_V4L2_BUF_TYPE_VIDEO_CAPTURE;
/// The one place of buffers that is used: the driver's memory, mapped.
const MMAP: u32 = sys::v4l2_memory_V4L2_MEMORY_MMAP;
/// Any order of lines: the driver decides.
const FIELD_ANY: u32 = 0;

/// An open video device, which never blocks.
pub(super) struct Node(Device);

/// What a device says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Capability {
    pub(super) driver: String,
    pub(super) card: String,
    pub(super) bus: String,
    /// `V4L2_CAP_…` of this device, not of all that its driver has.
    pub(super) flags: u32,
}

/// What the driver made of the mode that it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) fourcc: FourCc,
    pub(super) size: Size,
    /// Bytes from a row to the next, 0 for formats that have no rows, and of drivers that do not say.
    pub(super) stride: u32,
}

/// A control as it is listed: its 32-bit kinds alone can be set here, and have ranges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) id: u32,
    pub(super) kind: u32,
    pub(super) name: String,
    pub(super) minimum: i32,
    pub(super) maximum: i32,
    pub(super) step: i32,
    pub(super) default: i32,
    pub(super) flags: u32,
}

/// A filled buffer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filled {
    pub(super) index: u32,
    /// Bytes of the payload.
    pub(super) used: usize,
    pub(super) flags: u32,
    pub(super) sequence: u32,
    /// Seconds and microseconds, on the clock that the flags name.
    pub(super) stamp: (c_long, c_long),
}

/// What happened while waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ready {
    /// A frame can be taken, or the attempt will say what is wrong.
    pub(super) frame: bool,
    /// One of the events that were subscribed.
    pub(super) event: bool,
    /// The driver reports an error.
    pub(super) error: bool,
}

impl Node {
    /// Opens a device for reading and writing.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        // The crate panics on it.
        if path.as_os_str().as_encoded_bytes().contains(&0) {
            return Err(io::ErrorKind::NotFound.into());
        }
        Device::with_path(path).map(Self)
    }

    /// The descriptor, as the crate has it.
    pub(super) fn raw_fd(&self) -> i32 {
        self.0.handle().fd()
    }

    /// The descriptor.
    fn fd(&self) -> BorrowedFd<'_> {
        // SAFETY: the descriptor is open as long as the device, which `self` owns.
        unsafe { BorrowedFd::borrow_raw(self.raw_fd()) }
    }

    pub(super) fn capability(&self) -> io::Result<Capability> {
        let mut answer = sys::v4l2_capability::zeroed();
        request::QUERYCAP.call(&self.0, &mut answer)?;
        let own = answer.capabilities & sys::V4L2_CAP_DEVICE_CAPS != 0;
        let flags = if own { answer.device_caps } else { answer.capabilities };
        let [driver, card, bus] = [text(&answer.driver), text(&answer.card), text(&answer.bus_info)];
        Ok(Capability { driver, card, bus, flags })
    }

    /// Entry `index` of the list of formats, with the driver's words for it.
    pub(super) fn format(&self, index: u32) -> io::Result<Option<(FourCc, String)>> {
        let mut entry = sys::v4l2_fmtdesc { index, type_: CAPTURE, ..Argument::zeroed() };
        let found = request::ENUM_FMT.lists(&self.0, &mut entry)?;
        Ok(found.then(|| (FourCc(entry.pixelformat), text(&entry.description))))
    }

    /// Entry `index` of the list of a format's sizes.
    pub(super) fn sizes(&self, fourcc: FourCc, index: u32) -> io::Result<Option<Sizes>> {
        let mut entry = sys::v4l2_frmsizeenum { index, pixel_format: fourcc.0, ..Argument::zeroed() };
        if !request::ENUM_FRAMESIZES.lists(&self.0, &mut entry)? {
            return Ok(None);
        }
        let size = |width, height| Size { width, height };
        if entry.type_ == sys::v4l2_frmsizetypes_V4L2_FRMSIZE_TYPE_DISCRETE {
            // SAFETY: all of the union are whole numbers.
            let one = unsafe { entry.__bindgen_anon_1.discrete };
            return Ok(Some(Sizes::One(size(one.width, one.height))));
        }
        // SAFETY: as above.
        let range = unsafe { entry.__bindgen_anon_1.stepwise };
        let [least, most] = [size(range.min_width, range.min_height), size(range.max_width, range.max_height)];
        Ok(Some(Sizes::Range(least, most, size(range.step_width, range.step_height))))
    }

    /// Entry `index` of the list of the rates that a format has in one size, in frames a second; of a range the highest.
    pub(super) fn rate(&self, fourcc: FourCc, size: Size, index: u32) -> io::Result<Option<f64>> {
        let Size { width, height } = size;
        let mut entry = sys::v4l2_frmivalenum { index, pixel_format: fourcc.0, width, height, ..Argument::zeroed() };
        let found = request::ENUM_FRAMEINTERVALS.lists(&self.0, &mut entry)?;
        // SAFETY: all of the union are whole numbers, and the shortest interval of a range lies where a single one does.
        Ok(found.then(|| hertz(unsafe { entry.__bindgen_anon_1.discrete })))
    }

    /// Asks for a mode. Where the device is in it already, its distance between rows is left as it is.
    pub(super) fn set_format(&self, fourcc: FourCc, size: Size) -> io::Result<Given> {
        let mut format = sys::v4l2_format { type_: CAPTURE, ..Argument::zeroed() };
        request::G_FMT.call(&self.0, &mut format)?;
        // SAFETY: all of the union are whole numbers.
        let pixels = unsafe { &mut format.fmt.pix };
        if (pixels.pixelformat, pixels.width, pixels.height) != (fourcc.0, size.width, size.height) {
            (pixels.pixelformat, pixels.width, pixels.height) = (fourcc.0, size.width, size.height);
            (pixels.field, pixels.bytesperline, pixels.sizeimage) = (FIELD_ANY, 0, 0);
        }
        request::S_FMT.call(&self.0, &mut format)?;
        // SAFETY: as above.
        let pixels = unsafe { format.fmt.pix };
        let size = Size { width: pixels.width, height: pixels.height };
        Ok(Given { fourcc: FourCc(pixels.pixelformat), size, stride: pixels.bytesperline })
    }

    /// Asks for a rate in frames a second, and gives the one that is in force; none where the driver has no rates.
    pub(super) fn set_rate(&self, rate: f64) -> io::Result<Option<f64>> {
        let mut parameters = sys::v4l2_streamparm { type_: CAPTURE, ..Argument::zeroed() };
        if !request::G_PARM.lists(&self.0, &mut parameters)? {
            return Ok(None);
        }
        // SAFETY: all of the union are whole numbers.
        let capture = unsafe { &mut parameters.parm.capture };
        if capture.capability & sys::V4L2_CAP_TIMEPERFRAME == 0 {
            return Ok(None);
        }
        capture.timeperframe = interval(rate);
        // Some drivers tell their rate, and do not let it be set.
        request::S_PARM.lists(&self.0, &mut parameters)?;
        request::G_PARM.call(&self.0, &mut parameters)?;
        // SAFETY: as above.
        Ok(Some(hertz(unsafe { parameters.parm.capture.timeperframe })))
    }

    /// The control with the next greater number; none after the last.
    pub(super) fn control_after(&self, id: u32) -> io::Result<Option<Listed>> {
        let mut entry = sys::v4l2_queryctrl { id: id | sys::V4L2_CTRL_FLAG_NEXT_CTRL, ..Argument::zeroed() };
        let found = request::QUERYCTRL.lists(&self.0, &mut entry)?;
        let sys::v4l2_queryctrl { id, type_, name, minimum, maximum, step, default_value, flags, .. } = entry;
        let listed =
            Listed { id, kind: type_, name: text(&name), minimum, maximum, step, default: default_value, flags };
        Ok(found.then_some(listed))
    }

    /// The name of entry `index` of a menu; none where the menu leaves the number out.
    pub(super) fn menu_item(&self, id: u32, index: u32) -> io::Result<Option<String>> {
        let mut entry = sys::v4l2_querymenu { id, index, ..Argument::zeroed() };
        let found = request::QUERYMENU.lists(&self.0, &mut entry)?;
        // SAFETY: all of the union are whole numbers.
        let name = unsafe { entry.__bindgen_anon_1.name };
        Ok(found.then(|| text(&name)))
    }

    /// The value of a control of a 32-bit kind.
    pub(super) fn control(&self, id: u32) -> io::Result<i32> {
        let mut control = sys::v4l2_control { id, value: 0 };
        request::G_CTRL.call(&self.0, &mut control)?;
        Ok(control.value)
    }

    /// Sets a control of a 32-bit kind.
    pub(super) fn set_control(&self, id: u32, value: i32) -> io::Result<()> {
        request::S_CTRL.call(&self.0, &mut sys::v4l2_control { id, value })
    }

    /// Asks for an event to be reported; whether the driver has it.
    pub(super) fn subscribe(&self, event: u32) -> io::Result<bool> {
        let mut subscription = sys::v4l2_event_subscription { type_: event, ..Argument::zeroed() };
        request::SUBSCRIBE_EVENT.lists(&self.0, &mut subscription)
    }

    /// Asks for `count` buffers, and gives how many there are.
    pub(super) fn request_buffers(&self, count: u32) -> io::Result<u32> {
        let mut buffers = sys::v4l2_requestbuffers { count, type_: CAPTURE, memory: MMAP, ..Argument::zeroed() };
        request::REQBUFS.call(&self.0, &mut buffers)?;
        Ok(buffers.count)
    }

    /// Where buffer `index` lies, as `mmap` wants it, and its length in bytes.
    pub(super) fn place(&self, index: u32) -> io::Result<(u32, usize)> {
        let mut buffer = buffer(index);
        request::QUERYBUF.call(&self.0, &mut buffer)?;
        // SAFETY: all of the union are whole numbers and pointers that are not followed.
        Ok((unsafe { buffer.m.offset }, buffer.length as usize))
    }

    /// Gives buffer `index` to the driver, to be filled.
    pub(super) fn queue(&self, index: u32) -> io::Result<()> {
        request::QBUF.call(&self.0, &mut buffer(index))
    }

    /// Takes the oldest filled buffer from the driver; none where none is filled.
    pub(super) fn dequeue(&self) -> io::Result<Option<Filled>> {
        let mut taken = buffer(0);
        match request::DQBUF.call(&self.0, &mut taken) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            answer => answer?,
        }
        let sys::v4l2_buffer { index, bytesused, flags, sequence, timestamp, .. } = taken;
        Ok(Some(Filled {
            index,
            used: bytesused as usize,
            flags,
            sequence,
            stamp: (timestamp.tv_sec, timestamp.tv_usec),
        }))
    }

    pub(super) fn stream_on(&self) -> io::Result<()> {
        request::STREAMON.call(&self.0, &mut { CAPTURE })
    }

    pub(super) fn stream_off(&self) -> io::Result<()> {
        request::STREAMOFF.call(&self.0, &mut { CAPTURE })
    }

    /// Waits until something happens; none where nothing did within `timeout`.
    pub(super) fn wait(&self, timeout: Duration) -> io::Result<Option<Ready>> {
        let mut polled = [PollFd::from_borrowed_fd(self.fd(), PollFlags::IN | PollFlags::PRI)];
        // As long as a number of seconds that does not fit is for ever.
        let timeout = Timespec::try_from(timeout).ok();
        match poll(&mut polled, timeout.as_ref()) {
            Ok(0) | Err(Errno::INTR) => return Ok(None),
            answer => answer?,
        };
        let happened = polled[0].revents();
        Ok(Some(Ready {
            frame: happened.contains(PollFlags::IN),
            event: happened.contains(PollFlags::PRI),
            error: happened.intersects(PollFlags::ERR | PollFlags::HUP | PollFlags::NVAL),
        }))
    }
}

fn buffer(index: u32) -> sys::v4l2_buffer {
    sys::v4l2_buffer { index, type_: CAPTURE, memory: MMAP, ..Argument::zeroed() }
}

/// What precedes the first zero, with a mark for what is no UTF-8.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.split(|&byte| byte == 0).next().unwrap_or(bytes)).into_owned()
}

/// Frames a second of the time of one; 0 where the driver gives no time.
fn hertz(interval: sys::v4l2_fract) -> f64 {
    if interval.numerator == 0 { 0.0 } else { f64::from(interval.denominator) / f64::from(interval.numerator) }
}

/// The time of a frame at `rate` frames a second, to a thousandth of a frame.
fn interval(rate: f64) -> sys::v4l2_fract {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rates were checked to be from 0.1 to 1000"
    )]
    let denominator = (rate * 1000.0).round() as u32;
    sys::v4l2_fract { numerator: 1000, denominator }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_the_inverse_of_a_time() {
        for rate in [0.1, 7.5, 30.0, 1000.0] {
            assert!((hertz(interval(rate)) - rate).abs() < 1e-3, "{rate}");
        }
        assert_eq!(hertz(sys::v4l2_fract { numerator: 0, denominator: 30 }).to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn text_ends_at_the_first_zero_and_survives_what_is_no_utf_8() {
        assert_eq!(
            (text(b"vivid\0x").as_str(), text(b"abc").as_str(), text(b"a\xFFb").as_str()),
            ("vivid", "abc", "a\u{fffd}b")
        );
    }
}
