use core::fmt;
use core::num::NonZeroU32;

use super::{Duration, Instant};

/// How often a signal is sampled, in thousandths of a hertz.
///
/// From 1 mHz (a sample every 17 minutes) to 4.29 MHz, exact for every rate that
/// is a whole number of millihertz.
///
/// ```
/// use iomt::time::SampleRate;
///
/// const ECG: SampleRate = SampleRate::hz(360);
/// assert_eq!(ECG.offset_of(360).as_millis(), 1_000);
/// assert_eq!(ECG.samples_in(iomt::time::Duration::from_secs(2)), 720);
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SampleRate {
    millihertz: NonZeroU32,
}

impl SampleRate {
    /// A rate of `hz` samples a second.
    ///
    /// # Panics
    ///
    /// When `hz` is zero or above 4,294,967; in a `const` that refuses to
    /// compile. [`SampleRate::from_millihertz`] is the fallible form.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a wrong constant must not compile")]
    pub const fn hz(hz: u32) -> Self {
        assert!(hz <= u32::MAX / 1_000, "above 4,294,967 Hz");
        Self::from_millihertz(hz * 1_000).expect("a sample rate is not zero")
    }

    /// A rate of `millihertz` thousandths of a hertz; `None` for zero.
    #[must_use]
    pub const fn from_millihertz(millihertz: u32) -> Option<Self> {
        match NonZeroU32::new(millihertz) {
            Some(millihertz) => Some(Self { millihertz }),
            None => None,
        }
    }

    /// The rate in thousandths of a hertz; never zero.
    #[must_use]
    pub const fn as_millihertz(self) -> u32 {
        self.millihertz.get()
    }

    /// The rate in hertz.
    #[must_use]
    pub const fn as_hz_f32(self) -> f32 {
        self.millihertz.get() as f32 / 1_000.0
    }

    /// When the sample with this index is taken, counted from the first one; rounded down to 1 µs.
    #[must_use]
    pub const fn offset_of(self, index: u64) -> Duration {
        let rate = self.millihertz.get() as u64;
        let whole_secs = (index / rate).saturating_mul(1_000);
        let rest_micros = (index % rate) * 1_000_000_000 / rate;
        Duration::from_micros(
            whole_secs
                .saturating_mul(1_000_000)
                .saturating_add(rest_micros),
        )
    }

    /// How many sample intervals fit into `span`.
    #[must_use]
    pub const fn samples_in(self, span: Duration) -> u64 {
        let rate = self.millihertz.get() as u64;
        let kilosecs = span.as_micros() / 1_000_000_000;
        let rest_micros = span.as_micros() % 1_000_000_000;
        kilosecs
            .saturating_mul(rate)
            .saturating_add(rest_micros * rate / 1_000_000_000)
    }

    /// When the sample with this index is taken, if the first one is taken at `start`.
    #[must_use]
    pub fn instant_of(self, start: Instant, index: u64) -> Instant {
        start + self.offset_of(index)
    }
}

impl fmt::Display for SampleRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millihertz = self.millihertz.get();
        match millihertz % 1_000 {
            0 => write!(f, "{} Hz", millihertz / 1_000),
            rest => write!(f, "{}.{rest:03} Hz", millihertz / 1_000),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn offsets_do_not_drift_over_a_year() {
        let rate = SampleRate::hz(360);
        let year_secs = 365 * 86_400;
        assert_eq!(
            rate.offset_of(year_secs * 360),
            Duration::from_secs(year_secs)
        );
        assert_eq!(
            rate.samples_in(Duration::from_secs(year_secs)),
            year_secs * 360
        );
    }

    #[test]
    fn rounds_down_between_microseconds() {
        assert_eq!(SampleRate::hz(360).offset_of(1).as_micros(), 2_777);
    }

    #[test]
    fn prints_whole_and_fractional_rates() {
        assert_eq!(SampleRate::hz(250).to_string(), "250 Hz");
        let odd = SampleRate::from_millihertz(62_472).unwrap();
        assert_eq!(odd.to_string(), "62.472 Hz");
    }

    #[test]
    fn a_zero_rate_does_not_exist() {
        assert_eq!(SampleRate::from_millihertz(0), None);
    }
}
