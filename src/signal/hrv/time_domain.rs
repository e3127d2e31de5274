use crate::signal::float::sqrt;

/// Variability of normal intervals, gathered interval by interval, in 104 bytes.
///
/// Sums by Welford (Technometrics 4, 1962), so that a day of intervals loses no digits. Intervals
/// that are no positive number break the sequence, as [`TimeDomain::gap`] does.
///
/// | | |
/// |---|---|
/// | SDNN | √(Σ (x − mean)² / (n − 1)) |
/// | RMSSD | √(Σ d² / m), of the m differences d of neighbours |
/// | pNN50 | 100 · (how many \|d\| > 50 ms) / m |
/// | SD1, SD2 | deviation of the differences, and of the sums of neighbours, over √2 |
/// | range | intervals above 0, up to 10¹⁸ ms; counts stop at 2³² − 1 |
/// | delay | none: each value is of the intervals so far |
/// | state | 104 bytes |
/// | cost | in `f64`, an interval: 3 divisions, 4 products, 15 additions; a root when it is asked |
/// | source | Task Force of the ESC and NASPE, Circulation 93, 1996; SD1 and SD2 by Brennan et al., IEEE Trans. Biomed. Eng. 48, 2001 |
///
/// ```
/// use iomt::signal::hrv::TimeDomain;
///
/// let mut variability = TimeDomain::new();
/// for interval_ms in [800.0, 860.0, 800.0, 860.0] {
///     variability.interval_ms(interval_ms);
/// }
/// assert_eq!(variability.mean(), Some(830.0));
/// assert_eq!(variability.pnn50(), Some(100.0));
/// assert!((variability.rmssd().unwrap() - 60.0).abs() < 1e-3);
/// ```
#[derive(Debug, Clone, Default)]
pub struct TimeDomain {
    intervals: Spread,
    differences: Spread,
    sums: Spread,
    squares: f64,
    over_50: u32,
    last: Option<f64>,
}

/// Count, mean and sum of squared deviations.
#[derive(Debug, Clone, Default)]
struct Spread {
    count: u32,
    mean: f64,
    squares: f64,
}

impl Spread {
    fn add(&mut self, value: f64) {
        self.count = self.count.saturating_add(1);
        let deviation = value - self.mean;
        self.mean += deviation / f64::from(self.count);
        self.squares += deviation * (value - self.mean);
    }

    fn variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.squares / f64::from(self.count - 1))
    }
}

fn root(value: f64) -> f32 {
    sqrt(value as f32)
}

impl TimeDomain {
    /// Without an interval yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an interval in, in milliseconds.
    pub fn interval_ms(&mut self, interval: f32) {
        if !interval.is_finite() || interval <= 0.0 {
            return self.gap();
        }
        let interval = f64::from(interval);
        self.intervals.add(interval);
        if let Some(last) = self.last.replace(interval) {
            let difference = interval - last;
            self.differences.add(difference);
            self.sums.add(interval + last);
            self.squares += difference * difference;
            let over = difference.abs() > 50.0;
            self.over_50 = self.over_50.saturating_add(u32::from(over));
        }
    }

    /// Says that beats are missing here: no difference spans that.
    pub fn gap(&mut self) {
        self.last = None;
    }

    /// Mean interval, ms.
    #[must_use]
    pub fn mean(&self) -> Option<f32> {
        (self.intervals.count > 0).then_some(self.intervals.mean as f32)
    }

    /// Standard deviation of the intervals (n − 1), ms.
    #[must_use]
    pub fn sdnn(&self) -> Option<f32> {
        self.intervals.variance().map(root)
    }

    /// Root of the mean square of successive differences, ms.
    #[must_use]
    pub fn rmssd(&self) -> Option<f32> {
        let count = self.differences.count;
        (count > 0).then(|| root(self.squares / f64::from(count)))
    }

    /// Share of the differences above 50 ms, in per cent of the differences.
    #[must_use]
    pub fn pnn50(&self) -> Option<f32> {
        let count = self.differences.count;
        (count > 0).then(|| (100.0 * f64::from(self.over_50) / f64::from(count)) as f32)
    }

    /// Short axis of the Poincaré plot, ms: the differences' deviation (n − 1) over √2.
    #[must_use]
    pub fn sd1(&self) -> Option<f32> {
        self.differences
            .variance()
            .map(|variance| root(variance / 2.0))
    }

    /// Long axis of the Poincaré plot, ms: the deviation of the sums of neighbours over √2 (Brennan
    /// et al., IEEE Trans. Biomed. Eng. 48, 2001).
    #[must_use]
    pub fn sd2(&self) -> Option<f32> {
        self.sums.variance().map(|variance| root(variance / 2.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_difference_spans_a_gap() {
        let mut variability = TimeDomain::new();
        for interval in [800.0, f32::NAN, 900.0, 910.0, -1.0, f32::INFINITY, 700.0] {
            variability.interval_ms(interval);
        }
        assert_eq!(variability.pnn50(), Some(0.0));
        assert!((variability.rmssd().unwrap() - 10.0).abs() < 1e-4);
        assert_eq!(TimeDomain::new().sdnn(), None);
    }

    #[test]
    fn is_as_small_as_it_says_and_takes_the_longest_intervals() {
        assert!(size_of::<TimeDomain>() <= 104);
        let mut variability = TimeDomain::new();
        for interval in [1.0, 1e18, 1.0, 1e18] {
            variability.interval_ms(interval);
        }
        let values = [
            variability.sdnn(),
            variability.rmssd(),
            variability.sd1(),
            variability.sd2(),
        ];
        let is_said = |value: &Option<f32>| value.is_some_and(f32::is_finite);
        assert!(values.iter().all(is_said), "{values:?}");
        assert!(variability.rmssd() > Some(0.99e18));
    }
}
