use core::num::NonZeroU32;

use crate::signal::float::sqrt;
use crate::time::{Duration, SampleRate};

/// What the mean amplitude deviation is taken over.
const EPOCH: Duration = Duration::from_millis(5_000);
/// Bounds in g: rest, slow and brisk walk, run (Vähä-Ypyä).
const LIGHT_G: f32 = 0.0167;
const MODERATE_G: f32 = 0.091;
const VIGOROUS_G: f32 = 0.414;
/// The base that deviations are taken from follows within a second or two.
const SMOOTHING_S: f32 = 1.0;

/// How hard the body moves.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Activity {
    /// Below 16.7 mg: sitting, lying.
    Sedentary,
    /// From 16.7 mg: about the house, a slow walk.
    Light,
    /// From 91 mg: a walk, from 3 metabolic equivalents.
    Moderate,
    /// From 414 mg: a run, from 6 metabolic equivalents.
    Vigorous,
}

/// The activity of 5 s.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// Mean amplitude deviation, in g.
    pub deviation_g: f32,
    /// The class of it.
    pub activity: Activity,
}

/// Grades activity each 5 s by how much the acceleration's magnitude deviates from its mean.
///
/// The mean amplitude deviation needs no filter and no direction of mounting (Vähä-Ypyä et al., Clin. Physiol.
/// Funct. Imaging 35, 2015, for 5 or 6 s at the hip, with its bounds). Here the mean is the running one of a
/// second, so that no epoch need be kept; slow sway counts less by that.
///
/// | | |
/// |---|---|
/// | formula | Σ \|‖a‖ − mean\| / n over 5 s |
/// | rate of samples | from 10 Hz |
/// | range | 0 to 32 g |
/// | delay | one result each 5 s, of the 5 s before |
/// | state | under 50 bytes |
/// | cost | a root and 6 operations a sample |
#[derive(Debug, Clone)]
pub struct ActivityMeter {
    g_per_count: f32,
    share: f32,
    epoch: u32,
    count: u32,
    mean: Option<f32>,
    sum: f32,
}

impl ActivityMeter {
    /// A meter for samples at `rate`, of which so many counts are the acceleration of gravity.
    #[must_use]
    pub fn new(rate: SampleRate, counts_per_g: NonZeroU32) -> Self {
        let epoch = rate.samples_in(EPOCH);
        Self {
            g_per_count: 1.0 / counts_per_g.get() as f32,
            share: (1.0 / (SMOOTHING_S * rate.as_hz_f32())).min(1.0),
            epoch: u32::try_from(epoch).unwrap_or(u32::MAX).max(1),
            count: 0,
            mean: None,
            sum: 0.0,
        }
    }

    /// Takes a sample in; the activity of the last 5 s, each 5 s.
    pub fn push(&mut self, counts: [i32; 3]) -> Option<Epoch> {
        let [x, y, z] = counts.map(|count| count as f32 * self.g_per_count);
        let magnitude = sqrt(x * x + y * y + z * z).min(32.0);
        let mean = self.mean.get_or_insert(magnitude);
        *mean += self.share * (magnitude - *mean);
        self.sum += (magnitude - *mean).abs();
        self.count += 1;
        if self.count < self.epoch {
            return None;
        }
        let deviation_g = self.sum / self.count as f32;
        (self.sum, self.count) = (0.0, 0);
        Some(Epoch {
            deviation_g,
            activity: grade(deviation_g),
        })
    }

    /// Forgets what was before a gap.
    pub fn reset(&mut self) {
        (self.sum, self.count, self.mean) = (0.0, 0, None);
    }
}

fn grade(deviation_g: f32) -> Activity {
    match deviation_g {
        g if g < LIGHT_G => Activity::Sedentary,
        g if g < MODERATE_G => Activity::Light,
        g if g < VIGOROUS_G => Activity::Moderate,
        _ => Activity::Vigorous,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn epochs(hz: u16, g: f32) -> Vec<Epoch> {
        let mut meter =
            ActivityMeter::new(SampleRate::hz(hz.into()), NonZeroU32::new(1_000).unwrap());
        let sample = |n: u16| {
            let phase = core::f32::consts::TAU * 2.0 * f32::from(n) / f32::from(hz);
            [0, (1_000.0 * (1.0 + g * phase.sin())) as i32, 0]
        };
        (0..hz * 20).filter_map(|n| meter.push(sample(n))).collect()
    }

    #[test]
    fn grades_a_sine_by_two_over_pi_of_its_height_at_any_rate() {
        for hz in [10, 50, 200] {
            for (g, activity) in [
                (0.0, Activity::Sedentary),
                (0.08, Activity::Light),
                (0.4, Activity::Moderate),
                (0.95, Activity::Vigorous),
            ] {
                let found = epochs(hz, g);
                assert_eq!(found.len(), 4);
                for epoch in found {
                    let error = (epoch.deviation_g - 0.637 * g).abs();
                    assert!(error <= 0.05 * g + 0.001, "{hz} Hz {g}: {epoch:?}");
                    assert_eq!(epoch.activity, activity);
                }
            }
        }
    }

    #[test]
    fn takes_any_sample_and_gap() {
        for millihertz in [1, 10_000, u32::MAX] {
            let rate = SampleRate::from_millihertz(millihertz).unwrap();
            let mut meter = ActivityMeter::new(rate, NonZeroU32::MIN);
            for n in 0..10_000_i32 {
                let epoch = meter.push([n.wrapping_mul(i32::MAX), i32::MIN, 0]);
                assert!(epoch.is_none_or(|epoch| epoch.deviation_g <= 32.0));
            }
            meter.reset();
            assert_eq!((meter.count, meter.mean), (0, None));
        }
    }

    #[test]
    fn is_as_small_as_it_says() {
        assert!(size_of::<ActivityMeter>() < 50);
    }
}
