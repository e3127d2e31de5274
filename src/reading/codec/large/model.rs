//! What the next sample may be: two forecasts, mixed by how well each has done.

use super::adaptive::Adaptive;
use super::student::{ONE, Student};
use crate::reading::codec::small::predictor::{Predictor, WEIGHT_BITS};
use crate::reading::codec::small::rice::bit_len;

/// Symbols reach from −128 to 127 about the centre.
pub(super) const REACH: i32 = 128;
/// The share of each of the two escapes, at least, in 2^−16.
const ESCAPE_SHARE: u32 = 8;
/// What is left for the distributions: each symbol has a share of 1 as well.
const SHARES: u32 = (1 << 16) - 2 * (REACH.unsigned_abs() + ESCAPE_SHARE);
/// A weight goes back to one half by 2^−5 a sample, so that no forecast is ever forgotten.
const RETURN_BITS: u32 = 5;

/// The model of a block's samples.
#[derive(Debug)]
pub(super) struct Model {
    fixed: Predictor,
    adaptive: Adaptive,
    fixed_errors: Magnitude,
    adaptive_errors: Magnitude,
    /// Of the adaptive forecast, in 2^−15.
    weight: u32,
    step: u32,
}

impl Model {
    /// With this fixed predictor, for residuals of about `2^size`, and samples that are multiples of `2^step`.
    pub(super) fn new(predictor: u32, size: u32, step: u32) -> Self {
        Self {
            fixed: Predictor::new(predictor, step),
            adaptive: Adaptive::new(size),
            fixed_errors: Magnitude::new(size),
            adaptive_errors: Magnitude::new(size),
            weight: ONE / 2,
            step,
        }
    }

    /// What comes after `past`, which is not empty.
    pub(super) fn forecast(&self, past: &[i32]) -> Forecast {
        let newest = past.last().copied().unwrap_or(0) >> self.step;
        let lean = self.fixed.lean(past);
        let fixed = Student::new(lean, self.fixed_errors.scale());
        let mean = lean.saturating_add(self.adaptive.predict());
        let adaptive = Student::new(mean, self.adaptive_errors.scale());
        let better = if self.weight > ONE / 2 {
            adaptive
        } else {
            fixed
        };
        let centre = better.mean().saturating_add(1 << (WEIGHT_BITS - 1)) >> WEIGHT_BITS;
        Forecast {
            fixed,
            adaptive,
            weight: self.weight,
            newest,
            centre,
            coarse: bit_len(better.scale() >> WEIGHT_BITS).saturating_sub(4),
        }
    }

    /// Takes in the sample that came, in units of `2^step`, and the symbol that stood for it.
    pub(super) fn learn(&mut self, forecast: &Forecast, sample: i32, symbol: Option<i32>) {
        let rise = (sample - forecast.newest) << WEIGHT_BITS;
        let residual = rise.saturating_sub(forecast.fixed.mean());
        self.fixed_errors.learn(residual);
        let error = rise.saturating_sub(forecast.adaptive.mean());
        self.adaptive_errors.learn(error);
        self.adaptive.learn(residual);
        if let Some(symbol) = symbol {
            self.weight = forecast.weight_after(symbol);
        }
    }
}

/// How large the errors of a forecast have been, in 1/32 of a sample: two decaying sums.
#[derive(Debug)]
struct Magnitude {
    /// About 4 times the mean of the last 4.
    fast: u64,
    /// About 32 times the mean of the last 32.
    slow: u64,
}

impl Magnitude {
    fn new(size: u32) -> Self {
        Self {
            fast: 4 << size,
            slow: 32 << size,
        }
    }

    /// 0.9 of the mean, plus a rounding error: a Student's t of scale 1 has a mean magnitude of 0.95.
    fn scale(&self) -> u32 {
        let scale = ((35 * self.fast + 3 * self.slow) >> 8) + 4;
        u32::try_from(scale).unwrap_or(u32::MAX)
    }

    /// Takes in an error; one of more than 16 scales counts as 16, so that a spike is soon forgotten.
    fn learn(&mut self, error: i32) {
        // Below 2^31, so `fast` stays below 2^33 and `slow` below 2^36.
        let magnitude = u64::from(error.unsigned_abs()).min(16 * u64::from(self.scale()));
        self.fast = self.fast - (self.fast >> 2) + magnitude;
        self.slow = self.slow - (self.slow >> 5) + magnitude;
    }
}

/// The shares of the next sample's symbols.
#[derive(Debug)]
pub(super) struct Forecast {
    fixed: Student,
    adaptive: Student,
    weight: u32,
    newest: i32,
    /// Of the symbols, as a difference to the newest sample.
    centre: i32,
    /// A symbol stands for `2^coarse` samples.
    coarse: u32,
}

impl Forecast {
    /// The sample that the symbols lie about.
    pub(super) fn centre(&self) -> i32 {
        self.newest.saturating_add(self.centre)
    }

    /// How many low bits of a residual are no part of the symbol.
    pub(super) fn coarse(&self) -> u32 {
        self.coarse
    }

    /// The shares of all symbols below this one, and of the lower escape.
    pub(super) fn share_below(&self, symbol: i32) -> u32 {
        let bound = self.bound(symbol);
        let fixed = (ONE - self.weight) * self.fixed.below(bound);
        let mixed = (fixed + self.weight * self.adaptive.below(bound)) >> 14;
        let rank = symbol.saturating_add(REACH).unsigned_abs();
        (((u64::from(mixed) * u64::from(SHARES)) >> 16) as u32) + rank + ESCAPE_SHARE
    }

    /// The symbol within whose share this lies; `None` for an escape.
    pub(super) fn symbol_at(&self, share: u32) -> Option<i32> {
        let (mut low, mut high) = (-REACH, REACH);
        if share < self.share_below(low) || share >= self.share_below(high) {
            return None;
        }
        while high - low > 1 {
            let middle = (low + high) >> 1;
            if self.share_below(middle) <= share {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(low)
    }

    /// The lower bound of a symbol, between samples, in 1/32.
    fn bound(&self, symbol: i32) -> i64 {
        let samples = i64::from(self.centre) + (i64::from(symbol) << self.coarse);
        (samples << WEIGHT_BITS) - (1 << (WEIGHT_BITS - 1))
    }

    /// Bayes' rule, then a little back to one half.
    fn weight_after(&self, symbol: i32) -> u32 {
        let (low, high) = (self.bound(symbol), self.bound(symbol + 1));
        let likelihood = |student: &Student| student.below(high) - student.below(low) + 1;
        let fixed = (ONE - self.weight) * likelihood(&self.fixed);
        let adaptive = self.weight * likelihood(&self.adaptive);
        // Both are at most 2^30; 16 bits of them are enough.
        let excess = bit_len(fixed + adaptive).saturating_sub(16);
        let posterior = (adaptive >> excess << 15) / ((fixed + adaptive) >> excess).max(1);
        posterior - (posterior >> RETURN_BITS) + ((ONE / 2) >> RETURN_BITS)
    }
}
