//! Exported parts and whole networks against libtorch, on random weights.

use std::collections::BTreeMap;
use std::sync::Arc;

use labelcam::alphabet::Alphabet;
use labelcam::image::Gray;
use labelcam::onnx::build::{Side, long, value};
use labelcam::onnx::pb::ModelProto;
use labelcam::preprocess::{self, Region};
use labelcam::spec::{METADATA_KEY, Spec, TrainingSpec};
use prost::Message;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tch::nn::{self, ModuleT, RNN, VarStore};
use tch::{Device, Kind, Tensor, no_grad};

use super::graph::Graph;
use super::parity::{self, Exported};
use super::weights::{Weight, Weights};
use super::{bytes, fold, inverse, model, network};
use crate::config::{Config, OptimizationConfig};
use crate::contract;
use crate::crnn::{Crnn, HEIGHT, NetworkConfig};
use crate::loader::{Example, Source, stack};

/// Outputs here are of size 1 to 10, and float sums of some hundred products round off by 1e-6 to 1e-5.
const TOLERANCE: f32 = 1e-4;

const CPU: Device = Device::Cpu;

/// The smallest network that a configuration allows.
fn config() -> Config {
    let alphabet = Alphabet::new("0123456789").unwrap();
    Config { alphabet, network: NetworkConfig { width: 0.125, hidden: 8 }, ..Config::default() }
}

fn spec() -> Spec {
    let training =
        TrainingSpec { network: "n".into(), commit: "c".into(), config_sha256: "s".into(), data: "d".into(), lines: 1 };
    contract::spec(&config(), training)
}

/// A network of random weights, batch norm statistics and biases among them; the same one every time.
fn crnn() -> (VarStore, Crnn) {
    let mut store = VarStore::new(CPU);
    let config = config();
    let net = Crnn::new(&store.root(), &config.network, config.alphabet.classes());
    store.freeze();
    fill(&store);
    (store, net)
}

/// Fills variables with random numbers that keep activations at size 1.
#[expect(clippy::cast_precision_loss, reason = "a fan-in is small")]
fn fill(store: &VarStore) {
    let variables: BTreeMap<String, Tensor> = store.variables().into_iter().collect();
    for (seed, (name, mut variable)) in variables.into_iter().enumerate() {
        let shape = variable.size();
        let positive = name.ends_with("running_var") || name.starts_with("norm") && name.ends_with(".weight");
        let fan_in: i64 = shape[1..].iter().product();
        let noise = random(seed as u64, &shape);
        let values = if positive { noise.exp() } else { noise * (1.0 / fan_in as f64).sqrt() };
        no_grad(|| variable.copy_(&values));
    }
}

/// Numbers from -1 to 1 of a generator of their own: libtorch's is shared by all tests, which run side by side.
fn random(seed: u64, shape: &[i64]) -> Tensor {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let values: Vec<f32> = (0..shape.iter().product()).map(|_: i64| random.random_range(-1.0..1.0)).collect();
    Tensor::from_slice(&values).reshape(shape)
}

fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).max_by(f32::total_cmp).unwrap()
}

#[test]
fn a_folded_convolution_is_the_convolution_and_then_the_norm() {
    let (store, _) = crnn();
    let weights = Weights::read(&store).unwrap();
    let (kernel, bias) = (weights.get("conv2.weight", 4).unwrap(), weights.get("conv2.bias", 1).unwrap());
    let x = random(99, &[2, long(kernel.shape[1]), 6, 9]);
    let conv = |kernel: &Weight, bias: &Weight| x.conv2d(&kernel.tensor(), Some(bias.tensor()), 1, 1, 1, 1);

    let other = VarStore::new(CPU);
    let norm = nn::batch_norm2d(other.root(), long(bias.values.len()), nn::BatchNormConfig::default());
    for (name, mut variable) in other.variables() {
        no_grad(|| variable.copy_(&store.variables()[&format!("norm2.{name}")]));
    }
    let expected = no_grad(|| norm.forward_t(&conv(kernel, bias), false));
    let (kernel, bias) = fold::folded((kernel, bias), &weights, "norm2").unwrap();
    let found = conv(&kernel, &bias);
    assert!(difference(&Weight::of(&expected).unwrap().values, &Weight::of(&found).unwrap().values) < TOLERANCE);
}

#[test]
fn an_exported_lstm_gives_what_libtorch_gives() {
    const STEPS: usize = 12;
    const LINES: usize = 2;
    const INPUTS: usize = 5;
    const HIDDEN: usize = 3;
    let store = VarStore::new(CPU);
    let config = nn::RNNConfig { bidirectional: true, batch_first: false, ..Default::default() };
    let lstm = nn::lstm(store.root() / "lstm0", long(INPUTS), long(HIDDEN), config);
    // By default biases are zero, which would hide that they are in the wrong order.
    fill(&store);
    let x = random(99, &[STEPS, LINES, INPUTS].map(long));
    let expected = no_grad(|| lstm.seq_init(&x, &lstm.zero_state(long(LINES))).0);

    let mut graph = Graph::default();
    let output = network::lstm(&mut graph, &Weights::read(&store).unwrap(), 0, "x").unwrap();
    let sides = |sides: [usize; 3]| sides.map(Side::Fixed);
    let input = value("x", &sides([STEPS, LINES, INPUTS]));
    let graph = graph.finish("lstm", input, value(&output, &sides([STEPS, LINES, 2 * HIDDEN])));
    let found = Exported::parse(&bytes(graph, String::new())).unwrap().run(&Weight::of(&x).unwrap()).unwrap();
    assert!(difference(&Weight::of(&expected).unwrap().values, &found) < TOLERANCE);
}

#[test]
fn an_exported_network_gives_what_libtorch_gives_at_any_width() {
    let (store, net) = crnn();
    let mut exported = Exported::parse(&model(&store, &spec()).unwrap()).unwrap();
    for (lines, width) in [(1, 16), (1, 100), (1, 640), (2, 64)] {
        let x = random(99, &[lines, 1, long(HEIGHT), width]);
        let expected = Weight::of(&net.forward_t(&x, false)).unwrap();
        assert_eq!(expected.shape, [width / 4 + 1, lines, 11].map(|side| usize::try_from(side).unwrap()));
        let found = exported.run(&Weight::of(&x).unwrap()).unwrap();
        assert!(difference(&expected.values, &found) < TOLERANCE, "{lines} lines of width {width}");
    }
}

#[test]
fn parity_holds_for_the_network_exported_and_for_no_other() {
    let (store, net) = crnn();
    let config = config();
    let image = Gray { width: 90, height: 30, pixels: (0..=250).cycle().step_by(37).take(90 * 30).collect() };
    let input = preprocess::line(&image, Region::whole(&image), &contract::input(&config)).unwrap();
    let examples = [Example { input, label: vec![1], text: "0".into() }];
    let file = model(&store, &spec()).unwrap();
    let parity = parity::check(&file, &net, &config.alphabet, &examples).unwrap();
    assert_eq!(parity.lines, 1);
    assert!(parity.difference < TOLERANCE);

    let _ = no_grad(|| store.variables().remove("linear1.bias").unwrap().fill_(0.0));
    let error = parity::check(&file, &net, &config.alphabet, &examples).unwrap_err();
    assert!(
        format!("{error:#}").starts_with("line 1 (`0`): a log-probability of the exported model differs by "),
        "{error:#}"
    );
    let error = parity::check(&file, &net, &config.alphabet, &[]).unwrap_err();
    assert_eq!(error.to_string(), "parity cannot be checked on 0 lines: give 1 or more");
}

#[test]
fn the_same_weights_give_the_same_bytes_with_their_contract() {
    let file = model(&crnn().0, &spec()).unwrap();
    assert!(file == model(&crnn().0, &spec()).unwrap());
    let proto = ModelProto::decode(&file[..]).unwrap();
    assert_eq!(proto.metadata_props.len(), 1);
    assert_eq!(proto.metadata_props[0].key, METADATA_KEY);
    assert_eq!(Spec::from_json(&proto.metadata_props[0].value).unwrap(), spec());
}

#[test]
fn weights_that_are_not_finite_are_refused_by_name() {
    for (name, value, named) in [
        ("lstm1.weight_hh_l0_reverse", f64::NAN, "`lstm1.weight_hh_l0_reverse` has the value NaN at position 0"),
        ("norm4.running_mean", f64::INFINITY, "`norm4.running_mean` has the value inf at position 0"),
        // Finite in itself, but not what it is folded into.
        ("norm4.running_var", -1.0, "`conv4.weight` has the value NaN at position 0"),
    ] {
        let (store, _) = crnn();
        let _ = no_grad(|| store.variables().remove(name).unwrap().fill_(value));
        let error = model(&store, &spec()).unwrap_err().to_string();
        assert!(error.starts_with(named), "{error}");
    }
}

#[test]
fn an_alphabet_of_another_size_is_refused() {
    let other = Spec { alphabet: Alphabet::new("abc").unwrap(), ..spec() };
    let error = model(&crnn().0, &other).unwrap_err().to_string();
    assert!(error.starts_with("the network has 11 classes and its alphabet needs 4"), "{error}");
}

/// Every weight comes back, so that a file of these weights is the same file, norms folded into the identity or not.
#[test]
fn weights_out_of_a_file_make_the_same_file() {
    let (store, net) = crnn();
    let file = model(&store, &spec()).unwrap();
    let weights: BTreeMap<String, Tensor> = inverse::weights(&file, &config()).unwrap().into_iter().collect();
    let (other, again) = crnn();
    assert_eq!(weights.len(), other.variables().len());
    for (name, mut variable) in other.variables() {
        assert_eq!(weights[&name].size(), variable.size(), "{name}");
        no_grad(|| variable.copy_(&weights[&name]));
    }
    assert!(model(&other, &spec()).unwrap() == file);
    let x = random(99, &[2, 1, long(HEIGHT), 96]);
    let (expected, found) = (net.forward_t(&x, false), again.forward_t(&x, false));
    assert!(difference(&Weight::of(&expected).unwrap().values, &Weight::of(&found).unwrap().values) < TOLERANCE);
}

/// Out of a file, the norms that were folded compute the same and normalize again.
#[test]
fn restored_norms_change_nothing_and_normalize_what_enters_them() {
    let (store, net) = crnn();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    std::fs::write(&path, model(&store, &spec()).unwrap()).unwrap();
    let image = Gray { width: 90, height: 30, pixels: (0..=250).cycle().step_by(37).take(90 * 30).collect() };
    let input = preprocess::line(&image, Region::whole(&image), &contract::input(&config())).unwrap();
    let lines: Source = Arc::new(move |_| Example { input: input.clone(), label: vec![1], text: "0".into() });
    let checkpoint = inverse::checkpoint(&path, &config(), &lines).unwrap();
    let (restored, again) = checkpoint.network(CPU).unwrap();
    let outputs = |net: &Crnn, x: &Tensor, train| Weight::of(&net.forward_t(x, train)).unwrap().values;
    let x = random(99, &[2, 1, long(HEIGHT), 96]);
    assert!(difference(&outputs(&net, &x, false), &outputs(&again, &x, false)) < TOLERANCE);
    // The batch's own statistics are those that were taken: all lines are the same.
    let line = stack(&[lines(0)], 0).lines;
    assert!(difference(&outputs(&net, &line, false), &outputs(&again, &line, true)) < 10.0 * TOLERANCE);
    let length = |name: &str| f64::try_from(restored.variables()[name].get(0).norm()).unwrap();
    assert!((length("conv2.weight") - std::f64::consts::SQRT_2).abs() < 1e-5, "{}", length("conv2.weight"));
    let held = Config { optimization: OptimizationConfig { hold_norms: true, ..Default::default() }, ..config() };
    let (held, _) = inverse::checkpoint(&path, &held, &lines).unwrap().network(CPU).unwrap();
    assert!(held.variables()["norm2.weight"].equal(&Tensor::ones([32], (Kind::Float, CPU))));
}

#[test]
fn a_file_of_another_network_is_refused_with_both_shapes() {
    let refused = |file: &[u8], config: &Config| inverse::weights(file, config).unwrap_err().to_string();
    let file = model(&crnn().0, &spec()).unwrap();
    let wide = Config { network: NetworkConfig { width: 0.25, hidden: 8 }, ..config() };
    let said = refused(&file, &wide);
    assert!(said.contains("`conv0.weight` as [8, 1, 3, 3]") && said.contains("needs [16, 1, 3, 3]"), "{said}");
    let hidden = Config { network: NetworkConfig { width: 0.125, hidden: 16 }, ..config() };
    let said = refused(&file, &hidden);
    assert!(said.contains("`lstm0.W` as [2, 32, 64]") && said.contains("needs [2, 64, 64]"), "{said}");
    let other = Config { alphabet: Alphabet::new("0123456789A").unwrap(), ..config() };
    let said = refused(&file, &other);
    assert!(said.contains("alphabet of 10 characters is not the configuration's of 11"), "{said}");
}

#[test]
fn a_file_that_was_changed_or_quantized_is_refused_by_the_node() {
    let changed = |change: &dyn Fn(&mut ModelProto)| {
        let mut proto = ModelProto::decode(&model(&crnn().0, &spec()).unwrap()[..]).unwrap();
        change(&mut proto);
        inverse::weights(&proto.encode_to_vec(), &config()).unwrap_err().to_string()
    };
    let said = changed(&|proto| proto.graph.as_mut().unwrap().node[1].op_type = "LeakyRelu".into());
    assert!(said.contains("its node `relu0` is not what this trainer exports"), "{said}");
    let said = changed(&|proto| drop(proto.graph.as_mut().unwrap().node.pop()));
    assert!(said.contains("its node `log_probabilities`"), "{said}");
    let said = changed(&|proto| proto.graph.as_mut().unwrap().node[0].op_type = "DequantizeLinear".into());
    assert!(said.contains("it is an int8 model: give the float model"), "{said}");
    let said = changed(&|proto| proto.metadata_props.clear());
    assert!(said.contains("it carries no contract"), "{said}");
}
