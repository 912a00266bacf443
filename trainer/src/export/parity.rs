//! Whether an exported model reads as the trained network does.
//!
//! Each line goes through libtorch and through tract, which is what the boards run, as the same block of numbers.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::Cursor;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use labelcam::alphabet::{AllowList, Alphabet};
use labelcam::ctc::{self, Scores};
use tch::Device;
use tract_onnx::prelude::*;

use super::weights::Weight;
use crate::crnn::Crnn;
use crate::loader::{Example, stack};
use crate::validate;

/// The largest difference of a log-probability that is rounding and not a mistake: trained networks differ by up to
/// 2e-4, in classes of vanishing probability; a wrong weight or a wrong padding makes 0.1 and more.
const TOLERANCE: f32 = 1e-3;

/// How well an exported model agrees with its network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parity {
    /// Lines compared.
    pub lines: usize,
    /// The largest absolute difference of a log-probability.
    pub difference: f32,
}

/// Reads `examples` with the network and with the file's bytes, each line by itself.
///
/// # Errors
/// When tract cannot run the model, a log-probability differs by more than 1e-3 or a decoded text differs at all; also
/// when there is no line to compare.
pub fn check(model: &[u8], net: &Crnn, alphabet: &Alphabet, examples: &[Example]) -> Result<Parity> {
    ensure!(!examples.is_empty(), "parity cannot be checked on 0 lines: give 1 or more");
    let mut exported = Exported::parse(model)?;
    let mut difference = 0.0f32;
    for (number, example) in examples.iter().enumerate() {
        let line = || format!("line {} (`{}`)", number + 1, example.text);
        let (expected, classes) = validate::log_probabilities(net, example, Device::Cpu).with_context(line)?;
        let block = Weight::of(&stack(std::slice::from_ref(example), 0).lines)?;
        let found = exported.run(&block).with_context(line)?;
        let worst = compare(&expected, &found).with_context(line)?;
        difference = difference.max(worst);
        let (trained, exported) = (read(&expected, classes, alphabet)?, read(&found, classes, alphabet)?);
        ensure!(
            trained == exported,
            "{}: the network reads `{trained}` and the exported model `{exported}`: please report this with the \
             checkpoint",
            line()
        );
    }
    Ok(Parity { lines: examples.len(), difference })
}

/// An exported model in tract.
#[derive(Debug)]
pub(super) struct Exported {
    model: InferenceModel,
    /// Ready to run, by shape of the input: tract's LSTM takes no open one.
    plans: HashMap<Vec<usize>, Arc<TypedRunnableModel>>,
}

impl Exported {
    /// Takes the bytes of an ONNX file.
    ///
    /// # Errors
    /// When tract cannot parse them.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        let model = tract_onnx::onnx().model_for_read(&mut Cursor::new(bytes));
        Ok(Self { model: model.context("tract cannot load the exported model")?, plans: HashMap::new() })
    }

    /// The output for an input such as `[1, 1, 32, W]`, row-major.
    ///
    /// # Errors
    /// When tract cannot run the model on this shape.
    pub(super) fn run(&mut self, input: &Weight) -> Result<Vec<f32>> {
        let shape = &input.shape;
        let plan = match self.plans.entry(shape.clone()) {
            Entry::Occupied(plan) => plan.into_mut(),
            Entry::Vacant(slot) => {
                let plan = plan(self.model.clone(), shape);
                slot.insert(plan.with_context(|| format!("tract cannot prepare the exported model for {shape:?}"))?)
            }
        };
        let input = Tensor::from_shape(shape, &input.values)?;
        let outputs = plan.run(tvec!(input.into())).context("tract cannot run the exported model")?;
        Ok(outputs[0].to_plain_array_view::<f32>()?.iter().copied().collect())
    }
}

fn plan(model: InferenceModel, shape: &[usize]) -> Result<Arc<TypedRunnableModel>> {
    model.with_input_fact(0, f32::fact(shape).into())?.into_optimized()?.into_runnable()
}

/// The largest absolute difference, refused above [`TOLERANCE`].
fn compare(expected: &[f32], found: &[f32]) -> Result<f32> {
    let (values, others) = (expected.len(), found.len());
    ensure!(
        values == others,
        "the network gives {values} values and the exported model {others}: please report this with the checkpoint"
    );
    let differences = expected.iter().zip(found).map(|(a, b)| (a - b).abs());
    // NaN, which `f32::max` would pass over, is the largest of all in this order.
    let worst = differences.max_by(f32::total_cmp).unwrap_or(0.0);
    ensure!(
        worst <= TOLERANCE,
        "a log-probability of the exported model differs by {worst} from the network's, and {TOLERANCE} is the most: \
         please report this with the checkpoint"
    );
    Ok(worst)
}

fn read(values: &[f32], classes: usize, alphabet: &Alphabet) -> Result<String> {
    let scores = Scores::new(values, values.len() / classes, classes)?;
    Ok(ctc::greedy(scores, &AllowList::all())?.text(alphabet).as_str().to_owned())
}
