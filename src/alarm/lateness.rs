use crate::time::{ClockQuality, Duration, WallClock};

/// How an alarm has arrived: as news, or as word of what has been.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// It may be younger than the bound: somebody has to look now.
    Timely,
    /// A *late alarm*: it is older than the bound, whatever the clocks do. It is shown, with its age.
    Late {
        /// How old it is, at least.
        age: Duration,
    },
    /// Nobody knows how old it is: the clock that dated it was not set. Treat it as timely.
    Undated,
}

/// Tells alarms that arrive in time from those that an outage has held up.
///
/// **Rule.** An alarm is late only where no error of either clock could make it timely: a late word of a real
/// alarm costs more than one look too many. One from the future is timely.
///
/// ```
/// use iomt::alarm::{Arrival, Lateness};
/// use iomt::time::{ClockQuality, Duration, WallClock};
///
/// let at = |unix_millis| WallClock {
///     unix_millis,
///     quality: ClockQuality::Synchronised,
///     uncertainty: Duration::from_secs(2),
///     utc_offset_minutes: None,
/// };
/// let lateness = Lateness::new(Duration::from_secs(60));
/// let now = at(1_767_225_600_000);
/// assert_eq!(lateness.judge(&at(now.unix_millis - 63_000), &now), Arrival::Timely);
/// let age = Duration::from_secs(66); // 70 s, less 2 s for each of the clocks.
/// assert_eq!(lateness.judge(&at(now.unix_millis - 70_000), &now), Arrival::Late { age });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lateness {
    bound: Duration,
}

impl Lateness {
    /// Alarms older than `bound` are late: what the path takes at most when all is well, and what a person may take.
    #[must_use]
    pub const fn new(bound: Duration) -> Self {
        Self { bound }
    }

    /// How an alarm that was made at `made` has arrived at `now`.
    ///
    /// What a device's ticks stand for says [`Clock::at`](crate::link::Clock::at), on a server that of its boot.
    #[must_use]
    pub fn judge(&self, made: &WallClock, now: &WallClock) -> Arrival {
        if made.quality == ClockQuality::Unset || now.quality == ClockQuality::Unset {
            return Arrival::Undated;
        }
        let elapsed = now.unix_millis.saturating_sub(made.unix_millis);
        let apart = Duration::from_millis(u64::try_from(elapsed).unwrap_or(0));
        let doubt = made.uncertainty + now.uncertainty;
        let age = Duration::from_micros(apart.as_micros().saturating_sub(doubt.as_micros()));
        match age > self.bound {
            true => Arrival::Late { age },
            false => Arrival::Timely,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: Duration = Duration::from_secs(60);

    fn clock(unix_millis: i64, quality: ClockQuality, uncertainty: Duration) -> WallClock {
        WallClock {
            unix_millis,
            quality,
            uncertainty,
            utc_offset_minutes: None,
        }
    }

    fn exact(unix_millis: i64) -> WallClock {
        clock(unix_millis, ClockQuality::Synchronised, Duration::ZERO)
    }

    fn judge(made: &WallClock, now: &WallClock) -> Arrival {
        Lateness::new(BOUND).judge(made, now)
    }

    #[test]
    fn the_bound_itself_is_timely_and_a_millisecond_more_is_late() {
        let late = Arrival::Late {
            age: BOUND + Duration::from_millis(1),
        };
        assert_eq!(judge(&exact(0), &exact(60_000)), Arrival::Timely);
        assert_eq!(judge(&exact(0), &exact(60_001)), late);
    }

    #[test]
    fn what_a_clock_may_be_off_is_taken_from_the_age() {
        let hour = Duration::from_secs(3_600);
        let vague = |unix_millis| clock(unix_millis, ClockQuality::DeviceSet, hour);
        assert_eq!(judge(&vague(0), &exact(3_660_000)), Arrival::Timely);
        assert_eq!(judge(&exact(0), &vague(3_660_000)), Arrival::Timely);
        let late = Arrival::Late {
            age: BOUND + Duration::from_secs(1),
        };
        assert_eq!(judge(&vague(0), &exact(3_661_000)), late);
        assert_eq!(judge(&vague(0), &vague(7_261_000)), late);
    }

    #[test]
    fn an_alarm_that_nobody_can_date_is_no_late_one() {
        let unset = clock(0, ClockQuality::Unset, Duration::ZERO);
        assert_eq!(judge(&unset, &exact(1 << 40)), Arrival::Undated);
        assert_eq!(judge(&exact(0), &unset), Arrival::Undated);
    }

    #[test]
    fn times_at_the_ends_of_the_range_overflow_nothing() {
        assert_eq!(judge(&exact(i64::MAX), &exact(i64::MIN)), Arrival::Timely);
        let judged = judge(&exact(i64::MIN), &exact(i64::MAX));
        assert!(matches!(judged, Arrival::Late { .. }));
        let endless = clock(0, ClockQuality::DeviceSet, Duration::from_micros(u64::MAX));
        assert_eq!(judge(&endless, &endless), Arrival::Timely);
    }
}
