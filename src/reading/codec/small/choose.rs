//! How this encoder chooses: which predictor, and where the Rice code starts.
//!
//! Not part of the format: any choice decodes. To run all predictors would cost
//! 500 multiplications a sample. Instead the block is cut into segments of 32
//! differences, each gives its autocorrelation, and from that follows, for 17
//! multiplications a predictor, the energy of the residual. Its logarithm estimates
//! the length of the code. The two best are then run.

use super::predictor::{COUNT, ORDER, Predictor, REACH, WEIGHT_BITS, WEIGHTS};
use super::rice::{bit_len, fold, wrap};

const SEGMENT: usize = 32;
/// Logarithms are in units of 2^−4 bit.
const LOG_BITS: u32 = 4;
/// Below an energy of 0.3 a sample, residuals are all rounding: `log2(0.3 · 32)`.
const FLOOR_LOG: i32 = 52;

/// `REPEATS[p][lag]`: the autocorrelation of predictor `p`'s error filter, in units of 2^−10.
const REPEATS: [[i16; REACH]; COUNT] = repeats();

/// What the block header says of the way the residuals were made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub(super) predictor: usize,
    pub(super) start: u32,
}

/// Chooses for samples that are multiples of `2^step` and have `width` bits above it.
pub(super) fn choose(samples: &[i32], step: u32, width: u32) -> Choice {
    let [first, second] = shortlist(samples, step);
    let cost = |number| Residuals::new(samples, number, step, width).cost();
    let predictor = if cost(second) < cost(first) {
        second
    } else {
        first
    };
    let start = Residuals::new(samples, predictor, step, width).start();
    Choice { predictor, start }
}

/// The two predictors whose residuals have the least energy, by the autocorrelation.
fn shortlist(samples: &[i32], step: u32) -> [usize; 2] {
    let mut costs = [0_u32; COUNT];
    let (&[mut last], rest) = samples.split_at(1.min(samples.len())) else {
        return [0, 1];
    };
    let mut segment = [0_i32; SEGMENT];
    for (index, chunk) in rest.chunks(SEGMENT).enumerate() {
        if index > 0 && chunk.len() < SEGMENT / 2 {
            break;
        }
        segment.fill(0);
        for (slot, &sample) in segment.iter_mut().zip(chunk) {
            *slot = (sample - last) >> step;
            last = sample;
        }
        add_costs(&mut costs, segment, chunk.len());
    }
    two_least(&costs)
}

fn add_costs(costs: &mut [u32; COUNT], segment: [i32; SEGMENT], len: usize) {
    let spectrum = Autocorrelation::of(segment);
    let len = u32::try_from(len).unwrap_or(0);
    for (cost, repeats) in costs.iter_mut().zip(&REPEATS) {
        *cost = cost.saturating_add(spectrum.log_energy(repeats) * len);
    }
}

fn two_least(costs: &[u32; COUNT]) -> [usize; 2] {
    let mut best = [(u32::MAX, 0), (u32::MAX, 1)];
    for (number, &cost) in costs.iter().enumerate() {
        let [first, second] = best;
        if cost < first.0 {
            best = [(cost, number), first];
        } else if cost < second.0 {
            best = [first, (cost, number)];
        }
    }
    best.map(|(_, number)| number)
}

/// The autocorrelation of one segment, scaled by `2^-exponent` so that lag 0 fits 15 bits.
#[derive(Debug)]
struct Autocorrelation {
    lags: [i32; REACH],
    exponent: u32,
}

impl Autocorrelation {
    fn of(mut segment: [i32; SEGMENT]) -> Self {
        let magnitude = segment.iter().fold(0, |bits, &value| bits | fold(value));
        let coarse = bit_len(magnitude).saturating_sub(13);
        for value in &mut segment {
            *value >>= coarse;
        }
        let mut lags = [0; REACH];
        for (lag, slot) in lags.iter_mut().enumerate() {
            let later = segment.iter().skip(lag);
            *slot = segment.iter().zip(later).map(|(a, b)| a * b).sum();
        }
        let [power, ..] = lags;
        let fine = bit_len(power.cast_unsigned()).saturating_sub(15);
        Self {
            lags: lags.map(|value| value >> fine),
            exponent: 2 * coarse + fine,
        }
    }

    /// The logarithm of the energy that an error filter leaves of this segment.
    fn log_energy(&self, repeats: &[i16; REACH]) -> u32 {
        let energy: i32 = self
            .lags
            .iter()
            .zip(repeats)
            .map(|(&lag, &repeat)| lag * i32::from(repeat))
            .sum();
        let scaled = log2(energy.max(1).cast_unsigned()) + (self.exponent << LOG_BITS);
        let log = scaled.cast_signed() - ((2 * WEIGHT_BITS) << LOG_BITS).cast_signed();
        log.max(FLOOR_LOG).cast_unsigned()
    }
}

/// The folded residuals of a block under one predictor.
#[derive(Debug)]
struct Residuals<'a> {
    samples: &'a [i32],
    predictor: Option<Predictor>,
    step: u32,
    width: u32,
}

impl<'a> Residuals<'a> {
    fn new(samples: &'a [i32], number: usize, step: u32, width: u32) -> Self {
        Self {
            samples,
            predictor: Predictor::new(number, step),
            step,
            width,
        }
    }

    fn iter(&self) -> impl Iterator<Item = u32> {
        self.predictor.iter().flat_map(|predictor| {
            (1..self.samples.len()).filter_map(|index| {
                let (past, rest) = self.samples.split_at_checked(index)?;
                let error = (rest.first()? >> self.step) - predictor.predict(past);
                Some(fold(wrap(error, self.width)))
            })
        })
    }

    /// An estimate of the length of the code: segment by segment, the logarithm of the mean.
    fn cost(&self) -> u32 {
        let mut cost = 0_u32;
        let mut residuals = self.iter().peekable();
        while residuals.peek().is_some() {
            let (sum, count) = residuals
                .by_ref()
                .take(SEGMENT)
                .fold((0, 0), |(sum, count), folded| (sum + folded, count + 1));
            let log = log2(sum + (count >> 1).max(1));
            cost = cost.saturating_add(log * count);
        }
        cost
    }

    /// Half the bit length of the mean of the first eight.
    fn start(&self) -> u32 {
        let sum: u32 = self.iter().take(8).sum();
        (bit_len(sum >> 3) >> 1).min(7)
    }
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
