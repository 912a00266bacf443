//! Where a text that is given lies in the scores: forced alignment.
//!
//! The path of the highest probability among those that read as the text, by Viterbi's algorithm over the states of
//! [`posterior()`](crate::ctc::posterior()): 2 L + 1 for L symbols with blanks around them, state 2 k + 1 for symbol k.

use crate::ctc::{BLANK, MAX_SYMBOLS, Scores, Symbol};

/// The symbols of a text, placed along its best path through the scores.
///
/// `text` is in classes. O(T * L) time and memory for T steps and L symbols. Empty if no path reads as the text: it needs
/// more steps than there are, has more than [`MAX_SYMBOLS`] symbols, or has a class that is the blank or not below C.
///
/// # Panics
///
/// Never: a path has as many runs as the text has symbols, which fit.
#[must_use]
pub fn align(scores: Scores<'_>, text: &[u16]) -> heapless::Vec<Symbol, MAX_SYMBOLS> {
    let mut symbols = heapless::Vec::new();
    let readable = |&class: &u16| class != BLANK && usize::from(class) < scores.classes();
    if text.len() > MAX_SYMBOLS || !text.iter().all(readable) {
        return symbols;
    }
    let mut last = 0;
    for ((step, row), state) in (0..=u16::MAX).zip(scores.rows()).zip(best_path(scores, text)) {
        let class = class_of(state, text);
        let confidence = row[usize::from(class)].exp().min(1.0);
        match symbols.last_mut() {
            _ if class == BLANK => {}
            Some(symbol) if state == last => symbol.extend(step, confidence),
            _ => {
                let symbol = Symbol::at(class, confidence, step);
                symbols.push(symbol).expect("the text has no more symbols than fit");
            }
        }
        last = state;
    }
    symbols
}

fn class_of(state: usize, text: &[u16]) -> u16 {
    if state.is_multiple_of(2) { BLANK } else { text[state / 2] }
}

/// The state of every step on the best path; empty if there is none.
fn best_path(scores: Scores<'_>, text: &[u16]) -> Vec<usize> {
    let states = 2 * text.len() + 1;
    // The best log-probability of the paths that are in a state; before the first step nothing was read.
    let mut best = vec![f32::NEG_INFINITY; states];
    best[0] = 0.0;
    // By step and state, how many states the best path to it came on.
    let mut came = vec![0_u8; scores.steps() * states];
    for (row, came) in scores.rows().zip(came.chunks_exact_mut(states)) {
        advance(&mut best, came, |state| row[usize::from(class_of(state, text))], text);
    }
    let last = states - 1;
    let mut state = if last > 0 && best[last - 1] > best[last] { last - 1 } else { last };
    if best[state] == f32::NEG_INFINITY {
        return Vec::new();
    }
    let mut path = vec![0; scores.steps()];
    for (came, on_path) in came.chunks_exact(states).zip(&mut path).rev() {
        *on_path = state;
        state -= usize::from(came[state]);
    }
    path
}

/// Takes all states one step on, in place; backwards, so that what a state is reached from is that of the step before.
fn advance(best: &mut [f32], came: &mut [u8], score: impl Fn(usize) -> f32, text: &[u16]) {
    for state in (0..best.len()).rev() {
        let symbol = state / 2;
        // Over the blank between two symbols that differ.
        let may_skip = !state.is_multiple_of(2) && symbol > 0 && text[symbol] != text[symbol - 1];
        let reach = 1 + usize::from(state > 0) + usize::from(may_skip);
        let mut from = 0;
        for back in 1..reach {
            if best[state - back] > best[state - from] {
                from = back;
            }
        }
        best[state] = best[state - from] + score(state);
        came[state] = u8::try_from(from).expect("at most two states back");
    }
}
