use super::fir::{Fir, FirState};
use super::number::Number;

/// One sample of `M`, after a low pass of `N` taps at 0.4 of the new rate.
///
/// Only what comes out is computed (Crochiere and Rabiner, *Multirate Digital Signal Processing*,
/// 1983). With `N` of 16 M + 1 and more, what would fold back is down by 50 dB.
///
/// | | |
/// |---|---|
/// | output `k` | of input k M: the first sample gives the first one |
/// | delay | (N − 1) / 2 samples of the input |
/// | state | 4 N + 40 bytes, and 4 N of taps |
/// | cost | N products each M samples |
///
/// ```
/// use iomt::signal::blocks::Decimator;
///
/// let mut decimator = Decimator::<i32, 4, 65>::new();
/// let out: Vec<i32> = (0..10).filter_map(|_| decimator.process(5)).collect();
/// assert_eq!(out, [5, 5, 5]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Decimator<T: Number, const M: usize, const N: usize> {
    low_pass: Fir<T, N>,
    state: FirState<T, N>,
    until_next: usize,
}

impl<T: Number, const M: usize, const N: usize> Decimator<T, M, N> {
    /// The state before the first sample.
    #[must_use]
    pub fn new() -> Self {
        const { assert!(M > 0, "one sample of none") };
        Self {
            low_pass: Fir::of_cutoff(0.4 / M as f64),
            state: FirState::new(),
            until_next: 0,
        }
    }

    /// Takes a sample in; gives one for each `M`.
    pub fn process(&mut self, sample: T) -> Option<T> {
        self.state.push(sample);
        if let Some(left) = self.until_next.checked_sub(1) {
            self.until_next = left;
            return None;
        }
        self.until_next = M - 1;
        Some(self.low_pass.output(&self.state))
    }
}

impl<T: Number, const M: usize, const N: usize> Default for Decimator<T, M, N> {
    fn default() -> Self {
        Self::new()
    }
}
