//! From a source of labelled lines to batches of tensors, prepared ahead of the network by other threads.
//!
//! Lines come in pools. A pool is filled in parallel, sorted by width so that a batch holds lines of like width, cut
//! into batches, and the batches are shuffled. Which lines make up which batch follows from the seed and the step
//! alone, so that a resumed run sees what an uninterrupted one would have seen. The threads that render the lines stack
//! them to tensors too, in memory that a GPU copies from by itself: the training thread only hands them on.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result};
use labelcam::preprocess::LineInput;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use tch::{Device, Tensor};

use crate::crnn::{HEIGHT, TIME_STRIDE};
use crate::ctc_loss::Targets;

/// Batches a pool: enough that lines of one batch are alike in width, few enough that a pool is soon ready.
const POOL_BATCHES: usize = 32;

/// A batch gets up to this many steps of padding more than its widest line needs, so that the network learns that
/// padding means nothing, whatever bucket the runtime puts a line in.
const EXTRA_STEPS_MAX: usize = 4;

/// Batches are this many columns wide or a multiple: libtorch plans its kernels anew for every width that it meets.
const WIDTH_MULTIPLE: usize = 64;

/// Sets the choice of padding apart from the shuffling, which has the same seed.
const PADDING_STREAM: u64 = 0x9ad;

/// A line as the network and its loss take it.
#[derive(Debug, Clone)]
pub struct Example {
    /// The input.
    pub input: LineInput,
    /// Its classes.
    pub label: Vec<u16>,
    /// Its text.
    pub text: String,
}

/// Gives the example of an index, the same one every time.
pub type Source = Arc<dyn Fn(u64) -> Example + Send + Sync>;

/// Lines of like width as tensors.
#[derive(Debug)]
pub struct Batch {
    /// `[N, 1, 32, W]`.
    pub lines: Tensor,
    /// What they say, as classes.
    pub targets: Targets,
    /// What they say.
    pub texts: Vec<String>,
}

impl Batch {
    /// The same tensors behind new handles, for another thread.
    #[must_use]
    pub fn handles(&self) -> Self {
        Self { lines: self.lines.shallow_clone(), targets: self.targets.clone(), texts: self.texts.clone() }
    }

    /// The batch on a device. From pinned memory the copy is queued there, and nobody waits for it.
    #[must_use]
    pub fn on(self, device: Device) -> Self {
        let kind = self.lines.kind();
        Self { lines: self.lines.to_device_(device, kind, true, false), ..self }
    }

    /// The batch where a CUDA device copies it from without the processor's help; as it is for any other device.
    fn pinned_for(self, device: Device) -> Self {
        let lines = if device.is_cuda() { self.lines.pin_memory(device) } else { self.lines };
        Self { lines, ..self }
    }
}

/// Which lines make up which batch.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// Seed of the shuffling and of the padding.
    pub seed: u64,
    /// Lines a batch.
    pub batch: usize,
    /// Parts of like size that a batch comes in, at most.
    pub shards: usize,
}

/// Batches in order, prepared ahead.
#[derive(Debug)]
pub struct Loader {
    /// Absent once the loader is being dropped.
    pools: Option<Receiver<Vec<Vec<Batch>>>>,
    /// Absent likewise.
    thread: Option<JoinHandle<()>>,
    ready: std::vec::IntoIter<Vec<Batch>>,
    device: Device,
}

impl Loader {
    /// Starts to prepare batches from update `step` on.
    ///
    /// # Errors
    /// When no thread can be started, or it dies before update `step`.
    pub fn start(source: Source, order: Order, step: usize, device: Device) -> Result<Self> {
        let (sender, pools) = sync_channel(1);
        let first = step / POOL_BATCHES;
        let thread = thread::Builder::new()
            .name("loader".into())
            .spawn(move || {
                // A closed channel means that training has ended.
                let mut pool = first;
                while sender.send(order.pool(&source, pool, device)).is_ok() {
                    pool += 1;
                }
            })
            .context("no thread for loading lines can be started")?;
        let (pools, thread) = (Some(pools), Some(thread));
        let mut loader = Self { pools, thread, ready: Vec::new().into_iter(), device };
        for _ in first * POOL_BATCHES..step {
            loader.next_prepared()?;
        }
        Ok(loader)
    }

    /// The batch of the next update, in its shards.
    ///
    /// # Errors
    /// When the loading thread has died.
    pub fn next_shards(&mut self) -> Result<Vec<Batch>> {
        let device = self.device;
        Ok(self.next_prepared()?.into_iter().map(|batch| batch.on(device)).collect())
    }

    fn next_prepared(&mut self) -> Result<Vec<Batch>> {
        loop {
            if let Some(shards) = self.ready.next() {
                return Ok(shards);
            }
            let pool = self.pools.as_ref().and_then(|pools| pools.recv().ok());
            self.ready = pool.context("the loading thread has stopped; see its message above")?.into_iter();
        }
    }
}

impl Drop for Loader {
    /// Waits for the thread: libtorch must not be taken down at the program's end while it still makes tensors.
    fn drop(&mut self) {
        drop(self.pools.take());
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Order {
    /// Renders and stacks the batches of a pool.
    fn pool(&self, source: &Source, pool: usize, device: Device) -> Vec<Vec<Batch>> {
        let batches = self.examples(source, pool);
        let stacked = batches.into_par_iter().enumerate().map(|(i, examples)| {
            let step = (pool * POOL_BATCHES + i) as u64;
            let extra = generator(self.seed ^ PADDING_STREAM, step).random_range(0..=EXTRA_STEPS_MAX) * TIME_STRIDE;
            let size = examples.len().div_ceil(self.shards.max(1));
            examples.chunks(size).map(|shard| stack(shard, extra).pinned_for(device)).collect()
        });
        stacked.collect()
    }

    fn examples(&self, source: &Source, pool: usize) -> Vec<Vec<Example>> {
        let lines = (POOL_BATCHES * self.batch) as u64;
        let first = pool as u64 * lines;
        let mut examples: Vec<Example> = (first..first + lines).into_par_iter().map(|index| source(index)).collect();
        examples.sort_by_key(|example| example.input.width());
        let mut batches: Vec<Vec<Example>> = Vec::with_capacity(POOL_BATCHES);
        while !examples.is_empty() {
            let rest = examples.split_off(self.batch.min(examples.len()));
            batches.push(std::mem::replace(&mut examples, rest));
        }
        batches.shuffle(&mut generator(self.seed, pool as u64));
        batches
    }
}

/// Stacks lines, padded with zeros to the widest and `extra` columns more, and from there to [`WIDTH_MULTIPLE`].
pub fn stack(examples: &[Example], extra: usize) -> Batch {
    let widest = examples.iter().map(|example| example.input.width()).max().unwrap_or(TIME_STRIDE);
    let width = (widest + extra).next_multiple_of(WIDTH_MULTIPLE);
    let mut block = vec![0.0f32; examples.len() * HEIGHT * width];
    let mut targets = Targets::default();
    for (example, line) in examples.iter().zip(block.chunks_exact_mut(HEIGHT * width)) {
        example.input.copy_into(line, width);
        targets.classes.extend(example.label.iter().map(|&class| i64::from(class)));
        targets.lengths.push(i64::try_from(example.label.len()).unwrap_or(i64::MAX));
    }
    // Made as [N, H, W, 1]: the strides then say "channels last", which one channel alone leaves open.
    let shape = [examples.len(), HEIGHT, width, 1].map(|side| i64::try_from(side).unwrap_or(i64::MAX));
    let lines = Tensor::from_slice(&block).reshape(shape).permute([0, 3, 1, 2]);
    Batch { lines, targets, texts: examples.iter().map(|example| example.text.clone()).collect() }
}

fn generator(seed: u64, stream: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(stream);
    random
}
