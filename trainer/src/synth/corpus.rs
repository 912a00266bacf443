//! What the lines say. A kind of text is drawn from a scenario's table (or from
//! [`GENERAL`]) and then made up by [`text`].

use super::dice::Dice;
use super::{amounts, codes, prose};

/// A kind of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Lot or batch code.
    Lot,
    /// Date, with or without a time.
    Date,
    /// Serial number.
    Serial,
    /// Part or type number.
    Part,
    /// Wire marker.
    Marker,
    /// Price.
    Price,
    /// Quantity with a unit.
    Unit,
    /// Percentage.
    Percent,
    /// Bare number.
    Number,
    /// Card digits.
    Card,
    /// Reading of a segment display.
    Reading,
    /// Telephone number.
    Phone,
    /// One word.
    Word,
    /// Several words.
    Phrase,
    /// Postal address.
    Address,
    /// E-mail or URL.
    Web,
    /// Receipt line.
    Receipt,
    /// Form caption.
    Caption,
    /// Running text.
    Sentence,
    /// Doubled characters.
    Doubled,
    /// Any characters of the alphabet.
    Random,
}

impl Kind {
    /// Whether nothing but its picture tells what a character is.
    pub(super) fn is_code(self) -> bool {
        use Kind::{Doubled, Lot, Marker, Part, Random, Serial};
        matches!(self, Lot | Serial | Part | Marker | Doubled | Random)
    }
}

/// The general mix: about half codes and numbers, a third words, 8 % long lines,
/// and enough random characters that every rare sign is seen.
pub(super) const GENERAL: [(Kind, f32); 21] = [
    (Kind::Lot, 5.0),
    (Kind::Date, 6.0),
    (Kind::Serial, 4.0),
    (Kind::Part, 7.0),
    (Kind::Marker, 8.0),
    (Kind::Price, 4.0),
    (Kind::Unit, 6.0),
    (Kind::Percent, 1.5),
    (Kind::Number, 5.0),
    (Kind::Card, 1.0),
    (Kind::Reading, 1.0),
    (Kind::Phone, 2.5),
    (Kind::Word, 15.0),
    (Kind::Phrase, 9.0),
    (Kind::Address, 2.0),
    (Kind::Web, 2.0),
    (Kind::Receipt, 3.0),
    (Kind::Caption, 3.0),
    (Kind::Sentence, 6.0),
    (Kind::Doubled, 2.5),
    (Kind::Random, 4.0),
];

/// Longest line of running text, in characters.
pub(super) const LONGEST: usize = 70;

/// Makes up a text of one kind. [`Kind::Random`] needs a font's characters and is
/// left to [`random`]; here it falls back to a part number.
pub(super) fn text(dice: &mut Dice, kind: Kind, words: &[String]) -> String {
    match kind {
        Kind::Lot => codes::lot(dice),
        Kind::Date => codes::date(dice),
        Kind::Serial => codes::serial(dice),
        Kind::Part | Kind::Random => codes::part(dice),
        Kind::Marker => codes::marker(dice),
        Kind::Price => amounts::price(dice),
        Kind::Unit => amounts::unit(dice),
        Kind::Percent => amounts::percent(dice),
        Kind::Number => codes::number(dice),
        Kind::Card => codes::card(dice),
        Kind::Reading => codes::reading(dice),
        Kind::Phone => codes::phone(dice),
        Kind::Word => prose::word(dice, words),
        Kind::Phrase => prose::phrase(dice, words),
        Kind::Address => prose::address(dice, words),
        Kind::Web => prose::web(dice, words),
        Kind::Receipt => prose::receipt(dice, words),
        Kind::Caption => prose::caption(dice, words),
        Kind::Sentence => {
            let limit = dice.int(20, LONGEST);
            prose::sentence(dice, words, limit)
        }
        Kind::Doubled => codes::doubled(dice),
    }
}

/// Random characters of a face, with `wanted` among them, at times with a space.
pub(super) fn random(dice: &mut Dice, characters: &[char], wanted: char) -> String {
    let count = *dice.pick(&[1, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 8, 9, 10, 12, 14]);
    let place = dice.int(0, count - 1);
    let other = |dice: &mut Dice| codes::telling(dice, |dice| *dice.pick(characters));
    let text: String = (0..count).map(|at| if at == place { wanted } else { other(dice) }).collect();
    tidy(&text)
}

/// One space between words and none at the ends: what a reader can be asked for.
pub(super) fn tidy(text: &str) -> String {
    let mut out = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = out.char_indices().nth(LONGEST) {
        out.truncate(end);
    }
    out.trim_end().to_owned()
}
