//! The probability of a text: the forward algorithm of CTC (Graves et al. 2006, section 4.1).
//!
//! The text of L symbols is padded with blanks to 2 L + 1 states. `alpha_t(s)` is the
//! probability of all paths that are in state s after t steps (eq. 5). A state is
//! reached from itself, from the one before, and, if it is a symbol that differs from the last
//! symbol, from that symbol over the blank between them (eq. 6 and 7). The text's
//! probability is that of its last symbol and its last blank after T steps (eq. 8).
//!
//! The sums are kept as plain probabilities in f64, neither in logs nor rescaled. Every
//! factor is at most 1, so a prefix of paths that underflows below 1e-308 could
//! add no more than that to the result, which as an f32 is 0 below 1e-45 anyway.

use std::ops::Range;

use super::{BLANK, MAX_SYMBOLS, Scores};

/// The forward variables of one step, split by kind of state.
struct Alpha {
    /// State 2 k: the blank after k symbols.
    blanks: [f64; MAX_SYMBOLS + 1],
    /// State 2 k + 1: symbol k.
    symbols: [f64; MAX_SYMBOLS],
}

/// The probability, 0 to 1, of a text given the scores: the sum over all paths that read as it.
///
/// `text` is in classes without blanks. O(T * L) time for T steps and L symbols. The result is 0
/// if the text
///
/// - needs more steps than there are: one a symbol, and one more for the blank between
///   equal neighbours;
/// - has a class that is the blank or not below C;
/// - has more than [`MAX_SYMBOLS`] symbols, which no reading has.
///
/// Scores with NaN or infinity, which [`super::greedy()`] reports, give 0 or a number without
/// meaning. The empty text has the probability of all blanks, which is 1 if there are no steps.
#[must_use]
pub fn posterior(scores: Scores<'_>, text: &[u16]) -> f32 {
    of(scores, text.iter().copied())
}

/// [`posterior`] of a text that is not in a slice.
pub(super) fn of(scores: Scores<'_>, text: impl ExactSizeIterator<Item = u16>) -> f32 {
    let mut classes = heapless::Vec::<u16, MAX_SYMBOLS>::new();
    for class in text {
        let readable = class != BLANK && usize::from(class) < scores.classes();
        if !readable || classes.push(class).is_err() {
            return 0.0;
        }
    }
    let doubled = classes.windows(2).filter(|pair| pair[0] == pair[1]).count();
    if classes.len() + doubled > scores.steps() {
        return 0.0;
    }
    let rows = scores.values();
    let probability = |step: usize, class: u16| f64::from(rows[step * scores.classes() + usize::from(class)].exp());
    let (Ok(total) | Err(total)) = forward(scores.steps(), &classes, probability, 0.0);
    #[expect(clippy::cast_possible_truncation, reason = "only rounds a probability")]
    let total = total as f32;
    // NaN is not above 0, and rounding can lift the sum above 1.
    if total > 0.0 { total.min(1.0) } else { 0.0 }
}

/// The probability of a text of at most [`MAX_SYMBOLS`] classes, none of them the blank, over `steps` steps of which
/// `probability(step, class)` gives the scores.
///
/// Of a text whose probability is found to be below `floor` on the way, the error is what it cannot exceed: later steps
/// only take away from the paths so far.
pub(crate) fn forward(
    steps: usize,
    text: &[u16],
    probability: impl Fn(usize, u16) -> f64,
    floor: f64,
) -> Result<f64, f64> {
    let mut alpha = Alpha { blanks: [0.0; MAX_SYMBOLS + 1], symbols: [0.0; MAX_SYMBOLS] };
    // Before the first step nothing was read: this state leads to the first blank and symbol.
    alpha.blanks[0] = 1.0;
    let count = text.len();
    for step in 0..steps {
        // Symbol k cannot be reached before step k, and from symbols before `first` the end
        // cannot be reached any more. States left of the window are never read again.
        let first = (count + step).saturating_sub(steps);
        let window = first..count.min(step + 1);
        advance(&mut alpha, |class| probability(step, class), text, window.clone());
        if floor > 0.0 {
            let bound = alpha.sum(window);
            if bound < floor {
                return Err(bound);
            }
        }
    }
    let last_symbol = count.checked_sub(1).map_or(0.0, |last| alpha.symbols[last]);
    Ok(alpha.blanks[count] + last_symbol)
}

/// Takes the symbols `window` and the blanks around them one step on, in place (eq. 6).
///
/// Backwards, so that what a state is reached from is still that of the step before.
fn advance(alpha: &mut Alpha, probability: impl Fn(u16) -> f64, text: &[u16], window: Range<usize>) {
    let blank = probability(BLANK);
    let Alpha { blanks, symbols } = alpha;
    for k in window.rev() {
        blanks[k + 1] = (blanks[k + 1] + symbols[k]) * blank;
        let skip = if k > 0 && text[k] != text[k - 1] { symbols[k - 1] } else { 0.0 };
        symbols[k] = (symbols[k] + blanks[k] + skip) * probability(text[k]);
    }
    // Once the window has left it, this state is not read and its value does not matter.
    blanks[0] *= blank;
}

impl Alpha {
    /// The probability of all paths in the states of a window, after a step.
    fn sum(&self, window: Range<usize>) -> f64 {
        let start = if window.start == 0 { self.blanks[0] } else { 0.0 };
        window.map(|k| self.blanks[k + 1] + self.symbols[k]).sum::<f64>() + start
    }
}
