use super::Duration;

/// How far a wall clock can be trusted.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ClockQuality {
    /// Nobody has set it; its time means nothing.
    #[default]
    Unset,
    /// Set by hand or at the factory, and drifting since.
    DeviceSet,
    /// Set from a time source whose error is known.
    Synchronised,
}

/// A civil time, with what is known of the clock that told it.
///
/// The count is of milliseconds since 1970-01-01T00:00:00 UTC without leap
/// seconds, and may be negative.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WallClock {
    /// Milliseconds since 1970-01-01T00:00:00 UTC.
    pub unix_millis: i64,
    /// How far the clock can be trusted.
    pub quality: ClockQuality,
    /// The largest error that the clock admits; meaningless where the clock is unset.
    pub uncertainty: Duration,
    /// Local time less UTC, in minutes, where the device knows it.
    pub utc_offset_minutes: Option<i16>,
}

#[cfg(feature = "std")]
impl WallClock {
    /// The system's time, to the millisecond, with what the caller knows of the system's clock.
    ///
    /// The system does not say who set its clock, nor how far it is off; its time daemon may.
    ///
    /// ```
    /// use iomt::time::{ClockQuality, Duration, WallClock};
    /// use std::time::SystemTime;
    ///
    /// let error = Duration::from_millis(50); // From the time daemon.
    /// let now = WallClock::from_system(SystemTime::now(), ClockQuality::Synchronised, error);
    /// assert!(now.unix_millis > 0);
    /// ```
    #[must_use]
    pub fn from_system(
        time: std::time::SystemTime,
        quality: ClockQuality,
        uncertainty: Duration,
    ) -> Self {
        let millis =
            |span: std::time::Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        let unix_millis = match time.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => millis(after),
            Err(before) => -millis(before.duration()),
        };
        Self {
            unix_millis,
            quality,
            uncertainty,
            utc_offset_minutes: None,
        }
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use std::time::{Duration as StdDuration, UNIX_EPOCH};

    #[test]
    fn the_host_clock_counts_both_ways_from_1970() {
        let span = StdDuration::from_millis(1_500);
        let millis =
            |time| WallClock::from_system(time, ClockQuality::Unset, Duration::ZERO).unix_millis;
        assert_eq!(millis(UNIX_EPOCH + span), 1_500);
        assert_eq!(millis(UNIX_EPOCH - span), -1_500);
    }

    #[test]
    fn the_host_clock_is_trusted_no_further_than_the_caller_says() {
        let error = Duration::from_secs(90);
        let told = WallClock::from_system(UNIX_EPOCH, ClockQuality::DeviceSet, error);
        assert_eq!(
            (told.quality, told.uncertainty),
            (ClockQuality::DeviceSet, error)
        );
    }
}
