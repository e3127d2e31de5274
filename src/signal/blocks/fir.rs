use super::line::Line;
use super::number::Number;
use super::sinc::{self, OutOfBand};
use crate::time::SampleRate;

/// The magnitudes of the taps sum to more than 4, so that a sum of products could overflow.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the magnitudes of the taps sum to more than 4, or one is no number")]
pub struct TapsTooLarge;

/// A filter of finite impulse response: `y[n] = h₀ x[n] + … + h₍N−1₎ x[n − N + 1]`.
///
/// Coefficients only; the state is apart, as with a [`Cascade`](crate::signal::Cascade), so that one
/// filter serves any number of channels.
///
/// | | |
/// |---|---|
/// | delay | (N − 1) / 2 samples where the taps are symmetric, as those of a low pass |
/// | state | 4 N + 32 bytes a channel |
/// | cost | N products, `i32` × `i32` into `i64`; `f32` sums are `f64` |
/// | `i32` | taps in Q30; one rounding, to the nearest; saturates at ±2³⁰ |
///
/// ```
/// use iomt::signal::blocks::{Fir, FirState};
/// use iomt::time::SampleRate;
///
/// # fn main() -> Result<(), iomt::signal::blocks::OutOfBand> {
/// let smooth = Fir::<i32, 25>::low_pass(SampleRate::hz(250), 20.0)?;
/// let mut state = FirState::new();
/// let mut block = [700; 100];
/// smooth.process_block(&mut state, &mut block);
/// assert_eq!(block, [700; 100]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fir<T: Number, const N: usize> {
    /// The last tap first: in the order in which samples are kept.
    reversed: [T; N],
}

/// The state of a [`Fir`] for one channel.
#[derive(Debug, Clone, PartialEq)]
pub struct FirState<T: Number, const N: usize> {
    line: Line<T, N>,
}

impl<T: Number, const N: usize> Fir<T, N> {
    /// A filter of these taps, h₀ first; for `i32` in units of 2⁻³⁰.
    ///
    /// # Errors
    ///
    /// [`TapsTooLarge`] where their magnitudes sum to more than 4.
    pub fn new(taps: [T; N]) -> Result<Self, TapsTooLarge> {
        let zero = T::Wide::default();
        let magnitude = |tap: &T| match tap.widen() {
            tap if tap < zero => zero - tap,
            tap => tap,
        };
        let one = T::UNITY.widen();
        let sum = taps.iter().fold(zero, |sum, tap| sum + magnitude(tap));
        // Written so that a sum that is no number does not pass.
        if sum <= one + one + one + one {
            let mut reversed = taps;
            reversed.reverse();
            return Ok(Self { reversed });
        }
        Err(TapsTooLarge)
    }

    /// A low pass by the windowed sinc: −6 dB at `hz`, −50 dB from 1.65 rate / N above it.
    ///
    /// A constant comes out unchanged. The window is Hamming's (Oppenheim and Schafer,
    /// *Discrete-Time Signal Processing*, 1989, chapter 7).
    ///
    /// # Errors
    ///
    /// [`OutOfBand`] where `hz` is not above 0 and below half the rate.
    pub fn low_pass(rate: SampleRate, hz: f32) -> Result<Self, OutOfBand> {
        let cutoff = sinc::cycles(rate, hz)?;
        Ok(Self::of_cutoff(cutoff))
    }

    /// The same with the cut-off in cycles a sample, between 0 and ½.
    pub(super) fn of_cutoff(cutoff: f64) -> Self {
        Self {
            reversed: sinc::of_unit_gain(|k| sinc::tap(k, N, cutoff)),
        }
    }

    /// Filters one sample.
    #[must_use]
    pub fn process(&self, state: &mut FirState<T, N>, sample: T) -> T {
        state.push(sample);
        self.output(state)
    }

    /// Filters a block in place.
    pub fn process_block(&self, state: &mut FirState<T, N>, block: &mut [T]) {
        for sample in block {
            *sample = self.process(state, *sample);
        }
    }

    /// What comes out after the sample pushed last.
    pub(super) fn output(&self, state: &FirState<T, N>) -> T {
        state.line.dot(&self.reversed)
    }
}

impl<T: Number, const N: usize> FirState<T, N> {
    /// The state before the first sample.
    #[must_use]
    pub const fn new() -> Self {
        Self { line: Line::new() }
    }

    pub(super) fn push(&mut self, sample: T) {
        let _ = self.line.push(sample);
    }
}

impl<T: Number, const N: usize> Default for FirState<T, N> {
    fn default() -> Self {
        Self::new()
    }
}
