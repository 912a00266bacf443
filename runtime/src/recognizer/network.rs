//! The network in tract: checked once, planned for each width that lines come in.
//!
//! tract runs a plan for one known width several times faster than a plan for any width, and makes one in about the
//! time of a few runs. So the graph is decluttered once with a symbol for the width, and plans for the widths in use
//! are kept.

use std::sync::{Mutex, PoisonError};

use tract_core::internal::{HashMap, anyhow, ensure};
use tract_onnx::prelude::*;

use super::{LogProbabilities, ModelError, ReadError};
use crate::ctc::MAX_STEPS;
use crate::engine;
use crate::guard::guarded;
use crate::onnx::pb::ModelProto;
use crate::preprocess::LineInput;
use crate::spec::{InputSpec, Spec};

/// Plans kept, which share the weights of our operators; the least recently used goes first.
const PLANS_MAX: usize = 12;

/// The width that a model is tried with when it is loaded, in pixels: a short line.
const TRIAL_WIDTH: usize = 128;

type Plan = Arc<TypedRunnableModel>;

/// A network with its plans.
pub(super) struct Network {
    graph: TypedModel,
    width: Symbol,
    input: InputSpec,
    classes: usize,
    /// By width, the most recently used last.
    plans: Mutex<Vec<(usize, Plan)>>,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network").field("input", &self.input).field("classes", &self.classes).finish_non_exhaustive()
    }
}

/// Runs `work` within tract, whose panics become errors.
fn within_tract<T>(work: impl FnOnce() -> TractResult<T>) -> TractResult<T> {
    guarded(work).unwrap_or_else(|message| Err(anyhow!("tract failed within: {message}")))
}

impl Network {
    /// Makes the network of a file and tries it once.
    pub(super) fn new(proto: ModelProto, spec: &Spec) -> Result<Self, ModelError> {
        let unusable = |error: TractError| ModelError::Unusable(format!("{error:#}"));
        let model = within_tract(|| Ok(engine::model(proto))).map_err(unusable)??;
        let (graph, width) = within_tract(|| load(model?, &spec.input)).map_err(unusable)?;
        let classes = spec.alphabet.classes();
        let network = Self { graph, width, input: spec.input.clone(), classes, plans: Mutex::new(Vec::new()) };
        network.try_out().map_err(unusable)??;
        Ok(network)
    }

    /// The network's raw output for a line.
    pub(super) fn run(&self, input: &LineInput) -> Result<LogProbabilities, ReadError> {
        let failed = |error: TractError| ReadError::Run(format!("{error:#}"));
        let output =
            within_tract(|| self.plan(input.width())?.run(tvec!(self.tensor(input)?.into()))).map_err(failed)?;
        let values =
            output[0].try_as_plain_ram().and_then(|plain| Ok(plain.as_slice::<f32>()?.to_vec())).map_err(failed)?;
        Ok(LogProbabilities { values, steps: output[0].shape()[0], classes: self.classes })
    }

    /// What `work` makes of the plan for a line and of the plan's inputs.
    pub(super) fn with_plan<T>(
        &self,
        input: &LineInput,
        work: impl FnOnce(&Plan, TVec<TValue>) -> TractResult<T>,
    ) -> Result<T, ReadError> {
        within_tract(|| work(&self.plan(input.width())?, tvec!(self.tensor(input)?.into())))
            .map_err(|error| ReadError::Run(format!("{error:#}")))
    }

    /// `[1, channels, height, W]` of a line.
    fn tensor(&self, input: &LineInput) -> TractResult<Tensor> {
        let shape = [1, self.input.channels, self.input.height, input.width()];
        let line = input.pixels();
        match self.input.channels {
            1 => Tensor::from_shape(&shape, line),
            channels => Tensor::from_shape(&shape, &line.repeat(channels)),
        }
    }

    /// The plan for a width. The lock is held to look it up and to make it, not while it runs.
    fn plan(&self, width: usize) -> TractResult<Plan> {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        let plan = match plans.iter().position(|&(of, _)| of == width) {
            Some(at) => plans.remove(at).1,
            None => self.prepare(width)?,
        };
        if plans.len() == PLANS_MAX {
            plans.remove(0);
        }
        plans.push((width, Arc::clone(&plan)));
        Ok(plan)
    }

    fn prepare(&self, width: usize) -> TractResult<Plan> {
        let values = HashMap::from([(self.width.clone(), width.to_dim())]);
        self.graph.set_symbols(&values)?.into_optimized()?.into_runnable()
    }

    /// Runs an empty line and compares the output with the contract.
    fn try_out(&self) -> TractResult<Result<(), ModelError>> {
        let InputSpec { channels, height, time_stride, width_multiple, .. } = self.input;
        let width = TRIAL_WIDTH.next_multiple_of(width_multiple);
        let line = Tensor::zero::<f32>(&[1, channels, height, width])?;
        let output = within_tract(|| self.plan(width)?.run(tvec!(line.into())))?;
        let shape = output[0].shape();
        let expected = format!("[T, 1, {}] with T about {}", self.classes, width / time_stride);
        let wrong = || ModelError::Shape { tensor: "output", found: format!("{shape:?}"), expected };
        Ok(match *shape {
            [_, 1, classes] if classes != self.classes => {
                Err(ModelError::ClassCount { expected: self.classes, found: classes })
            }
            // Kernels and padding at the borders may cost or add a step or two.
            [steps, 1, _] if steps.abs_diff(width / time_stride) <= 2 && steps <= MAX_STEPS => Ok(()),
            _ => Err(wrong()),
        })
    }
}

/// Parses and declutters a file, its input fixed to one line of the contract's height and any width.
fn load(mut graph: InferenceModel, input: &InputSpec) -> TractResult<(TypedModel, Symbol)> {
    let width = graph.symbols.sym("W");
    let shape = [1.to_dim(), input.channels.to_dim(), input.height.to_dim(), width.to_dim()];
    ensure!(graph.input_outlets()?.len() == 1, "it has {} inputs and must have one", graph.input_outlets()?.len());
    graph.set_input_fact(0, f32::fact(shape).into())?;
    Ok((graph.into_typed()?.into_decluttered()?, width))
}
