//! The controls of a camera: exposure, focus, gain and what else the driver lets one set.

use std::collections::BTreeMap;

use rustix::io::Errno;
use v4l::v4l_sys as sys;

use super::error::{ControlError, refusal};
use super::ioctl::{Listed, Node};
use super::options::ControlValue;
use crate::source::SourceError;

/// What can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An amount.
    Number,
    /// 0 or 1.
    Switch,
    /// One of some numbered entries.
    Menu,
    /// A number whose every bit has a meaning.
    Bits,
    /// Buttons, texts, tables and headings, for which one cannot write a number; in words.
    Other(&'static str),
}

/// A control of a camera.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Control {
    pub(super) id: u32,
    /// As people write it: `exposure_time_absolute`.
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) minimum: i64,
    pub(super) maximum: i64,
    pub(super) step: i64,
    pub(super) default: i64,
    /// The entries of a menu.
    pub(super) items: Vec<(i64, String)>,
    /// `V4L2_CTRL_FLAG_…`.
    pub(super) flags: u32,
}

/// A value for a control, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    id: u32,
    name: String,
    value: i32,
    switches: bool,
}

/// The controls of a device, but for headings.
pub(super) fn list(node: &Node) -> std::io::Result<Vec<Control>> {
    let mut controls = Vec::new();
    let mut last = 0;
    // Numbers must grow, or a driver could keep this program in the list.
    while let Some(listed) = node.control_after(last)?.filter(|listed| listed.id > last) {
        last = listed.id;
        if listed.kind == sys::v4l2_ctrl_type_V4L2_CTRL_TYPE_CTRL_CLASS
            || listed.flags & sys::V4L2_CTRL_FLAG_DISABLED != 0
        {
            continue;
        }
        let mut control = Control::from(listed);
        if control.kind == Kind::Menu {
            control.items = items(node, &control)?;
        }
        controls.push(control);
    }
    Ok(controls)
}

/// The entries of a menu; numbers that it leaves out are left out.
fn items(node: &Node, control: &Control) -> std::io::Result<Vec<(i64, String)>> {
    let item = |number: i64| match node.menu_item(control.id, u32::try_from(number).ok()?) {
        Ok(name) => Some(Ok((number, name?))),
        Err(error) => Some(Err(error)),
    };
    // A menu has at most 64 entries in the kernel.
    (control.minimum..=control.maximum).take(64).filter_map(item).collect()
}

impl From<Listed> for Control {
    fn from(listed: Listed) -> Self {
        let kind = kind(listed.kind);
        let is_bits = kind == Kind::Bits;
        // The bits of a mask are no sign.
        let wide = |value: i32| if is_bits { i64::from(value.cast_unsigned()) } else { i64::from(value) };
        Self {
            id: listed.id,
            name: variable(&listed.name),
            kind,
            minimum: wide(listed.minimum),
            maximum: wide(listed.maximum),
            step: i64::from(listed.step).max(1),
            default: wide(listed.default),
            items: Vec::new(),
            flags: listed.flags,
        }
    }
}

/// The kind by the kernel's number.
fn kind(number: u32) -> Kind {
    match number {
        sys::v4l2_ctrl_type_V4L2_CTRL_TYPE_INTEGER => Kind::Number,
        sys::v4l2_ctrl_type_V4L2_CTRL_TYPE_BOOLEAN => Kind::Switch,
        sys::v4l2_ctrl_type_V4L2_CTRL_TYPE_MENU | sys::v4l2_ctrl_type_V4L2_CTRL_TYPE_INTEGER_MENU => Kind::Menu,
        sys::v4l2_ctrl_type_V4L2_CTRL_TYPE_BITMASK => Kind::Bits,
        sys::v4l2_ctrl_type_V4L2_CTRL_TYPE_BUTTON => Kind::Other("a button"),
        sys::v4l2_ctrl_type_V4L2_CTRL_TYPE_STRING => Kind::Other("a text"),
        _ => Kind::Other("neither number, switch nor menu"),
    }
}

/// A driver's name for a control as `v4l2-ctl` writes it: `Exposure Time, Absolute` is `exposure_time_absolute`.
fn variable(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_").to_ascii_lowercase()
}

/// Checks the configured values against the controls. Those that switch come first: an exposure time cannot be set while
/// exposure is automatic.
pub(super) fn settings(
    controls: &[Control],
    wanted: &BTreeMap<String, ControlValue>,
) -> Result<Vec<Setting>, ControlError> {
    let setting = |(name, value): (&String, &ControlValue)| {
        let control = controls.iter().find(|control| control.name == *name).ok_or_else(|| {
            let known: Vec<_> = controls.iter().map(|control| control.name.as_str()).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            ControlError::Unknown { name: name.clone(), known }
        })?;
        control.setting(*value)
    };
    let mut settings = wanted.iter().map(setting).collect::<Result<Vec<_>, _>>()?;
    settings.sort_by_key(|setting| !setting.switches);
    Ok(settings)
}

impl Control {
    /// A value for this control.
    fn setting(&self, value: ControlValue) -> Result<Setting, ControlError> {
        let (name, minimum, maximum) = (self.name.clone(), self.minimum, self.maximum);
        let number = match (value, self.kind) {
            (_, Kind::Other(kind)) => return Err(ControlError::Fixed { name, kind }),
            _ if self.flags & sys::V4L2_CTRL_FLAG_READ_ONLY != 0 => {
                return Err(ControlError::Fixed { name, kind: "read only" });
            }
            (ControlValue::Switch(value), Kind::Switch) => i64::from(value),
            (ControlValue::Switch(value), _) => {
                return Err(ControlError::NotANumber { name, value, minimum, maximum });
            }
            (ControlValue::Number(value), _) => value,
        };
        self.check(number)?;
        #[expect(clippy::cast_possible_truncation, reason = "the range is of 32 bits, and a mask's bits are all kept")]
        let value = number as i32;
        Ok(Setting { id: self.id, name, value, switches: matches!(self.kind, Kind::Switch | Kind::Menu) })
    }

    /// Whether the driver would take `value` as it is.
    fn check(&self, value: i64) -> Result<(), ControlError> {
        let (name, minimum, maximum, step) = (self.name.clone(), self.minimum, self.maximum, self.step);
        let is_there = match self.kind {
            Kind::Bits => (0..=maximum).contains(&value) && value & !maximum == 0,
            Kind::Menu if !self.items.iter().any(|(number, _)| *number == value) => {
                let items: Vec<_> = self.items.iter().map(|(number, name)| format!("{number} ({name})")).collect();
                return Err(ControlError::Menu { name, value, items: items.join(", ") });
            }
            _ => (minimum..=maximum).contains(&value) && (value - minimum) % step == 0,
        };
        if is_there { Ok(()) } else { Err(ControlError::Range { name, value, minimum, maximum, step }) }
    }

    /// What it is set to; none for kinds that are no number, and what cannot be read.
    pub(super) fn current(&self, node: &Node) -> Option<i64> {
        if matches!(self.kind, Kind::Other(_)) || self.flags & sys::V4L2_CTRL_FLAG_WRITE_ONLY != 0 {
            return None;
        }
        let value = node.control(self.id).ok()?;
        Some(if self.kind == Kind::Bits { i64::from(value.cast_unsigned()) } else { i64::from(value) })
    }
}

/// Sets what is configured, and gives what the camera refuses, a sentence each: it refuses some while others are automatic.
pub(super) fn apply(node: &Node, device: &str, settings: &[Setting]) -> Result<Vec<String>, SourceError> {
    let mut refused = Vec::new();
    for Setting { id, name, value, .. } in settings {
        let Err(reason) = node.set_control(*id, *value) else { continue };
        if Errno::from_io_error(&reason) == Some(Errno::NODEV) {
            return Err(refusal(device, "set a control of", reason));
        }
        refused.push(format!("control `{name}` could not be set to {value}: {reason}"));
    }
    Ok(refused)
}

/// Reads back what was set, once all of it is: one control may change another.
pub(super) fn verify(node: &Node, settings: &[Setting]) -> Vec<String> {
    let difference = |setting: &Setting| {
        let Setting { id, name, value, .. } = setting;
        let current = node.control(*id).ok().filter(|current| current != value)?;
        Some(format!("control `{name}` was set to {value} and reads {current}"))
    };
    settings.iter().filter_map(difference).collect()
}

#[cfg(test)]
mod tests;
