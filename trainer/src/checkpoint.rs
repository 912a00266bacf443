//! What a run needs to go on exactly where it stopped, in one safetensors file.
//!
//! Weights, batch norm statistics and what else the network keeps are `model/NAME`, the optimizer's moments `mean/NAME`
//! and `square/NAME`, its count of updates `updates`, the next step of the run `step`, the best validation so far
//! `best`, and the configuration `config`, as UTF-8. All that is random follows from the seed and the step, so these are
//! the random state.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use labelcam::file;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor, no_grad};

use crate::adamw::AdamW;
use crate::config::Config;
use crate::crnn::Crnn;
use crate::replicas::{RANGES, TEACHER};

/// The progress of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// The next update to make.
    pub step: usize,
    /// Best share of validation lines read exactly so far, 0 to 1.
    pub best: f64,
}

/// Writes a checkpoint over the one at `path`, whole or not at all.
///
/// # Errors
/// When the file cannot be written; `path` is then as it was.
pub fn save(path: &Path, store: &VarStore, optimizer: &AdamW, progress: Progress, config: &Config) -> Result<()> {
    let mut tensors: Vec<(String, Tensor)> = Vec::new();
    let mut keep = |name: String, tensor: &Tensor| {
        tensors.push((name, no_grad(|| tensor.to_device(Device::Cpu).contiguous())));
    };
    for (name, value) in store.variables() {
        keep(format!("model/{name}"), &value);
    }
    for parameter in optimizer.parameters() {
        keep(format!("mean/{}", parameter.name), &parameter.mean);
        keep(format!("square/{}", parameter.name), &parameter.square);
    }
    keep("updates".into(), &Tensor::from_slice(&[optimizer.steps]));
    keep("step".into(), &Tensor::from_slice(&[i64::try_from(progress.step)?]));
    keep("best".into(), &Tensor::from_slice(&[progress.best]));
    keep("config".into(), &Tensor::from_slice(config.to_toml()?.as_bytes()));
    tensors.sort_by(|a, b| a.0.cmp(&b.0));
    file::replace_with(path, |partial| Ok(Tensor::write_safetensors(&tensors, partial)?))
        .context("the checkpoint is not saved")
}

/// A checkpoint read from a file, checked to be finite.
#[derive(Debug)]
pub struct Checkpoint {
    path: PathBuf,
    tensors: HashMap<String, Tensor>,
    /// The configuration of its run.
    pub config: Config,
}

impl Checkpoint {
    /// Reads a checkpoint.
    ///
    /// # Errors
    /// When the file is missing, damaged, of another program, or holds a value that is not finite.
    pub fn read(path: &Path) -> Result<Self> {
        let named = || format!("cannot read the checkpoint {}", path.display());
        ensure!(path.exists(), "there is no checkpoint {}: name one that `labelcam-train train` wrote", path.display());
        let tensors: HashMap<_, _> = Tensor::read_safetensors(path).with_context(named)?.into_iter().collect();
        let bytes = tensors.get("config").with_context(|| format!("{}: it has no configuration in it", named()))?;
        let text = String::from_utf8(Vec::<u8>::try_from(bytes).with_context(named)?).with_context(named)?;
        let config = Config::from_toml(&text).with_context(named)?;
        for (name, tensor) in &tensors {
            let finite = !tensor.is_floating_point() || bool::try_from(tensor.isfinite().all()).unwrap_or(false);
            ensure!(
                finite,
                "{}: `{name}` has values that are not finite (NaN or infinity); go back to an earlier checkpoint",
                named()
            );
        }
        Ok(Self { path: path.to_owned(), tensors, config })
    }

    /// Weights from elsewhere, by the names of the network's variables, as a checkpoint to start from.
    pub fn of_weights(path: &Path, weights: Vec<(String, Tensor)>, config: Config) -> Self {
        let tensors = weights.into_iter().map(|(name, tensor)| (format!("model/{name}"), tensor)).collect();
        Self { path: path.to_owned(), tensors, config }
    }

    /// The network with the checkpoint's weights, in float, to be used and not trained, and its variables.
    ///
    /// # Errors
    /// As [`Self::restore_model`].
    pub fn network(&self, device: Device) -> Result<(VarStore, Crnn)> {
        let mut store = VarStore::new(device);
        let net = Crnn::new(&store.root(), &self.config.network, self.config.alphabet.classes());
        self.restore_model(&store)?;
        store.freeze();
        Ok((store, net))
    }

    /// Copies the weights and batch norm statistics to a network that has not been trained yet, and to its teacher where
    /// it has one. Ranges of values are observed anew.
    ///
    /// # Errors
    /// As [`Self::restore_model`].
    pub fn start_model(&self, store: &VarStore) -> Result<()> {
        for (name, mut variable) in store.variables() {
            let (place, of) = name.split_once('.').unwrap_or(("", &name));
            if place != RANGES {
                let name = if place == TEACHER { of } else { &name };
                self.copy(&format!("model/{name}"), &mut variable)?;
            }
        }
        Ok(())
    }

    /// Copies a network's variables as they were saved.
    ///
    /// # Errors
    /// When a variable is missing or has another shape.
    pub fn restore_model(&self, store: &VarStore) -> Result<()> {
        for (name, mut variable) in store.variables() {
            self.copy(&format!("model/{name}"), &mut variable)?;
        }
        Ok(())
    }

    /// Copies the optimizer's state.
    ///
    /// # Errors
    /// As [`Self::restore_model`].
    pub fn restore_optimizer(&self, optimizer: &mut AdamW) -> Result<()> {
        for parameter in optimizer.parameters() {
            self.copy(&format!("mean/{}", parameter.name), &mut parameter.mean.shallow_clone())?;
            self.copy(&format!("square/{}", parameter.name), &mut parameter.square.shallow_clone())?;
        }
        optimizer.steps = self.scalar("updates")?.int64_value(&[]);
        Ok(())
    }

    /// How far the run was.
    ///
    /// # Errors
    /// When the file does not say.
    pub fn progress(&self) -> Result<Progress> {
        let step =
            usize::try_from(self.scalar("step")?.int64_value(&[])).context("the checkpoint's step is negative")?;
        Ok(Progress { step, best: self.scalar("best")?.to_kind(Kind::Double).double_value(&[]) })
    }

    fn scalar(&self, name: &str) -> Result<Tensor> {
        Ok(self.tensor(name)?.reshape([-1]).get(0))
    }

    fn tensor(&self, name: &str) -> Result<&Tensor> {
        match self.tensors.get(name) {
            Some(tensor) => Ok(tensor),
            None => bail!("the checkpoint {} has no `{name}`: it is of another network", self.path.display()),
        }
    }

    fn copy(&self, name: &str, target: &mut Tensor) -> Result<()> {
        let source = self.tensor(name)?;
        ensure!(
            source.size() == target.size(),
            "the checkpoint {} has `{name}` as {:?} and the network needs {:?}: it is of another network",
            self.path.display(),
            source.size(),
            target.size()
        );
        no_grad(|| target.copy_(source));
        Ok(())
    }
}
