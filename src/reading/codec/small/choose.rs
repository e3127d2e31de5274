//! How this encoder chooses: which predictor, and where the Rice code starts.
//!
//! Not part of the format: any choice decodes. To run all predictors would cost
//! 490 multiplications a sample. Instead the block is cut into segments of 32
//! differences, every other one gives its autocorrelation, and from that follows, for 17
//! multiplications a predictor, the energy of the residual. Its logarithm estimates
//! the length of the code. The two best are then tried on every fourth sample.
//!
//! To look at all segments and all samples, as for short blocks and in the large tier, takes
//! 1.8 times the instructions of the whole encoder, and saves 0.015 bits a sample of ECG in
//! blocks of a second, 0.009 in blocks of five.
//!
//! The cut ends of a segment hide what is below a thousandth of its energy. So where the
//! estimate puts the second difference first, the third is run too: on a smooth signal at
//! the full range of 24 bits that saves up to 4 bits a sample.

use super::predictor::{
    COUNT, ORDER, Predictor, REACH, WEIGHT_BITS, WEIGHTS, dot, dot_of_samples, fours,
};
use super::rice::{bit_len, fold, wrap};

const SEGMENT: usize = 32;
/// A segment, and zeros that fill up its last group of four, whatever the lag.
const PADDED: usize = SEGMENT + 3;
/// Below so many differences, a segment that is not the first says too little.
const SEGMENT_MIN: u32 = 16;
/// How many residuals of a trial give one mean.
const TRIAL_GROUP: u32 = 32;
const SECOND_DIFFERENCE: u32 = 1;
const THIRD_DIFFERENCE: u32 = 2;
/// Logarithms are in units of 2^−4 bit.
const LOG_BITS: u32 = 4;
/// Below an energy of 0.3 a sample, residuals are all rounding: `log2(0.3 · 32)`.
const FLOOR_LOG: i32 = 52;

/// `REPEATS[p][lag]`: the autocorrelation of predictor `p`'s error filter, in units of 2^−10.
const REPEATS: [[i16; REACH]; COUNT] = repeats();

/// How much of a block is looked at before a predictor is chosen.
#[derive(Debug, Clone, Copy)]
pub(in crate::reading::codec) struct Effort {
    /// So many segments are left out of the shortlist after each that goes in.
    skipped_segments: usize,
    /// So many samples are left out of a trial after each that is predicted.
    skipped_samples: usize,
}

impl Effort {
    /// A microcontroller's: a part of the block, unless it is so short that a part says little.
    fn sparing(len: usize) -> Self {
        if len <= 2 * SEGMENT {
            return Self::THOROUGH;
        }
        Self {
            skipped_segments: 1,
            skipped_samples: 3,
        }
    }

    /// All of the block.
    pub(in crate::reading::codec) const THOROUGH: Self = Self {
        skipped_segments: 0,
        skipped_samples: 0,
    };
}

/// What the block header says of the way the residuals were made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub(super) predictor: u32,
    pub(super) start: u32,
}

/// Chooses for samples that are multiples of `2^step` and have `width` bits above it.
pub(super) fn choose(samples: &[i32], step: u32, width: u32) -> Choice {
    let predictor = shortlisted(samples, step, width, Effort::sparing(samples.len()));
    let trial = Trial {
        samples,
        predictor: Predictor::new(predictor, step),
        step,
        width,
    };
    Choice {
        predictor,
        start: trial.start(),
    }
}

/// The number of the predictor that leaves the least.
pub(in crate::reading::codec) fn shortlisted(
    samples: &[i32],
    step: u32,
    width: u32,
    effort: Effort,
) -> u32 {
    let [first, second] = shortlist(samples, step, effort.skipped_segments);
    let trial = |number| Trial {
        samples,
        predictor: Predictor::new(number, step),
        step,
        width,
    };
    let count = if first == SECOND_DIFFERENCE { 3 } else { 2 };
    let (mut best, mut least) = (first, u32::MAX);
    for number in [first, second, THIRD_DIFFERENCE].into_iter().take(count) {
        let cost = trial(number).cost(effort.skipped_samples);
        if cost < least {
            (best, least) = (number, cost);
        }
    }
    best
}

/// The two predictors whose residuals have the least energy, by the autocorrelation.
#[inline(never)] // Its arrays are off the stack again before the trials.
fn shortlist(samples: &[i32], step: u32, skipped: usize) -> [u32; 2] {
    let mut costs = [0_u32; COUNT];
    let mut segment = [0; PADDED];
    let stride = skipped.saturating_add(1).saturating_mul(SEGMENT);
    for start in (0..samples.len()).step_by(stride) {
        segment.fill(0);
        let pairs = samples.get(start..).unwrap_or(&[]).windows(2);
        let mut len = 0;
        for (slot, pair) in segment.iter_mut().zip(pairs).take(SEGMENT) {
            if let [earlier, later] = pair {
                *slot = (later - earlier) >> step;
                len += 1;
            }
        }
        if start == 0 || len >= SEGMENT_MIN {
            add_costs(&mut costs, &mut segment, len);
        }
    }
    two_least(&costs)
}

fn add_costs(costs: &mut [u32; COUNT], segment: &mut [i32; PADDED], len: u32) {
    let spectrum = Autocorrelation::of(segment);
    for (cost, repeats) in costs.iter_mut().zip(&REPEATS) {
        *cost = cost.saturating_add(spectrum.log_energy(repeats) * len);
    }
}

fn two_least(costs: &[u32; COUNT]) -> [u32; 2] {
    let mut best = [(u32::MAX, 0), (u32::MAX, 1)];
    for (number, &cost) in (0..).zip(costs) {
        let [first, second] = best;
        if cost < first.0 {
            best = [(cost, number), first];
        } else if cost < second.0 {
            best = [first, (cost, number)];
        }
    }
    let [(_, first), (_, second)] = best;
    [first, second]
}

/// The autocorrelation of one segment, scaled by `2^-exponent` so that lag 0 fits 15 bits.
#[derive(Debug)]
struct Autocorrelation {
    lags: [i32; REACH],
    exponent: u32,
}

impl Autocorrelation {
    /// Reduces the segment to 13 bits on the way.
    fn of(segment: &mut [i32; PADDED]) -> Self {
        let magnitude = segment.iter().fold(0, |bits, &value| bits | fold(value));
        let coarse = bit_len(magnitude).saturating_sub(13);
        for value in segment.iter_mut() {
            *value >>= coarse;
        }
        let mut lags = [0; REACH];
        let mut later = &segment[..];
        for lag in &mut lags {
            *lag = dot_of_samples(fours(segment), fours(later));
            later = later.get(1..).unwrap_or(&[]);
        }
        let [power, ..] = lags;
        let fine = bit_len(power.cast_unsigned()).saturating_sub(15);
        for lag in &mut lags {
            *lag >>= fine;
        }
        Self {
            lags,
            exponent: 2 * coarse + fine,
        }
    }

    /// The logarithm of the energy that an error filter leaves of this segment.
    fn log_energy(&self, repeats: &[i16; REACH]) -> u32 {
        let ([power_repeat, repeats @ ..], [power, lags @ ..]) = (repeats, &self.lags);
        let energy = dot(fours(repeats), fours(lags)) + i32::from(*power_repeat) * power;
        let scaled = log2(energy.max(1).cast_unsigned()) + (self.exponent << LOG_BITS);
        let log = scaled.cast_signed() - ((2 * WEIGHT_BITS) << LOG_BITS).cast_signed();
        log.max(FLOOR_LOG).cast_unsigned()
    }
}

/// A predictor tried on the whole block.
#[derive(Debug)]
struct Trial<'a> {
    samples: &'a [i32],
    predictor: Predictor,
    step: u32,
    width: u32,
}

impl Trial<'_> {
    /// An estimate of the length of the code: group by group, the logarithm of the mean.
    fn cost(&self, skipped: usize) -> u32 {
        let stride = skipped.saturating_add(1);
        let mut cost = 0_u32;
        let (mut sum, mut count) = (0, 0);
        for index in (1..self.samples.len()).step_by(stride) {
            sum += self.folded_residual(index);
            count += 1;
            if count == TRIAL_GROUP {
                cost = cost.saturating_add(log_sum(sum, count));
                (sum, count) = (0, 0);
            }
        }
        cost.saturating_add(log_sum(sum, count))
    }

    /// Half the bit length of the mean of the first eight.
    fn start(&self) -> u32 {
        let count = self.samples.len().min(9);
        let sum: u32 = (1..count).map(|index| self.folded_residual(index)).sum();
        (bit_len(sum >> 3) >> 1).min(7)
    }

    fn folded_residual(&self, index: usize) -> u32 {
        let Some((past, [sample, ..])) = self.samples.split_at_checked(index) else {
            return 0;
        };
        let error = (sample >> self.step) - self.predictor.predict(past);
        fold(wrap(error, self.width))
    }
}

/// `count` times the logarithm of a sum; no mean, as every predictor has the same counts.
fn log_sum(sum: u32, count: u32) -> u32 {
    log2(sum + (count >> 1).max(1)) * count
}

/// The logarithm of `value` (not 0) to base 2, the fraction by a straight line: error below 0.09.
fn log2(value: u32) -> u32 {
    let zeros = value.leading_zeros();
    let fraction = value << zeros << 1 >> (u32::BITS - LOG_BITS);
    ((31 - zeros) << LOG_BITS) + fraction
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn repeats() -> [[i16; REACH]; COUNT] {
    let mut table = [[0; REACH]; COUNT];
    let mut number = 0;
    while number < COUNT {
        let filter = error_filter(number);
        let mut lag = 0;
        while lag < REACH {
            let mut sum = 0;
            let mut i = 0;
            while i + lag < REACH {
                sum += filter[i] * filter[i + lag];
                i += 1;
            }
            // Lags 1 to 16 stand for their negative ones too.
            table[number][lag] = if lag == 0 { sum } else { 2 * sum };
            lag += 1;
        }
        number += 1;
    }
    table
}

/// What turns differences into residuals: 1, then the negated weights.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn error_filter(number: usize) -> [i16; REACH] {
    let mut filter = [0; REACH];
    filter[0] = 1 << WEIGHT_BITS;
    let mut k = 0;
    while k < ORDER {
        filter[k + 1] = -(WEIGHTS[number][k] as i16);
        k += 1;
    }
    filter
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn trial(samples: &[i32], number: u32) -> Trial<'_> {
        Trial {
            samples,
            predictor: Predictor::new(number, 0),
            step: 0,
            width: 24,
        }
    }

    /// Noise through a resonance: `x[n] = e[n] + first · x[n − 1] + second · x[n − 2]`, in 1/64.
    fn resonance(first: i32, second: i32) -> Vec<i32> {
        let (mut noise, mut past) = (1_u32, [0, 0]);
        let next = |_| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [newest, older] = past;
            let excitation = (noise >> 24).cast_signed() - 128;
            past = [excitation + (first * newest + second * older) / 64, newest];
            newest
        };
        (0..720).map(next).collect()
    }

    #[test]
    fn the_logarithm_is_good_to_a_sixth_of_a_bit() {
        for value in (1..100_000_u32).chain([u32::MAX]) {
            let error = f64::from(value).log2() - f64::from(log2(value)) / 16.0;
            assert!((0.0..0.15).contains(&error), "{value}: {error}");
        }
    }

    #[test]
    fn the_choice_costs_little_more_than_the_best_of_all() {
        for (first, second) in [(0, 0), (60, 0), (-40, 0), (100, -50), (120, -60), (20, -55)] {
            let samples = resonance(first, second);
            let cost = |number| trial(&samples, number).cost(0);
            let chosen = cost(choose(&samples, 0, 24).predictor);
            let best = (0..29).map(cost).min().unwrap();
            assert!(
                chosen * 100 <= best * 102,
                "{first} {second}: {chosen}, {best}"
            );
        }
    }

    #[test]
    fn smooth_signals_go_to_the_third_difference() {
        let parabola: Vec<i32> = (0..360).map(|n| 40 * n * n).collect();
        let sine = (0..360).scan((0, 4_000_000), |(sine, cosine), _| {
            *sine += *cosine >> 5;
            *cosine -= *sine >> 5;
            Some(*sine)
        });
        for samples in [parabola, sine.collect()] {
            assert_eq!(choose(&samples, 0, 24).predictor, THIRD_DIFFERENCE);
        }
    }

    #[test]
    fn the_extremes_of_24_bits_do_not_overflow_the_estimate() {
        let square: Vec<i32> = (0..4_096)
            .map(|n: i32| if n % 3 == 0 { 8_388_607 } else { -8_388_608 })
            .collect();
        assert!(choose(&square, 0, 24).predictor < 29);
    }
}
