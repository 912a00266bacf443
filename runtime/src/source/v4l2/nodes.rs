//! Which video devices there are, and which of them is meant.

use std::fs;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use v4l::v4l_sys as sys;

use super::error::{CameraError, refusal};
use super::ioctl::{Capability, Node};
use super::modes::{FourCc, Offer, Sizes};
use super::options::CameraOptions;
use crate::source::SourceError;

/// Where devices are.
pub(super) const DEVICES: &str = "/dev";

/// No driver lists as many entries; one that never ends its list must not keep this program in it.
const ENTRIES_MAX: u32 = 1000;

/// The video devices in a folder, `video0` first.
pub(super) fn paths(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let number = |path: &Path| path.file_name()?.to_str()?.strip_prefix("video")?.parse::<u32>().ok();
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    let mut numbered: Vec<_> = entries.into_iter().filter_map(|path| Some((number(&path)?, path))).collect();
    numbered.sort_unstable();
    Ok(numbered.into_iter().map(|(_, path)| path).collect())
}

/// The links in `/dev/v4l/by-id` and `by-path` that lead to a device: names that stay the same over starts.
pub(super) fn links(path: &Path) -> Vec<PathBuf> {
    let Ok(device) = path.canonicalize() else { return Vec::new() };
    let folders = ["by-id", "by-path"].map(|name| Path::new(DEVICES).join("v4l").join(name));
    // A folder that is not there has no links: no udev, or no device that has names.
    let entries = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
    let links = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut links: Vec<_> = links.filter(|link| link.canonicalize().is_ok_and(|target| target == device)).collect();
    links.sort_unstable();
    links
}

/// Opens a device at a path, and has it say what it is.
pub(super) fn open(path: &Path) -> Result<(Node, Capability), SourceError> {
    let device = path.display().to_string();
    let of = |cause| refusal(&device, "open", cause);
    let kind = fs::metadata(path).map_err(of)?.file_type();
    // What is no device may wait for a writer when it is opened.
    if !kind.is_char_device() {
        let found = if kind.is_dir() { "a folder" } else { "an ordinary file" };
        return Err(CameraError::NotADevice { device, found }.into());
    }
    let node = Node::open(path).map_err(of)?;
    let capability = node.capability().map_err(of)?;
    Ok((node, capability))
}

/// What a device lacks for being a camera; none if it is one.
pub(super) fn lacks(flags: u32) -> Option<&'static str> {
    let has = |flag| flags & flag != 0;
    if has(sys::V4L2_CAP_VIDEO_M2M | sys::V4L2_CAP_VIDEO_M2M_MPLANE) {
        return Some("it converts frames (a codec or scaler), and takes none");
    }
    if !has(sys::V4L2_CAP_VIDEO_CAPTURE) && has(sys::V4L2_CAP_VIDEO_CAPTURE_MPLANE) {
        return Some(
            "it hands out frames in several planes, as image processors within a chip do, which is not supported: \
             read it through a program of its maker or through `rpicam-vid` or GStreamer, and the pipe source",
        );
    }
    if !has(sys::V4L2_CAP_VIDEO_CAPTURE) {
        return Some("it takes no frames (the metadata of a camera, or an output)");
    }
    (!has(sys::V4L2_CAP_STREAMING)).then_some("it cannot stream")
}

/// Finds, opens and checks the camera that the options name.
pub(super) fn find(options: &CameraOptions) -> Result<(PathBuf, Node, Capability), SourceError> {
    let name = options.device.strip_prefix("name:");
    if name.is_none() && !options.device.is_empty() {
        let path = PathBuf::from(&options.device);
        let (node, capability) = open(&path)?;
        let Some(problem) = lacks(capability.flags) else { return Ok((path, node, capability)) };
        let device = options.device.clone();
        return Err(CameraError::NotACamera { device, card: capability.card, problem }.into());
    }
    // A folder of devices that cannot be read has none.
    let paths = paths(Path::new(DEVICES)).unwrap_or_default();
    let found = paths.len();
    let mut refused = None;
    let mut cameras = Vec::new();
    for path in paths {
        match open(&path) {
            Ok((node, capability)) if fits(&node, &capability, name, options) => cameras.push((path, node, capability)),
            Ok(_) => {}
            Err(error) => refused = Some(error),
        }
    }
    let at = cameras.iter().position(|(_, _, capability)| capability.driver == "uvcvideo").unwrap_or(0);
    if at < cameras.len() {
        return Ok(cameras.swap_remove(at));
    }
    // A device that may not be opened is more likely the one that is meant than another that is none.
    let wanted = name.map_or("has one of the formats wanted".to_owned(), |name| format!("has \"{name}\" in its name"));
    Err(refused.unwrap_or_else(|| CameraError::NoneFits { wanted, found }.into()))
}

/// Whether a device is a camera of this name, or, without a name, one that has a format wanted.
fn fits(node: &Node, capability: &Capability, name: Option<&str>, options: &CameraOptions) -> bool {
    let is_wanted = match name {
        Some(name) => is_named(&capability.card, name),
        None => offers(node).is_ok_and(|offers| super::modes::choose(&offers, options).is_some()),
    };
    lacks(capability.flags).is_none() && is_wanted
}

/// Whether `card` has `part` in it, whatever the case.
fn is_named(card: &str, part: &str) -> bool {
    card.to_lowercase().contains(&part.to_lowercase())
}

/// The formats of a device with their sizes.
pub(super) fn offers(node: &Node) -> io::Result<Vec<Offer>> {
    entries(|index| Ok(node.format(index)?.map(|(fourcc, _)| fourcc)))?
        .into_iter()
        .map(|fourcc| Ok(Offer { fourcc, sizes: sizes(node, fourcc)? }))
        .collect()
}

/// The sizes of a format.
pub(super) fn sizes(node: &Node, fourcc: FourCc) -> io::Result<Vec<Sizes>> {
    entries(|index| node.sizes(fourcc, index))
}

/// The entries of a list, from 0 to the first that is not there.
pub(super) fn entries<T>(entry: impl Fn(u32) -> io::Result<Option<T>>) -> io::Result<Vec<T>> {
    (0..ENTRIES_MAX).map_while(|index| entry(index).transpose()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_listed_by_number() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["video10", "video2", "video", "videos", "vbi0", "video-codec"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let names: Vec<_> =
            paths(folder.path()).unwrap().iter().map(|path| path.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["video2", "video10"]);
    }

    #[test]
    fn what_is_no_device_is_named_as_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("frame.jpg");
        fs::write(&file, "").unwrap();
        let error = |path: &Path| open(path).err().unwrap().to_string();
        assert!(error(&file).contains("frame.jpg is no video device but an ordinary file"), "{}", error(&file));
        assert!(error(folder.path()).contains("no video device but a folder"));
        assert!(error(&folder.path().join("video9")).contains("there is no "));
        assert!(
            error(Path::new("/dev/null")).contains("without the V4L2 interface"),
            "{}",
            error(Path::new("/dev/null"))
        );
        assert!(error(Path::new("a\0b")).contains("cannot open"), "{}", error(Path::new("a\0b")));
    }

    #[test]
    fn a_camera_captures_and_streams_and_converts_nothing() {
        let camera = sys::V4L2_CAP_VIDEO_CAPTURE | sys::V4L2_CAP_STREAMING;
        assert_eq!(lacks(camera), None);
        assert!(lacks(camera | sys::V4L2_CAP_VIDEO_M2M).unwrap().contains("converts"));
        assert!(lacks(sys::V4L2_CAP_META_CAPTURE | sys::V4L2_CAP_STREAMING).unwrap().contains("metadata"));
        assert!(lacks(sys::V4L2_CAP_VIDEO_CAPTURE_MPLANE | sys::V4L2_CAP_STREAMING).unwrap().contains("pipe source"));
        assert!(lacks(sys::V4L2_CAP_VIDEO_CAPTURE).unwrap().contains("stream"));
    }

    #[test]
    fn a_name_is_part_of_the_cards_name_whatever_its_case() {
        assert!(is_named("HD Pro Webcam C920", "c920") && is_named("vivid", "") && !is_named("vivid", "C920"));
    }

    #[test]
    fn a_list_without_an_end_is_cut_off() {
        assert_eq!(entries(|index| Ok(Some(index))).unwrap().len(), ENTRIES_MAX as usize);
        assert_eq!(entries(|index| Ok((index < 3).then_some(index))).unwrap(), [0, 1, 2]);
        assert!(entries(|_| Err::<Option<u32>, _>(io::ErrorKind::Other.into())).is_err());
    }
}
