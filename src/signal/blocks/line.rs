//! The last `N` samples, as if the first one had always been there.

use super::number::Number;
use super::ring::RingBuffer;

/// A delay line that admits samples into the range of the arithmetic.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line<T: Number, const N: usize> {
    ring: RingBuffer<T, N>,
    last: Option<T>,
}

impl<T: Number, const N: usize> Line<T, N> {
    pub(super) const fn new() -> Self {
        const { assert!(N > 0, "a window of no samples") };
        Self {
            ring: RingBuffer::new(T::ZERO),
            last: None,
        }
    }

    /// Takes a sample in: what was admitted of it, and what it pushed out, which is `None` for the
    /// first one, by which the line is now filled.
    pub(super) fn push(&mut self, sample: T) -> (T, Option<T>) {
        let admitted = sample.admit(self.last.unwrap_or(T::ZERO));
        match self.last.replace(admitted) {
            Some(_) => (admitted, self.ring.push(admitted)),
            None => {
                self.ring.fill(admitted);
                (admitted, None)
            }
        }
    }

    /// The sample `age` before the newest; zero beyond the line.
    pub(super) fn ago(&self, age: usize) -> T {
        self.ring.ago(age).unwrap_or(T::ZERO)
    }

    /// Σ hₖ x\[n − k\], the newest sample with the last of `reversed`.
    pub(super) fn dot(&self, reversed: &[T; N]) -> T {
        let products = reversed.iter().zip(self.ring.iter());
        let sum = products.fold(T::Wide::default(), |sum, (tap, sample)| {
            sum + tap.times(sample)
        });
        T::of_products(sum)
    }

    /// The sum of the line.
    pub(super) fn sum(&self) -> T::Wide {
        let samples = self.ring.iter();
        samples.fold(T::Wide::default(), |sum, sample| sum + sample.widen())
    }
}
