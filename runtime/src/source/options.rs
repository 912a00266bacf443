//! What can be set of sources and of capture.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Opener, SourceError, files, pipe, v4l2};
use crate::frame::{FrameError, Layout, MAX_FRAME_PIXELS, PixelFormat};

/// Where frames come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceOptions {
    /// A camera.
    Camera(v4l2::CameraOptions),
    /// Another program, through a pipe.
    Pipe(PipeOptions),
    /// Files, for trying things out without a camera.
    Files(FilesOptions),
}

impl SourceOptions {
    /// Refuses values that cannot be used, without opening anything.
    ///
    /// # Errors
    /// [`SourceError::Config`].
    pub fn check(&self) -> Result<(), SourceError> {
        match self {
            Self::Camera(options) => options.check(),
            Self::Pipe(options) => options.check(),
            Self::Files(options) => options.check(),
        }
    }

    /// What opens the source.
    #[must_use]
    pub fn opener(self) -> Opener {
        match self {
            Self::Camera(options) => v4l2::opener(options),
            Self::Pipe(options) => pipe::opener(options),
            Self::Files(options) => Box::new(move || Ok(Box::new(files::open(&options)?))),
        }
    }
}

/// Frames that another program writes, such as `rpicam-vid`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct PipeOptions {
    /// A FIFO, or `-` for standard input, the default. A FIFO is opened again when its writer has gone; the end of standard
    /// input is the end.
    pub path: PathBuf,
    /// The format of the frames, which follow one another without anything between them: `mjpeg` by default.
    pub format: PixelFormat,
    /// Columns in pixels; without meaning for MJPEG. 640 by default.
    pub width: usize,
    /// Rows in pixels; without meaning for MJPEG. 480 by default.
    pub height: usize,
    /// Bytes from a row to the next; without meaning for MJPEG. 0, the default, means rows without a gap; `rpicam-vid` pads
    /// rows to a multiple of 64.
    pub stride: usize,
}

impl Default for PipeOptions {
    fn default() -> Self {
        Self { path: "-".into(), format: PixelFormat::Mjpeg, width: 640, height: 480, stride: 0 }
    }
}

impl PipeOptions {
    /// The layout of its frames; without sizes for MJPEG, where each picture tells its own.
    #[must_use]
    pub fn layout(&self) -> Layout {
        match (self.format, self.stride) {
            (PixelFormat::Mjpeg, _) => Layout::packed(self.format, 0, 0),
            (_, 0) => Layout::packed(self.format, self.width, self.height),
            (format, stride) => Layout { format, width: self.width, height: self.height, stride },
        }
    }

    /// Refuses values that cannot be used.
    ///
    /// # Errors
    /// [`SourceError::Config`].
    pub fn check(&self) -> Result<(), SourceError> {
        if self.path.as_os_str().is_empty() {
            return Err(config("path", "\"\"", "a FIFO, or - for standard input"));
        }
        if self.format == PixelFormat::Mjpeg {
            return Ok(());
        }
        let layout = self.layout();
        layout.check().map_err(|error| match error {
            FrameError::Stride { found, needed, .. } => {
                config("stride", &found.to_string(), &format!("0, or {needed} or more for this width"))
            }
            _ => config(
                "width, height",
                &format!("{}, {}", self.width, self.height),
                &format!("from 1, 1 to {MAX_FRAME_PIXELS} pixels in all"),
            ),
        })?;
        // Twice the pixels in rows is more than any padding.
        let stride_max = 2 * self.format.row_bytes(self.width) + 4096;
        if layout.stride > stride_max {
            return Err(config("stride", &self.stride.to_string(), &format!("at most {stride_max} for this width")));
        }
        Ok(())
    }
}

/// Pictures or recorded frames.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct FilesOptions {
    /// A folder of pictures (JPEG, PNG, BMP), shown by name; one such picture; or a file of JPEG frames that follow one
    /// another, ending in `.mjpeg` or `.mjpg`. No default.
    pub path: PathBuf,
    /// Frames a second, from 0.001 to 1000, or 0 for as fast as they are read, without leaving any out. 10 by default.
    pub rate: f64,
    /// Whether to begin again after the last, which is not the default.
    pub repeat: bool,
}

impl Default for FilesOptions {
    fn default() -> Self {
        Self { path: PathBuf::new(), rate: 10.0, repeat: false }
    }
}

impl FilesOptions {
    /// Refuses values that cannot be used.
    ///
    /// # Errors
    /// [`SourceError::Config`].
    pub fn check(&self) -> Result<(), SourceError> {
        if self.path.as_os_str().is_empty() {
            return Err(config("path", "\"\"", "a folder of pictures, a picture, or a file of JPEG frames"));
        }
        if self.rate != 0.0 && !(0.001..=1000.0).contains(&self.rate) {
            return Err(config("rate", &self.rate.to_string(), "0, or from 0.001 to 1000 frames a second"));
        }
        Ok(())
    }
}

/// How capture treats its source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct CaptureOptions {
    /// Milliseconds without a frame after which the source is closed and opened again, from 10 to 600000. 1000 by default.
    pub timeout_ms: u64,
    /// The same before the first frame, which many cameras take seconds for, from 10 to 600000; `timeout-ms` counts where it
    /// is more. 5000 by default.
    pub first_frame_ms: u64,
    /// Frames that are left out after opening a camera, while its exposure settles, from 0 to 1000. 5 by default.
    pub settle_frames: u32,
    /// The first pause before a lost source is opened again, in milliseconds, from 10. It doubles with each try. 200 by
    /// default.
    pub retry_min_ms: u64,
    /// The longest pause, in milliseconds, from `retry-min-ms` to 3600000. 10000 by default.
    pub retry_max_ms: u64,
}

impl Default for CaptureOptions {
    fn default() -> Self {
        Self { timeout_ms: 1000, first_frame_ms: 5000, settle_frames: 5, retry_min_ms: 200, retry_max_ms: 10_000 }
    }
}

impl CaptureOptions {
    /// Refuses values that cannot be used.
    ///
    /// # Errors
    /// [`SourceError::Config`].
    pub fn check(&self) -> Result<(), SourceError> {
        let within = |option, value: u64, min: u64, max: u64| match value {
            value if (min..=max).contains(&value) => Ok(()),
            value => Err(config(option, &value.to_string(), &format!("from {min} to {max}"))),
        };
        within("timeout-ms", self.timeout_ms, 10, 600_000)?;
        within("first-frame-ms", self.first_frame_ms, 10, 600_000)?;
        within("settle-frames", self.settle_frames.into(), 0, 1000)?;
        within("retry-min-ms", self.retry_min_ms, 10, 3_600_000)?;
        within("retry-max-ms", self.retry_max_ms, self.retry_min_ms, 3_600_000)
    }
}

fn config(option: &'static str, found: &str, wanted: &str) -> SourceError {
    SourceError::Config { option, found: found.to_owned(), wanted: wanted.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pipe(text: &str) -> Result<PipeOptions, toml::de::Error> {
        toml::from_str(text)
    }

    #[track_caller]
    fn refused(checked: Result<(), SourceError>, part: &str) {
        let error = checked.unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }

    #[test]
    fn options_are_kebab_case_with_defaults_and_without_strangers() {
        let options = pipe("format = 'yuv420'\nstride = 704").unwrap();
        assert_eq!(options.layout(), Layout { format: PixelFormat::Yuv420, width: 640, height: 480, stride: 704 });
        assert!(pipe("formet = 'yuyv'").is_err());
        let capture: CaptureOptions = toml::from_str("settle-frames = 0").unwrap();
        assert_eq!(capture, CaptureOptions { settle_frames: 0, ..CaptureOptions::default() });
        let source: SourceOptions = toml::from_str("[files]\npath = 'a'").unwrap();
        assert_eq!(source, SourceOptions::Files(FilesOptions { path: "a".into(), ..FilesOptions::default() }));
    }

    #[test]
    fn defaults_pass_but_for_the_path_of_files() {
        PipeOptions::default().check().unwrap();
        CaptureOptions::default().check().unwrap();
        refused(FilesOptions::default().check(), "path = \"\"");
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let raw = PipeOptions { format: PixelFormat::Yuyv, ..PipeOptions::default() };
        refused(PipeOptions { width: 0, ..raw.clone() }.check(), "0, 480");
        refused(PipeOptions { width: 1 << 30, height: 1 << 30, ..raw.clone() }.check(), "width, height");
        refused(
            PipeOptions { stride: 1279, ..raw.clone() }.check(),
            "stride = 1279, and it must be 0, or 1280 or more",
        );
        refused(PipeOptions { stride: usize::MAX, ..raw }.check(), "at most 6656");
        let files = FilesOptions { path: "a".into(), ..FilesOptions::default() };
        for rate in [-1.0, 1e-9, 1e9, f64::NAN] {
            refused(FilesOptions { rate, ..files.clone() }.check(), "frames a second");
        }
        let capture = CaptureOptions::default();
        refused(CaptureOptions { timeout_ms: 0, ..capture.clone() }.check(), "timeout-ms = 0");
        refused(CaptureOptions { first_frame_ms: 9, ..capture.clone() }.check(), "first-frame-ms = 9");
        refused(CaptureOptions { retry_max_ms: 100, ..capture }.check(), "from 200");
    }
}
