/// How the readings divide over the ranges of the consensus.
///
/// Readings count alike: they should be as far apart as a monitor's are.
///
/// | | |
/// |---|---|
/// | formula | 100 · (readings from 70 to 180 mg/dL) / (all readings) |
/// | range | any reading; what is no number is not counted; each count stops at 2³² − 1 |
/// | delay | none |
/// | state | 20 bytes |
/// | cost | up to 5 comparisons a reading |
/// | source | Battelino et al., Diabetes Care 42, 2019 |
///
/// ```
/// use iomt::signal::glucose::TimeInRange;
///
/// let mut time = TimeInRange::default();
/// for mg_dl in [50.0, 65.0, 70.0, 180.0, 200.0] {
///     time.reading(mg_dl);
/// }
/// assert_eq!(time.in_range_per_cent(), Some(40.0));
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeInRange {
    /// Readings below 54 mg/dL.
    pub very_low: u32,
    /// From 54 to below 70 mg/dL.
    pub low: u32,
    /// From 70 to 180 mg/dL.
    pub in_range: u32,
    /// Above 180 to 250 mg/dL.
    pub high: u32,
    /// Above 250 mg/dL.
    pub very_high: u32,
}

impl TimeInRange {
    /// Counts a reading in mg/dL; what is no number is not counted.
    pub fn reading(&mut self, mg_dl: f32) {
        let range = match mg_dl {
            value if value < 54.0 => &mut self.very_low,
            value if value < 70.0 => &mut self.low,
            value if value <= 180.0 => &mut self.in_range,
            value if value <= 250.0 => &mut self.high,
            value if value > 250.0 => &mut self.very_high,
            _ => return,
        };
        *range = range.saturating_add(1);
    }

    /// The share from 70 to 180 mg/dL; none without a reading.
    #[must_use]
    pub fn in_range_per_cent(&self) -> Option<f32> {
        let counts = [
            self.very_low,
            self.low,
            self.in_range,
            self.high,
            self.very_high,
        ];
        let all: u64 = counts.into_iter().map(u64::from).sum();
        (all > 0).then(|| 100.0 * self.in_range as f32 / all as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_as_small_as_it_says() {
        assert_eq!(size_of::<TimeInRange>(), 20);
    }
}
