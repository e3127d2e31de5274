use super::Filter;
use super::line::Line;
use super::number::Number;

/// The median of the last `N` samples, `N` odd.
///
/// Spikes of up to (N − 1) / 2 samples vanish, edges stay where they are (Tukey, *Exploratory Data
/// Analysis*, 1977).
///
/// | | |
/// |---|---|
/// | delay | (N − 1) / 2 samples |
/// | state | 8 N + 32 bytes: the samples by age, and by size |
/// | cost | two binary searches, and up to N moves |
/// | error | none: what comes out is one of the samples |
///
/// An even `N` does not compile.
#[derive(Debug, Clone, PartialEq)]
pub struct RunningMedian<T: Number, const N: usize> {
    line: Line<T, N>,
    sorted: [T; N],
}

impl<T: Number, const N: usize> RunningMedian<T, N> {
    /// The state before the first sample.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(N % 2 == 1, "the window of a median is odd") };
        Self {
            line: Line::new(),
            sorted: [T::ZERO; N],
        }
    }

    /// The sample in the middle of the window, by time.
    pub(super) fn middle(&self) -> T {
        self.line.ago(N / 2)
    }

    /// Puts `sample` where `oldest` makes room, and moves on what stands between.
    fn exchange(&mut self, oldest: T, sample: T) {
        let from = self.sorted.partition_point(|value| *value < oldest);
        let to = self.sorted.partition_point(|value| *value < sample);
        let mut carried = sample;
        let mut carry = |slot: &mut T| carried = core::mem::replace(slot, carried);
        if from < to {
            let between = self.sorted.get_mut(from..to).unwrap_or_default();
            between.iter_mut().rev().for_each(&mut carry);
        } else {
            let between = self.sorted.get_mut(to..=from).unwrap_or_default();
            between.iter_mut().for_each(&mut carry);
        }
    }
}

impl<T: Number, const N: usize> Filter<T> for RunningMedian<T, N> {
    fn process(&mut self, sample: T) -> T {
        match self.line.push(sample) {
            (sample, Some(oldest)) => self.exchange(oldest, sample),
            (sample, None) => self.sorted = [sample; N],
        }
        self.sorted.get(N / 2).copied().unwrap_or(T::ZERO)
    }
}

impl<T: Number, const N: usize> Default for RunningMedian<T, N> {
    fn default() -> Self {
        Self::new()
    }
}
