//! The learning rate over a run.

use std::f64::consts::PI;

use crate::config::OptimizationConfig;

/// The rate of update `step`, counted from 0: a linear rise over `warmup` updates, then half a cosine down to zero.
///
/// Loshchilov and Hutter, "SGDR" (2017), one period without restarts.
#[expect(clippy::cast_precision_loss, reason = "a step count is far below 2^52")]
pub fn rate(config: &OptimizationConfig, step: usize) -> f64 {
    if step < config.warmup {
        return config.rate * (step + 1) as f64 / config.warmup as f64;
    }
    let rest = config.steps.saturating_sub(config.warmup).max(1);
    let done = (step - config.warmup) as f64 / rest as f64;
    config.rate * 0.5 * (1.0 + (PI * done.min(1.0)).cos())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_rises_to_its_top_and_falls_to_zero() {
        let config = OptimizationConfig { steps: 110, warmup: 10, rate: 2.0, ..Default::default() };
        let near = |step, expected: f64| assert!((rate(&config, step) - expected).abs() < 1e-9, "{step}");
        near(0, 0.2);
        near(9, 2.0);
        near(10, 2.0);
        near(60, 1.0);
        near(110, 0.0);
    }
}
