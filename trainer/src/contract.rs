//! The contract of the models that this trainer makes.

use labelcam::spec::{FORMAT, InputSpec, Normalization, OutputSpec, OutputValues, Resize, Spec, TrainingSpec};

use crate::config::Config;
use crate::crnn::{HEIGHT, TIME_STRIDE};

/// Deviations below this many grey levels are noise, not print: an empty line is not blown up to full contrast.
const MIN_STD: f32 = 4.0;

/// Lines are padded to multiples of this: half a line's height on average, for 64 widths in all up to the widest.
const WIDTH_MULTIPLE: usize = 32;

/// What the network takes.
pub fn input(config: &Config) -> InputSpec {
    InputSpec {
        channels: 1,
        height: HEIGHT,
        normalization: Normalization::Line { min_std: MIN_STD },
        resize: Resize::KeepRatio,
        time_stride: TIME_STRIDE,
        width_multiple: WIDTH_MULTIPLE,
        max_width: config.data.max_width,
    }
}

/// The whole contract.
pub fn spec(config: &Config, training: TrainingSpec) -> Spec {
    Spec {
        format: FORMAT,
        input: input(config),
        output: OutputSpec { values: OutputValues::LogProbabilities },
        alphabet: config.alphabet.clone(),
        training: Some(training),
        calibration: None,
    }
}
