//! From the readings of one line in several frames to one text.
//!
//! Readings of a line are aligned and vote character by character, each with the confidence it has (ROVER, Fiscus 1997).
//! ROVER joins words of different recognizers; here they are characters of different frames.
//!
//! - The **pivot** is the text that has most confidence behind it. Every other reading is aligned to it by edit distance
//!   ([`align`]), so the outcome does not depend on the order of the readings.
//! - A **column** is a character of the pivot, or one that others have between two of them. Each reading has one vote in
//!   it: a character, or that there is none here.
//! - A **vote** weighs what the model gives the character, times the confidence of the whole reading, as if all readings
//!   were of the same length: two blurred frames do not outvote a sharp one, nor short readings long ones.
//!
//! A [`Window`] and its [`Consensus`] lie on the stack or in their owner; nothing here touches the heap.

mod align;
#[cfg(test)]
mod tests;

use crate::event::Votes;
use crate::recognizer::Reading;
use align::{Alignment, align};

/// The most characters of a reading that is voted on: more than the widest line has room for at 8 pixels a character.
pub const LENGTH_MAX: usize = 256;

/// The most readings that are looked at together.
pub const WINDOW_MAX: usize = 15;

/// The most bytes of a voted text: a `char` takes at most 4.
pub const TEXT_MAX_BYTES: usize = LENGTH_MAX * 4;

/// A character and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Voted {
    /// The character.
    pub character: char,
    /// From 0 to 1: the mean of what the readings give it, weighted by their confidences. Readings that have another
    /// character here give it nothing.
    pub confidence: f32,
}

type Line = heapless::Vec<Voted, LENGTH_MAX>;

/// A reading as it votes.
#[derive(Debug, Clone)]
struct Ballot {
    characters: Line,
    /// That of the whole reading.
    confidence: f32,
    /// The mean of the characters': a reading is as sure of having nothing somewhere as it is of what it has.
    none: f32,
}

/// The last readings of a line.
#[derive(Debug, Clone)]
pub struct Window {
    size: usize,
    ballots: heapless::Deque<Ballot, WINDOW_MAX>,
}

/// What the readings of a window say together.
#[derive(Debug, Clone, PartialEq)]
pub struct Consensus {
    /// The characters of the text.
    pub characters: heapless::Vec<Voted, LENGTH_MAX>,
    /// From 0 to 1: that of the weakest character, or of the weakest place where others have one, or what the readings with
    /// exactly this text give each character in the mean (the root of their confidence), whichever is least. Two texts that
    /// are as good as each other have at most a half.
    pub confidence: f32,
    /// How many of the readings have exactly this text, and how many there are, those included that do not count.
    pub votes: Votes,
}

impl Window {
    /// A window of the last `size` readings, at least one and at most [`WINDOW_MAX`].
    #[must_use]
    pub fn new(size: usize) -> Self {
        Self { size: size.clamp(1, WINDOW_MAX), ballots: heapless::Deque::new() }
    }

    /// Adds a reading, and drops the oldest where the window is full.
    ///
    /// Returns whether it counts: one without text, or with more than [`LENGTH_MAX`] characters, does not.
    pub fn push(&mut self, reading: &Reading) -> bool {
        let characters = &reading.characters;
        if characters.is_empty() || characters.len() > LENGTH_MAX {
            return false;
        }
        let sum: f32 = characters.iter().map(|character| character.confidence).sum();
        let voted = characters.iter().map(|c| Voted { character: c.character, confidence: c.confidence });
        let none = sum / float(characters.len());
        self.add(Ballot { characters: voted.collect(), confidence: reading.confidence, none });
        true
    }

    fn add(&mut self, ballot: Ballot) {
        if self.is_full() {
            self.ballots.pop_front();
        }
        self.ballots.push_back(ballot).expect("a window is no larger than its room");
    }

    /// Adds a reading that does not count, and may not be missed either: the line was there and was not read as a whole.
    pub fn pass(&mut self) {
        self.add(Ballot { characters: Line::new(), confidence: 0.0, none: 0.0 });
    }

    /// Drops the readings with this text; whether there were any.
    pub fn forget(&mut self, text: &str) -> bool {
        let before = self.ballots.len();
        self.ballots.retain(|ballot| !says(&ballot.characters, text));
        self.ballots.len() < before
    }

    /// Whether there are as many readings as the window looks at.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.ballots.len() == self.size
    }

    /// Whether all readings have the same text, and there is one at least.
    #[must_use]
    pub fn is_unanimous(&self) -> bool {
        let first = self.ballots.front().filter(|first| !first.characters.is_empty());
        first.is_some_and(|first| self.ballots.iter().all(|other| other.says(&first.characters)))
    }

    /// What the readings say together; nothing without readings, or where they agree on nothing.
    #[must_use]
    pub fn consensus(&self) -> Option<Consensus> {
        let weights = self.weights();
        let pivot = &self.pivot(&weights)?.characters;
        let voters = self.ballots.iter().zip(&weights).map(|(ballot, &weight)| {
            let alignment = align(pivot, &ballot.characters);
            Voter { ballot, alignment, weight }
        });
        let voters: heapless::Vec<Voter, WINDOW_MAX> = voters.collect();
        let mut count = Count { characters: Line::new(), least: 1.0, weight: weights.iter().sum() };
        for slot in 0..=pivot.len() {
            // What some have before the pivot's character, one after the other for as long as most have it.
            for nth in 0..LENGTH_MAX {
                if !count.add(&column(&voters, |alignment| alignment.inserted(slot).nth(nth))) {
                    break;
                }
            }
            if slot < pivot.len() {
                count.add(&column(&voters, |alignment| alignment.matched(slot)));
            }
        }
        self.result(count)
    }

    fn result(&self, Count { characters, least, .. }: Count) -> Option<Consensus> {
        let same = || self.ballots.iter().filter(|ballot| ballot.says(&characters));
        let (agree, of) = (same().count(), self.ballots.len());
        let mean = same().map(|ballot| ballot.confidence).sum::<f32>() / float(agree.max(1));
        // A letter that the network passed over leaves the others sure, and shows in the whole alone.
        let each = mean.powf(1.0 / float(characters.len().max(1)));
        (!characters.is_empty()).then_some(Consensus {
            confidence: least.min(each),
            votes: Votes { agree, of },
            characters,
        })
    }

    /// What each reading weighs: its confidence, put to the power that makes it that of a text of the mean length.
    fn weights(&self) -> heapless::Vec<f32, WINDOW_MAX> {
        let length = |ballot: &Ballot| ballot.characters.len();
        let texts = self.ballots.iter().filter(|ballot| length(ballot) > 0).count();
        let mean = float(self.ballots.iter().map(length).sum()) / float(texts.max(1));
        let weight = |ballot: &Ballot| ballot.confidence.powf(mean / float(ballot.characters.len().max(1)));
        self.ballots.iter().map(weight).collect()
    }

    /// The newest reading of the text with most weight behind it.
    fn pivot(&self, weights: &[f32]) -> Option<&Ballot> {
        let support = |ballot: &Ballot| -> f32 {
            let same = self.ballots.iter().zip(weights).filter(|(other, _)| other.says(&ballot.characters));
            same.map(|(_, weight)| weight).sum()
        };
        // Of equals, the last.
        self.ballots.iter().max_by(|a, b| support(a).total_cmp(&support(b)))
    }
}

/// A reading that votes, aligned to the pivot.
struct Voter<'a> {
    ballot: &'a Ballot,
    alignment: Alignment,
    weight: f32,
}

/// The votes of a column: what each reading has where `place` says.
fn column(voters: &[Voter], place: impl Fn(&Alignment) -> Option<usize>) -> Column {
    let vote = |Voter { ballot, alignment, weight }: &Voter| match place(alignment) {
        Some(at) => {
            let Voted { character, confidence } = ballot.characters[at];
            (Some(character), weight * confidence)
        }
        None => (None, weight * ballot.none),
    };
    voters.iter().map(vote).collect()
}

/// The votes of a column: a character, or that there is none, and its weight.
type Column = heapless::Vec<(Option<char>, f32), WINDOW_MAX>;

/// A text that is being counted out.
struct Count {
    characters: Line,
    /// The least confidence of a column.
    least: f32,
    /// The weight of all readings.
    weight: f32,
}

impl Count {
    /// Counts a column; whether a character was added. A column without a character in it says nothing.
    fn add(&mut self, votes: &Column) -> bool {
        if votes.iter().all(|(character, _)| character.is_none()) {
            return false;
        }
        let of = |choice| votes.iter().filter(|vote| vote.0 == choice).map(|vote| vote.1).sum::<f32>();
        let Some(&(winner, _)) = votes.iter().max_by(|a, b| of(a.0).total_cmp(&of(b.0)).then(b.0.cmp(&a.0))) else {
            return false;
        };
        let confidence = ratio(of(winner), self.weight);
        self.least = self.least.min(confidence);
        let Some(character) = winner else { return false };
        self.characters.push(Voted { character, confidence }).is_ok()
    }
}

/// A part of a whole, from 0 to 1; 0 of nothing.
fn ratio(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { (part / whole).min(1.0) } else { 0.0 }
}

#[expect(clippy::cast_precision_loss, reason = "characters of a line and readings of a window are few")]
fn float(count: usize) -> f32 {
    count as f32
}

impl Ballot {
    /// Whether the text is that of these characters.
    fn says(&self, characters: &[Voted]) -> bool {
        let text = |voted: &Voted| voted.character;
        self.characters.iter().map(text).eq(characters.iter().map(text))
    }
}

impl Consensus {
    /// The text.
    ///
    /// # Panics
    /// Never: there is room for as many of the longest characters as a line has.
    #[must_use]
    pub fn text(&self) -> heapless::String<TEXT_MAX_BYTES> {
        let mut text = heapless::String::new();
        for voted in &self.characters {
            text.push(voted.character).expect("LENGTH_MAX characters of 4 bytes fit");
        }
        text
    }

    /// Whether the text is this one.
    #[must_use]
    pub fn says(&self, text: &str) -> bool {
        says(&self.characters, text)
    }
}

fn says(characters: &[Voted], text: &str) -> bool {
    characters.iter().map(|voted| voted.character).eq(text.chars())
}
