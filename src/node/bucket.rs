use crate::time::{Duration, Instant};

/// How many first messages of strangers are worked on: so many at once, and one more each so often.
///
/// ```
/// use iomt::node::StrangerRate;
/// use iomt::time::Duration;
///
/// let slow_key_service = StrangerRate { at_once: 4, one_more_each: Duration::from_millis(100) };
/// assert!(slow_key_service.one_more_each > StrangerRate::SERVER.one_more_each);
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StrangerRate {
    /// How many after a quiet time. None at all: no stranger is ever worked for.
    pub at_once: u16,
    /// How long it takes until one more is. Zero: there is no bound.
    pub one_more_each: Duration,
}

impl StrangerRate {
    /// Of a server: 32, and a hundred a second. A stranger's costs two multiplications of some 50 µs, so a flood takes a
    /// hundredth of a core, and as much again where it has the hint of a reconnection.
    pub const SERVER: Self = Self {
        at_once: 32,
        one_more_each: Duration::from_millis(10),
    };

    /// Of a device: eight, and one a second, five multiplications of a small core at most.
    pub(super) const DEVICE: Self = Self {
        at_once: 8,
        one_more_each: Duration::from_secs(1),
    };
}

/// A token bucket; full at first.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    /// When it is full again: one token comes back after the other.
    full_at: Instant,
}

impl Bucket {
    /// Takes a token, where one is left.
    pub(super) fn take(&mut self, now: Instant, rate: &StrangerRate) -> bool {
        let full_at = self.full_at.max(now) + rate.one_more_each;
        let is_left = full_at - now <= rate.one_more_each.saturating_mul(rate.at_once.into());
        let is_left = is_left && rate.at_once > 0;
        if is_left {
            self.full_at = full_at;
        }
        is_left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_secs(7);

    // IOMT-PAIR-056
    #[test]
    fn a_burst_is_answered_and_then_one_a_second() {
        let (mut bucket, rate) = (Bucket::default(), StrangerRate::DEVICE);
        let taken = (0..100).filter(|_| bucket.take(NOW, &rate)).count();
        assert_eq!(taken, usize::from(rate.at_once));
        assert!(!bucket.take(NOW + Duration::from_millis(999), &rate));
        assert!(bucket.take(NOW + rate.one_more_each, &rate));
        assert!(!bucket.take(NOW + rate.one_more_each, &rate));
        // A clock that has gone backwards gives nothing away.
        assert!(!bucket.take(Instant::ZERO, &rate));
    }

    #[test]
    fn however_often_one_asks_the_rate_is_what_it_says() {
        let rate = StrangerRate::SERVER;
        for pause in [1_u64, 3, 7, 9_999, 10_000, 10_001, 35_000] {
            let (mut bucket, mut taken) = (Bucket::default(), 0);
            let asked = 2_000_000 / pause;
            for times in 0..asked {
                let now = NOW + Duration::from_micros(times * pause);
                taken += u64::from(bucket.take(now, &rate));
            }
            let allowed = 32 + (asked - 1) * pause / 10_000;
            assert_eq!(taken, allowed.min(asked), "each {pause} µs");
        }
    }

    #[test]
    fn no_pause_is_no_bound_and_none_at_once_is_none_at_all() {
        let mut bucket = Bucket::default();
        let unbounded = StrangerRate {
            one_more_each: Duration::ZERO,
            ..StrangerRate::SERVER
        };
        assert!((0..1_000).all(|_| bucket.take(NOW, &unbounded)));
        let none = StrangerRate {
            at_once: 0,
            ..StrangerRate::SERVER
        };
        assert!(!bucket.take(NOW + Duration::from_secs(9), &none));
    }
}
