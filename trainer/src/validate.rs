//! What a network reads of lines whose text is known.

use anyhow::{Context, Result};
use labelcam::alphabet::{AllowList, Alphabet};
use labelcam::ctc::{self, Scores};
use labelcam::metrics::Tally;
use tch::{Device, Tensor, no_grad};

use crate::crnn::Crnn;
use crate::loader::{Example, stack};

/// The most lines in a forward pass, which are all of one width: a reading then does not depend on its neighbours.
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

/// Reads `examples` in evaluation mode.
///
/// Returns the accuracy over all and, of the first `shown` examples, what was read.
///
/// # Errors
/// When the network gives a value that is not a number.
pub fn validate(net: &Crnn, alphabet: &Alphabet, examples: &[Example], device: Device) -> Result<(Tally, Vec<Shown>)> {
    let mut order: Vec<usize> = (0..examples.len()).collect();
    order.sort_by_key(|&i| examples[i].input.width());
    let mut readings = vec![None; examples.len()];
    let width = |i: usize| examples[i].input.width();
    for indices in order.chunk_by(|&a, &b| width(a) == width(b)).flat_map(|alike| alike.chunks(BATCH)) {
        let lines: Vec<Example> = indices.iter().map(|&i| examples[i].clone()).collect();
        for (&i, shown) in indices.iter().zip(read(net, alphabet, &lines, device)?) {
            readings[i] = Some(shown);
        }
    }
    let mut tally = Tally::new(&[]);
    let readings: Vec<Shown> = readings.into_iter().flatten().collect();
    for shown in &readings {
        tally.add(&shown.truth, &shown.reading);
    }
    Ok((tally, readings))
}

fn read(net: &Crnn, alphabet: &Alphabet, lines: &[Example], device: Device) -> Result<Vec<Shown>> {
    let batch = stack(lines, 0, device);
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
    let batch = stack(std::slice::from_ref(example), 0, device);
    let scores: Tensor = no_grad(|| net.forward_t(&batch.lines, false)).to_device(Device::Cpu);
    let classes = usize::try_from(scores.size3()?.2)?;
    Ok((Vec::<f32>::try_from(scores.contiguous().reshape([-1]))?, classes))
}
