//! From the nodes that [`super::lower`] writes to operators: tract calls these when it meets one.

use tract_core::internal::{
    DatumTypeExt, OutletId, SpecialOps, StaticName, TVec, TractResult, TypedFact, TypedModel, TypedOp, ensure,
    format_err,
};
use tract_onnx::Onnx;
use tract_onnx::model::ParsingContext;
use tract_onnx::tract_hir::internal::{Expansion, InferenceOp, InferenceResult, Solver, TensorProxy, expand};

use super::node::{LayerNode, Numbers, kernels, numbers, quant, window};
use super::op::{Conv, Dequantize, Linear, LogSoftmax, Lstm, MaxPool, Quantize, Recurrent};
use super::product::Packed;
use crate::onnx::graph::{int_or, ints};
use crate::onnx::pb::NodeProto;

/// What tract's table of operators calls for a node.
type Parsed = TractResult<(Box<dyn InferenceOp>, Vec<String>)>;

/// A function of tract's table.
type Parse = fn(&ParsingContext, &NodeProto) -> Parsed;

/// Makes our operators known to tract.
pub(super) fn register(onnx: &mut Onnx) {
    let operators: [(&'static str, Parse); 7] = [
        ("labelcam.Conv", conv),
        ("labelcam.MaxPool", max_pool),
        ("labelcam.Linear", linear),
        ("labelcam.Lstm", lstm),
        ("labelcam.Quantize", quantize),
        ("labelcam.Dequantize", dequantize),
        ("labelcam.LogSoftmax", log_softmax),
    ];
    for (name, parse) in operators {
        onnx.op_register.insert(name, parse);
    }
}

fn conv(_context: &ParsingContext, node: &NodeProto) -> Parsed {
    let layer = LayerNode::read(node)?;
    let depth = usize::try_from(int_or(node, "depth", 0))?;
    let window = window(node).ok_or_else(|| format_err!("`{}` has no window", node.name))?;
    finished(Conv { window, depth, quantized: layer.output.is_some(), weights: layer.build()? })
}

fn max_pool(_context: &ParsingContext, node: &NodeProto) -> Parsed {
    let window = window(node).ok_or_else(|| format_err!("`{}` has no window", node.name))?;
    finished(MaxPool { window, kernels: kernels()? })
}

fn linear(_context: &ParsingContext, node: &NodeProto) -> Parsed {
    let layer = LayerNode::read(node)?;
    finished(Linear { depth: layer.length, quantized: layer.output.is_some(), weights: layer.build()? })
}

fn lstm(_context: &ParsingContext, node: &NodeProto) -> Parsed {
    let mut layer = LayerNode::read(node)?;
    // A layer's output is what a node's output is; here the gates come between, and stay in float.
    let output = layer.output.take();
    let hidden = usize::try_from(int_or(node, "hidden", 0))?;
    let backward: Vec<bool> = ints(node, "backward").iter().map(|&flag| flag != 0).collect();
    let recurrent = recurrent(node, hidden)?;
    ensure!(recurrent.len() == backward.len(), "{} directions, weights of {}", backward.len(), recurrent.len());
    let (depth, weights) = (layer.length, layer.build()?);
    let kernels = kernels()?;
    finished(Lstm { depth, hidden, backward, weights, recurrent: recurrent.into(), output, kernels })
}

/// The recurrent weights, `[D][4 h][h]`, direction by direction.
fn recurrent(node: &NodeProto, hidden: usize) -> TractResult<Vec<Recurrent>> {
    let kernels = kernels()?;
    let size = 4 * hidden * hidden;
    ensure!(size > 0, "`{}` has no hidden size", node.name);
    match numbers(node, "recurrent")? {
        Numbers::Float(values) => {
            let pack = |values| Ok(Recurrent::Float(Packed::new(kernels, values, 1, hidden)?));
            values.chunks_exact(size).map(pack).collect()
        }
        Numbers::Int8(values, scales) => {
            ensure!(scales.len() * hidden == values.len(), "{} scales, {} weights", scales.len(), values.len());
            let pairs = values.chunks_exact(size).zip(scales.chunks_exact(4 * hidden));
            pairs.map(|(values, scales)| Recurrent::int8(kernels, values, scales, hidden)).collect()
        }
    }
}

fn quantize(_context: &ParsingContext, node: &NodeProto) -> Parsed {
    let quant = quant(node, "output")?;
    let quant = quant.ok_or_else(|| format_err!("`{}` has no scale", node.name))?;
    finished(Quantize { quant, kernels: kernels()? })
}

fn dequantize(_context: &ParsingContext, node: &NodeProto) -> Parsed {
    let quant = quant(node, "input")?;
    let quant = quant.ok_or_else(|| format_err!("`{}` has no scale", node.name))?;
    finished(Dequantize { quant })
}

fn log_softmax(_context: &ParsingContext, _node: &NodeProto) -> Parsed {
    finished(LogSoftmax { kernels: kernels()? })
}

/// What tract's table is to give: every operator here has but one output, and needs nothing of its node any more.
#[expect(clippy::unnecessary_wraps, reason = "the table's own type")]
fn finished(op: impl TypedOp + Clone) -> Parsed {
    Ok((expand(Ready(Box::new(op))), vec![]))
}

/// An operator that needs nothing more but its input.
#[derive(Debug, Clone)]
struct Ready(Box<dyn TypedOp>);

impl Expansion for Ready {
    fn name(&self) -> StaticName {
        self.0.name()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        solver.given_2(&inputs[0].shape, &inputs[0].datum_type, move |solver, shape, datum_type| {
            let input: TypedFact = datum_type.fact(shape);
            let output = self.0.output_facts(&[&input])?;
            solver.equals(&outputs[0].datum_type, output[0].datum_type)?;
            solver.equals(&outputs[0].shape, output[0].shape.to_tvec())
        })
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        model.wire_node(prefix, self.0.clone(), inputs)
    }

    fn runs_out_of_plan(&self) -> bool {
        false
    }
}
