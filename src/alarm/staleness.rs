use super::Transition;
use crate::time::{Duration, Instant};

/// Tells when readings have stopped coming.
///
/// The receiver's silence alarm: it needs nothing to arrive, only [`Staleness::check`] to be
/// called at [`Staleness::poll_timeout`].
///
/// ```
/// use iomt::alarm::{Staleness, Transition};
/// use iomt::time::{Duration, Instant};
///
/// let mut staleness = Staleness::new(Instant::ZERO, Duration::from_secs(5));
/// staleness.note_reading(Instant::from_secs(3), Instant::from_secs(3));
/// assert_eq!(staleness.poll_timeout(), Some(Instant::from_secs(8)));
/// assert_eq!(staleness.check(Instant::from_secs(8)), Some(Transition::Raised(Instant::from_secs(3))));
///
/// // At 20 s a reading comes that was made at 4 s: still nothing is known of the present.
/// staleness.note_reading(Instant::from_secs(20), Instant::from_secs(4));
/// assert_eq!(staleness.check(Instant::from_secs(20)), None);
/// staleness.note_reading(Instant::from_secs(20), Instant::from_secs(20));
/// assert_eq!(staleness.check(Instant::from_secs(20)), Some(Transition::Cleared(Instant::from_secs(20))));
/// ```
#[derive(Debug, Clone)]
pub struct Staleness {
    bound: Duration,
    newest: Instant,
    is_stale: bool,
}

impl Staleness {
    /// Begins to wait: the first reading is due `bound` after `start`.
    #[must_use]
    pub const fn new(start: Instant, bound: Duration) -> Self {
        Self {
            bound,
            newest: start,
            is_stale: false,
        }
    }

    /// The time of the newest reading.
    #[must_use]
    pub const fn newest(&self) -> Instant {
        self.newest
    }

    /// Whether the alarm is active.
    #[must_use]
    pub const fn is_stale(&self) -> bool {
        self.is_stale
    }

    /// Takes note of a reading that came at `now` and was made at `measured`, both on the clock
    /// that [`Staleness::check`] is asked on.
    ///
    /// What counts is when it was made, not when it came: a backlog that trickles in after an
    /// outage does not say that all is well now. One that says it was made later than now
    /// counts as made now, so that a wrong clock silences no alarm.
    pub fn note_reading(&mut self, now: Instant, measured: Instant) {
        self.newest = self.newest.max(measured.min(now));
    }

    /// Compares the newest reading with the clock; says once that it is stale, and once that it no longer is.
    ///
    /// The instant is that of the newest reading.
    pub fn check(&mut self, now: Instant) -> Option<Transition<Instant>> {
        let is_stale = now - self.newest >= self.bound;
        if is_stale == self.is_stale {
            return None;
        }
        self.is_stale = is_stale;
        Some(if is_stale {
            Transition::Raised(self.newest)
        } else {
            Transition::Cleared(self.newest)
        })
    }

    /// When the alarm is raised if nothing comes; `None` while it is active.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        (!self.is_stale).then(|| self.newest + self.bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_reading_alarm_fires_without_any_reading() {
        let mut staleness = Staleness::new(Instant::ZERO, Duration::from_secs(5));
        let due = staleness.poll_timeout().unwrap();
        assert_eq!(
            staleness.check(due),
            Some(Transition::Raised(Instant::ZERO))
        );
        assert_eq!(
            (staleness.check(due), staleness.poll_timeout()),
            (None, None)
        );
    }

    #[test]
    fn readings_out_of_order_do_not_make_time_run_backwards() {
        let mut staleness = Staleness::new(Instant::ZERO, Duration::from_secs(5));
        let now = Instant::from_secs(30);
        staleness.note_reading(now, now);
        staleness.note_reading(now, Instant::from_secs(10));
        assert_eq!(staleness.newest(), Instant::from_secs(30));
        assert_eq!(staleness.check(Instant::from_secs(34)), None);
    }

    #[test]
    fn a_future_dated_reading_holds_the_alarm_off_no_longer_than_another() {
        let mut staleness = Staleness::new(Instant::ZERO, Duration::from_secs(5));
        staleness.note_reading(Instant::from_secs(2), Instant::from_secs(1_000_000));
        let due = Instant::from_secs(7);
        assert_eq!(staleness.poll_timeout(), Some(due));
        assert!(staleness.check(due).is_some());
    }
}
