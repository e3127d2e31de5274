//! The adaptive predictor: least squares over the block so far, by dichotomous coordinate descent.
//!
//! Zakharov, White and Liu, *Low-complexity RLS algorithms using dichotomous coordinate descent
//! iterations*, IEEE Trans. Signal Processing 56, 2008. The normal equations `R w = r` are kept
//! with a forgetting factor, and for each sample the weights take four steps towards the
//! solution, each a power of two along one axis: no division, no square root, and an error of
//! rounding decays as the past does.

/// How many residuals it weighs.
pub(super) const ORDER: usize = 12;
/// Inputs are clipped here, so that the sums fit 32 bits: 2^20 · 2^9 < 2^31.
const CLIP: i32 = 1_023;
/// The forgetting factor is 1 − 2^−9: a memory of 512 samples.
const FORGET_BITS: u32 = 9;
/// Weights are in units of 2^−14.
const WEIGHT_BITS: u32 = 14;
/// Weights stay within ±4.
const WEIGHT_MAX: i32 = 4 << WEIGHT_BITS;
const STEPS: u32 = 4;
/// Steps of a weight are 2^−2 down to 2^−14.
const STEP_BITS: core::ops::RangeInclusive<u32> = 2..=WEIGHT_BITS;
/// What the diagonal starts from: as if 100 samples of the expected size had been seen.
const PRIOR: i32 = 100 * (1 << (2 * UNIT_BITS));
/// An input of the expected size is 2^4.
const UNIT_BITS: u32 = 4;

/// Predicts what the fixed predictor left, from what it left before.
#[derive(Debug)]
pub(super) struct Adaptive {
    /// `correlations[t mod 12][lag]`: of the inputs that were the newest at time t.
    correlations: [[i32; ORDER]; ORDER],
    newest: usize,
    /// What the weights leave of the right-hand side.
    rest: [i32; ORDER],
    weights: [i32; ORDER],
    /// Newest first.
    inputs: [i32; ORDER],
    /// Inputs are residuals divided by `2^shift`.
    shift: u32,
}

impl Adaptive {
    /// For residuals of about `2^size`.
    pub(super) fn new(size: u32) -> Self {
        let mut prior = [0; ORDER];
        if let Some(power) = prior.first_mut() {
            *power = PRIOR;
        }
        Self {
            correlations: [prior; ORDER],
            newest: 0,
            rest: [0; ORDER],
            weights: [0; ORDER],
            inputs: [0; ORDER],
            shift: size.saturating_sub(UNIT_BITS),
        }
    }

    /// The residual it expects next.
    pub(super) fn predict(&self) -> i32 {
        let sum = i64::from(self.weigh()) << self.shift >> WEIGHT_BITS;
        let limit = i64::from(i32::MAX >> 2);
        i32::try_from(sum.clamp(-limit, limit)).unwrap_or(0)
    }

    /// Below 12 · 2^16 · 2^10 < 2^30.
    fn weigh(&self) -> i32 {
        let products = self.weights.iter().zip(&self.inputs);
        products.map(|(weight, input)| weight * input).sum()
    }

    /// Takes in the residual that came.
    pub(super) fn learn(&mut self, residual: i32) {
        let came = (residual >> self.shift).clamp(-CLIP, CLIP);
        let error = (came - (self.weigh() >> WEIGHT_BITS)).clamp(-CLIP, CLIP);
        self.correlate(error);
        self.descend();
        self.inputs.rotate_right(1);
        if let Some(newest) = self.inputs.first_mut() {
            *newest = came;
        }
    }

    fn correlate(&mut self, error: i32) {
        let [newest, ..] = self.inputs;
        let before = self.correlations.get(self.newest).copied();
        self.newest = (self.newest + 1) % ORDER;
        if let (Some(before), Some(now)) = (before, self.correlations.get_mut(self.newest)) {
            for ((now, before), input) in now.iter_mut().zip(before).zip(&self.inputs) {
                *now = forget(before) + newest * input;
            }
        }
        for (rest, input) in self.rest.iter_mut().zip(&self.inputs) {
            *rest = forget(*rest).saturating_add(error * input);
        }
    }

    fn descend(&mut self) {
        let mut step = *STEP_BITS.start();
        for _ in 0..STEPS {
            let Some((axis, rest)) = self.steepest() else {
                return;
            };
            let power = self.correlation(axis, axis);
            // Half a step must be worth it: |rest| > 2^−(step + 1) · power.
            while rest.unsigned_abs() <= (power >> (step + 1)).unsigned_abs() {
                step += 1;
                if !STEP_BITS.contains(&step) {
                    return;
                }
            }
            self.step(axis, rest.signum(), step);
        }
    }

    /// The axis with the largest rest, the first of equals.
    fn steepest(&self) -> Option<(usize, i32)> {
        let rests = self.rest.iter().copied().enumerate().rev();
        rests.max_by_key(|(_, rest)| rest.unsigned_abs())
    }

    fn step(&mut self, axis: usize, sign: i32, step: u32) {
        let Some(weight) = self.weights.get_mut(axis) else {
            return;
        };
        *weight = (*weight + (sign << (WEIGHT_BITS - step))).clamp(-WEIGHT_MAX, WEIGHT_MAX);
        for other in 0..ORDER {
            let part = sign * (self.correlation(axis, other) >> step);
            if let Some(rest) = self.rest.get_mut(other) {
                *rest = rest.saturating_sub(part);
            }
        }
    }

    /// Entry of R: its diagonals move down by one with each sample, so only the first row is new.
    fn correlation(&self, row: usize, column: usize) -> i32 {
        let age = row.min(column);
        let lag = row.abs_diff(column);
        let at = (self.newest + ORDER - age) % ORDER;
        let row = self.correlations.get(at);
        row.and_then(|row| row.get(lag)).copied().unwrap_or(0)
    }
}

/// A sum loses 2^−9 of itself, rounded to the nearest.
fn forget(sum: i32) -> i32 {
    sum - ((sum + (1 << (FORGET_BITS - 1))) >> FORGET_BITS)
}
