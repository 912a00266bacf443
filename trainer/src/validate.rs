//! What a network reads of lines whose text is known.

use anyhow::{Context, Result};
use labelcam::alphabet::{AllowList, Alphabet};
use labelcam::ctc::{self, Scores};
use labelcam::metrics::Tally;
use tch::{Device, Tensor, no_grad};

use crate::crnn::Crnn;
use crate::loader::{Example, stack};

/// The most lines in a forward pass.
const BATCH: usize = 64;

/// A line read: what the network saw, step by step, what it decodes to, and the truth.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The best class of each step, `·` for the blank.
    pub path: String,
    /// The decoded text.
    pub reading: String,
    /// The probability of that text, 0 to 1.
    pub confidence: f32,
    /// What the line says.
    pub truth: String,
}

/// Reads `examples` in evaluation mode, lines of like width together.
///
/// Returns the accuracy and what was read.
///
/// # Errors
/// When the network gives a value that is not a number.
pub fn validate(net: &Crnn, alphabet: &Alphabet, examples: &[Example], device: Device) -> Result<(Tally, Vec<Shown>)> {
    let readings = read_batches(&by_width(examples).chunks(BATCH).collect::<Vec<_>>(), examples, |lines| {
        read(net, alphabet, lines, device)
    })?;
    let mut tally = Tally::new(&[]);
    for shown in &readings {
        tally.add(&shown.truth, &shown.reading);
    }
    Ok((tally, readings))
}

/// Reads `examples` in evaluation mode, only lines of one width together: each is padded as on a board, where it is alone,
/// and its reading does not depend on its neighbours.
///
/// # Errors
/// When the network gives a value that is not a number.
pub fn as_on_a_board(net: &Crnn, alphabet: &Alphabet, examples: &[Example], device: Device) -> Result<Vec<Shown>> {
    let order = by_width(examples);
    let alike = order.chunk_by(|&a, &b| examples[a].input.width() == examples[b].input.width());
    let batches: Vec<_> = alike.flat_map(|alike| alike.chunks(BATCH)).collect();
    read_batches(&batches, examples, |lines| read(net, alphabet, lines, device))
}

/// The places of the examples, the narrowest first.
fn by_width(examples: &[Example]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..examples.len()).collect();
    order.sort_by_key(|&i| examples[i].input.width());
    order
}

/// Reads batches of places; gives the readings in the order of the examples.
fn read_batches(
    batches: &[&[usize]],
    examples: &[Example],
    read: impl Fn(&[Example]) -> Result<Vec<Shown>>,
) -> Result<Vec<Shown>> {
    let mut readings = vec![None; examples.len()];
    for indices in batches {
        let lines: Vec<Example> = indices.iter().map(|&i| examples[i].clone()).collect();
        for (&i, shown) in indices.iter().zip(read(&lines)?) {
            readings[i] = Some(shown);
        }
    }
    Ok(readings.into_iter().flatten().collect())
}

fn read(net: &Crnn, alphabet: &Alphabet, lines: &[Example], device: Device) -> Result<Vec<Shown>> {
    let batch = stack(lines, 0).on(device);
    let scores = no_grad(|| net.forward_t(&batch.lines, false)); // [T, N, C]
    let (steps, _, classes) = scores.size3()?;
    let (steps, classes) = (usize::try_from(steps)?, usize::try_from(classes)?);
    let rows = scores.to_device(Device::Cpu).transpose(0, 1).contiguous(); // [N, T, C]
    let values = Vec::<f32>::try_from(rows.reshape([-1])).context("the network's output cannot be read")?;
    let decode = |(values, example): (&[f32], &Example)| {
        let scores = Scores::new(values, steps, classes)?;
        let decoded = ctc::greedy(scores, &AllowList::all())?;
        let reading = decoded.text(alphabet).as_str().to_owned();
        let path = raw_path(&scores, alphabet);
        Ok(Shown { path, reading, confidence: decoded.confidence, truth: example.text.clone() })
    };
    values.chunks_exact(steps * classes).zip(lines).map(decode).collect()
}

fn raw_path(scores: &Scores, alphabet: &Alphabet) -> String {
    let best = |row: &[f32]| row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class);
    let sign = |class: usize| u16::try_from(class).ok().and_then(|class| alphabet.char_of(class)).unwrap_or('·');
    scores.rows().map(|row| sign(best(row))).collect()
}

/// The network's log-probabilities of one line, `[T, C]` row-major, and C.
///
/// # Errors
/// When the output cannot be copied from the device.
pub fn log_probabilities(net: &Crnn, example: &Example, device: Device) -> Result<(Vec<f32>, usize)> {
    let batch = stack(std::slice::from_ref(example), 0).on(device);
    let scores: Tensor = no_grad(|| net.forward_t(&batch.lines, false)).to_device(Device::Cpu);
    let classes = usize::try_from(scores.size3()?.2)?;
    Ok((Vec::<f32>::try_from(scores.contiguous().reshape([-1]))?, classes))
}
