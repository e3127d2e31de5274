use super::{ClockModel, ClockQuality, Duration, WallClock};

/// What the wall clock says, in which of its epochs.
///
/// The epoch steps when the clock jumps: wall-clock times of two epochs do not compare, and order never
/// depends on either. A stamp at a device time is a *clock synchronisation*.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// The wall clock.
    pub wall: WallClock,
    /// How often it has jumped.
    pub epoch: u32,
}

impl WallClock {
    /// The largest distance between local time and UTC: UTC+14.
    pub const LARGEST_UTC_OFFSET: Duration = Duration::from_secs(14 * 3_600);

    /// A local time, as milliseconds since 1970-01-01T00:00:00 of a clock on the wall.
    ///
    /// Without its offset a local time is worth nothing better than fourteen hours, on a travel day or across a
    /// change of daylight saving: its quality is [`ClockQuality::Unset`], and it is not placed.
    ///
    /// ```
    /// use iomt::time::{ClockQuality, Duration, WallClock};
    ///
    /// let known = WallClock::from_local(7_200_000, Some(120), Duration::ZERO);
    /// assert_eq!((known.unix_millis, known.quality), (0, ClockQuality::DeviceSet));
    /// let bare = WallClock::from_local(7_200_000, None, Duration::ZERO);
    /// assert_eq!(bare.quality, ClockQuality::Unset);
    /// ```
    #[must_use]
    pub fn from_local(
        local_millis: i64,
        utc_offset_minutes: Option<i16>,
        uncertainty: Duration,
    ) -> Self {
        let offset = utc_offset_minutes
            .map_or(0, i64::from)
            .saturating_mul(60_000);
        let (quality, uncertainty) = match utc_offset_minutes {
            Some(_) => (ClockQuality::DeviceSet, uncertainty),
            None => (ClockQuality::Unset, uncertainty + Self::LARGEST_UTC_OFFSET),
        };
        Self {
            unix_millis: local_millis.saturating_sub(offset),
            quality,
            uncertainty,
            utc_offset_minutes,
        }
    }

    /// Where a reading of a device without a clock lies: `age` before it was received, and earlier by what the way took.
    ///
    /// `age` is what the device's ticks say between reading and sending; `way` the longest that the way can have
    /// taken. Nothing is known of how fast the ticks run: they may have drifted by
    /// [`ClockModel::UNKNOWN_DRIFT_PPM`] over the age, either way.
    #[must_use]
    pub fn received(at: Self, age: Duration, way: Duration) -> Self {
        let age_ms = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
        Self {
            unix_millis: at.unix_millis.saturating_sub(age_ms),
            uncertainty: at.uncertainty + way + ClockModel::unknown_drift(age),
            ..at
        }
    }

    /// Whether this time lies in the future of `now` by more than both clocks admit: no reading can.
    #[must_use]
    pub fn is_after(&self, now: &Self) -> bool {
        let ahead = self.unix_millis.saturating_sub(now.unix_millis);
        let admitted = self.uncertainty + now.uncertainty;
        u64::try_from(ahead).is_ok_and(|ahead| ahead > admitted.as_millis())
    }
}

/// Unfolds a tick counter of fewer than 64 bits, which wraps.
///
/// It must be read at least once in half of its period: a 32-bit count of milliseconds, once in 24 days.
///
/// ```
/// use iomt::time::TickUnwrapper;
///
/// let mut ticks = TickUnwrapper::new(16);
/// assert_eq!([65_000, 65_535, 10].map(|raw| ticks.unwrap(raw)), [65_000, 65_535, 65_546]);
/// // One that came late does not count as a period more.
/// assert_eq!(ticks.unwrap(65_530), 65_530);
/// ```
#[derive(Debug, Clone)]
pub struct TickUnwrapper {
    mask: u64,
    newest: Option<u64>,
}

impl TickUnwrapper {
    /// A counter of so many bits, 2 to 63; others are taken for the nearest.
    #[must_use]
    pub const fn new(bits: u32) -> Self {
        let bits = if bits < 2 {
            2
        } else if bits > 63 {
            63
        } else {
            bits
        };
        Self {
            mask: (1 << bits) - 1,
            newest: None,
        }
    }

    /// The ticks since the counter's start, from what it shows.
    pub fn unwrap(&mut self, raw: u64) -> u64 {
        let raw = raw & self.mask;
        let Some(newest) = self.newest else {
            self.newest = Some(raw);
            return raw;
        };
        let ahead = raw.wrapping_sub(newest) & self.mask;
        if ahead <= self.mask >> 1 {
            let ticks = newest.saturating_add(ahead);
            self.newest = Some(ticks);
            return ticks;
        }
        let behind = newest.wrapping_sub(raw) & self.mask;
        newest.saturating_sub(behind)
    }
}
