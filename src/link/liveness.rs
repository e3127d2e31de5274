use super::Retry;
use crate::time::{Duration, Instant};

/// "when three due intervals pass without a receipt that names the epoch"
const INTERVALS: u64 = 3;

/// Tells a device whether its peer is there, and when to try to reconnect.
///
/// ```text
///           three intervals without a fresh receipt
///  alive ─────────────────────────────────────────► dead ──► attempt ──► attempt ──► …   longer and longer
///    ▲                                                │
///    └──────────────── a fresh receipt ───────────────┘
/// ```
///
/// **Rules.** Only a fresh receipt, one that echoes a control frame of this boot, is a sign of life. What comes
/// without proof, a [`refused`](crate::wire::Packet) packet, is a hint: it makes an attempt due, but never sooner than the
/// back-off lets the next one be. No two devices keep step: half of each wait is drawn by lot.
///
/// ```
/// use iomt::link::{Liveness, Retry};
/// use iomt::time::{Duration, Instant};
///
/// let start = Instant::from_secs(10);
/// let mut liveness = Liveness::new(start, Duration::from_secs(60), Liveness::BACK_OFF);
/// assert!(!liveness.take_attempt(start, 0) && liveness.is_alive(start));
/// let dead = Instant::from_secs(190);
/// assert_eq!(liveness.poll_timeout(), Some(dead));
/// assert!(!liveness.is_alive(dead) && liveness.take_attempt(dead, 7));
/// assert!(!liveness.take_attempt(dead, 7)); // Once a back-off step.
/// liveness.note_receipt(dead + Duration::from_secs(1));
/// assert!(liveness.is_alive(dead + Duration::from_secs(1)));
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Liveness {
    interval: Duration,
    back_off: Retry,
    /// When the last fresh receipt came.
    fresh: Instant,
    is_hinted: bool,
    attempts: u8,
    /// The next attempt comes no sooner.
    not_before: Instant,
}

impl Liveness {
    /// For reconnections: five seconds at first, a quarter of an hour at most.
    pub const BACK_OFF: Retry = Retry {
        first: Duration::from_secs(5),
        longest: Duration::from_secs(15 * 60),
    };

    /// A peer that was there at `now`; `interval` is how often the device makes sure of it.
    #[must_use]
    pub const fn new(now: Instant, interval: Duration, back_off: Retry) -> Self {
        Self {
            interval,
            back_off,
            fresh: now,
            is_hinted: false,
            attempts: 0,
            not_before: Instant::ZERO,
        }
    }

    /// Says how often the device makes sure from now on.
    pub fn set_interval(&mut self, interval: Duration) {
        self.interval = interval;
    }

    /// Takes note of a receipt that echoes a control frame of this boot.
    pub fn note_receipt(&mut self, now: Instant) {
        *self = Self {
            fresh: self.fresh.max(now),
            is_hinted: false,
            attempts: 0,
            ..*self
        };
    }

    /// Takes a hint that the peer does not know this device any more, or the wish to reconnect.
    pub fn note_hint(&mut self) {
        self.is_hinted = true;
    }

    /// Whether the peer was heard within three intervals.
    #[must_use]
    pub fn is_alive(&self, now: Instant) -> bool {
        now < self.dead_at()
    }

    /// Whether a reconnection is to be attempted now; it counts as attempted. `lot` is a random number.
    pub fn take_attempt(&mut self, now: Instant, lot: u32) -> bool {
        if self.poll_timeout().is_none_or(|due| now < due) {
            return false;
        }
        self.is_hinted = false;
        self.not_before = now + self.wait(lot);
        self.attempts = self.attempts.saturating_add(1);
        true
    }

    /// When [`Liveness::take_attempt`] says yes next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let wanted = if self.is_hinted {
            self.fresh
        } else {
            self.dead_at()
        };
        Some(wanted.max(self.not_before))
    }

    fn dead_at(&self) -> Instant {
        self.fresh + self.interval.saturating_mul(INTERVALS)
    }

    /// Between half of the back-off and all of it.
    fn wait(&self, lot: u32) -> Duration {
        let whole = self.back_off.delay(self.attempts, 0);
        let half = whole.as_micros() / 2;
        let drawn = half.saturating_mul(u64::from(lot >> 16)) >> 16;
        Duration::from_micros(whole.as_micros().saturating_sub(drawn))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const MINUTE: Duration = Duration::from_secs(60);
    const START: Instant = Instant::from_secs(100);

    fn attempts(liveness: &mut Liveness, lot: u32, count: usize) -> Vec<Instant> {
        (0..count)
            .map(|_| {
                let due = liveness.poll_timeout().unwrap();
                assert!(!liveness.take_attempt(due - Duration::from_micros(1), lot));
                assert!(liveness.take_attempt(due, lot));
                due
            })
            .collect()
    }

    // IOMT-LINK-032
    #[test]
    fn attempts_grow_apart_up_to_the_bound() {
        let mut liveness = Liveness::new(START, MINUTE, Liveness::BACK_OFF);
        let times = attempts(&mut liveness, 0, 12);
        assert_eq!(times[0], START + Duration::from_secs(180));
        assert_eq!(times[1] - times[0], Duration::from_secs(5));
        assert_eq!(times[11] - times[10], Duration::from_secs(900));
    }

    // IOMT-LINK-032
    #[test]
    fn a_fleet_does_not_come_back_in_step() {
        let mut liveness = Liveness::new(START, MINUTE, Liveness::BACK_OFF);
        let early = attempts(&mut liveness.clone(), u32::MAX, 2);
        let late = attempts(&mut liveness, 0, 2);
        assert_eq!(early[0], late[0]);
        assert!(late[1] - early[1] > Duration::from_secs(2));
    }

    // IOMT-PAIR-061
    #[test]
    fn a_flood_of_hints_costs_one_attempt_a_step() {
        let mut liveness = Liveness::new(START, MINUTE, Liveness::BACK_OFF);
        let mut count = 0;
        for second in 0..600 {
            let now = START + Duration::from_secs(second);
            liveness.note_hint();
            count += usize::from(liveness.take_attempt(now, u32::MAX));
        }
        assert!((6..=9).contains(&count), "{count}");
    }

    #[test]
    fn a_fresh_receipt_ends_the_attempts_and_the_next_hint_waits_for_its_step() {
        let mut liveness = Liveness::new(START, MINUTE, Liveness::BACK_OFF);
        let last = attempts(&mut liveness, 0, 4)[3];
        liveness.note_receipt(last);
        assert_eq!(
            liveness.poll_timeout(),
            Some(last + Duration::from_secs(180))
        );
        liveness.note_hint();
        assert_eq!(
            liveness.poll_timeout(),
            Some(last + Duration::from_secs(40))
        );
    }
}
