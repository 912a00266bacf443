//! What of a graph can be quantized: convolutions, linear layers and LSTMs with constant weights, and the values that
//! enter them.

use std::collections::BTreeSet;

use labelcam::onnx::graph::{self, Index};
use labelcam::onnx::pb::{GraphProto, NodeProto, TensorProto};

/// How the weights of an operand lie in its tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Row by row, a row for each output.
    Rows,
    /// Column by column, as in a matrix that is multiplied from the right.
    Columns,
}

/// A constant tensor of weights, looked at as a matrix with a row for each output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operand {
    /// The tensor's name.
    pub tensor: String,
    /// Outputs.
    pub rows: usize,
    /// Inputs that each output sums over, K.
    pub columns: usize,
    /// How it lies in the tensor.
    pub order: Order,
}

impl Operand {
    /// The matrix, row after row, of values as they lie in the tensor.
    pub fn rows<T: Copy>(&self, stored: &[T]) -> Vec<T> {
        match self.order {
            Order::Rows => stored.to_vec(),
            Order::Columns => transposed(stored, self.rows),
        }
    }

    /// Values as they lie in the tensor, of the matrix row after row.
    pub fn stored<T: Copy>(&self, rows: &[T]) -> Vec<T> {
        match self.order {
            Order::Rows => rows.to_vec(),
            Order::Columns => transposed(rows, self.columns),
        }
    }
}

/// A matrix of `columns` columns with rows and columns exchanged.
fn transposed<T: Copy>(values: &[T], columns: usize) -> Vec<T> {
    let rows = values.len() / columns.max(1);
    (0..values.len()).map(|at| values[at % rows.max(1) * columns + at / rows.max(1)]).collect()
}

/// The sliding window of a convolution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Rows and columns of the kernel.
    pub kernel: [usize; 2],
    /// Rows and columns between neighbouring outputs.
    pub strides: [usize; 2],
    /// Rows and columns between neighbouring weights.
    pub dilations: [usize; 2],
    /// Zeros above, to the left, below and to the right.
    pub pads: [usize; 4],
    /// Groups of channels that do not see one another.
    pub groups: usize,
}

/// What a layer computes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `[N, C, H, W]` to `[N, O, H', W']`.
    Conv(Window),
    /// `[.., I]` to `[.., O]`.
    Linear,
    /// `[T, N, I]` to `[T, D, N, h]`; the second operand multiplies the state.
    Lstm {
        /// Directions D.
        directions: usize,
        /// Size of the state h.
        hidden: usize,
        /// Whether the first direction is from the last step to the first.
        reversed: bool,
    },
}

/// A layer that can be quantized.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Its name for people: the node's, or its output's where the node has none.
    pub name: String,
    /// The node in the graph.
    pub node: usize,
    /// What it computes.
    pub kind: Kind,
    /// The value that it takes.
    pub input: String,
    /// The value that its node gives, without the bias of an `Add` behind it.
    pub output: String,
    /// Its weights: one operand, or those of the input and of the state.
    pub operands: Vec<Operand>,
    /// The constant that is added to its outputs, where there is one.
    pub bias: Option<String>,
    /// The value where its input is quantized, see [`Layers::points`].
    pub point: String,
}

/// A value that is quantized, and the pooled forms of it that share the quantizer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// The value.
    pub value: String,
    /// The max pools between it and its layers, by their outputs: the largest of some integers is one of them.
    pub pooled: BTreeSet<String>,
}

/// The layers of a graph in the order of execution, and where values are quantized.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layers {
    /// The layers.
    pub layers: Vec<Layer>,
    /// The values, each once, in the order of the first layer that needs it.
    pub points: Vec<Point>,
}

impl Layers {
    /// Finds the layers of a graph.
    pub fn of(graph: &GraphProto) -> Self {
        let index = Index::new(graph);
        let mut found = Self::default();
        for (at, node) in graph.node.iter().enumerate() {
            let Some(mut layer) = layer(&index, at, node) else { continue };
            let (value, pooled) = source(&index, &layer.input);
            value.clone_into(&mut layer.point);
            match found.points.iter_mut().find(|point| point.value == value) {
                Some(point) => point.pooled.extend(pooled),
                None => found.points.push(Point { value: value.to_owned(), pooled }),
            }
            found.layers.push(layer);
        }
        found
    }

    /// The layers that take a point's value.
    pub fn fed_by<'a>(&'a self, point: &'a str) -> impl Iterator<Item = &'a Layer> {
        self.layers.iter().filter(move |layer| layer.point == point)
    }
}

fn layer(index: &Index<'_>, at: usize, node: &NodeProto) -> Option<Layer> {
    let (kind, operands) = match node.op_type.as_str() {
        "Conv" => conv(index, node)?,
        "MatMul" => (Kind::Linear, vec![matrix(own(index, node, 1)?, Order::Columns)?]),
        "Gemm" => (Kind::Linear, vec![gemm(index, node)?]),
        "LSTM" => lstm(index, node)?,
        _ => return None,
    };
    let output = node.output.first()?;
    let name = if node.name.is_empty() { output } else { &node.name }.clone();
    let input = node.input.first()?.clone();
    // A product of two constants is no layer.
    if index.constant(&input).is_some() {
        return None;
    }
    let bias = bias(index, node);
    Some(Layer { name, node: at, kind, input, output: output.clone(), operands, bias, point: String::new() })
}

/// Input `at` of a node, if it is a constant of floats that nothing else takes.
fn own<'a>(index: &Index<'a>, node: &NodeProto, at: usize) -> Option<&'a TensorProto> {
    let name = node.input.get(at)?;
    index.only_taker(name)?;
    index.constant(name).filter(|tensor| graph::floats(tensor).is_some())
}

fn matrix(tensor: &TensorProto, order: Order) -> Option<Operand> {
    let [first, second] = graph::shape(tensor)[..] else { return None };
    let (rows, columns) = if order == Order::Rows { (first, second) } else { (second, first) };
    Some(Operand { tensor: tensor.name.clone(), rows, columns, order })
}

fn gemm(index: &Index<'_>, node: &NodeProto) -> Option<Operand> {
    let one = |name| graph::attribute(node, name).is_none_or(|attribute| attribute.f.to_bits() == 1f32.to_bits());
    let plain = one("alpha") && one("beta") && graph::int_or(node, "transA", 0) == 0;
    let order = if graph::int_or(node, "transB", 0) == 0 { Order::Columns } else { Order::Rows };
    matrix(own(index, node, 1).filter(|_| plain)?, order)
}

fn conv(index: &Index<'_>, node: &NodeProto) -> Option<(Kind, Vec<Operand>)> {
    let tensor = own(index, node, 1)?;
    let [rows, channels, height, width] = graph::shape(tensor)[..] else { return None };
    let automatic = graph::attribute(node, "auto_pad").is_some_and(|pad| pad.s != b"NOTSET".as_slice());
    let pair = |name| sides::<2>(node, name, 1);
    let window = Window {
        kernel: [height, width],
        strides: pair("strides")?,
        dilations: pair("dilations")?,
        pads: sides::<4>(node, "pads", 0)?,
        groups: usize::try_from(graph::int_or(node, "group", 1)).ok()?,
    };
    let sound = !automatic && window.groups > 0 && rows.is_multiple_of(window.groups);
    let operand = Operand { tensor: tensor.name.clone(), rows, columns: channels * height * width, order: Order::Rows };
    sound.then(|| (Kind::Conv(window), vec![operand]))
}

/// The sides that an attribute gives, or `otherwise` for each where it does not stand.
fn sides<const N: usize>(node: &NodeProto, name: &str, otherwise: usize) -> Option<[usize; N]> {
    let given: Option<Vec<usize>> = graph::ints(node, name).iter().map(|&side| usize::try_from(side).ok()).collect();
    let given = given?;
    if given.is_empty() { Some([otherwise; N]) } else { given.try_into().ok() }
}

fn lstm(index: &Index<'_>, node: &NodeProto) -> Option<(Kind, Vec<Operand>)> {
    let (input, state) = (own(index, node, 1)?, own(index, node, 2)?);
    let [directions, rows, columns] = graph::shape(input)[..] else { return None };
    let [_, _, hidden] = graph::shape(state)[..] else { return None };
    let batch_first = graph::int_or(node, "layout", 0) != 0;
    let operand = |tensor: &TensorProto, columns| Operand {
        tensor: tensor.name.clone(),
        rows: directions * rows,
        columns,
        order: Order::Rows,
    };
    let reversed = graph::attribute(node, "direction").is_some_and(|direction| direction.s == b"reverse".as_slice());
    let sound = !batch_first && rows == 4 * hidden && hidden > 0;
    sound.then(|| (Kind::Lstm { directions, hidden, reversed }, vec![operand(input, columns), operand(state, hidden)]))
}

/// The constant added to a layer's outputs: an input of its own, or of the `Add` behind a `MatMul`.
fn bias(index: &Index<'_>, node: &NodeProto) -> Option<String> {
    let at = match node.op_type.as_str() {
        "Conv" | "Gemm" => 2,
        "LSTM" => 3,
        _ => {
            let add = index.only_taker(node.output.first()?).filter(|taker| taker.op_type == "Add")?;
            let at = add.input.iter().position(|name| index.constant(name).is_some())?;
            let constant = own(index, add, at)?;
            return (constant.dims.len() == 1).then(|| constant.name.clone());
        }
    };
    Some(own(index, node, at)?.name.clone())
}

/// The operators that move or choose values and compute none.
const MOVES: [&str; 7] = ["MaxPool", "Squeeze", "Unsqueeze", "Transpose", "Reshape", "Flatten", "Identity"];

/// Where a layer's input is quantized: at the value that it is a moved form of, with the max pools on the way; but
/// behind an LSTM at the input itself, for its output has other axes than a layer's input.
fn source<'a>(index: &Index<'a>, input: &'a str) -> (&'a str, BTreeSet<String>) {
    let (mut value, mut pooled) = (input, BTreeSet::new());
    while let Some(node) = index.maker(value).filter(|node| MOVES.contains(&node.op_type.as_str())) {
        if node.op_type == "MaxPool" {
            pooled.insert(value.to_owned());
        }
        value = &node.input[0];
    }
    match index.maker(value) {
        Some(maker) if maker.op_type == "LSTM" => (input, BTreeSet::new()),
        _ => (value, pooled),
    }
}
