//! Random draws. A line's every choice comes from one [`Dice`], seeded by
//! (seed, index) alone, so that a line does not depend on threads or order.
//! Per-pixel noise comes from [`Noise`], which is far cheaper than ChaCha.

use super::options::{Fault, Span};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The random choices of one line, with the line's severity.
pub(super) struct Dice {
    rng: ChaCha8Rng,
    severity: f32,
    allowance: u32,
    total: u32,
}

impl Dice {
    /// Dice for line `index` of the stream `seed`.
    pub(super) fn new(seed: u64, index: u64) -> Self {
        let mut state = Noise::new(seed ^ index.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        let mut key = [0u8; 32];
        for part in key.chunks_exact_mut(8) {
            part.copy_from_slice(&state.bits().to_le_bytes());
        }
        Self { rng: ChaCha8Rng::from_seed(key), severity: 0.0, allowance: 0, total: 0 }
    }

    /// Sets how bad this line may get: 0 (clean) to 1.
    pub(super) fn set_severity(&mut self, severity: f32) {
        self.severity = severity.clamp(0.0, 1.0);
        self.total = 2 + (self.severity * 4.0) as u32;
    }

    /// How bad this line may get, 0 to 1.
    pub(super) fn severity(&self) -> f32 {
        self.severity
    }

    /// Opens a stage of the pipeline: caps how many harmful faults it may draw, on
    /// top of the cap of the whole line, because each alone is legible but a pile of them is not.
    pub(super) fn open_stage(&mut self) {
        self.allowance = if self.severity == 0.0 { 0 } else { 1 + (self.severity * 2.0) as u32 };
    }

    /// A harmful fault's strength, scaled by severity, or `None` if it does not strike.
    pub(super) fn fault(&mut self, fault: &Fault) -> Option<f32> {
        let hit = self.chance(fault.chance * (0.4 + 1.5 * self.severity));
        if !hit || self.allowance == 0 || self.total == 0 {
            return None;
        }
        self.allowance -= 1;
        self.total -= 1;
        let reach = self.unit() * (0.35 + 0.65 * self.severity);
        Some(fault.low + (fault.high - fault.low) * reach)
    }

    /// A harmless variation's value, free of severity, or `None`.
    pub(super) fn style(&mut self, fault: &Fault) -> Option<f32> {
        self.chance(fault.chance).then(|| self.range(fault.low, fault.high))
    }

    /// Uniform in 0..1.
    pub(super) fn unit(&mut self) -> f32 {
        self.rng.random()
    }

    /// Uniform between the bounds.
    pub(super) fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Log-uniform within a span of positive numbers.
    pub(super) fn log_span(&mut self, span: &Span) -> f32 {
        self.range(span.low.max(1e-3).ln(), span.high.max(1e-3).ln()).exp()
    }

    /// A whole number in `low..=high`.
    pub(super) fn int(&mut self, low: usize, high: usize) -> usize {
        self.rng.random_range(low..=high.max(low))
    }

    /// True with probability `p`.
    pub(super) fn chance(&mut self, p: f32) -> bool {
        self.unit() < p
    }

    /// -1 or 1.
    pub(super) fn sign(&mut self) -> f32 {
        if self.chance(0.5) { 1.0 } else { -1.0 }
    }

    /// One item of a list that is never empty.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let at = self.int(0, items.len().saturating_sub(1));
        &items[at]
    }

    /// One item of a table of (item, weight) that is never empty.
    pub(super) fn weighted<T: Copy>(&mut self, table: &[(T, f32)]) -> T {
        let total: f32 = table.iter().map(|(_, weight)| weight.max(0.0)).sum();
        let mut left = self.unit() * total;
        for &(item, weight) in table {
            left -= weight.max(0.0);
            if left < 0.0 {
                return item;
            }
        }
        table[table.len() - 1].0
    }

    /// A per-pixel noise source of this line.
    pub(super) fn noise(&mut self) -> Noise {
        Noise::new(self.rng.random())
    }
}

/// A splitmix64 stream for per-pixel noise.
pub(super) struct Noise {
    state: u64,
}

impl Noise {
    /// A stream of its own for each seed.
    pub(super) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// 64 random bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in 0..1.
    pub(super) fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1u64 << 24) as f32
    }

    /// About normal with mean 0 and deviation 1: the sum of four 16-bit uniforms.
    pub(super) fn gauss(&mut self) -> f32 {
        let bits = self.bits();
        let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48);
        // Four uniforms have variance 4/12, hence the factor sqrt(3).
        (sum as f32 / 65_536.0 - 2.0) * 1.732
    }
}
