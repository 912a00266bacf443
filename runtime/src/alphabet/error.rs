//! What can be wrong with an alphabet, a label or an allow-list.
//!
//! Characters are named by code point as well as by shape, because the ones that go
//! wrong are often those that cannot be told apart by eye.

use thiserror::Error;

use super::MAX_CHARS;

/// Why an alphabet, a label or an allow-list was refused.
///
/// Positions count characters, not bytes, from 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AlphabetError {
    /// An alphabet of no characters.
    #[error("the alphabet has 0 characters and needs at least 1: list the characters to read")]
    Empty,
    /// More characters than a `u16` has classes.
    #[error("the alphabet has {chars} characters and can hold {MAX_CHARS}: take some out")]
    TooLong {
        /// The number of characters given.
        chars: usize,
    },
    /// One character given to two classes.
    #[error(
        "the alphabet has {} as class {first} and again as class {second}: take one out",
        Named(*char)
    )]
    Duplicate {
        /// The character.
        char: char,
        /// Its first class.
        first: u16,
        /// Its second class.
        second: u16,
    },
    /// A line of a table that is not one character.
    #[error("line {line} of the alphabet table is {entry:?} and must be one character: correct the table")]
    Entry {
        /// The line, from 1.
        line: usize,
        /// What it says.
        entry: String,
    },
    /// A control character, such as the line end of the file the alphabet was read from.
    #[error(
        "the alphabet has the control character {} as class {class}: take it out, a line of \
         text cannot show it",
        Named(*char)
    )]
    Control {
        /// The character.
        char: char,
        /// Its class.
        class: u16,
    },
    /// A label with a character the alphabet lacks.
    #[error(
        "{} at character {position} of {text:?} is not in the alphabet: add it to the alphabet \
         or correct the label",
        Named(*char)
    )]
    NotInAlphabet {
        /// The character.
        char: char,
        /// Its position in the label, in characters from 1.
        position: usize,
        /// The label.
        text: String,
    },
    /// An allow-list of no characters.
    #[error("the allow-list has 0 characters and needs at least 1: list some or leave it out")]
    EmptyAllowList,
    /// An allow-list with a character the alphabet lacks.
    #[error(
        "{} at character {position} of the allow-list {allow_list:?} is not in the alphabet: take \
         it off the list or use a model that reads it",
        Named(*char)
    )]
    NotAllowable {
        /// The character.
        char: char,
        /// Its position in the list, or that of the range it is in, in characters from 1.
        position: usize,
        /// The allow-list as written.
        allow_list: String,
    },
    /// An allow-list pattern that cannot be read.
    #[error("the allow-list {pattern:?} is wrong at character {position}: {problem}")]
    Pattern {
        /// The pattern as written.
        pattern: String,
        /// Where in it, in characters from 1.
        position: usize,
        /// What is wrong and how to write it.
        problem: &'static str,
    },
}

/// Shows a character as its code point and its shape: `U+00B5 'µ'`.
struct Named(char);

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "U+{:04X} {:?}", u32::from(self.0), self.0)
    }
}
