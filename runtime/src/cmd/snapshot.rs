//! `labelcam snapshot`.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::frame::{self, PixelFormat, RawFrame, mjpeg};
use crate::image::Gray;
use crate::source::v4l2::{CameraOptions, ControlValue};
use crate::source::{CaptureOptions, Delivery, FilesOptions, FrameSource, PipeOptions, SourceError, SourceOptions};
use crate::{clock, file};

/// Save one frame as a picture.
///
/// A camera settles first, so that the frame is exposed as those that are read. Size, format and age go to standard error.
///
/// Example: rpicam-vid --codec mjpeg -t 5000 -o - | labelcam snapshot --pipe - --out frame.jpg
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// What to write.
    #[arg(long = "as", value_name = "KIND", value_enum, default_value_t = Kind::Jpeg)]
    kind: Kind,
    #[command(flatten)]
    source: SourceArgs,
    /// The longest to wait for the frame, in seconds, from 1 to 600.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    wait: u64,
}

/// What a frame is saved as.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Kind {
    /// A JPEG picture, with colours where the frame has them.
    Jpeg,
    /// The grey values that lines are found and read in, as a PGM picture.
    Grey,
    /// The bytes as they came.
    Raw,
}

/// Where frames come from.
#[derive(Debug, clap::Args)]
struct SourceArgs {
    #[command(flatten)]
    place: Place,
    /// Pixel format: mjpeg, yuyv, nv12, yuv420, grey, y16, rgb24 or bgr24 [default: the first of them that a camera has;
    /// mjpeg of a pipe].
    #[arg(long, value_name = "FORMAT", value_parser = format, conflicts_with = "files")]
    format: Option<PixelFormat>,
    /// Columns, in pixels; MJPEG frames of a pipe tell their own.
    #[arg(long, value_name = "PIXELS", default_value_t = 640, conflicts_with = "files")]
    width: u32,
    /// Rows, in pixels; MJPEG frames of a pipe tell their own.
    #[arg(long, value_name = "PIXELS", default_value_t = 480, conflicts_with = "files")]
    height: u32,
    /// Bytes from a row of a pipe's frames to the next; 0 for rows without a gap.
    #[arg(long, value_name = "BYTES", default_value_t = 0, conflicts_with_all = ["files", "device"])]
    stride: usize,
    /// Control of a camera to set, by the name that `labelcam cameras` shows; may be given several times.
    #[arg(long = "control", value_name = "NAME=VALUE", value_parser = control, conflicts_with_all = ["files", "pipe"])]
    controls: Vec<(String, ControlValue)>,
}

/// One of the places.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Place {
    /// A camera: a path such as /dev/video0, name: with a part of its name, or nothing ("") for the first that is there.
    #[arg(long, value_name = "DEVICE")]
    device: Option<String>,
    /// A folder of pictures, a picture, or a file of JPEG frames (.mjpeg, .mjpg).
    #[arg(long, value_name = "PATH")]
    files: Option<PathBuf>,
    /// A FIFO, or - for standard input, that another program writes frames to.
    #[arg(long, value_name = "PATH")]
    pipe: Option<PathBuf>,
}

impl SourceArgs {
    fn options(&self) -> SourceOptions {
        let Place { device, files, pipe } = &self.place;
        if let Some(device) = device {
            let defaults = CameraOptions::default();
            return SourceOptions::Camera(CameraOptions {
                device: device.clone(),
                formats: self.format.map_or(defaults.formats, |format| vec![format]),
                width: self.width,
                height: self.height,
                controls: self.controls.iter().cloned().collect(),
                ..CameraOptions::default()
            });
        }
        match (files, pipe) {
            (Some(path), _) => SourceOptions::Files(FilesOptions { path: path.clone(), rate: 0.0, repeat: false }),
            (None, path) => SourceOptions::Pipe(PipeOptions {
                path: path.clone().unwrap_or_else(|| PipeOptions::default().path),
                format: self.format.unwrap_or(PipeOptions::default().format),
                width: self.width as usize,
                height: self.height as usize,
                stride: self.stride,
            }),
        }
    }
}

pub(super) fn run(args: &Args) -> Result<()> {
    let options = args.source.options();
    options.check()?;
    let mut source = options.opener()()?;
    let frame = first_frame(source.as_mut(), Duration::from_secs(args.wait))?;
    let age = clock::monotonic().saturating_sub(frame.captured);
    file::replace(&args.out, &picture(&frame, args.kind)?)?;
    let format = frame.layout.format;
    let (width, height) = match format {
        PixelFormat::Mjpeg => mjpeg::size(&frame.bytes)?,
        _ => (frame.layout.width, frame.layout.height),
    };
    eprintln!("labelcam: {}: {width}x{height}, {format}, {} ms old", args.out.display(), age.as_millis());
    Ok(())
}

/// The content of the file.
fn picture(frame: &RawFrame, kind: Kind) -> Result<Cow<'_, [u8]>> {
    Ok(match kind {
        Kind::Jpeg => Cow::Owned(frame::to_jpeg(frame)?),
        Kind::Raw => Cow::Borrowed(&frame.bytes),
        Kind::Grey => {
            let mut grey = Gray::filled(0, 0, 0);
            frame::decode(frame, &mut grey)?;
            let header = format!("P5\n{} {}\n255\n", grey.width, grey.height);
            Cow::Owned([header.as_bytes(), &grey.pixels].concat())
        }
    })
}

/// The first frame that is whole, once the source has settled.
fn first_frame(source: &mut dyn FrameSource, wait: Duration) -> Result<RawFrame> {
    let mut settling = if source.settles() { CaptureOptions::default().settle_frames } else { 0 };
    let mut damaged = 0;
    let mut frame = RawFrame::empty();
    let deadline = clock::monotonic() + wait;
    loop {
        let left = deadline.saturating_sub(clock::monotonic());
        match source.next(&mut frame, left) {
            Ok(Delivery::Frame { .. }) if settling == 0 => return Ok(frame),
            Ok(Delivery::Frame { .. }) => settling -= 1,
            Ok(Delivery::Damaged) => damaged += 1,
            Ok(Delivery::NotDue) | Err(SourceError::Timeout { .. }) => {}
            Ok(Delivery::End) => {
                bail!("the source ended without a whole frame ({damaged} were damaged): choose another")
            }
            Err(error) => return Err(error.into()),
        }
        if left.is_zero() {
            let seconds = wait.as_secs();
            bail!(
                "no whole frame came in {seconds} s ({damaged} were damaged): see that the source runs, or raise --wait"
            );
        }
    }
}

/// A control with its value, such as `gain=20`.
fn control(text: &str) -> Result<(String, ControlValue), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE, such as gain=20")?;
    let switch = value.parse().map(ControlValue::Switch).ok();
    let value = switch.or_else(|| value.parse().map(ControlValue::Number).ok());
    Ok((name.to_owned(), value.ok_or("the value must be a whole number, true or false")?))
}

fn format(name: &str) -> Result<PixelFormat, String> {
    let value = serde::de::value::StrDeserializer::<serde::de::value::Error>::new(name);
    serde::Deserialize::deserialize(value).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::frame::Layout;
    use crate::frame::samples::{jpeg, without_tables};
    use crate::image;

    #[derive(Debug, Parser)]
    struct Program {
        #[command(flatten)]
        args: Args,
    }

    fn args(list: &[&str]) -> Result<Args, clap::Error> {
        Program::try_parse_from(["snapshot"].iter().chain(list)).map(|program| program.args)
    }

    #[test]
    fn the_first_frame_of_a_recording_is_saved_with_its_tables() {
        let folder = tempfile::tempdir().unwrap();
        let [recording, out] = ["a.mjpeg", "a.jpg"].map(|name| folder.path().join(name));
        let picture = jpeg(48, 32, 7);
        std::fs::write(&recording, without_tables(&picture)).unwrap();
        run(&args(&["--files", recording.to_str().unwrap(), "--out", out.to_str().unwrap()]).unwrap()).unwrap();
        assert_eq!(image::decode(&std::fs::read(&out).unwrap()).unwrap(), image::decode(&picture).unwrap());
    }

    #[test]
    fn one_source_must_be_given_and_a_format_only_for_a_pipe() {
        assert!(args(&["--out", "a.jpg"]).is_err());
        assert!(args(&["--out", "a.jpg", "--files", "a", "--pipe", "b"]).is_err());
        assert!(args(&["--out", "a.jpg", "--files", "a", "--format", "grey"]).is_err());
        let raw = args(&["--out", "a.jpg", "--pipe", "b", "--format", "nv12", "--stride", "704"]).unwrap();
        let expected =
            PipeOptions { path: "b".into(), format: PixelFormat::Nv12, stride: 704, ..PipeOptions::default() };
        assert_eq!(raw.source.options(), SourceOptions::Pipe(expected));
        assert!(args(&["--out", "a.jpg", "--pipe", "b", "--format", "h264"]).is_err());
        assert!(args(&["--out", "a.jpg", "--pipe", "b", "--control", "gain=1"]).is_err());
    }

    #[test]
    fn a_camera_takes_a_format_and_controls() {
        let camera = args(&["--out", "a.jpg", "--device", "name:C920", "--format", "yuyv", "--control", "gain=1"]);
        let camera = camera.unwrap().source.options();
        let expected = CameraOptions {
            device: "name:C920".to_owned(),
            formats: vec![PixelFormat::Yuyv],
            controls: [("gain".to_owned(), ControlValue::Number(1))].into(),
            ..CameraOptions::default()
        };
        assert_eq!(camera, SourceOptions::Camera(expected));
        assert_eq!(control("autogain=false").unwrap().1, ControlValue::Switch(false));
        assert!(control("gain").unwrap_err().contains("NAME=VALUE"));
        assert!(control("gain=0.5").unwrap_err().contains("whole number"));
    }

    #[test]
    fn a_frame_is_saved_as_it_came_or_as_it_is_read() {
        let layout = Layout::packed(PixelFormat::Yuyv, 2, 1);
        let frame = RawFrame { bytes: vec![10, 0, 20, 0], layout, ..RawFrame::empty() };
        assert_eq!(*picture(&frame, Kind::Raw).unwrap(), [10, 0, 20, 0]);
        assert_eq!(*picture(&frame, Kind::Grey).unwrap(), *b"P5\n2 1\n255\n\x0a\x14");
        assert!(picture(&frame, Kind::Jpeg).unwrap().starts_with(b"\xff\xd8"));
    }

    #[test]
    fn a_source_that_has_no_frame_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let recording = folder.path().join("a.mjpeg");
        std::fs::write(&recording, b"no pictures at all").unwrap();
        let error = run(&args(&["--files", recording.to_str().unwrap(), "--out", "never.jpg"]).unwrap()).unwrap_err();
        assert!(error.to_string().contains("without a whole frame (1 were damaged)"), "{error}");
    }
}
