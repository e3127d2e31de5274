//! The fixed predictors: integer weights on the differences that came before.

/// How many differences a predictor weighs.
pub(super) const ORDER: usize = 16;
/// How many samples that takes.
pub(super) const REACH: usize = ORDER + 1;
/// How many predictors there are; their numbers go from 0.
pub(super) const COUNT: usize = 29;
/// Weights are in units of 2^−5.
pub(in crate::reading::codec) const WEIGHT_BITS: u32 = 5;

/// Row `p` holds predictor `p`: the weight of the newest difference first.
///
/// The absolute values of a row sum to at most 127, so that no prediction from
/// 24-bit samples leaves the range of an `i32`.
#[rustfmt::skip]
pub(super) const WEIGHTS: [[i8; ORDER]; COUNT] = [
    [  0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0],
    [ 32,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0],
    [ 64, -32,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0],
    [-16, -16, -16, -13, -10,  -9,  -8,  -7,  -6,  -6,  -5,  -5,  -4,  -3,  -2,  -1],
    [-13,  -2,   3,   4,   4,   2,   0,  -1,  -1,  -2,  -2,  -2,  -2,  -1,  -1,  -1],
    [ -3, -13, -12,   1,   4,   3,   3,   6,   3,   1,   1,   4,   0,  -1,  -2,  -6],
    [  1,  10,   7,   1,  -3,  -4,  -3,  -1,   2,   3,   3,   3,   0,  -2,  -2,  -3],
    [  2,   5,   2,   3,   7,   8,   3,  -4,  -7,  -4,   2,   5,   2,  -1,  -3,   0],
    [  2,  11,   9,   4,   0,  -2,  -3,  -3,  -1,  -1,   0,   0,   0,   0,   0,  -1],
    [  3,  10,   4,  -3,  -6,  -5,  -2,   0,   1,   0,   0,   1,  -1,  -1,  -1,  -1],
    [  3,  12,  10,   7,   8,  -3,  -6,  -5,  -3,   2,  -1,  -2,  -1,  -1,   4,  -1],
    [  4,   4,  -2,  -1,   3,   7,   2,  -3,  -4,  -2,   2,   5,   0,  -3,  -2,   1],
    [ 11,   2,  -6,  -3,   2,   4,  -1,  -2,  -1,   0,   1,   3,  -1,  -2,  -1,   2],
    [ 12,  17,   9,   2,   1,  -7,  -7,  -4,   0,   4,   0,  -1,   1,   0,   1,  -2],
    [ 13,  13,   2,  -4,  -4,  -2,   1,   1,   1,   0,  -1,   0,  -1,   0,   0,   0],
    [ 14,   7,  -1,   1,   4,   3,  -2,  -5,  -4,  -1,   3,   5,   1,  -3,  -3,   1],
    [ 15,   7,  -4,  -4,   1,   4,  -1,  -4,  -3,   1,   4,   4,  -2,  -4,  -1,   3],
    [ 15,  10,   0,   0,   4,   6,  -1,  -5,  -4,  -1,   3,   5,  -2,  -4,  -1,   2],
    [ 18,  18,   6,  -4,   2,  -9,  -7,  -2,   2,   9,  -2,  -3,  -1,   0,   5,  -4],
    [ 20,  -4,  -8,   4,  -1,   0,  -1,   0,  -1,   0,   0,   0,   0,   0,   0,   0],
    [ 21,  20,  -2,  -5,  -3,   2,  -1,   1,  -1,   0,  -1,   0,   0,  -2,   1,   0],
    [ 21, -16,   2,  -2,  -1,  -1,  -1,  -1,  -1,   0,  -1,  -1,  -1,  -1,   0,  -1],
    [ 23,  18,   2,  -7,  -2,  -6,  -3,   1,   2,   3,  -1,  -1,   1,   1,   1,  -3],
    [ 25,  -5,   1,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,  -1,   0,   0],
    [ 25,   3,  -7,   1,   4,   3,  -3,  -2,   0,   1,   1,   2,  -1,  -2,   0,   2],
    [ 26,   8,  -5,  -5,   0,   1,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0],
    [ 33,  14,  -6, -11,   0,  -2,   1,   1,   1,   2,  -2,   0,   1,   0,   2,  -2],
    [ 39, -14,  -5,   5,   0,   0,  -1,   1,   0,  -1,   0,   0,  -1,   0,   0,  -1],
    [ 43,  -3, -10,  -2,   0,   1,   0,   0,   0,   0,   0,   0,   0,   0,   1,  -1],
];

/// One predictor, made ready for samples that are multiples of `2^step`.
#[derive(Debug)]
pub(in crate::reading::codec) struct Predictor {
    /// Weights of the samples themselves, oldest first: each difference is split in two.
    weights: [i32; REACH],
    step: u32,
}

impl Predictor {
    /// Predictor `number`; from [`COUNT`] on, which no block names, the same as 0.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))] // For trials, and for both ways of a block.
    pub(in crate::reading::codec) fn new(number: u32, step: u32) -> Self {
        let row = usize::try_from(number)
            .ok()
            .and_then(|number| WEIGHTS.get(number))
            .unwrap_or(&[0; ORDER]);
        let mut weights = [0; REACH];
        let [oldest, others @ ..] = &mut weights;
        let mut newer = 0;
        for (slot, &weight) in others.iter_mut().rev().zip(row) {
            let weight = i32::from(weight);
            *slot = weight - newer;
            newer = weight;
        }
        *oldest = -newer;
        Self { weights, step }
    }

    /// Predicts the sample after `past`, in units of `2^step`.
    ///
    /// Before its first sample the signal counts as having stood still.
    pub(super) fn predict(&self, past: &[i32]) -> i32 {
        let newest = past.last().copied().unwrap_or(0) >> self.step;
        newest + ((self.lean(past) + (1 << (WEIGHT_BITS - 1))) >> WEIGHT_BITS)
    }

    /// How far from the newest sample it predicts the next, in units of `2^step / 32`.
    pub(in crate::reading::codec) fn lean(&self, past: &[i32]) -> i32 {
        let weighted = match past.last_chunk::<REACH>() {
            Some(recent) => self.weigh(recent),
            None => self.weigh(&stretched(past)),
        };
        weighted >> self.step
    }

    fn weigh(&self, recent: &[i32; REACH]) -> i32 {
        let ([oldest_weight, weights @ ..], [oldest, recent @ ..]) = (&self.weights, recent);
        let weighted = dot_of_samples(fours(weights), fours(recent));
        weighted.wrapping_add(oldest_weight.wrapping_mul(*oldest))
    }
}

/// Values in groups of four, without what is left over.
pub(super) fn fours<T>(values: &[T]) -> &[[T; 4]] {
    let (groups, _) = values.as_chunks();
    groups
}

/// The sum of products, four at a time: one at a time, the counting costs as much as the products.
///
/// Partial sums may wrap; the whole sum fits, and addition modulo 2^32 does not mind the order.
#[inline(always)]
pub(super) fn dot<W: Copy + Into<i32>>(weights: &[[W; 4]], values: &[[i32; 4]]) -> i32 {
    let product = |weight: W, value: i32| weight.into().wrapping_mul(value);
    let mut sum = 0_i32;
    for (&[a, b, c, d], &[i, j, k, l]) in weights.iter().zip(values) {
        sum = sum
            .wrapping_add(product(a, i))
            .wrapping_add(product(b, j))
            .wrapping_add(product(c, k))
            .wrapping_add(product(d, l));
    }
    sum
}

/// The same, of what is as wide as a sample.
#[cfg_attr(not(target_pointer_width = "64"), inline(never))] // For predictions and autocorrelations.
pub(super) fn dot_of_samples(weights: &[[i32; 4]], values: &[[i32; 4]]) -> i32 {
    dot(weights, values)
}

/// A short past, its first sample repeated backwards.
fn stretched(past: &[i32]) -> [i32; REACH] {
    let mut recent = [past.first().copied().unwrap_or(0); REACH];
    for (slot, &sample) in recent.iter_mut().rev().zip(past.iter().rev()) {
        *slot = sample;
    }
    recent
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn no_row_can_overflow() {
        for row in WEIGHTS {
            let sum: i32 = row.iter().map(|&weight| i32::from(weight).abs()).sum();
            assert!(sum <= 127, "{row:?}");
        }
    }

    #[test]
    fn the_first_three_are_the_plain_differences() {
        let past: Vec<i32> = (0..20).map(|n| n * n).collect();
        let predict = |number| Predictor::new(number, 0).predict(&past);
        assert_eq!(predict(0), 361);
        assert_eq!(predict(1), 361 + 37);
        assert_eq!(predict(2), 400);
    }

    #[test]
    fn weighing_samples_equals_weighing_differences() {
        let past: Vec<i32> = (0..40)
            .map(|n| (n * 7_919) % 1_000 * 8_192 - 4_000_000)
            .collect();
        for (number, row) in (0..).zip(WEIGHTS) {
            for len in 1..past.len() {
                let difference = |k: usize| {
                    let at = |back: usize| i64::from(past[len.saturating_sub(back).min(len - 1)]);
                    if k < len { at(k) - at(k + 1) } else { 0 }
                };
                let sum: i64 = row
                    .iter()
                    .zip(1..)
                    .map(|(&weight, k)| i64::from(weight) * difference(k))
                    .sum();
                let expected = i64::from(past[len - 1]) + ((sum + 16) >> 5);
                let predicted = Predictor::new(number, 0).predict(&past[..len]);
                assert_eq!(
                    i64::from(predicted),
                    expected,
                    "predictor {number}, {len} samples"
                );
            }
        }
    }

    #[test]
    fn a_step_scales_the_prediction_exactly() {
        let past: Vec<i32> = (0..40).map(|n| (n * 37) % 101 - 50).collect();
        let coarse: Vec<i32> = past.iter().map(|&sample| sample << 4).collect();
        for number in 0..29 {
            let fine = Predictor::new(number, 0).predict(&past);
            assert_eq!(Predictor::new(number, 4).predict(&coarse), fine);
        }
    }
}
