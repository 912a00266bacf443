//! The oldest test of a trainer: it can learn one batch by heart.

use std::sync::{Mutex, MutexGuard, PoisonError};

use labelcam_trainer::adamw::AdamW;
use labelcam_trainer::config::Config;
use labelcam_trainer::crnn::Precision;
use labelcam_trainer::lines::{self, Split};
use labelcam_trainer::loader::{Example, stack};
use labelcam_trainer::replicas::Replicas;
use labelcam_trainer::validate::validate;
use tch::Device;

use crate::program::tiny_config;

/// Updates after which a batch of four lines must be learnt; half as many do.
const UPDATES_MAX: usize = 600;

#[test]
fn a_network_learns_one_batch_by_heart() {
    learns_by_heart(Precision::Float);
}

/// In float once more on a processor that does not multiply bfloat16.
#[test]
fn so_does_one_in_bfloat16() {
    learns_by_heart(Precision::Bf16);
}

/// The batch norms see a shard at a time, so that only equal shards must give the gradient of one network.
#[test]
fn replicas_with_equal_shards_have_the_gradient_of_one() {
    tch::set_num_threads(1);
    let config = tiny_config();
    let examples = lines::examples(&config, Split::Train, 2).unwrap();
    let _alone = seeded();
    let gradients = |count: usize| {
        tch::manual_seed(3);
        let mut replicas = Replicas::new(&config, Device::Cpu, count);
        let shards: Vec<_> = (0..count).map(|_| stack(&examples, 0)).collect();
        let loss = f64::try_from(replicas.gradients(&shards).unwrap()).unwrap();
        (loss, replicas.first().trainable().into_iter().map(|(name, value)| (name, value.grad())).collect::<Vec<_>>())
    };
    let ((loss_of_one, one), (loss_of_three, three)) = (gradients(1), gradients(3));
    assert!((loss_of_one - loss_of_three).abs() < 1e-5 * loss_of_one);
    for ((name, one), (_, three)) in one.iter().zip(&three) {
        // Sums of thirds round; relative to a variable's largest gradient that is far below 1e-4. A bias before a batch
        // norm has no gradient at all but such rounding, some 1e-7.
        let difference = f64::try_from((one - three).abs().max()).unwrap();
        assert!(difference <= 1e-4 * f64::try_from(one.abs().max()).unwrap() + 1e-5, "{name}: {difference}");
    }
}

/// Seeds libtorch's one random state, which no other test may draw from meanwhile.
fn seeded() -> MutexGuard<'static, ()> {
    static RANDOM: Mutex<()> = Mutex::new(());
    let alone = RANDOM.lock().unwrap_or_else(PoisonError::into_inner);
    tch::manual_seed(3);
    alone
}

fn learns_by_heart(precision: Precision) {
    let _alone = seeded();
    tch::set_num_threads(1);
    let mut config: Config = tiny_config();
    (config.network.width, config.network.hidden) = (0.25, 64);
    config.data.rendered_width_max = 128;
    config.optimization.precision = precision;
    let examples: Vec<Example> = lines::examples(&config, Split::Train, 4).unwrap();
    let batch = [stack(&examples, 0)];
    let mut replicas = Replicas::new(&config, Device::Cpu, 1);
    let mut optimizer = AdamW::new(replicas.first().trainable(), 0.0);
    for update in 1..=UPDATES_MAX {
        let _ = replicas.gradients(&batch).unwrap();
        let _ = optimizer.step(3e-3, 5.0);
        if update % 20 == 0 {
            let (tally, _) = validate(&replicas.first().net, &config.alphabet, &examples, Device::Cpu).unwrap();
            if tally.exact_lines() == examples.len() {
                return;
            }
        }
    }
    let (tally, readings) = validate(&replicas.first().net, &config.alphabet, &examples, Device::Cpu).unwrap();
    panic!("{} of {} lines after {UPDATES_MAX} updates: {readings:#?}", tally.exact_lines(), examples.len());
}
