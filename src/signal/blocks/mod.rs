//! Building blocks of one sample in and one out, beside the recursive filters of [`Cascade`](super::Cascade).
//!
//! | block | of one sample | delay, samples | state, bytes (`f32`, `i32`) | cost a sample |
//! |---|---|---|---|---|
//! | [`Fir`] | Σ hₖ x\[n − k\] | (N − 1) / 2 | 4 N + 32 | N multiplications |
//! | [`MovingAverage`] | mean of the last N | (N − 1) / 2 | 4 N + 48 | 3 additions, 1 division |
//! | [`RunningMedian`] | median of the last N | (N − 1) / 2 | 8 N + 32 | 2 searches, up to N moves |
//! | [`Derivative`] | slope of a line through 5 | 2 | 48 | 3 additions, 1 division |
//! | [`Integrator`] | leaky sum | none | 24 | 2 additions, 1 shift or product |
//! | [`Decimator`] | one of M, after a low pass | (N − 1) / 2 | 4 N + 40 | N / M multiplications |
//! | [`Interpolator`] | M for one, low-passed | (M K − 1) / 2 of the output | 4 K + 32 | M K multiplications |
//! | [`BaselineRemoval`] | minus the median about it | (N − 1) / 2 | 8 N + 32 | as the median |
//! | [`Goertzel`] | amplitude at one frequency | a block | 56 | `f64`: 1 product, 3 additions |
//! | [`PeakTracker`] | maxima and minima in turn | until it turns | 72 | 4 comparisons |
//! | [`RingBuffer`] | the last N values | | of N values, and 16 | one store |
//!
//! The numbers are [`Sample`](super::Sample)s: what is not a number counts as the sample before, what is beyond the range
//! saturates. The first sample counts as having lasted for ever, so that none starts with a transient, and
//! what comes out does not depend on how the signal is cut into blocks. Nothing panics, nothing is
//! allocated; a window of no samples does not compile.
//!
//! ```
//! use iomt::signal::blocks::{Filter, MovingAverage, RunningMedian};
//!
//! let mut despiked = RunningMedian::<i32, 3>::new();
//! let mut smooth = MovingAverage::<i32, 4>::new();
//! let samples = [10, 10, 900, 10, 14, 14, 14];
//! let out = samples.map(|sample| smooth.process(despiked.process(sample)));
//! assert_eq!(out, [10, 10, 10, 10, 11, 12, 13]);
//! ```

mod baseline;
mod decimator;
mod derivative;
mod fir;
mod goertzel;
mod integrator;
mod interpolator;
mod line;
mod median;
mod moving_average;
mod number;
mod peaks;
mod ring;
mod sinc;
#[cfg(test)]
mod tests;

pub use baseline::BaselineRemoval;
pub use decimator::Decimator;
pub use derivative::Derivative;
pub use fir::{Fir, FirState, TapsTooLarge};
pub use goertzel::Goertzel;
pub use integrator::Integrator;
pub use interpolator::Interpolator;
pub use median::RunningMedian;
pub use moving_average::MovingAverage;
pub use number::Number;
pub use peaks::{PeakTracker, Turn};
pub use ring::RingBuffer;
pub use sinc::OutOfBand;

/// A block of one sample in, one sample out.
pub trait Filter<T: Number> {
    /// Takes the next sample in, and returns what the block makes of it.
    fn process(&mut self, sample: T) -> T;

    /// Filters a block in place: the same as sample by sample.
    fn process_block(&mut self, block: &mut [T]) {
        for sample in block {
            *sample = self.process(*sample);
        }
    }
}
