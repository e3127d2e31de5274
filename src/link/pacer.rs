use crate::time::{Duration, Instant};

/// How fast data may leave: over any time, `burst` bytes and `bytes_per_second` for each second of it.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The rate in the long run; 0 counts as 1.
    pub bytes_per_second: u32,
    /// How much may leave at once after a pause; 0 counts as 1.
    pub burst: u32,
}

/// A token bucket: says when so many bytes may leave.
///
/// What must not wait is charged without asking ([`Pacer::charge`]); the debt is at most one burst, so that
/// alarms, however many, stop data for no longer than `burst / bytes_per_second`.
///
/// ```
/// use iomt::link::{Pace, Pacer};
/// use iomt::time::{Duration, Instant};
///
/// let start = Instant::from_secs(5);
/// let mut pacer = Pacer::new(Pace { bytes_per_second: 1_000, burst: 300 });
/// assert_eq!(pacer.ready_at(start, 200), start);
/// pacer.charge(start, 200);
/// assert_eq!(pacer.ready_at(start, 200), start + Duration::from_millis(100));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pacer {
    pace: Pace,
    /// In millionths of a byte; below zero is debt.
    level: i64,
    filled: Instant,
}

const MILLIONTHS: i64 = 1_000_000;

impl Pacer {
    /// A full bucket.
    #[must_use]
    pub const fn new(pace: Pace) -> Self {
        Self {
            pace,
            level: full(pace),
            filled: Instant::ZERO,
        }
    }

    /// When `len` bytes may leave: `now`, or later. What is above a burst may leave when the bucket is full.
    #[must_use]
    pub fn ready_at(&self, now: Instant, len: usize) -> Instant {
        let wanted = i64::try_from(len)
            .unwrap_or(i64::MAX)
            .saturating_mul(MILLIONTHS)
            .min(self.full());
        let missing = wanted.saturating_sub(self.level_at(now)).max(0);
        let wait = missing.unsigned_abs().div_ceil(self.rate());
        now + Duration::from_micros(wait)
    }

    /// Takes note that `len` bytes have left.
    pub fn charge(&mut self, now: Instant, len: usize) {
        let taken = i64::try_from(len)
            .unwrap_or(i64::MAX)
            .saturating_mul(MILLIONTHS);
        let level = self.level_at(now).saturating_sub(taken);
        self.level = level.max(-self.full());
        self.filled = self.filled.max(now);
    }

    #[inline(never)] // 64-bit arithmetic, for both who ask and who charge.
    fn level_at(&self, now: Instant) -> i64 {
        let gained = (now - self.filled).as_micros().saturating_mul(self.rate());
        self.level.saturating_add_unsigned(gained).min(self.full())
    }

    /// Bytes a second, which are millionths of a byte a microsecond.
    fn rate(&self) -> u64 {
        u64::from(self.pace.bytes_per_second.max(1))
    }

    const fn full(&self) -> i64 {
        full(self.pace)
    }
}

const fn full(pace: Pace) -> i64 {
    let burst = if pace.burst == 0 { 1 } else { pace.burst };
    (burst as i64).saturating_mul(MILLIONTHS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace {
        bytes_per_second: 500,
        burst: 1_000,
    };

    #[test]
    fn over_ten_minutes_the_rate_is_kept() {
        let mut pacer = Pacer::new(PACE);
        let mut now = Instant::from_secs(77);
        let mut sent = 0;
        while now < Instant::from_secs(77 + 600) {
            now = pacer.ready_at(now, 96);
            pacer.charge(now, 96);
            sent += 96;
        }
        assert!((300_000..=301_096).contains(&sent), "{sent}");
    }

    #[test]
    fn what_is_above_a_burst_leaves_all_the_same() {
        let mut pacer = Pacer::new(PACE);
        let now = Instant::from_secs(1);
        assert_eq!(pacer.ready_at(now, 1_232), now);
        pacer.charge(now, 1_232);
        let again = pacer.ready_at(now, 1_232);
        assert!(now < again && again <= now + Duration::from_secs(4));
    }

    #[test]
    fn a_flood_of_alarms_stops_data_for_a_bounded_time() {
        let mut pacer = Pacer::new(PACE);
        let now = Instant::from_secs(1);
        for _ in 0..10_000 {
            pacer.charge(now, 1_232);
        }
        assert!(pacer.ready_at(now, 1_000) <= now + Duration::from_secs(4));
    }

    #[test]
    fn a_pace_of_nothing_still_moves() {
        let mut pacer = Pacer::new(Pace {
            bytes_per_second: 0,
            burst: 0,
        });
        let now = Instant::from_secs(1);
        pacer.charge(now, 1_000_000);
        let again = pacer.ready_at(now, usize::MAX);
        assert_eq!(again, now + Duration::from_secs(2));
    }
}
