//! Best path decoding (Graves et al. 2006, section 3.2, eq. 4).
//!
//! The most probable class of every step makes the best path, and the best path's text is the
//! reading. A beam search could find a more probable text; with a well trained
//! model it seldom differs, and it costs far more on a small board.

use super::{BLANK, CtcError, Decoded, Scores, Symbol, argmax, posterior};
use crate::alphabet::AllowList;

/// Reads the best path through [T, C] scores, choosing only among allowed classes.
///
/// Repeats are merged and blanks dropped; a letter is doubled where a blank splits it.
/// On a tie the lowest class wins. The blank is always a choice: an allow-list of digits
/// picks the best of the digits and the blank. The confidence is the exact
/// [`posterior()`] of the text read, under the scores as they are.
///
/// The time is that of one pass over the scores and O(T * L) for the confidence of L symbols.
///
/// # Errors
///
/// [`CtcError::AllowList`] if the list was made for another number of classes,
/// [`CtcError::NotFinite`] for the first NaN or infinity, allowed or not, and
/// [`CtcError::TooManySymbols`] over [`super::MAX_SYMBOLS`] symbols.
pub fn greedy(scores: Scores<'_>, allow: &AllowList) -> Result<Decoded, CtcError> {
    if let Some(classes) = allow.classes()
        && classes != scores.classes()
    {
        return Err(CtcError::AllowList { allow_list: classes, scores: scores.classes() });
    }
    let mut decoded = Decoded { symbols: heapless::Vec::new(), confidence: 0.0 };
    let mut last = BLANK;
    for (step, row) in (0..=u16::MAX).zip(scores.rows()) {
        let (class, score) = argmax::best(row, allow).ok_or_else(|| not_finite(row, step))?;
        // A score a rounding above 0 must not make a confidence above 1.
        let confidence = score.exp().min(1.0);
        match decoded.symbols.last_mut() {
            _ if class == BLANK => {}
            Some(symbol) if class == last => symbol.extend(step, confidence),
            _ => {
                let full = CtcError::TooManySymbols { step: usize::from(step), steps: scores.steps() };
                decoded.symbols.push(Symbol::at(class, confidence, step)).map_err(|_| full)?;
            }
        }
        last = class;
    }
    decoded.confidence = posterior::of(scores, decoded.classes());
    Ok(decoded)
}

/// The error for a row in which [`argmax::best`] met a NaN or an infinity.
fn not_finite(row: &[f32], step: u16) -> CtcError {
    let (class, value) = argmax::first_broken(row).unwrap_or((BLANK, f32::NAN));
    CtcError::NotFinite { step: usize::from(step), class, value }
}
