use super::Filter;
use super::number::Number;

/// A leaky sum: `y[n] = (1 − 2^−LEAK) y[n − 1] + x[n]`, `LEAK` at most 16.
///
/// It integrates what is faster than rate / (2π 2^LEAK), and forgets an offset with a time constant
/// of 2^LEAK samples. Its gain for a constant is 2^LEAK, from the first sample on.
///
/// | | |
/// |---|---|
/// | delay | none |
/// | state | 24 bytes |
/// | cost | 2 additions, a shift or a product, 2 comparisons |
/// | range | saturates at ±2³⁰ (`i32`) or ±10³⁰ (`f32`), and comes back from there at once |
/// | `i32` | the sum is kept in Q30: what rounding leaves for good is below 2⁻¹³ units |
///
/// The running sum of A. V. Oppenheim and R. W. Schafer, *Discrete-Time Signal Processing*, 1989, with
/// the leak that keeps it stable.
#[derive(Debug, Clone, PartialEq)]
pub struct Integrator<T: Number, const LEAK: u32> {
    sum: T::Wide,
    last: Option<T>,
}

impl<T: Number, const LEAK: u32> Integrator<T, LEAK> {
    /// The state before the first sample.
    #[must_use]
    pub fn new() -> Self {
        const { assert!(LEAK <= 16, "a leak below 2^-16") };
        Self {
            sum: T::Wide::default(),
            last: None,
        }
    }
}

/// A sum within what a sample can say.
fn bounded<T: Number>(sum: T::Wide) -> T::Wide {
    let highest = T::UNITY.times(T::LARGEST);
    let lowest = T::Wide::default() - highest;
    match sum {
        sum if sum > highest => highest,
        sum if sum < lowest => lowest,
        sum => sum,
    }
}

impl<T: Number, const LEAK: u32> Filter<T> for Integrator<T, LEAK> {
    fn process(&mut self, sample: T) -> T {
        let admitted = sample.admit(self.last.unwrap_or(T::ZERO));
        let is_first = self.last.replace(admitted).is_none();
        let x = T::UNITY.times(admitted);
        self.sum = match is_first {
            true => (0..LEAK).fold(x, |sum, _| bounded::<T>(sum + sum)),
            false => bounded::<T>(self.sum - T::halved(self.sum, LEAK) + x),
        };
        T::of_products(self.sum)
    }
}

impl<T: Number, const LEAK: u32> Default for Integrator<T, LEAK> {
    fn default() -> Self {
        Self::new()
    }
}
