//! A network's variables as plain numbers, checked to be finite.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use labelcam::onnx::build::long;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor, no_grad};

/// A tensor in memory, row-major.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Weight {
    /// Sides, outermost first.
    pub(super) shape: Vec<usize>,
    /// As many values as the product of the sides.
    pub(super) values: Vec<f32>,
}

impl Weight {
    /// A tensor's values, whatever its device and memory layout.
    pub(super) fn of(tensor: &Tensor) -> Result<Self> {
        let shape = tensor.size().into_iter().map(usize::try_from).collect::<Result<_, _>>()?;
        let flat = no_grad(|| tensor.to_device(Device::Cpu).to_kind(Kind::Float).contiguous().reshape([-1]));
        Ok(Self { shape, values: Vec::<f32>::try_from(flat)? })
    }

    /// A tensor with these values.
    pub(super) fn tensor(&self) -> Tensor {
        let shape: Vec<i64> = self.shape.iter().map(|&side| long(side)).collect();
        Tensor::from_slice(&self.values).reshape(shape)
    }

    /// This matrix `[rows, columns]` as `[columns, rows]`.
    pub(super) fn transposed(&self) -> Self {
        let (rows, columns) = (self.shape[0], self.shape[1]);
        let values = (0..columns).flat_map(|c| (0..rows).map(move |r| self.values[r * columns + c])).collect();
        Self { shape: vec![columns, rows], values }
    }
}

/// The variables of a network by name.
#[derive(Debug)]
pub(super) struct Weights(BTreeMap<String, Weight>);

impl Weights {
    /// Copies the variables out of their store.
    ///
    /// # Errors
    /// When a value is not finite.
    pub(super) fn read(store: &VarStore) -> Result<Self> {
        // In the order of names, so that of several broken variables it is always the same that is named.
        let variables: BTreeMap<String, Tensor> = store.variables().into_iter().collect();
        let read = |(name, tensor): (String, Tensor)| {
            let weight = Weight::of(&tensor).with_context(|| format!("cannot read the weights `{name}`"))?;
            ensure_finite(&name, &weight)?;
            Ok((name, weight))
        };
        Ok(Self(variables.into_iter().map(read).collect::<Result<_>>()?))
    }

    /// The variable of a name, of `rank` sides.
    ///
    /// # Errors
    /// When there is none, or it has another rank.
    pub(super) fn get(&self, name: &str, rank: usize) -> Result<&Weight> {
        let named = || format!("the network has no weights `{name}`: it is not one of labelcam-train's");
        let weight = self.0.get(name).with_context(named)?;
        let shape = &weight.shape;
        ensure!(
            shape.len() == rank,
            "the weights `{name}` have shape {shape:?}, and {rank} sides are needed: not one of labelcam-train's"
        );
        Ok(weight)
    }
}

/// Refuses NaN and infinity, which no runtime would report at reading time.
pub(super) fn ensure_finite(name: &str, weight: &Weight) -> Result<()> {
    let broken = weight.values.iter().enumerate().find(|(_, value)| !value.is_finite());
    match broken {
        Some((at, value)) => bail!(
            "`{name}` has the value {value} at position {at}, which is not finite: export an earlier checkpoint of the run"
        ),
        None => Ok(()),
    }
}
