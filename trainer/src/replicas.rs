//! Copies of the network that compute the gradients of a batch's shards side by side.
//!
//! On processors this uses the cores far better than threads within each operation, which wait for one another at the
//! end of every small one. A GPU takes the whole batch: one replica.

use std::collections::HashMap;
use std::thread;

use anyhow::{Result, anyhow};
use tch::nn::VarStore;
use tch::{Device, Tensor, no_grad};

use crate::config::Config;
use crate::crnn::Crnn;
use crate::ctc_loss::ctc_loss;
use crate::device;
use crate::distillation::divergence;
use crate::loader::Batch;
use crate::quantization::Quantization;

/// Where the variables of the float network are that a fine-tuned one is held to.
pub const TEACHER: &str = "teacher";

/// Where the ranges of values are.
pub const RANGES: &str = "quantization";

/// A network with its variables.
#[derive(Debug)]
pub struct Replica {
    /// The variables.
    pub store: VarStore,
    /// The network over them.
    pub net: Crnn,
    /// The float network that it shall go on reading like, and the weight of the distance to it.
    teacher: Option<(Crnn, f64)>,
}

/// The networks; the first is the one that is updated, measured and saved.
#[derive(Debug)]
pub struct Replicas {
    replicas: Vec<Replica>,
}

impl Replica {
    /// A network as the configuration says, with its first weights.
    pub fn new(config: &Config, device: Device) -> Self {
        let store = VarStore::new(device);
        let classes = config.alphabet.classes();
        let net = Crnn::new(&store.root(), &config.network, classes);
        let roundings = config.quantization.as_ref().map(|config| Quantization::new(&(store.root() / RANGES), config));
        let net = net
            .with_precision(device::precision(config.optimization.precision, device))
            .with_held_norms(config.optimization.hold_norms)
            .with_quantization(roundings);
        let weight = config.quantization.as_ref().map(|quantization| quantization.distillation);
        let teacher = weight.filter(|&weight| weight > 0.0).map(|weight| {
            let teacher = Crnn::new(&(store.root() / TEACHER), &config.network, classes);
            store.variables().iter().filter(|(name, _)| name.starts_with(TEACHER)).for_each(|(_, variable)| {
                let _ = variable.set_requires_grad(false);
            });
            (teacher, weight)
        });
        Self { store, net, teacher }
    }

    /// The parameters by name, in an order that does not change between runs.
    pub fn trainable(&self) -> Vec<(String, Tensor)> {
        self.variables(|_, value| value.requires_grad())
    }

    /// Some of the variables, in that order.
    fn variables(&self, keep: impl Fn(&str, &Tensor) -> bool) -> Vec<(String, Tensor)> {
        let mut named: Vec<_> = self.store.variables().into_iter().filter(|(name, value)| keep(name, value)).collect();
        named.sort_by(|a, b| a.0.cmp(&b.0));
        named
    }

    /// Leaves the gradient of `share` times the shard's loss with the parameters; returns that loss.
    fn backward(&mut self, shard: &Batch, share: f64) -> Tensor {
        for mut parameter in self.store.trainable_variables() {
            parameter.zero_grad();
        }
        let loss = self.loss(shard) * share;
        loss.backward();
        loss.detach()
    }

    /// The mean loss over a shard.
    fn loss(&self, shard: &Batch) -> Tensor {
        let scores = self.net.forward_t(&shard.lines, true);
        let loss = ctc_loss(&scores, &shard.targets);
        let Some((teacher, weight)) = &self.teacher else { return loss };
        let taught = no_grad(|| teacher.forward_t(&shard.lines, false));
        loss + divergence(&scores, &taught, &shard.targets) * *weight
    }

    /// The ranges of values and the count of updates that they are means over, where there are any.
    fn ranges(&self) -> Vec<(String, Tensor)> {
        self.variables(|name, _| name.starts_with(RANGES))
    }
}

impl Replicas {
    /// `count` networks.
    pub fn new(config: &Config, device: Device, count: usize) -> Self {
        Self { replicas: (0..count.max(1)).map(|_| Replica::new(config, device)).collect() }
    }

    /// The network that is updated, measured and saved.
    pub fn first(&self) -> &Replica {
        &self.replicas[0]
    }

    /// Leaves the gradient of the batch's mean loss with the first replica; returns that loss.
    ///
    /// There are as many shards as replicas, or fewer.
    ///
    /// # Errors
    /// When a replica's thread panics.
    #[expect(clippy::cast_precision_loss, reason = "a batch size")]
    pub fn gradients(&mut self, shards: &[Batch]) -> Result<Tensor> {
        let lines: usize = shards.iter().map(|shard| shard.texts.len()).sum();
        let share = |shard: &Batch| shard.texts.len() as f64 / lines as f64;
        let [shard] = shards else {
            let losses = self.side_by_side(shards, share)?;
            self.gather(shards.len());
            return Ok(Tensor::stack(&losses, 0).sum(tch::Kind::Float));
        };
        Ok(self.replicas[0].backward(shard, 1.0))
    }

    fn side_by_side(&mut self, shards: &[Batch], share: impl Fn(&Batch) -> f64) -> Result<Vec<Tensor>> {
        self.broadcast();
        thread::scope(|scope| {
            let work = self.replicas.iter_mut().zip(shards).map(|(replica, shard)| {
                // A tensor may move to another thread and may not be shared with it, so each gets handles of its own.
                let (share, shard) = (share(shard), shard.handles());
                scope.spawn(move || replica.backward(&shard, share))
            });
            let running: Vec<_> = work.collect();
            let done =
                running.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a training thread panicked")));
            done.collect()
        })
    }

    /// Copies the first replica's variables to the others.
    fn broadcast(&self) {
        let sources: HashMap<String, Tensor> = self.replicas[0].store.variables();
        no_grad(|| {
            for replica in &self.replicas[1..] {
                for (name, mut target) in replica.store.variables() {
                    target.copy_(&sources[&name]);
                }
            }
        });
    }

    /// Adds the others' gradients to the first replica's, and makes its ranges the mean of those of the `count` replicas
    /// that had a shard.
    #[expect(clippy::cast_precision_loss, reason = "a count of cores")]
    fn gather(&self, count: usize) {
        let (first, others) = (&self.replicas[0], &self.replicas[1..count]);
        let (targets, ranges) = (first.trainable(), first.ranges());
        no_grad(|| {
            for replica in others {
                for ((_, target), (_, source)) in targets.iter().zip(replica.trainable()) {
                    if source.grad().defined() {
                        let _ = target.grad().g_add_(&source.grad());
                    }
                }
                for ((_, target), (_, source)) in ranges.iter().zip(replica.ranges()) {
                    let _ = target.shallow_clone().g_add_(&source);
                }
            }
            for (_, mut target) in ranges {
                let _ = target.g_div_scalar_(count as f64);
            }
        });
    }
}
