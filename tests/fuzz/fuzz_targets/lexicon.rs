//! A list of words of any text is taken or refused with a message, and any reading finds a word of the list within the
//! distance, or none.
//!
//! The first byte is the distance and whether any case is read; what follows a zero byte are texts that are shown, one a
//! line.

#![no_main]

use labelcam::alphabet::{AllowList, Alphabet};
use labelcam::ctc::{self, Scores};
use labelcam::lexicon::{Lexicon, LexiconOptions};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&first, text)) = data.split_first() else { return };
    let Ok(text) = str::from_utf8(text) else { return };
    let (words, shown) = text.split_once('\0').unwrap_or((text, ""));
    let alphabet = Alphabet::new("ABCDEFGHIJabcdefghij0123456789 ßé").expect("its characters differ");
    let (distance_max, any_case) = (usize::from(first % 16), first & 16 != 0);
    let options =
        LexiconOptions { distance_max, any_case, skip_unreadable: first & 32 != 0, ..LexiconOptions::default() };
    let lexicon = match Lexicon::new(words, &alphabet, &options) {
        Ok(lexicon) => lexicon,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    for line in shown.lines().filter(|line| !line.is_empty()) {
        let values = values(line, &alphabet);
        // A line may be too long.
        let Ok(scores) = Scores::new(&values, values.len() / alphabet.classes(), alphabet.classes()) else { continue };
        // A list of characters that has none of the alphabet's is refused.
        let allow = AllowList::parse(&alphabet, line).unwrap_or_else(|_| AllowList::all());
        let Ok(decoded) = ctc::greedy(scores, &allow) else { continue };
        let Ok(found) = lexicon.nearest(&decoded, scores) else { continue };
        if let Some(found) = found {
            assert!(found.distance <= distance_max && lexicon.has(found.word), "{found:?}");
            assert!((0.0..=1.001).contains(&found.probability) && (0.0..=1.001).contains(&found.share), "{found:?}");
        }
    }
});

/// Logarithms of probabilities of a line that shows the text, each character with a blank behind it; what the alphabet
/// lacks shows as a doubt between all characters.
fn values(line: &str, alphabet: &Alphabet) -> Vec<f32> {
    let classes = alphabet.classes();
    let mut values = Vec::new();
    for char in line.chars() {
        let mut row = vec![0.0; 2 * classes];
        if let Some(class) = alphabet.class_of(char) {
            row[usize::from(class)] = 8.0;
        }
        row[classes] = 8.0;
        values.extend(row);
    }
    ctc::log_softmax_in_place(&mut values, classes).expect("there are classes");
    values
}
