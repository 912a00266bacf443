//! Texts made of words: phrases, captions, addresses, receipt lines, sentences.

use super::dice::Dice;
use super::{amounts, codes};

const CAPTIONS: [&str; 40] = [
    "Phone #:",
    "DATE:",
    "NAME:",
    "TO:",
    "FROM:",
    "CC:",
    "SUBJECT:",
    "Fax Number:",
    "Ref.:",
    "No.",
    "PHONE:",
    "Address:",
    "Signature",
    "Total",
    "QTY",
    "Order No:",
    "Invoice No",
    "Description",
    "Amount",
    "Special Instructions:",
    "NOTE:",
    "Account #",
    "Page",
    "P.O. Box",
    "Dept.",
    "City/State:",
    "ZIP",
    "Title:",
    "Company:",
    "(please print)",
    "Yes / No",
    "Item",
    "Price",
    "Unit",
    "Disc",
    "Weight:",
    "Model",
    "Voltage:",
    "Made in",
    "Part No.",
];
const RECEIPT: [&str; 30] = [
    "TOTAL AMOUNT :",
    "TOTAL",
    "SUBTOTAL",
    "QTY",
    "CASH :",
    "CHANGE",
    "Discount :",
    "GST @6%",
    "TAX INVOICE",
    "-TAX INVOICE-",
    "ROUNDING ADJ",
    "THANK YOU",
    "Thank You and Please Come Again.",
    "Amt(RM)",
    "Item Count",
    "CASHIER:",
    "GST SUMMARY",
    "Goods sold are not returnable",
    "Received Cash",
    "INV DATE:",
    "Doc No.",
    "VISA CARD",
    "Balance Due",
    "TRANSACTION",
    "COUNTER",
    "Total Sales (Inclusive of GST)",
    "INVOICE NO:",
    "MEMBER",
    "Price",
    "** COPY **",
];
const STREETS: [&str; 10] = ["Street", "St.", "Road", "Ave", "Avenue", "Lane", "Drive", "Blvd.", "Way", "Square"];

/// A word of the list, short ones more often: the words that people print most are short.
fn any_word<'a>(dice: &mut Dice, words: &'a [String]) -> &'a String {
    let (one, other) = (dice.pick(words), dice.pick(words));
    if dice.chance(0.5) && other.len() < one.len() { other } else { one }
}

/// One word in some case.
pub(super) fn word(dice: &mut Dice, words: &[String]) -> String {
    let word = any_word(dice, words);
    match dice.int(0, 24) {
        0..=9 => word.clone(),
        10..=17 => word.to_uppercase(),
        18..=23 => title(word),
        _ => mangled(dice, word),
    }
}

/// One to eight words in one case, at times with a mark between or after.
pub(super) fn phrase(dice: &mut Dice, words: &[String]) -> String {
    let count = *dice.pick(&[1, 2, 2, 2, 3, 3, 4, 5, 6, 8]);
    let style = dice.int(0, 4);
    let mut text = String::new();
    for at in 0..count {
        let word = any_word(dice, words);
        let cased = match style {
            0 => word.clone(),
            1 | 2 => word.to_uppercase(),
            3 => title(word),
            _ if at == 0 => title(word),
            _ => word.clone(),
        };
        text.push_str(&cased);
        if at + 1 < count {
            let mark = *dice.pick(&[" ", " ", " ", " ", " ", " ", ", ", " & ", "-", " / "]);
            text.push_str(mark);
        }
    }
    let mark = *dice.pick(&["", "", "", "", "", ".", ":", "!", "?", ",", "™", "®"]);
    text.push_str(mark);
    text
}

/// A caption of a form, or a made-up one.
pub(super) fn caption(dice: &mut Dice, words: &[String]) -> String {
    if dice.chance(0.6) {
        return (*dice.pick(&CAPTIONS)).to_owned();
    }
    let mut text = dice.pick(words).to_uppercase();
    if dice.chance(0.4) {
        text = format!("{text} {}", dice.pick(words).to_uppercase());
    }
    if dice.chance(0.4) {
        text = title(&text);
    }
    format!("{text}{}", dice.pick(&[":", ":", " :", "", " #", "*"]))
}

/// A line of a receipt.
pub(super) fn receipt(dice: &mut Dice, words: &[String]) -> String {
    let count = dice.int(1, 4);
    let item = words_upper(dice, words, 3);
    match dice.int(0, 8) {
        0..=2 => (*dice.pick(&RECEIPT)).to_owned(),
        3 => format!("{} {}", dice.pick(&RECEIPT), amounts::price(dice)),
        4 => format!("#{} {item}", codes::digits(dice, count)),
        5 => format!("{} X {}", codes::digits(dice, 1), amounts::price(dice)),
        6 => format!("{item} {}{}", codes::digits(dice, count), dice.pick(&["G", "ML", "KG", "S", "L", "PCS"])),
        7 => format!("GST NO: {}", codes::digits(dice, 12)),
        _ => item,
    }
}

/// A postal address or a part of one.
pub(super) fn address(dice: &mut Dice, words: &[String]) -> String {
    let (name, place) = (any_title(dice, words), any_title(dice, words));
    let (house, zip) = (dice.int(1, 999), codes::digits(dice, 5));
    match dice.int(0, 5) {
        0 => format!("{house} {name} {}", dice.pick(&STREETS)),
        1 => format!("{house} {name} {}, {place}", dice.pick(&STREETS)),
        2 => format!("{place}, {} {zip}", codes::letters(dice, 2)),
        3 => format!("{zip} {}", place.to_uppercase()),
        4 => format!("No. {house}, {name} {}, {zip} {place}", dice.pick(&STREETS)),
        _ => format!("{zip} {place}, {name}"),
    }
}

/// An e-mail address or a URL.
pub(super) fn web(dice: &mut Dice, words: &[String]) -> String {
    let (a, b) = (dice.pick(words).to_lowercase(), dice.pick(words).to_lowercase());
    let end = dice.pick(&[".com", ".org", ".de", ".net", ".co.uk", ".com.my", ".eu"]);
    match dice.int(0, 6) {
        0 => format!("{a}@{b}{end}"),
        1 => format!("{a}.{b}@{b}{end}"),
        2 => format!("www.{a}{end}"),
        3 => format!("http://www.{a}{end}"),
        4 => format!("https://{a}-{b}{end}/{b}"),
        5 => format!("{a}{b}{end}"),
        _ => format!("@{a}_{b}"),
    }
}

/// A line of running text of up to `limit` characters, as cut from a page.
pub(super) fn sentence(dice: &mut Dice, words: &[String], limit: usize) -> String {
    let mut text = String::new();
    let mut start = dice.chance(0.4);
    loop {
        let word = dice.pick(words);
        let cased = if start || dice.chance(0.06) { title(word) } else { word.to_lowercase() };
        let insert = decorated(dice, cased);
        if text.chars().count() + insert.chars().count() + 2 > limit {
            break;
        }
        let mark = *dice.pick(&["", "", "", "", "", "", "", "", ",", ",", ".", ";", ":"]);
        start = mark == ".";
        text.push_str(&insert);
        text.push_str(mark);
        text.push(' ');
    }
    finished(dice, &text, words)
}

/// Some words of running text come in quotes or brackets, or are numbers.
fn decorated(dice: &mut Dice, word: String) -> String {
    match dice.int(0, 59) {
        0 => format!("\"{word}\""),
        1 | 2 => format!("({word})"),
        3 => format!("'{word}'"),
        4 | 5 => codes::number(dice),
        6 => format!("[{}]", codes::digits(dice, 1)),
        7 => format!("{word}'s"),
        8 => format!("{word} – {word}"),
        9 => format!("§ {}", codes::digits(dice, 2)),
        _ => word,
    }
}

/// Ends a line plainly, or with a hyphenated part of a word.
fn finished(dice: &mut Dice, text: &str, words: &[String]) -> String {
    let text = text.trim().to_owned();
    if text.is_empty() {
        return dice.pick(words).clone();
    }
    let cut = dice.int(2, 4);
    let head: String = dice.pick(words).to_lowercase().chars().take(cut).collect();
    match dice.int(0, 9) {
        0 | 1 => format!("{text} {head}-"),
        2 | 3 => format!("{}.", text.trim_end_matches([',', '.', ';', ':'])),
        _ => text,
    }
}

fn words_upper(dice: &mut Dice, words: &[String], most: usize) -> String {
    let count = dice.int(1, most);
    (0..count).map(|_| dice.pick(words).to_uppercase()).collect::<Vec<_>>().join(" ")
}

/// Some word in title case.
fn any_title(dice: &mut Dice, words: &[String]) -> String {
    title(dice.pick::<String>(words))
}

fn title(word: &str) -> String {
    let mut chars = word.chars();
    let Some(first) = chars.next() else { return String::new() };
    first.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect()
}

/// Letters of either case at random, as in product names.
fn mangled(dice: &mut Dice, word: &str) -> String {
    word.chars().map(|c| if dice.chance(0.5) { c.to_ascii_uppercase() } else { c }).collect()
}
