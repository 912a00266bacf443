//! From a model file of ours back to weights that training can start from.
//!
//! Nothing is guessed: the file must be the one that export would write for the configuration's network, other weights
//! aside. Batch norms come as the identity, with the convolutions as they were folded; training restores them on lines.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use labelcam::onnx::pb::{GraphProto, ModelProto};
use labelcam::onnx::{self, graph as look};
use labelcam::spec::{InputSpec, METADATA_KEY, Spec};
use rayon::prelude::*;
use tch::nn::VarStore;
use tch::{Device, Tensor};

use super::lstm::{Lstm, parted};
use super::weights::{Weight, ensure_finite};
use crate::checkpoint::Checkpoint;
use crate::config::Config;
use crate::contract;
use crate::crnn::{BATCH_NORM_EPSILON, Crnn, NORMALIZED};
use crate::loader::{Source, stack};

/// Lines that batch norms are restored on.
const LINES: u64 = 256;

/// Of these, as many are run at a time.
const BATCH: usize = 32;

/// The weights of a float model file as a checkpoint to start the training of `config` from. Unless the batch norms are
/// held they are restored on some of the lines, see [`Crnn::restore_norms`].
///
/// # Errors
/// When the file cannot be read, is of another network, alphabet or preprocessing than the configuration's, is an int8
/// model, or has a value that is not finite.
pub fn checkpoint(path: &Path, config: &Config, lines: &Source) -> Result<Checkpoint> {
    let named = || format!("cannot start from the model {}", path.display());
    let bytes = fs::read(path).with_context(named)?;
    let folded = Checkpoint::of_weights(path, weights(&bytes, config).with_context(named)?, config.clone());
    if config.optimization.hold_norms || config.quantization.is_some() {
        return Ok(folded);
    }
    let (store, net) = folded.network(Device::Cpu)?;
    let mut examples: Vec<_> = (0..LINES).into_par_iter().map(|index| lines(index)).collect();
    examples.sort_by_key(|example| example.input.width());
    let batches: Vec<_> = examples.chunks(BATCH).map(|batch| stack(batch, 0).lines).collect();
    net.restore_norms(&batches);
    Ok(Checkpoint::of_weights(path, store.variables().into_iter().collect(), config.clone()))
}

/// All variables of the network, by name.
pub(super) fn weights(bytes: &[u8], config: &Config) -> Result<Vec<(String, Tensor)>> {
    let mut model = onnx::parse(bytes)?;
    check_contract(&model, config)?;
    let found = model.graph.take().context("it has no graph")?;
    let store = VarStore::new(Device::Cpu);
    Crnn::new(&store.root(), &config.network, config.alphabet.classes());
    check_graph(&super::graph(&store, config.alphabet.classes())?, &found)?;
    let constants = Constants(look::Index::new(&found));
    let mut weights = Vec::new();
    for (i, normalized) in NORMALIZED.into_iter().enumerate() {
        weights.extend(conv(&constants, i, normalized)?);
    }
    for i in 0..2 {
        weights.extend(recurrent(&constants, i)?);
    }
    Ok(weights.into_iter().map(|(name, weight)| (name, weight.tensor())).collect())
}

/// Refuses a model that takes or gives something else than the configuration says.
fn check_contract(model: &ModelProto, config: &Config) -> Result<()> {
    let json = onnx::metadata(model, METADATA_KEY)
        .context("it carries no contract: only models that labelcam-train exported can be trained further")?;
    let spec = Spec::from_json(json)?;
    let (found, wanted) = (&spec.alphabet, &config.alphabet);
    ensure!(
        found == wanted,
        "its alphabet of {} characters is not the configuration's of {}: give `alphabet` as `labelcam inspect` prints it",
        found.chars().len(),
        wanted.chars().len()
    );
    // The widest line is a limit, and no property of the weights.
    let wanted = contract::input(config);
    let found = InputSpec { max_width: wanted.max_width, ..spec.input };
    ensure!(
        found == wanted,
        "it takes {found:?} and this trainer gives {wanted:?}: export it anew from its checkpoint"
    );
    Ok(())
}

/// Refuses a graph that is not `own` with other weights.
fn check_graph(own: &GraphProto, found: &GraphProto) -> Result<()> {
    ensure!(
        !found.node.iter().any(|node| node.op_type == "DequantizeLinear"),
        "it is an int8 model: give the float model that it was made from"
    );
    let there = look::Index::new(found);
    for constant in &own.initializer {
        let name = &constant.name;
        let Some(other) = there.constant(name) else {
            bail!("it has no weights `{name}`: it is not one of labelcam-train's");
        };
        ensure!(
            other.dims == constant.dims && other.data_type == constant.data_type,
            "it has `{name}` as {:?} and the configuration's network needs {:?}: set network.width and network.hidden \
             to the model's",
            other.dims,
            constant.dims
        );
    }
    let others = own.node.iter().map(Some).chain([None]).zip(found.node.iter().map(Some).chain([None]));
    if let Some((own, other)) = others.into_iter().find(|(own, other)| own != other) {
        let name = own.or(other).map_or("", |node| &node.name);
        bail!("its node `{name}` is not what this trainer exports: it was made or changed by another program");
    }
    Ok(())
}

/// The constants of a file whose graph was checked.
struct Constants<'a>(look::Index<'a>);

impl Constants<'_> {
    fn get(&self, name: String) -> Result<(String, Weight)> {
        let values = self.0.constant(&name).and_then(|tensor| Some((look::shape(tensor), look::floats(tensor)?)));
        let (shape, values) = values.with_context(|| format!("it has no floats `{name}`"))?;
        let weight = Weight { shape, values };
        ensure_finite(&name, &weight)?;
        Ok((name, weight))
    }
}

/// Convolution `i`, and a batch norm that changes nothing where there was one.
fn conv(constants: &Constants, i: usize, normalized: bool) -> Result<Vec<(String, Weight)>> {
    let bias = constants.get(format!("conv{i}.bias"))?;
    let channels = bias.1.values.len();
    let mut weights = vec![constants.get(format!("conv{i}.weight"))?, bias];
    if normalized {
        let mut part = |part: &str, value: f32| {
            weights.push((format!("norm{i}.{part}"), Weight { shape: vec![channels], values: vec![value; channels] }));
        };
        part("weight", 1.0);
        part("bias", 0.0);
        part("running_mean", 0.0);
        part("running_var", identity_variance());
    }
    Ok(weights)
}

/// The variance whose root is 1 once [`BATCH_NORM_EPSILON`] is added.
#[expect(
    clippy::cast_possible_truncation,
    reason = "rounding it changes the root by 1e-8, less than a weight's last bit"
)]
fn identity_variance() -> f32 {
    (1.0 - BATCH_NORM_EPSILON) as f32
}

/// LSTM `i` and the linear layer after it.
fn recurrent(constants: &Constants, i: usize) -> Result<Vec<(String, Weight)>> {
    let name = format!("lstm{i}");
    let part = |part: &str| Ok::<_, anyhow::Error>(constants.get(format!("{name}.{part}"))?.1);
    let (input, recurrent, bias) = (part("W")?, part("R")?, part("B")?);
    let hidden = recurrent.shape[2];
    let mut weights = parted(&name, &Lstm { input, recurrent, bias, hidden });
    let (name, weight) = constants.get(format!("linear{i}.weight"))?;
    weights.push((name, weight.transposed()));
    weights.push(constants.get(format!("linear{i}.bias"))?);
    Ok(weights)
}
