use super::Filter;
use super::line::Line;
use super::number::Number;

/// The slope, in units a sample: `y[n] = (2 x[n] + x[n−1] − x[n−3] − 2 x[n−4]) / 10`.
///
/// That is the slope of the line that lies nearest to five samples (Savitzky and Golay, Anal. Chem.
/// 36, 1964), and, but for the scale, the derivative of Pan and Tompkins: linear up to a tenth of
/// the rate, falling above.
///
/// | | |
/// |---|---|
/// | delay | 2 samples |
/// | state | 48 bytes |
/// | cost | 3 additions, 2 doublings, a division |
/// | range | samples beyond ±2³⁰ (`i32`) or ±10³⁰ (`f32`) saturate; slopes reach 0.6 of that |
/// | `i32` | to the nearest whole unit a sample: scale small signals up first |
#[derive(Debug, Clone, PartialEq)]
pub struct Derivative<T: Number> {
    line: Line<T, 5>,
}

impl<T: Number> Derivative<T> {
    /// The state before the first sample.
    #[must_use]
    pub const fn new() -> Self {
        Self { line: Line::new() }
    }
}

impl<T: Number> Filter<T> for Derivative<T> {
    fn process(&mut self, sample: T) -> T {
        let _ = self.line.push(sample);
        let ago = |age| self.line.ago(age).widen();
        let outer = ago(0) - ago(4);
        T::quotient(outer + outer + ago(1) - ago(3), 10)
    }
}

impl<T: Number> Default for Derivative<T> {
    fn default() -> Self {
        Self::new()
    }
}
