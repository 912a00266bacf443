//! A camera that streams.

use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use v4l::v4l_sys as sys;

use super::controls::{self, Setting};
use super::error::{CameraError, refusal};
use super::ioctl::{Filled, Node, Ready};
use super::mapping::Mapping;
use super::modes::{self, Mode, Offer};
use super::nodes;
use super::options::CameraOptions;
use crate::clock;
use crate::frame::{Layout, PixelFormat, RawFrame, mjpeg};
use crate::source::{Delivery, FrameSource, Opener, SourceError};

/// Buffers to ask for: one that is filled, two that wait, one that is being copied.
const BUFFERS: u32 = 4;

/// With fewer a camera stops while its frame is being copied.
const BUFFERS_MIN: u32 = 2;

/// A frame is copied long before this: an older time is that of a clock which is not the machine's.
const AGE_MAX: Duration = Duration::from_secs(10);

/// More frames than this are not missed at once: the driver has set its count anew.
const SKIPPED_MAX: u32 = 100_000;

/// Sentences about a camera that are kept, so that it is said once: a value that is another each time must not fill the
/// memory.
const NOTES_MAX: usize = 100;

/// Opens the camera of these options, again and again. What it does otherwise than asked is said once.
#[must_use]
pub fn opener(options: CameraOptions) -> Opener {
    let mut said = BTreeSet::new();
    Box::new(move || {
        let (camera, notes) = open(&options)?;
        for note in notes {
            if said.len() < NOTES_MAX && !said.contains(&note) {
                eprintln!("labelcam: {}: {note}", camera.device);
                said.insert(note);
            }
        }
        Ok(Box::new(camera))
    })
}

/// A camera that delivers. Dropping it stops and closes it.
struct Camera {
    /// As messages name it.
    device: String,
    layout: Layout,
    sequence: Sequence,
    // Unmapped before the device is closed: fields are dropped in this order.
    buffers: Vec<Mapping>,
    node: Node,
}

/// Opens a camera, sets it and starts it; also what it does otherwise than asked, a sentence each.
fn open(options: &CameraOptions) -> Result<(Camera, Vec<String>), SourceError> {
    options.check()?;
    let (path, node, _) = nodes::find(options)?;
    let device = path.display().to_string();
    let refuse = |action, reason| refusal(&device, action, reason);

    let mode = choose(&node, &device, options)?;
    let settings = settings(&node, &device, options)?;
    let layout = set_mode(&node, &device, mode)?;
    let rate = node.set_rate(options.rate).map_err(|e| refuse("set the rate of", e))?;
    for event in [sys::V4L2_EVENT_SOURCE_CHANGE, sys::V4L2_EVENT_EOS] {
        // Few drivers have them, and those that do not need none.
        node.subscribe(event).map_err(|e| refuse("subscribe to events of", e))?;
    }
    let buffers = buffers(&node).map_err(|e| refuse("map the buffers of", e))?;
    node.stream_on().map_err(|e| refuse("start", e))?;
    let camera = Camera { device, layout, sequence: Sequence::default(), buffers, node };

    let mut notes = differences(options, &layout, rate);
    notes.extend(controls::apply(&camera.node, &camera.device, &settings)?);
    notes.extend(controls::verify(&camera.node, &settings));
    Ok((camera, notes))
}

/// The mode to ask for.
fn choose(node: &Node, device: &str, options: &CameraOptions) -> Result<Mode, SourceError> {
    let offers = nodes::offers(node).map_err(|e| refusal(device, "list the formats of", e))?;
    modes::choose(&offers, options).ok_or_else(|| SourceError::NoUsableFormat {
        name: device.to_owned(),
        found: names(&offers),
        wanted: options
            .formats
            .iter()
            .map(|format| format!("{format:?}").to_lowercase())
            .collect::<Vec<_>>()
            .join(", "),
        fix: "add one of them to `formats`, or have a program that converts them write to the pipe source",
    })
}

/// The controls to set. Where there are none, those of the camera are left alone: to list them can fail in some cameras.
fn settings(node: &Node, device: &str, options: &CameraOptions) -> Result<Vec<Setting>, SourceError> {
    if options.controls.is_empty() {
        return Ok(Vec::new());
    }
    let listed = controls::list(node).map_err(|e| refusal(device, "list the controls of", e))?;
    let checked = controls::settings(&listed, &options.controls);
    checked.map_err(|fault| CameraError::Control { device: device.to_owned(), fault }.into())
}

/// The formats on offer, for people.
fn names(offers: &[Offer]) -> String {
    let names: Vec<_> = offers.iter().map(|offer| offer.fourcc.to_string()).collect();
    if names.is_empty() { "no formats".to_owned() } else { names.join(", ") }
}

/// Sets the mode, and gives the layout of the frames. The driver may change the size; what cannot be read is refused.
fn set_mode(node: &Node, device: &str, mode: Mode) -> Result<Layout, SourceError> {
    let given = node.set_format(mode.fourcc, mode.size).map_err(|e| refusal(device, "set the format of", e))?;
    let [width, height, stride] = [given.size.width, given.size.height, given.stride].map(|value| value as usize);
    let packed = Layout::packed(mode.format, width, height);
    let layout = Layout { stride: if packed.stride == 0 { 0 } else { stride.max(packed.stride) }, ..packed };
    if given.fourcc == mode.fourcc && layout.check().is_ok() {
        return Ok(layout);
    }
    let given = format!("{} {width}x{height}", given.fourcc);
    Err(CameraError::OtherMode { device: device.to_owned(), wanted: mode.to_string(), given }.into())
}

/// Maps the buffers and gives them to the driver.
fn buffers(node: &Node) -> io::Result<Vec<Mapping>> {
    let count = node.request_buffers(BUFFERS)?;
    if count < BUFFERS_MIN {
        return Err(io::Error::from(io::ErrorKind::OutOfMemory));
    }
    let map = |index| {
        let mapping = Mapping::new(node, node.place(index)?)?;
        node.queue(index)?;
        Ok(mapping)
    };
    (0..count).map(map).collect()
}

/// What the camera gives otherwise than asked, but for controls.
fn differences(options: &CameraOptions, layout: &Layout, rate: Option<f64>) -> Vec<String> {
    let mut notes = Vec::new();
    let (width, height) = (layout.width, layout.height);
    if (width, height) != (options.width as usize, options.height as usize) {
        notes.push(format!("gives {width}x{height} instead of {}x{}", options.width, options.height));
    }
    // A driver's rate is a fraction: 30000/1001 is meant when 30 is asked for.
    let differs = |rate: &f64| (rate / options.rate - 1.0).abs() > 0.01;
    if let Some(rate) = rate.filter(differs) {
        notes.push(format!("gives {rate:.2} frames a second instead of {}", options.rate));
    }
    notes
}

impl FrameSource for Camera {
    fn next(&mut self, frame: &mut RawFrame, timeout: Duration) -> Result<Delivery, SourceError> {
        let deadline = clock::monotonic().saturating_add(timeout);
        loop {
            let left = deadline.saturating_sub(clock::monotonic());
            if let Some(ready) = self.node.wait(left).map_err(|e| self.refusal("wait for", e))?
                && let Some(delivery) = self.take(ready, frame)?
            {
                return Ok(delivery);
            }
            // A driver may wake the program for nothing, again and again.
            if clock::monotonic() >= deadline {
                return Err(SourceError::Timeout { name: self.device.clone(), waited: timeout });
            }
        }
    }

    fn settles(&self) -> bool {
        true
    }
}

impl Camera {
    fn refusal(&self, action: &'static str, reason: io::Error) -> SourceError {
        refusal(&self.device, action, reason)
    }

    fn lost(&self, reason: &str, fix: &'static str) -> SourceError {
        SourceError::Lost { name: self.device.clone(), reason: reason.to_owned(), fix }
    }

    /// Takes the newest frame, where there is one.
    fn take(&mut self, ready: Ready, frame: &mut RawFrame) -> Result<Option<Delivery>, SourceError> {
        // An unplugged device reports everything at once; taking a frame then says what is wrong.
        if ready.event && !ready.error {
            return Err(self.lost("its signal has changed or ended", "it is opened again"));
        }
        let Some(newest) = self.newest()? else {
            let is_broken = ready.error.then(|| self.lost("the driver reports an error", "it is opened again"));
            return is_broken.map_or(Ok(None), Err);
        };
        let delivery = self.deliver(&newest, frame);
        self.node.queue(newest.index).map_err(|e| self.refusal("give a buffer back to", e))?;
        Ok(Some(delivery?))
    }

    /// Takes all filled buffers from the driver, and gives back all but the newest.
    fn newest(&self) -> Result<Option<Filled>, SourceError> {
        let mut newest: Option<Filled> = None;
        while let Some(filled) = self.node.dequeue().map_err(|e| self.refusal("read", e))? {
            if let Some(older) = newest.replace(filled) {
                self.node.queue(older.index).map_err(|e| self.refusal("give a buffer back to", e))?;
            }
        }
        Ok(newest)
    }

    /// Copies a frame out of its buffer, if it is whole.
    fn deliver(&mut self, filled: &Filled, frame: &mut RawFrame) -> Result<Delivery, SourceError> {
        let buffer = self.buffers.get(filled.index as usize);
        let buffer =
            buffer.ok_or_else(|| self.lost("the driver names a buffer that is none", "report it to its maker"))?;
        self.sequence.reach(filled.sequence);
        if filled.flags & sys::V4L2_BUF_FLAG_ERROR != 0 || filled.used > buffer.length() {
            return Ok(Delivery::Damaged);
        }
        buffer.copy_to(&mut frame.bytes, filled.used);
        (frame.layout, frame.captured) = (self.layout, captured(filled, clock::monotonic()));
        let is_whole = match self.layout.format {
            PixelFormat::Mjpeg => mjpeg::check(&frame.bytes).is_ok(),
            _ => filled.used >= self.layout.bytes_min(),
        };
        Ok(if is_whole { Delivery::Frame { skipped: self.sequence.take_skipped() } } else { Delivery::Damaged })
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        // A device that is gone cannot be stopped, and closing it does the same.
        let _ = self.node.stream_off();
    }
}

/// A driver's count of frames, for the gaps in it.
#[derive(Debug, Default)]
struct Sequence {
    last: Option<u32>,
    skipped: u64,
}

impl Sequence {
    /// Notes that frame `number` came; what lies between it and the last one has been skipped. A count that stands still,
    /// goes back or leaps tells nothing.
    fn reach(&mut self, number: u32) {
        let gap = self.last.map_or(0, |last| number.wrapping_sub(last).wrapping_sub(1));
        self.skipped += if gap <= SKIPPED_MAX { u64::from(gap) } else { 0 };
        self.last = Some(number);
    }

    /// The frames skipped since this was last asked.
    fn take_skipped(&mut self) -> u64 {
        std::mem::take(&mut self.skipped)
    }
}

/// When a frame was taken: what the driver says, where that is on the monotonic clock and of the recent past, else `now`.
fn captured(filled: &Filled, now: Duration) -> Duration {
    let is_monotonic = filled.flags & sys::V4L2_BUF_FLAG_TIMESTAMP_MASK == sys::V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    let (seconds, micros) = filled.stamp;
    let stamp = u64::try_from(seconds).ok().zip(u64::try_from(micros).ok());
    let stamp =
        stamp.map(|(seconds, micros)| Duration::from_secs(seconds).saturating_add(Duration::from_micros(micros)));
    let is_recent = |stamp: &Duration| now.checked_sub(*stamp).is_some_and(|age| age <= AGE_MAX);
    stamp.filter(is_recent).filter(|_| is_monotonic).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use std::ffi::c_long;

    use super::*;

    fn skipped(numbers: &[u32]) -> u64 {
        let mut sequence = Sequence::default();
        for &number in numbers {
            sequence.reach(number);
        }
        let skipped = sequence.take_skipped();
        assert_eq!(sequence.take_skipped(), 0, "they are told once");
        skipped
    }

    #[test]
    fn gaps_in_the_drivers_numbers_are_counted() {
        assert_eq!(skipped(&[7, 8, 9]), 0);
        assert_eq!(skipped(&[7, 9, 12]), 3);
        assert_eq!(skipped(&[u32::MAX - 1, 1]), 2);
    }

    #[test]
    fn a_count_that_stands_still_goes_back_or_leaps_tells_nothing() {
        assert_eq!(skipped(&[0, 0, 0]), 0);
        assert_eq!(skipped(&[500, 0, 1]), 0);
        assert_eq!(skipped(&[5, u32::MAX - 100]), 0);
    }

    #[test]
    fn a_time_is_believed_on_the_monotonic_clock_and_of_the_recent_past() {
        let now = Duration::from_secs(100);
        let at = |flags, stamp| captured(&Filled { index: 0, used: 0, flags, sequence: 0, stamp }, now);
        let monotonic = sys::V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
        assert_eq!(at(monotonic, (99, 950_000)), Duration::from_millis(99_950));
        assert_eq!(at(0, (99, 950_000)), now);
        assert_eq!(at(sys::V4L2_BUF_FLAG_TIMESTAMP_MASK, (99, 950_000)), now);
        for stamp in [(101, 0), (50, 0), (-1, 0), (99, -1), (c_long::MAX, c_long::MAX)] {
            assert_eq!(at(monotonic, stamp), now, "{stamp:?}");
        }
    }

    #[test]
    fn what_a_camera_gives_otherwise_is_said() {
        let options = CameraOptions::default();
        let layout = |width, height| Layout::packed(PixelFormat::Yuyv, width, height);
        assert!(differences(&options, &layout(640, 480), Some(30.0 / 1.001)).is_empty());
        let notes = differences(&options, &layout(800, 600), Some(15.0));
        assert_eq!(notes, ["gives 800x600 instead of 640x480", "gives 15.00 frames a second instead of 30"]);
        assert!(differences(&options, &layout(640, 480), None).is_empty());
    }
}
