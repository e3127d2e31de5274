use super::line::Line;
use super::number::Number;
use super::sinc;

/// `M` samples for each one, low-passed at 0.4 of the old rate by M K taps.
///
/// Phase `p` of the taps makes output `p` of a sample (Crochiere and Rabiner, *Multirate Digital
/// Signal Processing*, 1983). The taps of each phase sum to 1: a constant comes out unchanged.
///
/// | | |
/// |---|---|
/// | delay | (M K − 1) / 2 samples of the output |
/// | images | down by some 50 dB with K of 16 and more |
/// | state | 4 K + 32 bytes, and 4 M K of taps |
/// | cost | M K products a sample of the input |
///
/// ```
/// use iomt::signal::blocks::Interpolator;
///
/// let mut interpolator = Interpolator::<i32, 3, 8>::new();
/// assert_eq!(interpolator.process(-7), [-7; 3]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Interpolator<T: Number, const M: usize, const K: usize> {
    /// The taps of each phase, the last first.
    phases: [[T; K]; M],
    line: Line<T, K>,
}

impl<T: Number, const M: usize, const K: usize> Interpolator<T, M, K> {
    /// The state before the first sample.
    #[must_use]
    pub fn new() -> Self {
        const { assert!(M > 0, "no samples for one") };
        let phase = |p: usize| {
            sinc::of_unit_gain(|reversed| {
                let j = K.saturating_sub(1).saturating_sub(reversed);
                sinc::tap(j * M + p, M * K, 0.4 / M as f64)
            })
        };
        Self {
            phases: core::array::from_fn(phase),
            line: Line::new(),
        }
    }

    /// Takes a sample in; gives `M`, the earliest first.
    pub fn process(&mut self, sample: T) -> [T; M] {
        let _ = self.line.push(sample);
        self.phases.each_ref().map(|taps| self.line.dot(taps))
    }
}

impl<T: Number, const M: usize, const K: usize> Default for Interpolator<T, M, K> {
    fn default() -> Self {
        Self::new()
    }
}
