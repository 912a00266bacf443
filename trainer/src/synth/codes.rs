//! Codes, numbers and other texts that labels carry and no word list holds.

use super::alike;
use super::dice::Dice;

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// `count` digits, at times with runs of one digit.
pub(super) fn digits(dice: &mut Dice, count: usize) -> String {
    let sticky = dice.chance(0.15);
    let mut last = b'0' + dice.int(0, 9) as u8;
    let mut text = String::with_capacity(count);
    for _ in 0..count {
        if !(sticky && dice.chance(0.5)) {
            last = b'0' + dice.int(0, 9) as u8;
        }
        text.push(last as char);
    }
    text
}

/// The share of look-alikes that codes keep, for makers of codes avoid them; in a face that draws them alike, none at all.
const LOOK_ALIKE_KEPT: f32 = 0.15;

/// The first character drawn that is no look-alike, or one that is kept.
pub(super) fn telling(dice: &mut Dice, mut draw: impl FnMut(&mut Dice) -> char) -> char {
    loop {
        let c = draw(dice);
        if !alike::is_look_alike(c) || dice.chance(LOOK_ALIKE_KEPT) {
            return c;
        }
    }
}

/// `count` upper-case letters.
pub(super) fn letters(dice: &mut Dice, count: usize) -> String {
    (0..count).map(|_| telling(dice, |dice| (b'A' + dice.int(0, 25) as u8) as char)).collect()
}

/// `count` digits and letters; `letter` is the share of letters.
fn mixed(dice: &mut Dice, count: usize, letter: f32) -> String {
    (0..count).map(|_| if dice.chance(letter) { letters(dice, 1) } else { digits(dice, 1) }).collect()
}

/// Text after a pattern: `9` a digit, `@` a capital, `*` either, else itself.
fn shaped(dice: &mut Dice, pattern: &str) -> String {
    pattern
        .chars()
        .map(|c| match c {
            '9' => digits(dice, 1),
            '@' => letters(dice, 1),
            '*' => mixed(dice, 1, 0.5),
            other => other.to_string(),
        })
        .collect()
}

fn shaped_by(dice: &mut Dice, patterns: &[&str]) -> String {
    let pattern = *dice.pick(patterns);
    shaped(dice, pattern)
}

/// A lot or batch code.
pub(super) fn lot(dice: &mut Dice) -> String {
    let patterns = [
        "L9999@",
        "LOT 99-9999",
        "LOT: @9999",
        "L 999999",
        "Lot No. 99999",
        "BATCH 9999@",
        "B/N 99999",
        "@9@9999",
        "L99@99 99:99",
        "LOT99999",
        "BN: @99999",
        "999999@",
        "Lot 9@99",
        "CH.-B.: 999999",
    ];
    shaped_by(dice, &patterns)
}

/// A serial number.
pub(super) fn serial(dice: &mut Dice) -> String {
    let patterns = [
        "S/N: 9@9@-99999",
        "SN 999999999",
        "S/N **********",
        "SN:@99999999",
        "Serial No. 99999999",
        "SER.NO. 99-9999",
        "S/N9999-9999-99",
        "@@9999999",
        "MAC **:**:**:**:**:**",
        "ID#9999999",
        "IMEI 999999999999999",
        "@99-****-****",
        "(01)09999999999999",
        "P/N 999-99999-99",
        "*****-*****",
    ];
    shaped_by(dice, &patterns)
}

/// A part or type number.
pub(super) fn part(dice: &mut Dice) -> String {
    let patterns = [
        "999@99",
        "9@99",
        "-@@9@99",
        "9999@999@",
        "@999:9:9",
        "9999@-",
        "@@99",
        "@@9",
        "@99",
        "@@-999-@",
        "@9-99",
        "@@@9999-99",
        "9@@9999-9@@99",
        "@@9999@",
        "@9.99",
        "99.9999.9",
        "@@ 999/99",
        "REF 999-999",
        "Type @@-99",
        "MODEL @9999",
        "REV @",
        "Rev. 9.9",
        "PN:@9999",
        "@@9999@@",
        "@99999",
        "No. 99999",
        "Art.-Nr. 99999",
        "M9x99",
        "@@99-99@",
        "#9999",
        "IP9*",
        "999-9999",
        "9.9.9.9",
        "@@@@-999",
        "9/9@@",
        "@@+99",
        "@_99",
    ];
    shaped_by(dice, &patterns)
}

/// A wire marker: short, often with a leading sign.
pub(super) fn marker(dice: &mut Dice) -> String {
    if dice.chance(0.3) {
        let count = dice.int(1, 8);
        let text = mixed(dice, count, 0.4);
        return if dice.chance(0.25) { format!("-{text}") } else { text };
    }
    let patterns = [
        "9",
        "@",
        "99",
        "@9",
        "9@",
        "@@",
        "999",
        "9999",
        "-@9",
        "-@@9",
        "-@@9@99",
        "-@99",
        "9@99",
        "@99",
        "@@99",
        "9999",
        "99@99",
        "999@99",
        "-@9@@@",
        "9999@999@",
        "@9:9",
        "@9:9:9",
        "@999:9:9",
        "9999@-",
        "@9999",
        "99999",
        "PE",
        "L9",
        "N",
        "+@9",
        "-X9:9",
        "=@9",
        "@@9@@",
        "-@",
        "@-",
        "9.9",
        "9/9",
        "@.9",
        "24V",
        "0V",
        "+24V",
        "-@@999",
        "9@",
        "99@9",
        "@99@",
        "1L9",
        "K9.9",
        "W9",
        "X99",
        "-W99",
        "9999@",
    ];
    shaped_by(dice, &patterns)
}

/// A date, often with a caption or a time.
pub(super) fn date(dice: &mut Dice) -> String {
    let (year, month, day) = (dice.int(1985, 2039), dice.int(1, 12), dice.int(1, 31));
    let (short, name) = (year % 100, MONTHS[month - 1]);
    let title = format!("{}{}", &name[..1], name[1..].to_lowercase());
    let date = match dice.int(0, 15) {
        0 => format!("{year}-{month:02}-{day:02}"),
        1 => format!("{day:02}/{month:02}/{short:02}"),
        2 => format!("{day:02}/{month:02}/{year}"),
        3 => format!("{day:02}.{month:02}.{year}"),
        4 => format!("{day:02}.{month:02}.{short:02}"),
        5 => format!("{name} {day:02} {year}"),
        6 => format!("{day:02} {name} {year}"),
        7 => format!("{month:02}/{year}"),
        8 => format!("{day}{name}{short:02}"),
        9 => format!("{title} {day}, {year}"),
        10 => format!("{day} {title} {year}"),
        11 => format!("{year}{month:02}{day:02}"),
        12 => format!("{month:02}-{short:02}"),
        13 => format!("{month}/{day}/{short:02}"),
        14 => format!("{day:02}-{month:02}-{year}"),
        _ => format!("{name} {day}"),
    };
    match dice.int(0, 5) {
        0 => format!(
            "{} {date}",
            dice.pick(&[
                "EXP",
                "EXP.",
                "BBE",
                "MFG",
                "MFD",
                "USE BY",
                "BEST BEFORE",
                "PROD:",
                "E:",
                "DATE:",
                "Date",
                "BB"
            ])
        ),
        1 => format!("{date} {}", time(dice)),
        _ => date,
    }
}

/// A time of day.
pub(super) fn time(dice: &mut Dice) -> String {
    let (hour, minute, second) = (dice.int(0, 23), dice.int(0, 59), dice.int(0, 59));
    match dice.int(0, 3) {
        0 => format!("{hour:02}:{minute:02}"),
        1 => format!("{}:{minute:02} {}", hour % 12 + 1, dice.pick(&["AM", "PM", "am", "pm"])),
        _ => format!("{hour:02}:{minute:02}:{second:02}"),
    }
}

/// A bare number: counters, ids, short numbers.
pub(super) fn number(dice: &mut Dice) -> String {
    let count = *dice.pick(&[1, 1, 2, 2, 3, 3, 4, 4, 4, 5, 6, 7, 8, 10, 12, 13]);
    digits(dice, count)
}

/// Digits as on a bank card: four, or groups of four.
pub(super) fn card(dice: &mut Dice) -> String {
    let group = |dice: &mut Dice| digits(dice, 4);
    match dice.int(0, 9) {
        0..=4 => group(dice),
        5 | 6 => [group(dice), group(dice), group(dice), group(dice)].join(" "),
        7 => format!("{}/{}", dice.int(10, 12), digits(dice, 2)),
        8 => format!("{} {}", group(dice), group(dice)),
        _ => number(dice),
    }
}

/// A reading of a meter, a scale or a clock on a segment display.
pub(super) fn reading(dice: &mut Dice) -> String {
    let count = dice.int(1, 4);
    match dice.int(0, 7) {
        0..=3 => format!("{}.{}", dice.int(0, 299), digits(dice, 2)),
        4 => format!("{}.{}", digits(dice, count), digits(dice, 1)),
        5 => format!("{:02}:{}", dice.int(0, 23), digits(dice, 2)),
        6 => format!("-{}", digits(dice, count)),
        _ => digits(dice, count + 1),
    }
}

/// A telephone or fax number.
pub(super) fn phone(dice: &mut Dice) -> String {
    let patterns = [
        "(999) 999-9999",
        "999-999-9999",
        "999 999 9999",
        "+99 99 9999999",
        "99-9999 9999",
        "999.999.9999",
        "TEL: 99-99999999",
        "Tel. 9999 999999",
        "FAX 999-9999",
        "1-800-999-9999",
        "09999 999 999",
        "+49 (0) 999 / 99999",
    ];
    shaped_by(dice, &patterns)
}

/// Doubled characters, which a CTC reader tends to merge.
pub(super) fn doubled(dice: &mut Dice) -> String {
    let pool: Vec<char> = "0011223344556677889900tteeoossffmmnnLLEESSTTAACCii11..--//".chars().collect();
    let runs = dice.int(1, 4);
    let mut text = String::new();
    for _ in 0..runs {
        let c = *dice.pick(&pool);
        let count = dice.int(2, 3);
        text.extend(std::iter::repeat_n(c, count));
        if dice.chance(0.4) {
            let tail = dice.int(1, 2);
            text.push_str(&mixed(dice, tail, 0.4));
        }
    }
    text
}
