use crate::time::Duration;

/// How long to wait before something is sent once more: doubling, bounded, and not in step with others.
///
/// ```
/// use iomt::link::Retry;
/// use iomt::time::Duration;
///
/// let retry = Retry { first: Duration::from_millis(500), longest: Duration::from_secs(8) };
/// assert!(retry.delay(0, 7) < Duration::from_millis(600));
/// assert!(retry.delay(30, 7) >= Duration::from_secs(7));
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// The wait after the first sending: a little above the usual round trip.
    pub first: Duration,
    /// The longest wait: how soon after an outage the sender may notice its end.
    pub longest: Duration,
}

impl Retry {
    /// For a radio link with a gateway: one second at first, eight at most.
    pub const DEFAULT: Self = Self {
        first: Duration::from_secs(1),
        longest: Duration::from_secs(8),
    };

    /// The wait after `attempts` earlier sendings, shortened by up to an eighth; at least a millisecond.
    ///
    /// `salt` picks by how much, so that many frames, or many devices, do not keep step.
    #[inline(never)] // Every timer asks for it.
    #[must_use]
    pub fn delay(&self, attempts: u8, salt: u32) -> Duration {
        let doubled = |wait: Duration, _| wait.saturating_mul(2).min(self.longest);
        let whole = (0..attempts.min(31)).fold(self.first.min(self.longest), doubled);
        // Knuth's multiplicative hash; the top byte is the best mixed.
        let [.., mixed] = salt.wrapping_mul(2_654_435_761).to_le_bytes();
        let cut = whole.as_micros() / 8 * u64::from(mixed) / 256;
        Duration::from_micros(whole.as_micros().saturating_sub(cut)).max(SHORTEST)
    }
}

/// Without it, a retry of nothing would have something to send for ever.
const SHORTEST: Duration = Duration::from_millis(1);

impl Default for Retry {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // IOMT-LINK-005
    #[test]
    fn doubles_up_to_its_bound_and_never_overflows() {
        let retry = Retry::DEFAULT;
        for salt in 0..1_000 {
            for attempts in 0..=u8::MAX {
                let delay = retry.delay(attempts, salt);
                let whole = retry
                    .first
                    .saturating_mul(1 << attempts.min(31))
                    .min(retry.longest);
                assert!(delay <= whole && delay.as_micros() * 8 >= whole.as_micros() * 7);
            }
        }
    }

    #[test]
    fn a_retry_of_nothing_does_not_spin() {
        let nothing = Retry {
            first: Duration::ZERO,
            longest: Duration::ZERO,
        };
        assert_eq!(nothing.delay(0, 7), Duration::from_millis(1));
    }

    // IOMT-LINK-005, IOMT-LINK-032
    #[test]
    fn neighbours_do_not_keep_step() {
        let delays: std::collections::BTreeSet<_> =
            (0..64).map(|salt| Retry::DEFAULT.delay(0, salt)).collect();
        assert!(delays.len() > 32);
    }
}
