//! Which characters a reading may use.
//!
//! A caller who knows that a field holds a price or a serial number names its characters,
//! and decoding picks the best of those. Stored as one bit a class, in words that
//! decoding can test 64 classes at a time.

use super::{Alphabet, AlphabetError, BLANK};

/// The classes in one word of the mask.
pub(crate) const WORD_BITS: usize = 64;

/// The classes decoding may choose: all of them, or some and the blank.
///
/// The blank is always allowed: without it no text shorter than the number of time
/// steps could be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AllowList {
    /// None allows every class of any alphabet.
    mask: Option<Mask>,
}

/// One bit a class, class 0 the lowest bit of the first word.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mask {
    classes: usize,
    words: Vec<u64>,
}

impl AllowList {
    /// Allows every class, whatever the alphabet.
    #[must_use]
    pub const fn all() -> Self {
        Self { mask: None }
    }

    /// Allows the blank and the characters of `chars`, each taken literally.
    ///
    /// # Errors
    ///
    /// [`AlphabetError::EmptyAllowList`] if `chars` is empty and
    /// [`AlphabetError::NotAllowable`] for the first character the alphabet lacks.
    pub fn from_chars(alphabet: &Alphabet, chars: &str) -> Result<Self, AlphabetError> {
        let spans = chars.chars().zip(1..).map(|(char, position)| Span::one(char, position));
        Self::from_spans(alphabet, chars, &spans.collect::<Vec<_>>())
    }

    /// Allows the blank and the characters of a pattern such as `0-9A-F.`.
    ///
    /// - `a-b` allows every code point from `a` to `b`, ends included. The alphabet
    ///   must have all of them: a range it holds in part would quietly never
    ///   read the rest.
    /// - A `-` that is the first or the last of the pattern stands for itself.
    /// - `\` makes the next character stand for itself: `\-`, `\\`.
    /// - Every other character stands for itself. Repeats do no harm.
    ///
    /// # Errors
    ///
    /// [`AlphabetError::Pattern`] for a range that runs backwards, a `-` right after a range
    /// and a `\` at the end, and the errors of [`AllowList::from_chars`].
    pub fn parse(alphabet: &Alphabet, pattern: &str) -> Result<Self, AlphabetError> {
        let spans = spans(&tokens(pattern)?).map_err(|(position, problem)| AlphabetError::Pattern {
            pattern: pattern.to_owned(),
            position,
            problem,
        })?;
        Self::from_spans(alphabet, pattern, &spans)
    }

    /// Whether decoding may choose `class`.
    #[must_use]
    pub fn allows(&self, class: u16) -> bool {
        let class = usize::from(class);
        self.word(class / WORD_BITS) >> (class % WORD_BITS) & 1 == 1
    }

    /// The number of classes of the alphabet the list was made for; none if it fits any.
    #[must_use]
    pub fn classes(&self) -> Option<usize> {
        self.mask.as_ref().map(|mask| mask.classes)
    }

    /// The bits of classes `64 * index` to `64 * index + 63`, the first in the lowest bit.
    ///
    /// Classes past the alphabet are not allowed, except by [`AllowList::all`].
    pub(crate) fn word(&self, index: usize) -> u64 {
        match &self.mask {
            None => u64::MAX,
            Some(mask) => mask.words.get(index).copied().unwrap_or(0),
        }
    }

    /// Sets the blank's bit and those of the spans, which were written as `source`.
    fn from_spans(alphabet: &Alphabet, source: &str, spans: &[Span]) -> Result<Self, AlphabetError> {
        if spans.is_empty() {
            return Err(AlphabetError::EmptyAllowList);
        }
        let classes = alphabet.classes();
        let mut words = vec![0_u64; classes.div_ceil(WORD_BITS)];
        let mut allow = |class: u16| {
            let class = usize::from(class);
            words[class / WORD_BITS] |= 1 << (class % WORD_BITS);
        };
        allow(BLANK);
        for span in spans {
            for char in span.first..=span.last {
                allow(alphabet.class_of(char).ok_or_else(|| AlphabetError::NotAllowable {
                    char,
                    position: span.position,
                    allow_list: source.to_owned(),
                })?);
            }
        }
        Ok(Self { mask: Some(Mask { classes, words }) })
    }
}

/// A range of characters, ends included, and where it was written, from 1.
struct Span {
    first: char,
    last: char,
    position: usize,
}

impl Span {
    fn one(char: char, position: usize) -> Self {
        Self { first: char, last: char, position }
    }
}

/// A character of a pattern after its escapes were read.
struct Token {
    char: char,
    escaped: bool,
    position: usize,
}

impl Token {
    fn is_dash(&self) -> bool {
        self.char == '-' && !self.escaped
    }
}

/// Splits a pattern into characters, those after a `\` marked as literal.
fn tokens(pattern: &str) -> Result<Vec<Token>, AlphabetError> {
    let mut tokens = Vec::new();
    let mut chars = pattern.chars().zip(1..);
    while let Some((char, position)) = chars.next() {
        let escaped = char == '\\';
        let char = if escaped { chars.next().map(|(next, _)| next) } else { Some(char) };
        let char = char.ok_or_else(|| AlphabetError::Pattern {
            pattern: pattern.to_owned(),
            position,
            problem: "the last \\ escapes nothing, write \\\\ for a backslash",
        })?;
        tokens.push(Token { char, escaped, position });
    }
    Ok(tokens)
}

/// Groups the characters of a pattern into ranges; an error is a position and a problem.
fn spans(tokens: &[Token]) -> Result<Vec<Span>, (usize, &'static str)> {
    let mut spans = Vec::new();
    let mut rest = tokens;
    while let Some((first, after)) = rest.split_first() {
        // Only a range leaves a dash that is neither the first nor the last for its turn here.
        if first.is_dash() && !spans.is_empty() && !after.is_empty() {
            return Err((first.position, "a - right after a range is unclear, write \\- for a dash"));
        }
        rest = after;
        let mut span = Span::one(first.char, first.position);
        if let [dash, last, after @ ..] = after
            && dash.is_dash()
        {
            span.last = last.char;
            rest = after;
        }
        if span.last < span.first {
            return Err((first.position, "the range runs backwards, swap its ends"));
        }
        spans.push(span);
    }
    Ok(spans)
}
