use super::Duration;

/// How far a wall clock can be trusted.
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
impl From<std::time::SystemTime> for WallClock {
    /// The host's clock, taken to be synchronised to within a second.
    fn from(time: std::time::SystemTime) -> Self {
        let millis =
            |span: std::time::Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        let unix_millis = match time.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => millis(after),
            Err(before) => -millis(before.duration()),
        };
        Self {
            unix_millis,
            quality: ClockQuality::Synchronised,
            uncertainty: Duration::from_secs(1),
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
        let after = WallClock::from(UNIX_EPOCH + StdDuration::from_millis(1_500));
        assert_eq!(after.unix_millis, 1_500);
        let before = WallClock::from(UNIX_EPOCH - StdDuration::from_millis(1_500));
        assert_eq!(before.unix_millis, -1_500);
    }
}
