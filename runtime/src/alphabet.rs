//! The characters a model can read, in the order of its classes.
//!
//! A CTC model scores C classes at every time step. Class 0 is the blank, class
//! i (from 1) is the i-th character of the model's [`Alphabet`]. The order is part of
//! the model: it is stored with it as a plain string, and texts only become classes
//! and classes only become texts here. An [`AllowList`] narrows a reading to some
//! of the characters.
//!
//! Characters are Unicode scalar values and are compared as they are. Nothing is
//! normalized: an `é` of one code point and an `e` with a combining accent differ.

mod allow;
mod error;
#[cfg(test)]
mod tests;

pub use allow::AllowList;
pub(crate) use allow::WORD_BITS;
pub use error::AlphabetError;

use serde::{Deserialize, Serialize};

/// The class of the CTC blank.
pub const BLANK: u16 = 0;

/// The most characters an alphabet can hold, so that every class fits a `u16`.
pub const MAX_CHARS: usize = u16::MAX as usize;

/// How many characters [`Alphabet::describe`] spells out.
const DESCRIBED_CHARS: usize = 12;

/// A model's characters in class order: class 0 is the blank, class i is the i-th.
///
/// Serialized as a plain string, and checked by [`Alphabet::new`] when read back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Alphabet {
    /// In class order, without the blank.
    chars: Vec<char>,
    /// Every character with its class, sorted by character for binary search.
    by_char: Vec<(char, u16)>,
}

impl Alphabet {
    /// Makes the alphabet whose class i (from 1) is the i-th `char` of `chars`.
    ///
    /// # Errors
    ///
    /// [`AlphabetError::Empty`], [`AlphabetError::TooLong`] over [`MAX_CHARS`] characters,
    /// [`AlphabetError::Control`] and [`AlphabetError::Duplicate`].
    pub fn new(chars: &str) -> Result<Self, AlphabetError> {
        let alphabet = Self::with_duplicates(chars.chars().collect())?;
        let duplicate = alphabet.by_char.windows(2).find(|pair| pair[0].0 == pair[1].0);
        if let Some(&[(char, first), (_, second)]) = duplicate {
            return Err(AlphabetError::Duplicate { char, first, second });
        }
        Ok(alphabet)
    }

    /// Makes the alphabet of a table that came with a model made elsewhere: one character a line, class 1 first.
    ///
    /// Such tables hold some characters twice. Both classes then read as that character, and encoding takes the first.
    ///
    /// # Errors
    ///
    /// [`AlphabetError::Entry`] for a line of no or several characters, and the errors of [`Alphabet::new`] but
    /// [`AlphabetError::Duplicate`].
    pub fn from_table(lines: &str) -> Result<Self, AlphabetError> {
        let entry = |(at, line): (usize, &str)| {
            let mut chars = line.chars();
            match (chars.next(), chars.next()) {
                (Some(char), None) => Ok(char),
                _ => Err(AlphabetError::Entry { line: at + 1, entry: line.to_owned() }),
            }
        };
        Self::with_duplicates(lines.lines().enumerate().map(entry).collect::<Result<_, _>>()?)
    }

    fn with_duplicates(chars: Vec<char>) -> Result<Self, AlphabetError> {
        if chars.is_empty() {
            return Err(AlphabetError::Empty);
        }
        if chars.len() > MAX_CHARS {
            return Err(AlphabetError::TooLong { chars: chars.len() });
        }
        let mut by_char: Vec<(char, u16)> = chars.iter().copied().zip(1..=u16::MAX).collect();
        if let Some(&(char, class)) = by_char.iter().find(|(char, _)| char.is_control()) {
            return Err(AlphabetError::Control { char, class });
        }
        by_char.sort_unstable();
        Ok(Self { chars, by_char })
    }

    /// The number of classes C of a model with this alphabet: its characters and the blank.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.chars.len() + 1
    }

    /// The characters in class order, from class 1.
    #[must_use]
    pub fn chars(&self) -> &[char] {
        &self.chars
    }

    /// The character of a class; none for the blank and for classes past the last.
    #[must_use]
    pub fn char_of(&self, class: u16) -> Option<char> {
        self.chars.get(usize::from(class).checked_sub(1)?).copied()
    }

    /// The class of a character, from 1; none if the alphabet lacks it.
    #[must_use]
    pub fn class_of(&self, char: char) -> Option<u16> {
        let at = self.by_char.partition_point(|&(other, _)| other < char);
        self.by_char.get(at).filter(|&&(other, _)| other == char).map(|&(_, class)| class)
    }

    /// The classes of a text, one a `char` and none of them the blank.
    ///
    /// # Errors
    ///
    /// [`AlphabetError::NotInAlphabet`] for the first character the alphabet lacks.
    pub fn encode(&self, text: &str) -> Result<Vec<u16>, AlphabetError> {
        let class = |(at, char)| {
            self.class_of(char).ok_or_else(|| AlphabetError::NotInAlphabet {
                char,
                position: at + 1,
                text: text.to_owned(),
            })
        };
        text.chars().enumerate().map(class).collect()
    }

    /// A short text for logs, such as `97 characters: ASCII printable, ° µ`.
    ///
    /// Depends on nothing but the characters, so the same alphabet reads the same everywhere.
    #[must_use]
    pub fn describe(&self) -> String {
        let ascii = (' '..='~').all(|char| self.class_of(char).is_some());
        let others = || self.chars.iter().filter(|char| !(ascii && matches!(char, ' '..='~')));
        let shown: Vec<String> = others().take(DESCRIBED_CHARS).map(char::to_string).collect();
        let mut parts = Vec::new();
        if ascii {
            parts.push("ASCII printable".to_owned());
        }
        if !shown.is_empty() {
            let more = if others().count() > shown.len() { " …" } else { "" };
            parts.push(shown.join(" ") + more);
        }
        format!("{} characters: {}", self.chars.len(), parts.join(", "))
    }
}

impl TryFrom<String> for Alphabet {
    type Error = AlphabetError;

    fn try_from(chars: String) -> Result<Self, AlphabetError> {
        Self::new(&chars)
    }
}

impl From<Alphabet> for String {
    fn from(alphabet: Alphabet) -> Self {
        alphabet.chars.into_iter().collect()
    }
}
