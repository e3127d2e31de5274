use super::Filter;
use super::median::RunningMedian;
use super::number::Number;

/// A signal without its baseline: each sample minus the median of the `N` samples about it.
///
/// What lasts less than half the window stays, and keeps its shape: a QRS complex in a window of
/// 0.6 s (de Chazal et al., IEEE Trans. Biomed. Eng. 51, 2004). A constant and a ramp vanish
/// exactly. A high pass of a [`Cascade`](crate::signal::Cascade) costs less, and bends ST segments.
///
/// | | |
/// |---|---|
/// | delay | (N − 1) / 2 samples |
/// | state | 8 N + 32 bytes |
/// | cost | that of a [`RunningMedian`] |
/// | range | differences beyond ±2³⁰ (`i32`) saturate |
#[derive(Debug, Clone, PartialEq)]
pub struct BaselineRemoval<T: Number, const N: usize> {
    median: RunningMedian<T, N>,
}

impl<T: Number, const N: usize> BaselineRemoval<T, N> {
    /// The state before the first sample.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            median: RunningMedian::new(),
        }
    }
}

impl<T: Number, const N: usize> Filter<T> for BaselineRemoval<T, N> {
    fn process(&mut self, sample: T) -> T {
        let baseline = self.median.process(sample);
        T::quotient(self.median.middle().widen() - baseline.widen(), 1)
    }
}

impl<T: Number, const N: usize> Default for BaselineRemoval<T, N> {
    fn default() -> Self {
        Self::new()
    }
}
