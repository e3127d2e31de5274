//! Two synchronisations of a clock: whether it jumped between them, and how fast it runs.

use super::{ClockModel, ClockQuality, Duration, Instant, Stamp};

/// What the wall clock said at an instant of this boot.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy)]
pub(super) struct Synchronisation {
    pub(super) at: Instant,
    pub(super) stamp: Stamp,
}

impl Synchronisation {
    /// Whether no jump lies between: the wall clock went as far as the device's, but for what both may be off.
    pub(super) fn is_continued_by(&self, next: &Self) -> bool {
        let is_set = |one: &Self| one.stamp.wall.quality != ClockQuality::Unset;
        if self.stamp.epoch != next.stamp.epoch || !is_set(self) || !is_set(next) {
            return false;
        }
        // The other way round where `next` came late.
        let device = (next.at - self.at) + (self.at - next.at);
        let drift = Duration::from_micros(device.as_micros() / 1_000);
        let admitted = drift + self.uncertainty_with(next);
        self.gain_micros(next)
            .is_some_and(|gain| gain.unsigned_abs() <= admitted.as_micros())
    }

    /// How much farther the wall clock went than the device's.
    fn gain_micros(&self, next: &Self) -> Option<i64> {
        let micros = |at: Instant| i64::try_from(at.as_micros()).ok();
        let device = micros(next.at)?.checked_sub(micros(self.at)?)?;
        let (from, to) = (&self.stamp.wall, &next.stamp.wall);
        let wall = to.unix_millis.checked_sub(from.unix_millis)?;
        wall.checked_mul(1_000)?.checked_sub(device)
    }

    /// What both wall clocks admit, and the millisecond that they are told to.
    fn uncertainty_with(&self, next: &Self) -> Duration {
        self.stamp.wall.uncertainty + next.stamp.wall.uncertainty + Duration::from_millis(1)
    }
}

/// How fast the wall clock runs against the device's, in parts of a million.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy)]
pub(super) struct Drift {
    pub(super) ppm: i32,
    pub(super) uncertainty_ppm: u32,
}

impl Drift {
    pub(super) const fn is_possible(self) -> bool {
        self.ppm.unsigned_abs() <= ClockModel::LARGEST_DRIFT_PPM.unsigned_abs()
    }

    /// Whether it is known as well, or one of both can not be right any more.
    pub(super) const fn is_better_than(self, held: Self) -> bool {
        let admitted = self.uncertainty_ppm.saturating_add(held.uncertainty_ppm);
        self.uncertainty_ppm <= held.uncertainty_ppm || self.ppm.abs_diff(held.ppm) > admitted
    }

    /// `None` where both lie so close together that their uncertainties tell more than the clocks.
    pub(super) fn between(from: &Synchronisation, to: &Synchronisation) -> Option<Self> {
        let baseline = to.at.checked_since(from.at)?;
        if baseline < ClockModel::SHORTEST_BASELINE {
            return None;
        }
        let seconds = baseline.as_micros() / 1_000_000;
        let unsure = from.uncertainty_with(to).as_micros().checked_div(seconds)?;
        // What either division cuts off is less than one part.
        let unsure = unsure.checked_add(2)?;
        if unsure >= ClockModel::UNKNOWN_DRIFT_PPM {
            return None;
        }
        let baseline = i64::try_from(baseline.as_micros()).ok()?;
        let gain = from.gain_micros(to)?;
        // Half a unit more, away from zero: the nearest whole number of parts.
        let ppm = gain
            .checked_mul(1_000_000)?
            .checked_add(gain.signum() * (baseline / 2))?
            .checked_div(baseline)?;
        Some(Self {
            ppm: i32::try_from(ppm).ok()?,
            uncertainty_ppm: u32::try_from(unsure).ok()?,
        })
    }
}
