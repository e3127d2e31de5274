use core::f64::consts::TAU;

use crate::signal::maths::{cos, sin};

/// Slow waves of the intervals take two minutes to show (Task Force, Circulation 93, 1996).
const SHORTEST_S: f64 = 120.0;
/// From one frequency to the next, Hz; finer than the resolution of five minutes.
const STEP_HZ: f64 = 0.001;
const VERY_LOW_HZ: f64 = 0.0033;
const LOW_HZ: f64 = 0.04;
const HIGH_HZ: f64 = 0.15;
const HIGHEST_HZ: f64 = 0.4;

/// How much intervals vary in the two bands of the Task Force, in ms².
///
/// By the periodogram of Lomb and Scargle (Astrophys. J. 263, 1982), which takes intervals where the
/// beats are: nothing is resampled, and beats may be missing.
///
/// ```text
/// P(ω) = ½ (C² ss + S² cc − 2 C S cs) / (cc ss − cs²)       C = Σ x cos ωt, cc = Σ cos² ωt, …
/// power density = 2 P T / N, summed by trapezia from 0.0033 Hz on in steps of 1 mHz
/// ```
///
/// The intervals lose their mean first, and no trend.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BandPowers {
    /// 0.04 Hz to 0.15 Hz, ms².
    pub low: f32,
    /// 0.15 Hz to 0.4 Hz, ms²: mostly breathing.
    pub high: f32,
}

impl BandPowers {
    /// The powers of intervals in ms, each with the time in s at which it ends.
    ///
    /// None where they span less than two minutes, where a time is not after the one before, or where an
    /// interval is no positive number. No state; costs 360 sines and cosines an interval, in `f64`.
    #[must_use]
    pub fn of(intervals: &[(f64, f32)]) -> Option<Self> {
        let (first_s, _) = *intervals.first()?;
        let (last_s, _) = *intervals.last()?;
        let is_positive = |(_, ms): &(f64, f32)| ms.is_finite() && *ms > 0.0;
        let are_in_order = intervals.is_sorted_by(|(a, _), (b, _)| a < b);
        let span_s = last_s - first_s;
        // Written so that a time that is no number does not pass.
        if !(SHORTEST_S..1e9).contains(&span_s)
            || !are_in_order
            || !intervals.iter().all(is_positive)
        {
            return None;
        }
        let count = intervals.len() as f64;
        let sum: f64 = intervals.iter().map(|(_, ms)| f64::from(*ms)).sum();
        let deviations = || {
            let each = intervals.iter();
            each.map(|(s, ms)| (s - first_s, f64::from(*ms) - sum / count))
        };
        let density = |hz| 2.0 * periodogram(deviations(), hz) * span_s / count;
        Some(Self {
            low: band(LOW_HZ, HIGH_HZ, density) as f32,
            high: band(HIGH_HZ, HIGHEST_HZ, density) as f32,
        })
    }

    /// The ratio of low over high; none where there is no high.
    #[must_use]
    pub fn ratio(&self) -> Option<f32> {
        (self.high > 0.0).then(|| self.low / self.high)
    }
}

/// The integral over the frequencies of the grid that lie within a band.
fn band(from_hz: f64, to_hz: f64, density: impl Fn(f64) -> f64) -> f64 {
    let grid = (0..400_u16).map(|at| VERY_LOW_HZ + STEP_HZ * f64::from(at));
    let mut within = grid.filter(|hz| (from_hz..to_hz).contains(hz)).map(density);
    let Some(mut before) = within.next() else {
        return 0.0;
    };
    within.fold(0.0, |sum, here| {
        let trapezium = (before + here) / 2.0 * STEP_HZ;
        before = here;
        sum + trapezium
    })
}

/// That of Lomb and Scargle, without normalisation; 0 where there is nothing to tell a phase by.
fn periodogram(deviations: impl Iterator<Item = (f64, f64)>, hz: f64) -> f64 {
    let (mut c, mut s, mut cc, mut ss, mut cs) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (time_s, value) in deviations {
        let turns = hz * time_s;
        // Within a half turn of zero; the times begin at zero.
        let angle = TAU * (turns - ((turns + 0.5) as i64) as f64);
        let (cosine, sine) = (cos(angle), sin(angle));
        c += value * cosine;
        s += value * sine;
        cc += cosine * cosine;
        ss += sine * sine;
        cs += cosine * sine;
    }
    let determinant = cc * ss - cs * cs;
    if determinant > 1e-9 * cc * ss {
        return (c * c * ss + s * s * cc - 2.0 * c * s * cs) / determinant / 2.0;
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// A beat every 0.8 s or so for five minutes, that breathes with 30 ms at this rate.
    fn breathing(hz: f64) -> Vec<(f64, f32)> {
        let mut time_s = 0.0;
        let interval = |_| {
            let ms = 800.0 + 30.0 * (TAU * hz * time_s).sin();
            time_s += ms / 1e3;
            (time_s, ms as f32)
        };
        (0..375).map(interval).collect()
    }

    #[test]
    fn a_wave_has_its_power_in_its_band() {
        // 30 ms have a mean square of 450 ms².
        let fast = BandPowers::of(&breathing(0.25)).unwrap();
        assert!((fast.high - 450.0).abs() < 25.0, "{fast:?}");
        assert!(fast.low < 10.0, "{fast:?}");
        let slow = BandPowers::of(&breathing(0.1)).unwrap();
        assert!((slow.low - 450.0).abs() < 25.0, "{slow:?}");
        assert!(slow.ratio().unwrap() > 40.0);
    }

    #[test]
    fn beats_may_be_missing() {
        let mut intervals = breathing(0.25);
        // Twelve seconds of a loose electrode.
        intervals.drain(150..165);
        let powers = BandPowers::of(&intervals).unwrap();
        assert!((powers.high - 450.0).abs() < 40.0, "{powers:?}");
    }

    #[test]
    fn refuses_what_is_no_recording() {
        let whole = breathing(0.25);
        let with = |at: usize, interval: (f64, f32)| {
            let mut changed = whole.clone();
            changed[at] = interval;
            BandPowers::of(&changed)
        };
        assert_eq!(BandPowers::of(&[]), None);
        assert_eq!(BandPowers::of(&whole[..100]), None);
        assert_eq!(with(9, (f64::NAN, 800.0)), None);
        assert_eq!(with(0, (f64::NEG_INFINITY, 800.0)), None);
        assert_eq!(with(374, (f64::INFINITY, 800.0)), None);
        assert_eq!(with(9, (whole[8].0, 800.0)), None);
        assert_eq!(with(9, (whole[9].0, f32::NAN)), None);
        assert_eq!(with(9, (whole[9].0, 0.0)), None);
    }

    #[test]
    fn a_constant_has_no_power() {
        let flat: Vec<_> = (0..300).map(|n| (f64::from(n), 1_000.0)).collect();
        let powers = BandPowers::of(&flat).unwrap();
        assert_eq!((powers.low, powers.high, powers.ratio()), (0.0, 0.0, None));
    }
}
