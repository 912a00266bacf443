//! What a camera offers, and which of it to take.

use super::options::CameraOptions;
use crate::frame::PixelFormat;

/// A pixel format as V4L2 names it: four characters, the first in the lowest byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FourCc(pub(super) u32);

/// The names of the formats that can be used, several where drivers differ. The first of each is for messages.
const NAMES: [(PixelFormat, &[u8; 4]); 9] = [
    (PixelFormat::Mjpeg, b"MJPG"),
    (PixelFormat::Mjpeg, b"JPEG"),
    (PixelFormat::Yuyv, b"YUYV"),
    (PixelFormat::Nv12, b"NV12"),
    (PixelFormat::Yuv420, b"YU12"),
    (PixelFormat::Grey, b"GREY"),
    (PixelFormat::Y16, b"Y16 "),
    (PixelFormat::Rgb24, b"RGB3"),
    (PixelFormat::Bgr24, b"BGR3"),
];

impl FourCc {
    /// What its pixels are, where they can be used.
    pub(super) fn format(self) -> Option<PixelFormat> {
        NAMES.iter().find(|(_, name)| self.0 == u32::from_le_bytes(**name)).map(|(format, _)| *format)
    }
}

impl std::fmt::Display for FourCc {
    /// The four characters without blanks at the end; the highest bit, which means big-endian, as `-BE`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = (self.0 & !(1 << 31)).to_le_bytes();
        let name: String =
            bytes.iter().map(|&byte| if byte.is_ascii_graphic() { char::from(byte) } else { ' ' }).collect();
        write!(f, "{}{}", name.trim_end(), if self.0 >> 31 == 1 { "-BE" } else { "" })
    }
}

/// One format of a camera, with the sizes it comes in; none where the driver does not list them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Offer {
    pub(super) fourcc: FourCc,
    pub(super) sizes: Vec<Sizes>,
}

/// The sizes of an [`Offer`], in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sizes {
    /// One.
    One(Size),
    /// All from the first to the second, in steps of the third.
    Range(Size, Size, Size),
}

/// Columns and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Size {
    fn area(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    fn holds(self, other: Self) -> bool {
        self.width >= other.width && self.height >= other.height
    }
}

impl Sizes {
    /// The one nearest to `wanted`: no smaller, where there is one.
    pub(super) fn nearest(self, wanted: Size) -> Size {
        match self {
            Self::One(size) => size,
            Self::Range(least, most, step) => Size {
                width: snap(wanted.width, least.width, most.width, step.width),
                height: snap(wanted.height, least.height, most.height, step.height),
            },
        }
    }
}

/// The least value from `least` to `most` in steps of `step` that is no smaller than `wanted`, or the greatest.
fn snap(wanted: u32, least: u32, most: u32, step: u32) -> u32 {
    let step = step.max(1);
    let steps = wanted.saturating_sub(least).div_ceil(step);
    // A driver may report ends that are no whole number of steps apart.
    let last = most.saturating_sub(least) / step;
    least.saturating_add(steps.min(last).saturating_mul(step))
}

/// What to ask a camera for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mode {
    pub(super) fourcc: FourCc,
    pub(super) format: PixelFormat,
    pub(super) size: Size,
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}x{}", self.fourcc, self.size.width, self.size.height)
    }
}

/// The first format of the options that is on offer, in the size that fits best: the one wanted, else the smallest that
/// holds it, else the largest. A format without sizes is asked for in the size wanted: the driver decides.
pub(super) fn choose(offers: &[Offer], options: &CameraOptions) -> Option<Mode> {
    let wanted = Size { width: options.width, height: options.height };
    let offer = |format: &PixelFormat| Some((*format, offers.iter().find(|o| o.fourcc.format() == Some(*format))?));
    let (format, offer) = options.formats.iter().find_map(offer)?;
    let sizes = || offer.sizes.iter().map(|sizes| sizes.nearest(wanted));
    let holding = sizes().filter(|size| size.holds(wanted)).min_by_key(|size| size.area());
    let size = holding.or_else(|| sizes().max_by_key(|size| size.area())).unwrap_or(wanted);
    Some(Mode { fourcc: offer.fourcc, format, size })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(width: u32, height: u32) -> Size {
        Size { width, height }
    }

    fn fourcc(name: &[u8]) -> FourCc {
        FourCc(u32::from_le_bytes(name.try_into().unwrap()))
    }

    fn offer(name: &str, sizes: &[(u32, u32)]) -> Offer {
        let sizes = sizes.iter().map(|&(width, height)| Sizes::One(size(width, height))).collect();
        Offer { fourcc: fourcc(name.as_bytes()), sizes }
    }

    fn options(formats: &[PixelFormat], width: u32, height: u32) -> CameraOptions {
        CameraOptions { formats: formats.to_vec(), width, height, ..CameraOptions::default() }
    }

    fn chosen(offers: &[Offer], options: &CameraOptions) -> Option<String> {
        choose(offers, options).map(|mode| mode.to_string())
    }

    #[test]
    fn the_first_format_wanted_that_the_camera_has_is_taken() {
        let offers = [offer("YUYV", &[(640, 480)]), offer("H264", &[(640, 480)]), offer("MJPG", &[(640, 480)])];
        let wanted = |formats: &[PixelFormat]| chosen(&offers, &options(formats, 640, 480));
        assert_eq!(wanted(&[PixelFormat::Mjpeg, PixelFormat::Yuyv]).unwrap(), "MJPG 640x480");
        assert_eq!(wanted(&[PixelFormat::Grey, PixelFormat::Yuyv]).unwrap(), "YUYV 640x480");
        assert_eq!(wanted(&[PixelFormat::Grey]), None);
    }

    #[test]
    fn the_size_wanted_wins_then_the_next_larger_then_the_largest() {
        let offers = [offer("YUYV", &[(320, 240), (1280, 720), (640, 480), (800, 448)])];
        let wanted = |width, height| chosen(&offers, &options(&[PixelFormat::Yuyv], width, height)).unwrap();
        assert_eq!(wanted(640, 480), "YUYV 640x480");
        // 800x448 is wide enough, but not high enough.
        assert_eq!(wanted(700, 470), "YUYV 1280x720");
        assert_eq!(wanted(1920, 1080), "YUYV 1280x720");
        assert_eq!(wanted(1, 1), "YUYV 320x240");
    }

    #[test]
    fn a_range_of_sizes_is_kept_with_its_steps() {
        let range = Sizes::Range(size(32, 16), size(1000, 600), size(32, 8));
        assert_eq!(range.nearest(size(640, 480)), size(640, 480));
        assert_eq!(range.nearest(size(641, 481)), size(672, 488));
        assert_eq!(range.nearest(size(1, 1)), size(32, 16));
        assert_eq!(range.nearest(size(5000, 5000)), size(992, 600));
        assert_eq!(Sizes::Range(size(2, 2), size(9, 9), size(0, 0)).nearest(size(5, 50)), size(5, 9));
    }

    #[test]
    fn a_format_without_sizes_is_asked_for_as_wanted() {
        assert_eq!(chosen(&[offer("Y16 ", &[])], &options(&[PixelFormat::Y16], 123, 45)).unwrap(), "Y16 123x45");
    }

    #[test]
    fn a_fourcc_shows_as_people_write_it() {
        let name = |bytes| fourcc(bytes).to_string();
        assert_eq!(
            (name(b"Y16 ").as_str(), name(b"Y16\xA0").as_str(), name(b"MJPG").as_str()),
            ("Y16", "Y16-BE", "MJPG")
        );
        assert_eq!(fourcc(b"JPEG").format(), Some(PixelFormat::Mjpeg));
        assert_eq!(fourcc(b"Y16\xA0").format(), None);
    }
}
