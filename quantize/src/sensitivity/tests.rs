//! Tests of the choice of layers, with harms that are known.

use std::cell::Cell;

use super::*;
use crate::affine::{Affine, Target};
use crate::layers::{Kind, Layer, Operand, Order};
use crate::plan::Integers;

/// Layers `a`, `b`, … and a plan that quantizes them all.
fn layers(count: u8) -> (Layers, Plan) {
    let mut plan = Plan::default();
    let layer = |at: u8| {
        let name = char::from(b'a' + at).to_string();
        let operand = Operand { tensor: format!("{name}.weight"), rows: 1, columns: 1, order: Order::Rows };
        Layer {
            node: usize::from(at),
            kind: Kind::Linear,
            input: format!("{name}.x"),
            output: format!("{name}.y"),
            operands: vec![operand],
            bias: None,
            point: format!("{name}.x"),
            name,
        }
    };
    let layers: Vec<_> = (0..count).map(layer).collect();
    for layer in &layers {
        plan.values.insert(layer.point.clone(), Affine::of_range(0.0, 1.0, Target::Onnx));
        let integers = Integers { values: vec![1], scales: vec![1.0] };
        plan.weights.insert(layer.operands[0].tensor.clone(), integers);
    }
    (Layers { layers, points: Vec::new() }, plan)
}

/// A measure that loses `harm` lines of 1,000 for each layer quantized.
fn measure<'a>(
    layers: &'a Layers,
    harms: &'a [usize],
    asked: &'a Cell<usize>,
) -> impl Fn(&Plan) -> Result<Measured> + 'a {
    move |plan| {
        asked.set(asked.get() + 1);
        let lost: usize =
            layers.layers.iter().zip(harms).filter(|(layer, _)| plan.quantizes(layer)).map(|(_, harm)| harm).sum();
        let snr_db = 60.0 - f64::from(u32::try_from(lost).unwrap());
        Ok(Measured { lines: 1000, labelled: 1000, float_exact: 900, exact: 900 - lost, same: 1000 - lost, snr_db })
    }
}

#[test]
fn each_layer_is_measured_alone() {
    let ((layers, plan), asked) = (layers(3), Cell::new(0));
    let alone = each(&layers, &plan, measure(&layers, &[4, 0, 9], &asked)).unwrap();
    let exact: Vec<_> = alone.iter().map(|layer| (layer.layer.as_str(), layer.measured.exact)).collect();
    assert_eq!(exact, [("a", 896), ("b", 900), ("c", 891)]);
}

/// What is kept in float with these harms.
fn kept(harms: &[usize], max_drop: f64) -> Kept {
    let ((layers, plan), asked) = (layers(u8::try_from(harms.len()).unwrap()), Cell::new(0));
    let alone = each(&layers, &plan, measure(&layers, harms, &asked)).unwrap();
    let (left, kept) = keep(&layers, &plan, (&alone, max_drop), measure(&layers, harms, &asked)).unwrap();
    let float: Vec<_> = layers.layers.iter().filter(|layer| !left.quantizes(layer)).map(|layer| &layer.name).collect();
    let mut named: Vec<_> = kept.layers.iter().collect();
    named.sort();
    assert_eq!(float, named, "the plan is what the report says");
    kept
}

#[test]
fn nothing_is_left_in_float_where_the_drop_allows_it() {
    let kept = kept(&[1, 1, 1], 0.3);
    assert_eq!((kept.layers.len(), kept.measured), (0, kept.whole));
}

#[test]
fn the_most_harmful_layers_are_left_until_the_drop_is_kept() {
    let kept = kept(&[1, 9, 0, 5, 2], 0.3);
    assert_eq!(kept.layers, ["b", "d"]);
    assert!(kept.measured.drop() <= 0.3 && kept.whole.drop() > 1.6);
}

#[test]
fn everything_is_left_where_nothing_else_keeps_the_drop() {
    assert_eq!(kept(&[4, 4], -0.1).layers.len(), 2);
}
