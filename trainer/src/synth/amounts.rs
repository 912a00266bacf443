//! Amounts with their units: prices, quantities, percentages.

use super::codes::digits;
use super::dice::Dice;

const UNITS: [&str; 56] = [
    "V", "A", "W", "kW", "Hz", "kHz", "MHz", "mA", "µA", "mV", "kV", "Ω", "kΩ", "MΩ", "µF", "nF", "pF", "mH", "°C",
    "°F", "K", "m", "mm", "cm", "km", "m²", "m³", "cm³", "mm²", "kg", "g", "mg", "µg", "lb", "oz", "L", "l", "ml",
    "bar", "psi", "kPa", "MPa", "Nm", "N", "dB", "rpm", "s", "ms", "h", "min", "Ah", "Wh", "kWh", "VA", "µm", "%",
];

/// A price or an amount.
pub(super) fn price(dice: &mut Dice) -> String {
    let whole = match dice.int(0, 4) {
        0 => dice.int(0, 9),
        1 | 2 => dice.int(0, 99),
        3 => dice.int(100, 999),
        _ => dice.int(1000, 99_999),
    };
    let cents = dice.int(0, 99);
    let mark = if dice.chance(0.2) { ',' } else { '.' };
    let amount = if whole > 999 && dice.chance(0.6) {
        format!("{},{:03}.{cents:02}", whole / 1000, whole % 1000)
    } else {
        format!("{whole}{mark}{cents:02}")
    };
    match dice.int(0, 11) {
        0 | 1 => format!("${amount}"),
        2 => format!("£{amount}"),
        3 => format!("€{amount}"),
        4 => format!("{amount} €"),
        5 => format!("RM {amount}"),
        6 => format!("¥{whole}"),
        7 => format!("-{amount}"),
        8 => format!("{amount} {}", dice.pick(&["SR", "EUR", "USD", "S", "T", "A", "CHF", "*"])),
        _ => amount,
    }
}

/// A quantity with its unit, or another mark of a type plate.
pub(super) fn unit(dice: &mut Dice) -> String {
    let whole = dice.int(0, 3);
    let whole = digits(dice, whole.max(1));
    let value = if dice.chance(0.35) { format!("{whole}.{}", digits(dice, 1)) } else { whole };
    let unit = *dice.pick(&UNITS);
    let (a, b) = (dice.int(1, 99), dice.int(1, 240));
    match dice.int(0, 18) {
        0 => format!("{value}{unit}"),
        1 => format!("±{value}{unit}"),
        2 => format!("{value} {unit} ±{a}%"),
        3 => format!("{a}×{b} mm"),
        4 => format!("{b} V ~ {} Hz", dice.pick(&["50", "60", "50/60"])),
        5 => format!("-{a}{}{b}°C", dice.pick(&["...", " to ", "–", " ~ "])),
        6 => format!("Ø {a} mm"),
        7 => format!("≤ {value} {unit}"),
        8 => format!("≥{value}{unit}"),
        9 => format!("{a}°"),
        10 => format!("{a}½"),
        11 => format!("{b} ÷ {a} {unit}"),
        12 => format!("{a} µ{}", dice.pick(&["F", "A", "m", "s", "H", "V"])),
        13 => format!("{a}.{} {}Ω", dice.int(0, 9), dice.pick(&["", "k", "M", "m"])),
        14 => format!(
            "{} {value} {unit}",
            dice.pick(&["MAX", "max.", "NET WT", "Net", "Imax", "U =", "P:", "IN:", "OUT:", "e"])
        ),
        _ => format!("{value} {unit}"),
    }
}

/// A percentage.
pub(super) fn percent(dice: &mut Dice) -> String {
    let value = dice.int(0, 100);
    match dice.int(0, 3) {
        0 => format!("{value}.{}%", dice.int(0, 9)),
        1 => format!("{value} %"),
        2 => format!("-{value}%"),
        _ => format!("{value}%"),
    }
}
