//! The configuration of a camera.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::frame::PixelFormat;
use crate::source::SourceError;

/// The longest edge that can be asked for, in pixels: more than any camera of today has.
const EDGE_MAX: u32 = 16_384;

/// The rates that can be asked for, in frames a second.
const RATES: std::ops::RangeInclusive<f64> = 0.1..=1000.0;

/// Which camera, and how it is set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct CameraOptions {
    /// Which camera: a path, best a link in `/dev/v4l/by-id`, which stays the same over starts; `name:` with a part of the
    /// name that `labelcam cameras` shows, such as `name:C920`, upper or lower case; or nothing for the first camera that
    /// has one of the formats, one on USB before others. Default: nothing.
    pub device: String,
    /// Pixel formats, the one to prefer first. The camera gives the first of them that it has. Default: all.
    pub formats: Vec<PixelFormat>,
    /// Columns, in pixels. The camera gives this size, else the next that is no smaller, else its largest. 1 to 16384;
    /// default 640.
    pub width: u32,
    /// Rows, in pixels. 1 to 16384; default 480.
    pub height: u32,
    /// Frames a second. The camera gives the nearest rate that it has. 0.1 to 1000; default 30.
    pub rate: f64,
    /// Controls by the names that `labelcam cameras` shows, such as `exposure_time_absolute`, each with a number or `true`
    /// or `false`. They are set after the stream has started and again at every reopening; those that switch something,
    /// such as `auto_exposure`, before those with an amount. Default: none, the camera's own.
    pub controls: BTreeMap<String, ControlValue>,
}

/// The value of a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ControlValue {
    /// Of one that switches something.
    Switch(bool),
    /// An amount, or the number of a menu's entry.
    Number(i64),
}

impl Default for CameraOptions {
    fn default() -> Self {
        use PixelFormat::{Bgr24, Grey, Mjpeg, Nv12, Rgb24, Y16, Yuv420, Yuyv};
        Self {
            device: String::new(),
            formats: vec![Mjpeg, Yuyv, Nv12, Grey, Y16, Rgb24, Bgr24, Yuv420],
            width: 640,
            height: 480,
            rate: 30.0,
            controls: BTreeMap::new(),
        }
    }
}

impl CameraOptions {
    /// Refuses values that cannot be used, without the camera.
    ///
    /// # Errors
    /// [`SourceError::Config`].
    pub fn check(&self) -> Result<(), SourceError> {
        let refuse = |option, found: String, wanted: String| Err(SourceError::Config { option, found, wanted });
        if self.formats.is_empty() {
            return refuse("formats", "[]".to_owned(), "at least one, such as \"mjpeg\" or \"yuyv\"".to_owned());
        }
        for (option, value) in [("width", self.width), ("height", self.height)] {
            if !(1..=EDGE_MAX).contains(&value) {
                return refuse(option, value.to_string(), format!("from 1 to {EDGE_MAX} pixels"));
            }
        }
        if !RATES.contains(&self.rate) {
            let wanted = format!("from {} to {} frames a second", RATES.start(), RATES.end());
            return refuse("rate", self.rate.to_string(), wanted);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_hold_and_toml_overrides_them() {
        CameraOptions::default().check().unwrap();
        let text = "device = \"name:C920\"\nformats = [\"yuyv\"]\nrate = 7.5\n[controls]\nauto_exposure = 1\nfocus_automatic_continuous = false";
        let options: CameraOptions = toml::from_str(text).unwrap();
        assert_eq!((options.formats, options.width), (vec![PixelFormat::Yuyv], 640));
        assert_eq!(options.controls["auto_exposure"], ControlValue::Number(1));
        assert_eq!(options.controls["focus_automatic_continuous"], ControlValue::Switch(false));
        assert!(toml::from_str::<CameraOptions>("controls = { gain = 1.5 }").is_err());
        assert!(toml::from_str::<CameraOptions>("colour = true").is_err());
    }

    #[test]
    fn wrong_options_are_named_with_their_values() {
        let with = |change: fn(&mut CameraOptions)| {
            let mut options = CameraOptions::default();
            change(&mut options);
            options.check().unwrap_err().to_string()
        };
        assert!(with(|o| o.formats.clear()).contains("formats = [], and it must be at least one"));
        assert!(with(|o| o.height = 0).contains("height = 0, and it must be from 1 to 16384"));
        assert!(with(|o| o.rate = f64::NAN).contains("rate = NaN, and it must be from 0.1 to 1000"));
    }
}
