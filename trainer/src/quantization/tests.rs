//! Roundings against their formulas, and gradients through them.

use tch::nn::{Path, VarStore};

use super::*;
use crate::crnn::{Crnn, HEIGHT, NetworkConfig};

const NETWORK: NetworkConfig = NetworkConfig { width: 0.125, hidden: 8 };

fn values(tensor: &Tensor) -> Vec<f32> {
    Vec::try_from(tensor.contiguous().reshape([-1])).unwrap()
}

/// A wave from -1 to 1 of no period that a stride could meet.
#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn wave(shape: &[i64]) -> Tensor {
    let count: i64 = shape.iter().product();
    let values: Vec<f32> = (0..count).map(|i| (i as f32 * 1.7).sin()).collect();
    Tensor::from_slice(&values).reshape(shape)
}

fn quantization(path: &Path, observe: usize) -> Quantization {
    Quantization::new(path, &QuantizationConfig { observe, percentile: 100.0, ..Default::default() })
}

#[test]
fn values_are_rounded_as_quantize_and_dequantize_linear_have_it() {
    for (low, high) in [(0.0, 6.0), (-1.5, 0.75), (-2.0, -1.0)] {
        let affine = Affine::of_range(low, high);
        let x = Tensor::from_slice(&[-9.0f32, -1.5, -0.3, 0.0, 0.004, 0.01, 0.5, 0.74, 5.99, 9.0]);
        for (x, found) in values(&x).into_iter().zip(values(&affine.round(&x))) {
            let zero = f64::from(i32::try_from(affine.zero_point).unwrap());
            let q = ((f64::from(x) / affine.step).round_ties_even() + zero).clamp(0.0, 255.0);
            let expected = (q - zero) * affine.step;
            // libtorch computes in float: a few units in the last place of values below 10.
            assert!((f64::from(found) - expected).abs() < 2e-6, "{x} in {low}..{high}: {found}, not {expected}");
        }
    }
}

#[test]
fn zero_comes_back_as_zero_and_ranges_after_a_relu_have_zero_point_0() {
    for (low, high) in [(0.0, 3.1), (-1.0, 3.0), (-5.0, -1.0), (2.0, 4.0), (0.0, 0.0)] {
        let affine = Affine::of_range(low, high);
        assert_eq!(values(&affine.round(&Tensor::from_slice(&[0.0f32]))), [0.0], "{low}..{high}");
        assert!(low < 0.0 || affine.zero_point == 0);
    }
}

#[test]
fn weights_are_rounded_to_a_step_for_each_output_channel() {
    for (limit, shape) in [(63, vec![5, 3, 3, 3]), (127, vec![4, 7])] {
        let mut sides = vec![1; shape.len()];
        sides[0] = -1;
        // A channel of zeros, and each of the others larger than the one before.
        let of = wave(&shape) * Tensor::arange(shape[0], (Kind::Float, Device::Cpu)).reshape(&sides);
        let block = usize::try_from(shape[1..].iter().product::<i64>()).unwrap();
        let found = values(&weights(&of, limit));
        let of = values(&of);
        for (row, found) in of.chunks(block).zip(found.chunks(block)) {
            let most = row.iter().fold(0.0f64, |most, &w| most.max(f64::from(w).abs()));
            let step = if most == 0.0 { 1.0 } else { most / f64::from(i32::try_from(limit).unwrap()) };
            for (&w, &found) in row.iter().zip(found) {
                let expected = (f64::from(w) / step).round_ties_even() * step;
                assert!((f64::from(found) - expected).abs() < 1e-6 * most.max(1.0), "{w}: {found}, not {expected}");
            }
        }
    }
}

#[test]
fn gradients_pass_roundings_and_end_where_values_are_cut_off() {
    let x = Tensor::from_slice(&[-0.1f32, 0.2, 0.9, 1.4]).set_requires_grad(true);
    (Affine::of_range(0.0, 1.0).round(&x) * 3.0).sum(Kind::Float).backward();
    assert_eq!(values(&x.grad()), [0.0, 3.0, 3.0, 0.0]);
    let w = wave(&[3, 4]).set_requires_grad(true);
    (weights(&w, 63) * 2.0).sum(Kind::Float).backward();
    assert_eq!(values(&w.grad()), [2.0; 12]);
}

#[test]
fn ranges_are_the_mean_over_observed_updates_and_then_stay() {
    let store = VarStore::new(Device::Cpu);
    let quantization = quantization(&store.root(), 2);
    let high = |high: f64| wave(&[1, 4, 4, 9]).relu() / wave(&[1, 4, 4, 9]).max() * high;
    assert!(matches!(quantization.pass(false), Pass::Float), "nothing was observed yet");
    for top in [2.0, 4.0] {
        let x = quantization.pass(true).at(Point::Relu(3), high(top));
        assert!((x.max().double_value(&[]) - top).abs() < 1e-6, "values are as they were while ranges are observed");
    }
    let rounded = quantization.pass(true).at(Point::Relu(3), high(8.0));
    assert!((rounded.max().double_value(&[]) - 3.0).abs() < 1e-6, "cut off at the mean of 2 and 4");
    assert!((quantization.ranges.double_value(&[4, 1]) - 3.0).abs() < 1e-6);
    assert!((quantization.observed.double_value(&[0]) - 2.0).abs() < f64::EPSILON);
}

#[test]
fn a_percentile_leaves_out_the_extremes_at_both_ends() {
    let x = Tensor::arange_start(-100, 901, (Kind::Float, Device::Cpu));
    assert_eq!(values(&extent(&x, 100.0)), [-100.0, 900.0]);
    assert_eq!(values(&extent(&x, 99.0)), [-90.0, 890.0]);
}

/// Observes a batch, so that all ranges are known, and gives the loss of a second pass.
fn observed_loss(store: &VarStore) -> (Crnn, Tensor) {
    let net = Crnn::new(&store.root(), &NETWORK, 11);
    let net = net.with_quantization(Some(quantization(&(store.root() / "quantization"), 1)));
    let lines = wave(&[2, 1, i64::try_from(HEIGHT).unwrap(), 64]);
    let _ = net.forward_t(&lines, true);
    let loss = net.forward_t(&lines, true).get(3).sum(Kind::Float);
    (net, loss)
}

#[test]
fn every_weight_of_the_network_gets_a_gradient() {
    let store = VarStore::new(Device::Cpu);
    observed_loss(&store).1.backward();
    for (name, variable) in store.variables().into_iter().filter(|(_, variable)| variable.requires_grad()) {
        let gradient = variable.grad();
        assert!(gradient.defined() && bool::try_from(gradient.isfinite().all()).unwrap(), "{name}");
        assert!(gradient.abs().max().double_value(&[]) > 0.0, "{name} has no gradient");
    }
}

/// With its weights replaced by the rounded ones, folded norms among them, a network without roundings of weights is the
/// same network.
#[test]
fn rounding_the_weights_again_changes_nothing() {
    let store = VarStore::new(Device::Cpu);
    let (net, _) = observed_loss(&store);
    let lines = wave(&[1, 1, i64::try_from(HEIGHT).unwrap(), 96]);
    let before = net.forward_t(&lines, false);
    for (name, mut variable) in store.variables() {
        // Norms that are the identity up to epsilon scale a whole convolution, and its steps with it.
        if variable.dim() > 1 && variable.requires_grad() {
            no_grad(|| variable.copy_(&weights(&variable, 63)));
        }
        assert!(bool::try_from(variable.isfinite().all()).unwrap(), "{name}");
    }
    // A rounding may fall to the other side where a float sum differs in its last bit; log-probabilities then move by
    // hundredths, and by whole units where a weight is missed.
    let difference = (net.forward_t(&lines, false) - before).abs().max().double_value(&[]);
    assert!(difference < 0.05, "{difference}");
}

#[test]
fn seven_and_eight_bits_are_different_networks() {
    let outputs = [7, 8].map(|weight_bits| {
        let store = VarStore::new(Device::Cpu);
        let config = QuantizationConfig { weight_bits, ..Default::default() };
        let net = Crnn::new(&store.root(), &NETWORK, 11);
        let net = net.with_quantization(Some(Quantization::new(&(store.root() / "quantization"), &config)));
        for mut variable in store.trainable_variables() {
            let shape = variable.size();
            no_grad(|| variable.copy_(&(wave(&shape) * 0.3)));
        }
        net.forward_t(&wave(&[1, 1, i64::try_from(HEIGHT).unwrap(), 64]), false)
    });
    assert!((&outputs[0] - &outputs[1]).abs().max().double_value(&[]) > 1e-4);
}
