use super::drift::{Drift, Synchronisation};
use super::{ClockQuality, Duration, Instant, Stamp, WallClock};

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
    newest: Synchronisation,
    /// The earlier one that the drift is told against.
    anchor: Synchronisation,
    drift: Option<Drift>,
}

impl ClockModel {
    /// What a quartz is trusted with before its drift is known: 100 parts of a million, which is 9 seconds a day.
    pub const UNKNOWN_DRIFT_PPM: u64 = 100;
    /// Two synchronisations closer than this tell nothing of the drift.
    pub const SHORTEST_BASELINE: Duration = Duration::from_secs(600);
    /// A drift is told anew after this: temperature and age change it.
    pub const LONGEST_BASELINE: Duration = Duration::from_secs(86_400);
    /// A drift beyond this, in parts of a million, is none: the clock has jumped, and its owner has not said so.
    pub const LARGEST_DRIFT_PPM: i32 = 1_000;

    /// How far ticks of a drift that nobody knows may be off after this long, in either direction.
    pub(super) const fn unknown_drift(after: Duration) -> Duration {
        let parts = after.as_micros().saturating_mul(Self::UNKNOWN_DRIFT_PPM);
        Duration::from_micros(parts.div_ceil(1_000_000))
    }

    /// After the first synchronisation.
    #[must_use]
    pub const fn new(at: Instant, stamp: Stamp) -> Self {
        let first = Synchronisation { at, stamp };
        Self {
            newest: first,
            anchor: first,
            drift: None,
        }
    }

    /// After another one. Within an epoch they tell the drift, as soon as they lie so far apart that their own
    /// uncertainties make less of it than [`UNKNOWN_DRIFT_PPM`](Self::UNKNOWN_DRIFT_PPM); a jump, told or seen,
    /// begins anew.
    pub fn synchronise(&mut self, at: Instant, stamp: Stamp) {
        let newest = Synchronisation { at, stamp };
        let Some(told) = self
            .newest
            .is_continued_by(&newest)
            .then(|| Drift::between(&self.anchor, &newest))
            .filter(|told| told.is_none_or(|drift| drift.is_possible()))
        else {
            *self = Self::new(at, stamp);
            return;
        };
        self.newest = newest;
        let Some(told) = told else { return };
        let is_over = at - self.anchor.at >= Self::LONGEST_BASELINE;
        if is_over {
            self.anchor = newest;
        }
        if is_over || self.drift.is_none_or(|held| told.is_better_than(held)) {
            self.drift = Some(told);
        }
    }

    /// How many parts in a million the wall clock runs faster than the device's, once two synchronisations have told.
    #[must_use]
    pub const fn drift_ppm(&self) -> Option<i32> {
        match self.drift {
            Some(drift) => Some(drift.ppm),
            None => None,
        }
    }

    /// Where an instant of this boot lies on the wall clock, before or after the synchronisation; `None` where the
    /// wall clock is unset. The uncertainty grows with the distance, by what the drift is unsure of.
    #[must_use]
    pub fn place(&self, instant: Instant) -> Option<WallClock> {
        let Synchronisation { at, stamp } = self.newest;
        if stamp.wall.quality == ClockQuality::Unset {
            return None;
        }
        let (distance, is_before) = match instant.checked_since(at) {
            Some(after) => (after, false),
            None => (at - instant, true),
        };
        let micros = i64::try_from(distance.as_micros()).ok()?;
        let drift = i64::from(self.drift_ppm().unwrap_or(0));
        let corrected = micros.checked_add((micros / 1_000_000).checked_mul(drift)?)?;
        let millis = corrected / 1_000;
        let signed = if is_before { -millis } else { millis };
        let unsure_ppm = self.drift.map_or(Self::UNKNOWN_DRIFT_PPM, |drift| {
            drift.uncertainty_ppm.into()
        });
        let unsure = Duration::from_micros(distance.as_micros() / 1_000_000);
        Some(WallClock {
            unix_millis: stamp.wall.unix_millis.checked_add(signed)?,
            uncertainty: stamp.wall.uncertainty + unsure.saturating_mul(unsure_ppm),
            ..stamp.wall
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BEGIN: i64 = 1_764_000_000_000;
    const DAY: u64 = 86_400;

    /// A stamp that is `off_ms` off the truth and admits `admitted_ms`, of a clock that gains `ppm`.
    fn synchronisation(secs: u64, ppm: i64, off_ms: i64, admitted_ms: u64) -> (Instant, Stamp) {
        let wall = WallClock {
            unix_millis: truth(secs, ppm) + off_ms,
            quality: ClockQuality::Synchronised,
            uncertainty: Duration::from_millis(admitted_ms),
            utc_offset_minutes: None,
        };
        (Instant::from_secs(secs), Stamp { wall, epoch: 0 })
    }

    fn truth(secs: u64, ppm: i64) -> i64 {
        let secs = i64::try_from(secs).unwrap();
        BEGIN + secs * 1_000 + secs * ppm / 1_000
    }

    fn synchronised(stamps: impl IntoIterator<Item = (Instant, Stamp)>) -> ClockModel {
        let mut stamps = stamps.into_iter();
        let (at, stamp) = stamps.next().unwrap();
        let mut clock = ClockModel::new(at, stamp);
        stamps.for_each(|(at, stamp)| clock.synchronise(at, stamp));
        clock
    }

    /// How far off a placed instant is, and what it admits, with the millisecond it is told to.
    fn error_and_admitted(clock: &ClockModel, secs: u64, ppm: i64) -> (u64, u64) {
        let placed = clock.place(Instant::from_secs(secs)).unwrap();
        let error = placed.unix_millis.abs_diff(truth(secs, ppm));
        (error, placed.uncertainty.as_millis() + 1)
    }

    // IOMT-LINK-010
    #[test]
    fn what_the_stamps_are_unsure_of_the_drift_is_too() {
        // The second stamp is off by all that it admits: 83 ppm at 600 s, 42 ppm at 1,200 s.
        for baseline in [600, 1_200, DAY] {
            let clock = synchronised([
                synchronisation(0, 0, 0, 50),
                synchronisation(baseline, 0, 50, 50),
            ]);
            let (error, admitted) = error_and_admitted(&clock, baseline + DAY, 0);
            assert!(error <= admitted, "{error} ms off, admits {admitted} ms");
            assert!(admitted <= 8_700, "never worse than with no drift known");
        }
    }

    #[test]
    fn steps_of_five_minutes_tell_the_drift() {
        let steps = |count| (0..=count).map(|step| synchronisation(step * 300, 40, 0, 20));
        assert_eq!(
            synchronised(steps(1)).drift_ppm(),
            None,
            "300 s are too few"
        );
        let early = synchronised(steps(2));
        assert_eq!(early.drift_ppm(), Some(40));
        // The longer they go on, the better it is known.
        let late = synchronised(steps(280));
        let admitted = |clock: &ClockModel| {
            let week = clock.newest.at + Duration::from_secs(7 * DAY);
            clock.place(week).unwrap().uncertainty.as_millis()
        };
        assert_eq!(late.drift_ppm(), Some(40));
        assert!(admitted(&early) > 40_000 && admitted(&late) < 2_000);
    }

    #[test]
    fn a_drift_that_changes_is_told_anew() {
        // By stamps that are less sure: once they can not agree with what is held, and else after a day.
        for (ppm, steps) in [(-10, 150), (38, 287), (38, 288)] {
            let first_day = (0..=288).map(|step| synchronisation(step * 300, 40, 0, 20));
            let second_day = (1..=steps).map(|step| {
                let (at, mut stamp) = synchronisation(step * 300, ppm, 0, 200);
                stamp.wall.unix_millis += truth(DAY, 40) - BEGIN;
                (at + Duration::from_secs(DAY), stamp)
            });
            let told = if steps == 287 {
                40
            } else {
                i32::try_from(ppm).unwrap()
            };
            let clock = synchronised(first_day.chain(second_day));
            assert_eq!(clock.drift_ppm(), Some(told), "{ppm} ppm, {steps} steps");
        }
    }

    #[test]
    fn a_jump_between_two_steps_is_no_drift() {
        let mut clock =
            synchronised([synchronisation(0, 0, 0, 20), synchronisation(300, 0, 0, 20)]);
        // A second more than there was: over the whole baseline it would pass for a drift.
        for step in 0..=4 {
            let (at, stamp) = synchronisation(1_200 + step * 300, 0, 0, 20);
            let wall = WallClock {
                unix_millis: stamp.wall.unix_millis + 1_000,
                ..stamp.wall
            };
            clock.synchronise(at, Stamp { wall, ..stamp });
        }
        assert_eq!(clock.drift_ppm(), Some(0));
        // An unset clock tells nothing, and nothing is told against it.
        let (at, mut stamp) = synchronisation(9_000, 0, 1_000, 20);
        stamp.wall.quality = ClockQuality::Unset;
        clock.synchronise(at, stamp);
        assert_eq!((clock.drift_ppm(), clock.place(at)), (None, None));
    }

    proptest! {
        #[test]
        fn the_truth_is_within_what_is_admitted(
            ppm in -100_i64..=100,
            admitted in 0_u64..200,
            offs in prop::collection::vec((1_u64..4_000, -1_000_i64..=1_000), 2..40),
            ahead in 0..7 * DAY,
        ) {
            let mut secs = 0;
            let clock = synchronised(offs.into_iter().map(|(step, off)| {
                secs += step;
                let off = off * i64::try_from(admitted).unwrap() / 1_000;
                synchronisation(secs, ppm, off, admitted)
            }));
            for secs in [secs + ahead, secs.saturating_sub(ahead)] {
                let (error, admitted) = error_and_admitted(&clock, secs, ppm);
                prop_assert!(error <= admitted + 1, "{} ms off, admits {} ms", error, admitted);
            }
        }

        #[test]
        fn nothing_panics(stamps in prop::collection::vec((any::<u64>(), any::<i64>(), any::<u64>()), 1..6), at: u64) {
            let clock = synchronised(stamps.into_iter().map(|(at, unix_millis, admitted)| {
                let (_, stamp) = synchronisation(0, 0, 0, 0);
                let uncertainty = Duration::from_micros(admitted);
                let wall = WallClock { unix_millis, uncertainty, ..stamp.wall };
                (Instant::from_micros(at), Stamp { wall, ..stamp })
            }));
            let _ = clock.place(Instant::from_micros(at));
        }
    }
}
