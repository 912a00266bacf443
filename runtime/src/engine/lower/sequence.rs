//! From pictures to sequences, and LSTMs over them.

use super::weights::Values;
use super::{Layout, Lowering, Value, check, output_of};
use crate::engine::node::{Bias, LayerNode, Numbers, numbers_attributes};
use crate::onnx::build;
use crate::onnx::graph::{attribute, floats, int_or, ints, longs};
use crate::onnx::pb::NodeProto;
use crate::recognizer::ModelError;

impl<'a> Lowering<'a> {
    /// `Squeeze` of the rows and `Transpose` to steps: `[N, C, 1, W]` to `[W, N, C]`, which for a picture with its
    /// channels last is `[N, 1, W, C]` to `[N, W, C]` to `[W, N, C]`, and for one line no movement at all.
    pub(super) fn steps(&mut self, node: &'a NodeProto) -> bool {
        let value = self.value(&node.input[0]);
        let axes = node.input.get(1).and_then(|axes| self.index.constant(axes)).and_then(longs);
        let axes = axes.unwrap_or_else(|| ints(node, "axes").to_vec());
        let Some(transpose) = self.next(output_of(node), "Transpose") else { return false };
        if value.layout != Layout::Last || axes != [2] || ints(transpose, "perm") != [2, 0, 1] {
            return false;
        }
        let of = self.absorb(transpose);
        let squeezed = format!("{of}/squeezed");
        let axes = build::longs(&format!("{of}/axes"), &[1]);
        self.nodes.push(build::node(&squeezed, "Squeeze", &[&value.name, &axes.name], vec![]));
        self.constants.push(axes);
        self.turn(&squeezed, of, &[1, 0, 2]);
        self.values.insert(of, Value { name: of.to_owned(), layout: Layout::Plain, ..value });
        true
    }

    /// An LSTM whose directions are then joined.
    pub(super) fn lstm(&mut self, node: &'a NodeProto) -> Result<bool, ModelError> {
        let Some(backward) = directions(node) else { return Ok(false) };
        let (Some(input), Some(recurrent)) = (self.weights(&node.input[1]), self.weights(&node.input[2])) else {
            return Ok(false);
        };
        let sides = (&input.shape[..], &recurrent.shape[..]);
        let ([count, gates, depth], [_, _, hidden]) = sides else { return Ok(false) };
        let (count, gates, depth, hidden) = (*count, *gates, *depth, *hidden);
        let fits = count == backward.len() && gates == 4 * hidden && recurrent.shape == [count, gates, hidden];
        let (Some(join), true) = (self.join(node), fits) else { return Ok(false) };
        let (Some(weights), Some(numbers)) =
            (rows(&input.values, count * gates), rows(&recurrent.values, count * gates))
        else {
            return Ok(false);
        };
        let Some(bias) = self.lstm_bias(node, (count, gates)) else { return Ok(false) };
        let value = self.input(node, &input)?;
        if value.layout == Layout::Last {
            return Ok(false);
        }
        for node in join {
            self.absorb(node);
        }
        let tail = self.tail(output_of(join[1]));
        let layer = LayerNode {
            weights,
            segments: 1,
            length: depth,
            bias: Bias::Float(bias),
            input: value.quant,
            output: tail.quant,
            relu: false,
        };
        check::layer(&node.name, &layer)?;
        check::recurrent(&node.name, &numbers, hidden)?;
        let mut attributes = layer.attributes();
        attributes.extend(numbers_attributes("recurrent", &[count, gates, hidden], &numbers));
        let flags: Vec<i64> = backward.iter().map(|&flag| flag.into()).collect();
        attributes.extend([build::ints("backward", &flags), build::int("hidden", build::long(hidden))]);
        let result = Value { name: tail.result.to_owned(), layout: Layout::Plain, quant: tail.quant };
        self.push("labelcam.Lstm", &value.name, attributes, (tail.result, result));
        Ok(true)
    }

    /// `Transpose` and `Reshape` behind an LSTM: `[T, D, N, h]` to `[T, N, D h]`.
    fn join(&self, node: &NodeProto) -> Option<[&'a NodeProto; 2]> {
        let states = node.output.iter().skip(1);
        if states.into_iter().any(|state| self.index.takers(state).next().is_some()) {
            return None;
        }
        let transpose = self.next(&node.output[0], "Transpose")?;
        let reshape = self.next(output_of(transpose), "Reshape")?;
        let shape = longs(self.index.constant(reshape.input.get(1)?)?)?;
        let joined = ints(transpose, "perm") == [0, 2, 1, 3] && shape == [0, 0, -1];
        joined.then_some([transpose, reshape])
    }

    /// Both of ONNX's biases in one, `[D 4 h]`.
    fn lstm_bias(&self, node: &NodeProto, (count, gates): (usize, usize)) -> Option<Vec<f32>> {
        let Some(name) = node.input.get(3).filter(|name| !name.is_empty()) else {
            return Some(vec![0.0; count * gates]);
        };
        let values = floats(self.index.constant(name)?)?;
        let sum = |pair: &[f32]| (0..gates).map(|i| pair[i] + pair[gates + i]).collect::<Vec<_>>();
        (values.len() == count * 2 * gates).then(|| values.chunks_exact(2 * gates).flat_map(sum).collect())
    }
}

/// Which directions run backward; none for an LSTM that is not the plain one over whole sequences.
fn directions(node: &NodeProto) -> Option<Vec<bool>> {
    let plain = node.input.iter().skip(4).all(String::is_empty)
        && ["activations", "activation_alpha", "activation_beta", "clip"]
            .iter()
            .all(|&name| attribute(node, name).is_none())
        && int_or(node, "layout", 0) == 0
        && int_or(node, "input_forget", 0) == 0;
    let direction = attribute(node, "direction").map_or(&b"forward"[..], |direction| &direction.s);
    let backward = match direction {
        b"forward" => vec![false],
        b"reverse" => vec![true],
        b"bidirectional" => vec![false, true],
        _ => return None,
    };
    plain.then_some(backward)
}

/// Weights that lie row by row already; their scales must go with the rows.
fn rows(values: &Values, count: usize) -> Option<Numbers> {
    match values {
        Values::Float(values) => Some(Numbers::Float(values.clone())),
        Values::Int8 { bytes, scales, .. } if scales.len() == 1 => {
            Some(Numbers::Int8(bytes.clone(), vec![scales[0]; count]))
        }
        Values::Int8 { bytes, scales, axis: 0 } if scales.len() == count => {
            Some(Numbers::Int8(bytes.clone(), scales.clone()))
        }
        Values::Int8 { .. } => None,
    }
}
