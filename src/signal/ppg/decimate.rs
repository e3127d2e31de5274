use crate::time::SampleRate;

/// Means of so many samples each, with what is no number taken as the sample before.
#[derive(Debug, Clone)]
pub(super) struct Decimator {
    factor: u16,
    count: u16,
    sum: f32,
    last: f32,
}

impl Decimator {
    /// From `rate` to the rate nearest to `hz` that a whole factor gives.
    pub(super) fn new(rate: SampleRate, hz: u16) -> Self {
        let wanted = u32::from(hz.max(1)) * 1_000;
        let factor = rate.as_millihertz().saturating_add(wanted / 2) / wanted;
        Self {
            factor: u16::try_from(factor).unwrap_or(u16::MAX).max(1),
            count: 0,
            sum: 0.0,
            last: 0.0,
        }
    }

    pub(super) fn factor(&self) -> u16 {
        self.factor
    }

    /// The mean of the last `factor` samples, once for them.
    pub(super) fn push(&mut self, sample: f32) -> Option<f32> {
        if !sample.is_nan() {
            // Beyond any sensor, and safe to square and add.
            self.last = sample.clamp(-1e9, 1e9);
        }
        self.sum += self.last;
        self.count += 1;
        if self.count < self.factor {
            return None;
        }
        let mean = self.sum / f32::from(self.factor);
        (self.sum, self.count) = (0.0, 0);
        Some(mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_that_is_no_number_is_the_one_before() {
        let mut decimator = Decimator::new(SampleRate::hz(100), 50);
        assert_eq!(decimator.push(3.0), None);
        assert_eq!(decimator.push(f32::NAN), Some(3.0));
    }

    #[test]
    fn any_rate_has_a_factor() {
        let slowest = SampleRate::from_millihertz(1).unwrap();
        assert_eq!(Decimator::new(slowest, 50).factor(), 1);
        let fastest = SampleRate::from_millihertz(u32::MAX).unwrap();
        assert_eq!(Decimator::new(fastest, 5).factor(), u16::MAX);
    }
}
