use super::{ClockQuality, Duration, Instant, WallClock};

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

/// A clock of the device against the wall clock: where it stood, and how fast it runs.
///
/// ```
/// use iomt::time::{ClockModel, ClockQuality, Duration, Instant, Stamp, WallClock};
///
/// let stamp = |unix_millis| Stamp {
///     wall: WallClock {
///         unix_millis,
///         quality: ClockQuality::Synchronised,
///         uncertainty: Duration::from_millis(20),
///         utc_offset_minutes: None,
///     },
///     epoch: 0,
/// };
/// let mut clock = ClockModel::new(Instant::from_secs(10), stamp(1_000_000));
/// // A second later by the device, a day by the wall: 86 ms too slow.
/// clock.synchronise(Instant::from_secs(10 + 86_400), stamp(1_000_000 + 86_400_086));
/// assert_eq!(clock.drift_ppm(), Some(1));
/// // A reading from between is placed, backwards too.
/// let placed = clock.place(Instant::from_secs(10 + 43_200)).ok_or("other epoch")?;
/// assert_eq!(placed.unix_millis, 1_000_000 + 43_200_043);
/// # Ok::<(), &str>(())
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy)]
pub struct ClockModel {
    at: Instant,
    stamp: Stamp,
    drift_ppm: Option<i32>,
}

impl ClockModel {
    /// What a quartz is trusted with before its drift is known: 100 parts of a million, which is 9 seconds a day.
    pub const UNKNOWN_DRIFT_PPM: u64 = 100;
    /// Two synchronisations closer than this tell nothing of the drift.
    pub const SHORTEST_BASELINE: Duration = Duration::from_secs(600);
    /// A drift beyond this, in parts of a million, is none: the clock has jumped, and its owner has not said so.
    pub const LARGEST_DRIFT_PPM: i32 = 1_000;

    /// After the first synchronisation.
    #[must_use]
    pub const fn new(at: Instant, stamp: Stamp) -> Self {
        Self {
            at,
            stamp,
            drift_ppm: None,
        }
    }

    /// After another one. Within an epoch it tells the drift; a jump, told or seen, begins anew.
    pub fn synchronise(&mut self, at: Instant, stamp: Stamp) {
        let drift = match stamp.epoch == self.stamp.epoch {
            true => self.drift_against(at, &stamp),
            false => None,
        };
        let baseline = at - self.at;
        if baseline < Self::SHORTEST_BASELINE && stamp.epoch == self.stamp.epoch {
            *self = Self {
                at,
                stamp,
                drift_ppm: self.drift_ppm,
            };
        } else {
            *self = Self {
                at,
                stamp,
                drift_ppm: drift,
            };
        }
    }

    /// How many parts in a million the wall clock runs faster than the device's, once two synchronisations have told.
    #[must_use]
    pub const fn drift_ppm(&self) -> Option<i32> {
        self.drift_ppm
    }

    /// Where an instant of this boot lies on the wall clock, before or after the synchronisation; `None` where the
    /// wall clock is unset. The uncertainty grows with the distance.
    #[must_use]
    pub fn place(&self, instant: Instant) -> Option<WallClock> {
        if self.stamp.wall.quality == ClockQuality::Unset {
            return None;
        }
        let (distance, is_before) = match instant.checked_since(self.at) {
            Some(after) => (after, false),
            None => (self.at - instant, true),
        };
        let micros = i64::try_from(distance.as_micros()).ok()?;
        let drift = i64::from(self.drift_ppm.unwrap_or(0));
        let corrected = micros.checked_add((micros / 1_000_000).checked_mul(drift)?)?;
        let millis = corrected / 1_000;
        let signed = if is_before { -millis } else { millis };
        let unsure_ppm = if self.drift_ppm.is_some() {
            1
        } else {
            Self::UNKNOWN_DRIFT_PPM
        };
        let unsure = distance.as_micros() / 1_000_000 * unsure_ppm;
        Some(WallClock {
            unix_millis: self.stamp.wall.unix_millis.checked_add(signed)?,
            uncertainty: self.stamp.wall.uncertainty + Duration::from_micros(unsure),
            ..self.stamp.wall
        })
    }

    fn drift_against(&self, at: Instant, stamp: &Stamp) -> Option<i32> {
        let device = i64::try_from(at.checked_since(self.at)?.as_micros()).ok()?;
        let wall = stamp
            .wall
            .unix_millis
            .checked_sub(self.stamp.wall.unix_millis)?
            .checked_mul(1_000)?;
        let off = wall.checked_sub(device)?;
        // Half a unit more, away from zero: the nearest whole number of parts.
        let per_million = device / 1_000_000;
        let ppm = off
            .checked_add(off.signum() * (per_million / 2))?
            .checked_div(per_million)?;
        i32::try_from(ppm)
            .ok()
            .filter(|ppm| ppm.abs() <= Self::LARGEST_DRIFT_PPM)
    }
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

    /// Where a reading of a device without a clock lies: `age` before it was received, no earlier and, with what
    /// the way took, no later.
    ///
    /// `age` is what the device's ticks say between reading and sending; `way` the longest that the way can have
    /// taken.
    #[must_use]
    pub fn received(at: Self, age: Duration, way: Duration) -> Self {
        let age_ms = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
        Self {
            unix_millis: at.unix_millis.saturating_sub(age_ms),
            uncertainty: at.uncertainty + way,
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
