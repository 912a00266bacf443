use super::*;

/// A control as a driver lists it.
fn control(name: &str, kind: u32, (minimum, maximum, step): (i32, i32, i32)) -> Control {
    let id = 0x0098_0900 + u32::try_from(name.len()).unwrap();
    Control::from(Listed { id, kind, name: name.to_owned(), minimum, maximum, step, default: minimum, flags: 0 })
}

fn webcam() -> Vec<Control> {
    let mut exposure = control("Auto Exposure", 3, (0, 3, 1));
    exposure.items = vec![(1, "Manual Mode".to_owned()), (3, "Aperture Priority Mode".to_owned())];
    let mut read_only = control("Privacy", 2, (0, 1, 1));
    read_only.flags = sys::V4L2_CTRL_FLAG_READ_ONLY;
    vec![
        control("Focus, Absolute", 1, (0, 250, 5)),
        control("Focus, Automatic Continuous", 2, (0, 1, 1)),
        control("Inputs", 8, (0, -1, 0)),
        control("Reset", 4, (0, 0, 0)),
        control("Curve", 0x0101, (0, 255, 1)),
        exposure,
        read_only,
    ]
}

fn set(name: &str, value: ControlValue) -> Result<Vec<Setting>, ControlError> {
    settings(&webcam(), &BTreeMap::from([(name.to_owned(), value)]))
}

fn refused(name: &str, value: ControlValue) -> String {
    set(name, value).unwrap_err().to_string()
}

fn number(value: i64) -> ControlValue {
    ControlValue::Number(value)
}

#[test]
fn names_are_as_v4l2_ctl_writes_them() {
    assert_eq!(variable("Exposure Time, Absolute"), "exposure_time_absolute");
    assert_eq!(variable("White Balance, Automatic"), "white_balance_automatic");
    assert_eq!(variable(" H-Flip (left/right) "), "h_flip_left_right");
}

#[test]
fn what_switches_is_set_before_what_has_an_amount() {
    let wanted = BTreeMap::from([
        ("auto_exposure".to_owned(), number(1)),
        ("focus_absolute".to_owned(), number(30)),
        ("focus_automatic_continuous".to_owned(), ControlValue::Switch(false)),
    ]);
    let settings = settings(&webcam(), &wanted).unwrap();
    let order: Vec<_> = settings.iter().map(|setting| (setting.name.as_str(), setting.value)).collect();
    assert_eq!(order, [("auto_exposure", 1), ("focus_automatic_continuous", 0), ("focus_absolute", 30)]);
}

#[test]
fn a_value_out_of_range_or_between_steps_is_refused_with_both() {
    let message = refused("focus_absolute", number(251));
    assert_eq!(message, "`focus_absolute` is 251, but must be from 0 to 250 in steps of 5");
    assert!(refused("focus_absolute", number(7)).contains("in steps of 5"));
    assert!(refused("focus_absolute", number(i64::MIN)).contains("from 0 to 250"));
    assert!(refused("focus_absolute", ControlValue::Switch(true)).contains("is true, but must be a number"));
    assert!(refused("focus_automatic_continuous", number(2)).contains("from 0 to 1"));
    assert_eq!(set("focus_automatic_continuous", number(1)).unwrap()[0].value, 1);
}

#[test]
fn a_menu_takes_the_numbers_of_its_entries_alone() {
    let message = refused("auto_exposure", number(2));
    assert_eq!(message, "`auto_exposure` is 2, but must be one of 1 (Manual Mode), 3 (Aperture Priority Mode)");
}

#[test]
fn every_bit_of_a_mask_can_be_set() {
    assert_eq!(set("inputs", number(0xffff_ffff)).unwrap()[0].value, -1);
    assert!(refused("inputs", number(-1)).contains("from 0 to 4294967295"));
    assert!(refused("inputs", number(1 << 32)).contains("from 0 to 4294967295"));
}

#[test]
fn what_cannot_be_set_is_refused_in_words() {
    assert!(refused("reset", number(1)).contains("it is a button"));
    assert!(refused("curve", number(1)).contains("neither number, switch nor menu"));
    assert!(refused("privacy", ControlValue::Switch(true)).contains("it is read only"));
    assert!(refused("focus", number(1)).contains("has focus_absolute, focus_automatic_continuous"));
    let none = settings(&[], &BTreeMap::from([("gain".to_owned(), number(1))])).unwrap_err().to_string();
    assert_eq!(none, "`gain` is unknown to this camera; it has none");
}
