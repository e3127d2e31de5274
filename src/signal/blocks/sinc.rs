//! Windowed-sinc low passes, and the frequencies that blocks accept.

use core::f64::consts::{PI, TAU};

use super::number::Number;
use crate::signal::maths::{cos, sin};
use crate::time::SampleRate;

/// A frequency that is not above 0 Hz and below half the sample rate.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{hz} Hz is not between 0 and half of {rate}")]
#[non_exhaustive]
pub struct OutOfBand {
    /// The frequency that was asked for.
    pub hz: f32,
    /// The sample rate that it was asked for at.
    pub rate: SampleRate,
}

/// A frequency in cycles a sample, between 0 and ½.
pub(super) fn cycles(rate: SampleRate, hz: f32) -> Result<f64, OutOfBand> {
    let cycles = f64::from(hz) * 1e3 / f64::from(rate.as_millihertz());
    match cycles > 0.0 && cycles < 0.5 {
        true => Ok(cycles),
        false => Err(OutOfBand { hz, rate }),
    }
}

/// Tap `k` of `len` of a low pass with Hamming's window; `cutoff` in cycles a sample.
pub(super) fn tap(k: usize, len: usize, cutoff: f64) -> f64 {
    let span = len.saturating_sub(1).max(1) as f64;
    let from_middle = k as f64 - len.saturating_sub(1) as f64 / 2.0;
    let window = 0.54 + 0.46 * cos(TAU * from_middle / span);
    if from_middle == 0.0 {
        return 2.0 * cutoff * window;
    }
    let turns = cutoff * from_middle;
    let half = if turns < 0.0 { -0.5 } else { 0.5 };
    let within_one = turns - ((turns + half) as i64) as f64;
    sin(TAU * within_one) / (PI * from_middle) * window
}

/// Coefficients in proportion to `weight`, whose sum is 1 to the last bit of an `i32`.
pub(super) fn of_unit_gain<T: Number, const N: usize>(weight: impl Fn(usize) -> f64) -> [T; N] {
    let sum: f64 = (0..N).map(&weight).sum();
    let mut taps: [T; N] = core::array::from_fn(|k| T::coefficient(weight(k) / sum));
    let rounded = taps
        .iter()
        .fold(T::Wide::default(), |sum, tap| sum + tap.widen());
    let left = T::UNITY.widen() - rounded;
    if let Some(middle) = taps.get_mut(N / 2) {
        *middle = T::quotient(middle.widen() + left, 1);
    }
    taps
}
