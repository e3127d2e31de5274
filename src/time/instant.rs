use core::fmt;
use core::ops::{Add, Sub};

/// A reading of a monotonic clock, in microseconds since an arbitrary start.
///
/// On a device the start is its boot. Instants of two devices, or of two boots,
/// can not be compared. A 64-bit count of microseconds lasts 584,000 years, so
/// the arithmetic saturates rather than wraps.
///
/// ```
/// use iomt::time::{Duration, Instant};
///
/// let boot = Instant::from_micros(0);
/// let later = boot + Duration::from_secs(2);
/// assert_eq!(later - boot, Duration::from_millis(2_000));
/// assert_eq!(boot - later, Duration::ZERO);
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant {
    micros: u64,
}

impl Instant {
    /// The start of the clock.
    pub const ZERO: Self = Self { micros: 0 };

    /// The end of time, when what is due never is.
    #[cfg(feature = "node")]
    pub(crate) const NEVER: Self = Self { micros: u64::MAX };

    /// An owner's `now`, which what never is due has to lie behind: the last instant before [`Instant::NEVER`], at most.
    #[cfg(feature = "node")]
    pub(crate) fn before_never(self) -> Self {
        self.min(Self::from_micros(u64::MAX - 1))
    }

    /// An instant `micros` microseconds after the clock's start.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self { micros }
    }

    /// An instant `millis` milliseconds after the clock's start.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self::from_micros(product(millis, 1_000))
    }

    /// An instant `secs` seconds after the clock's start.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self::from_micros(product(secs, 1_000_000))
    }

    /// The instant `now` on a clock that has begun at `start`; its start when `start` is later.
    ///
    /// A server takes one `start` for as long as it runs, and sleeps for what lies between now
    /// and the next `poll_timeout`.
    ///
    /// ```
    /// use iomt::time::{Duration, Instant};
    /// use std::time::Instant as Clock;
    ///
    /// let start = Clock::now();
    /// let now = Instant::since(start, Clock::now());
    /// let due = now + Duration::from_millis(5);
    /// std::thread::sleep((due - now).into());
    /// assert!(Instant::since(start, Clock::now()) >= due);
    /// ```
    #[cfg(feature = "std")]
    #[must_use]
    pub fn since(start: std::time::Instant, now: std::time::Instant) -> Self {
        let span = now.saturating_duration_since(start);
        Self::from_micros(u64::try_from(span.as_micros()).unwrap_or(u64::MAX))
    }

    /// Microseconds since the clock's start.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.micros
    }

    /// Whole milliseconds since the clock's start.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        whole_millis(self.micros)
    }

    /// The span since `earlier`, or `None` when `earlier` is later.
    #[must_use]
    pub const fn checked_since(self, earlier: Self) -> Option<Duration> {
        match self.micros.checked_sub(earlier.micros) {
            Some(micros) => Some(Duration { micros }),
            None => None,
        }
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self::from_micros(sum(self.micros, span.micros))
    }
}

impl Sub<Duration> for Instant {
    type Output = Self;

    fn sub(self, span: Duration) -> Self {
        Self::from_micros(difference(self.micros, span.micros))
    }
}

impl Sub for Instant {
    type Output = Duration;

    /// The span since `earlier`; zero when `earlier` is later.
    fn sub(self, earlier: Self) -> Duration {
        Duration::from_micros(difference(self.micros, earlier.micros))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}.{:06}s",
            self.micros / 1_000_000,
            self.micros % 1_000_000
        )
    }
}

/// A span of time, in microseconds.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration {
    micros: u64,
}

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self { micros: 0 };

    /// A span of `micros` microseconds.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self { micros }
    }

    /// A span of `millis` milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self::from_micros(product(millis, 1_000))
    }

    /// A span of `secs` seconds.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self::from_micros(product(secs, 1_000_000))
    }

    /// The span in microseconds.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.micros
    }

    /// The span in whole milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        whole_millis(self.micros)
    }

    /// The span `factor` times over.
    #[must_use]
    pub const fn saturating_mul(self, factor: u64) -> Self {
        Self::from_micros(product(self.micros, factor))
    }
}

impl From<Duration> for core::time::Duration {
    fn from(span: Duration) -> Self {
        Self::from_micros(span.micros)
    }
}

impl Add for Duration {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::from_micros(sum(self.micros, other.micros))
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Instant::from_micros(self.micros).fmt(f)
    }
}

// What saturates is up to a dozen instructions on a 32-bit core, and times are all over a device: so there it is a call.

#[cfg_attr(target_pointer_width = "32", inline(never))]
const fn sum(left: u64, right: u64) -> u64 {
    left.saturating_add(right)
}

#[cfg_attr(target_pointer_width = "32", inline(never))]
const fn difference(left: u64, right: u64) -> u64 {
    left.saturating_sub(right)
}

#[cfg_attr(target_pointer_width = "32", inline(never))]
const fn product(left: u64, right: u64) -> u64 {
    left.saturating_mul(right)
}

#[cfg_attr(target_pointer_width = "32", inline(never))]
const fn whole_millis(micros: u64) -> u64 {
    micros / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_span_that_would_be_negative_is_zero() {
        let early = Instant::from_millis(1);
        let late = Instant::from_millis(3);
        assert_eq!(late - early, Duration::from_micros(2_000));
        assert_eq!(early - late, Duration::ZERO);
        assert_eq!(early.checked_since(late), None);
    }

    #[test]
    fn the_end_of_time_saturates() {
        let end = Instant::from_micros(u64::MAX);
        assert_eq!(end + Duration::from_secs(1), end);
        assert_eq!(Instant::ZERO - Duration::from_secs(1), Instant::ZERO);
    }

    #[cfg(feature = "std")]
    #[test]
    fn a_clock_that_has_not_begun_is_at_its_start() {
        let start = std::time::Instant::now();
        let span = std::time::Duration::from_micros(1_500);
        assert_eq!(
            Instant::since(start, start + span),
            Instant::from_micros(1_500)
        );
        assert_eq!(Instant::since(start + span, start), Instant::ZERO);
    }

    #[test]
    fn prints_seconds_with_six_decimals() {
        assert_eq!(Instant::from_micros(1_002_003).to_string(), "1.002003s");
    }
}
