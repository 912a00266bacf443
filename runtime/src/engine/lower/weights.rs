//! The constants of a graph: weights, biases, and how values are quantized.

use super::Lowering;
use crate::engine::node::Bias;
use crate::engine::quant::Quant;
use crate::onnx::graph::{bytes, floats, int_or, int32s, longs, shape};
use crate::onnx::pb::NodeProto;
use crate::onnx::pb::tensor_proto::DataType;

/// Weights as a file has them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Weights {
    pub(super) shape: Vec<usize>,
    pub(super) values: Values,
}

/// The values of weights.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Values {
    Float(Vec<f32>),
    /// Bytes, with the scales along an axis: one for each of its places, or a single one.
    Int8 {
        bytes: Vec<i8>,
        scales: Vec<f32>,
        axis: usize,
    },
}

impl Lowering<'_> {
    /// The quantization of a `QuantizeLinear` or `DequantizeLinear` of a whole tensor in bytes; none for others.
    pub(super) fn quant_of(&self, node: &NodeProto) -> Option<Quant> {
        let scale = floats(self.index.constant(node.input.get(1)?)?)?;
        let [scale] = scale[..] else { return None };
        let Some(zero) = node.input.get(2).filter(|name| !name.is_empty()) else {
            // Without a zero point bytes are unsigned and zero is zero.
            return Some(Quant { scale, zero: 0 });
        };
        let tensor = self.index.constant(zero)?;
        let signed = tensor.data_type == DataType::Int8 as i32;
        let [zero] = bytes(tensor)?[..] else { return None };
        let zero = u8::try_from(if signed { zero + 128 } else { zero }).ok()?;
        Some(Quant { scale, zero })
    }

    /// Constant weights: floats, or symmetric int8 behind a `DequantizeLinear` and perhaps a `Reshape`.
    pub(super) fn weights(&self, name: &str) -> Option<Weights> {
        if let Some(tensor) = self.index.constant(name) {
            let (shape, values) = (shape(tensor), floats(tensor)?);
            return (values.len() == shape.iter().product::<usize>())
                .then_some(Weights { shape, values: Values::Float(values) });
        }
        let node = self.index.maker(name)?;
        match node.op_type.as_str() {
            "DequantizeLinear" => self.int8(node),
            "Reshape" => {
                let inner = self.weights(node.input.first()?)?;
                let sides = longs(self.index.constant(node.input.get(1)?)?)?;
                let shape: Vec<usize> = sides.iter().map(|&side| usize::try_from(side).ok()).collect::<Option<_>>()?;
                let same = shape.iter().product::<usize>() == inner.shape.iter().product::<usize>();
                same.then_some(Weights { shape, ..inner })
            }
            _ => None,
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "an int8 tensor holds nothing larger")]
    fn int8(&self, node: &NodeProto) -> Option<Weights> {
        let tensor = self.index.constant(node.input.first()?)?;
        let scales = floats(self.index.constant(node.input.get(1)?)?)?;
        let symmetric = match node.input.get(2).filter(|name| !name.is_empty()) {
            Some(zero) => bytes(self.index.constant(zero)?)?.iter().all(|&zero| zero == 0),
            None => true,
        };
        let shape = shape(tensor);
        let axis = int_or(node, "axis", 1);
        let axis = usize::try_from(if axis < 0 { axis + i64::try_from(shape.len()).ok()? } else { axis }).ok()?;
        let fits = scales.len() == 1 || shape.get(axis) == Some(&scales.len());
        let signed = tensor.data_type == DataType::Int8 as i32;
        let bytes: Vec<i8> = bytes(tensor)?.iter().map(|&value| value as i8).collect();
        // Symmetric weights have no -128, and NEON's 16-bit sums no room for it.
        let symmetric = symmetric && !bytes.contains(&i8::MIN);
        let whole = bytes.len() == shape.iter().product::<usize>();
        (signed && symmetric && fits && whole)
            .then_some(Weights { shape, values: Values::Int8 { bytes, scales, axis } })
    }

    /// A constant bias of `channels` values: floats, or 32-bit integers in the scale of a layer's sums.
    pub(super) fn bias(&self, name: Option<&String>, channels: usize, scales: Option<&[f32]>) -> Option<Bias> {
        let Some(name) = name.filter(|name| !name.is_empty()) else { return Some(Bias::Float(vec![0.0; channels])) };
        let bias = match (self.index.constant(name), self.index.maker(name)) {
            (Some(tensor), _) => Bias::Float(floats(tensor)?),
            (None, Some(node)) if node.op_type == "DequantizeLinear" => self.integer_bias(node, scales)?,
            _ => return None,
        };
        let length = match &bias {
            Bias::Float(values) => values.len(),
            Bias::Int32(values) => values.len(),
        };
        (length == channels).then_some(bias)
    }

    /// Integers stay what they are where their scale is that of the sums, and become floats where it is not.
    #[expect(clippy::cast_precision_loss, reason = "a float is what the file's own operator would make of it")]
    fn integer_bias(&self, node: &NodeProto, sums: Option<&[f32]>) -> Option<Bias> {
        let values = int32s(self.index.constant(node.input.first()?)?)?;
        let scales = floats(self.index.constant(node.input.get(1)?)?)?;
        let scale = |i: usize| scales.get(i).or_else(|| scales.first()).copied();
        // A product of two floats, rounded once by whoever wrote the file.
        let close = |a: f32, b: f32| (a - b).abs() <= 1e-6 * b.abs();
        let same = sums.is_some_and(|sums| (0..values.len()).all(|i| scale(i).is_some_and(|s| close(s, sums[i]))));
        if same {
            return Some(Bias::Int32(values));
        }
        let float = |(i, &value): (usize, &i32)| Some(value as f32 * scale(i)?);
        Some(Bias::Float(values.iter().enumerate().map(float).collect::<Option<_>>()?))
    }
}
