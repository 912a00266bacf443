//! Runs a graph over many lines with inner values given out.

use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, anyhow, ensure};
use labelcam::onnx::pb::{ModelProto, ValueInfoProto};
use labelcam::spec::InputSpec;
use rayon::prelude::*;
use tract_onnx::prelude::*;

use crate::lines::Line;

/// Lines that are run before what they gave is put away.
const CHUNK: usize = 16;

/// Plans kept: one for each width in use, and lines come by width.
const PLANS_MAX: usize = 4;

/// A value that a line gave.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Its sides.
    pub shape: &'a [usize],
    /// Its values, the last side's next to one another.
    pub values: &'a [f32],
}

/// A graph that gives out chosen values.
pub struct Probe {
    graph: TypedModel,
    width: Symbol,
    input: InputSpec,
    /// By width, the latest last.
    plans: Mutex<Vec<(usize, Arc<TypedRunnableModel>)>>,
}

impl Probe {
    /// A model that gives out `values` in place of its outputs; what they do not need is not run.
    ///
    /// # Errors
    /// When tract cannot run the model.
    pub fn new(model: &ModelProto, values: &[&str], input: &InputSpec) -> Result<Self> {
        let mut proto = model.clone();
        let output = |&name: &&str| ValueInfoProto { name: name.into(), ..Default::default() };
        let Some(graph) = &mut proto.graph else { return Err(anyhow!("the model has no graph")) };
        graph.output = values.iter().map(output).collect();
        let (graph, width) = load(&proto, input).map_err(|error| anyhow!("tract cannot run the graph: {error:#}"))?;
        Ok(Self { graph, width, input: input.clone(), plans: Mutex::default() })
    }

    /// Runs lines and has `take` put away what each gives, with an account for every [`CHUNK`] lines. The accounts come
    /// back in the order of the lines, so that sums over them are the same however many threads there are.
    ///
    /// # Errors
    /// When the network fails on a line.
    pub fn gather<A: Send>(
        &self,
        lines: &[Line],
        account: impl Fn() -> A + Sync,
        take: impl Fn(&mut A, usize, &[View<'_>]) + Sync,
    ) -> Result<Vec<A>> {
        let chunk = |(at, lines): (usize, &[Line])| {
            let mut account = account();
            for (i, line) in lines.iter().enumerate() {
                let outputs =
                    self.run(line).with_context(|| format!("the network fails on {}", line.path.display()))?;
                let views = outputs.iter().map(view).collect::<Result<Vec<_>>>()?;
                take(&mut account, at * CHUNK + i, &views);
            }
            Ok(account)
        };
        lines.par_chunks(CHUNK).enumerate().map(chunk).collect()
    }

    fn run(&self, line: &Line) -> Result<TVec<TValue>> {
        let failed = |error: TractError| anyhow!("{error:#}");
        let shape = [1, self.input.channels, self.input.height, line.input.width()];
        let pixels = line.input.pixels().repeat(self.input.channels);
        let tensor = Tensor::from_shape(&shape, &pixels).map_err(failed)?;
        self.plan(line.input.width()).and_then(|plan| plan.run(tvec!(tensor.into()))).map_err(failed)
    }

    fn plan(&self, width: usize) -> TractResult<Arc<TypedRunnableModel>> {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, plan)) = plans.iter().find(|&&(of, _)| of == width) {
            return Ok(Arc::clone(plan));
        }
        let values = tract_onnx::tract_core::internal::HashMap::from([(self.width.clone(), width.to_dim())]);
        let plan = self.graph.set_symbols(&values)?.into_optimized()?.into_runnable()?;
        if plans.len() == PLANS_MAX {
            plans.remove(0);
        }
        plans.push((width, Arc::clone(&plan)));
        Ok(plan)
    }
}

fn view(value: &TValue) -> Result<View<'_>> {
    let plain = value.try_as_plain_ram().and_then(|plain| plain.as_slice::<f32>());
    let values = plain.map_err(|error| anyhow!("a value of the network is none of floats: {error:#}"))?;
    ensure!(values.iter().all(|value| value.is_finite()), "the network makes numbers that are not finite");
    Ok(View { shape: value.shape(), values })
}

/// Parses and declutters a graph, its input fixed to one line of the model's height and any width.
fn load(proto: &ModelProto, input: &InputSpec) -> TractResult<(TypedModel, Symbol)> {
    let mut graph = tract_onnx::onnx().model_for_proto_model(proto)?;
    let width = graph.symbols.sym("W");
    let shape = [1.to_dim(), input.channels.to_dim(), input.height.to_dim(), width.to_dim()];
    graph.set_input_fact(0, f32::fact(shape).into())?;
    Ok((graph.into_typed()?.into_decluttered()?, width))
}
