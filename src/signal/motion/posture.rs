use core::num::NonZeroU32;

use crate::signal::float::{acos, sqrt};
use crate::time::SampleRate;

/// Gravity is the mean over about a second: longer than a step.
const SMOOTHING_S: f32 = 1.0;
/// Within this of the upright axis a trunk stands or sits; sitting leans up to 30°.
const UPRIGHT_DEGREES: f32 = 45.0;
/// Beyond this of it, a trunk lies; upside down counts as lying.
const LYING_DEGREES: f32 = 60.0;
/// Gravity differs from 1 g by less where nobody falls, jumps or rides.
const G_SLACK: f32 = 0.3;

/// How the trunk is held.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Posture {
    /// Standing or sitting: one sensor at the trunk can not tell these apart.
    Upright,
    /// Between both, or on the way.
    Leaning,
    /// On the back, the belly or a side.
    Lying,
}

/// How a trunk is held, from the direction of gravity at the waist or the chest.
///
/// The smoothed acceleration's angle to the upright direction, which the sensor was given when the wearer
/// stood (Karantonis et al., IEEE Trans. Inf. Technol. Biomed. 10, 2006, with its bound of 60°).
///
/// | | |
/// |---|---|
/// | formula | θ = arccos(g · u / (‖g‖ ‖u‖)); upright below 45°, lying from 60° |
/// | rate of samples | from 2 Hz |
/// | range | 0° to 180°, within 0.1° |
/// | delay | 1 s to follow 63 % of a change; none is told while the mean is off 1 g by 0.3 g |
/// | state | 40 bytes |
/// | cost | 6 multiplications a sample; two roots and an arc cosine when it is asked |
#[derive(Debug, Clone)]
pub struct PostureTracker {
    g_per_count: f32,
    share: f32,
    upright: [f32; 3],
    gravity: Option<[f32; 3]>,
}

impl PostureTracker {
    /// A tracker for samples at `rate`, with the acceleration that the sensor shows when the wearer
    /// stands, in counts; of zeros, no posture is ever told.
    #[must_use]
    pub fn new(rate: SampleRate, counts_per_g: NonZeroU32, upright: [i32; 3]) -> Self {
        Self {
            g_per_count: 1.0 / counts_per_g.get() as f32,
            share: (1.0 / (SMOOTHING_S * rate.as_hz_f32())).min(1.0),
            upright: upright.map(|count| count as f32),
            gravity: None,
        }
    }

    /// Takes a sample in.
    pub fn push(&mut self, counts: [i32; 3]) {
        let sample = counts.map(|count| count as f32 * self.g_per_count);
        let gravity = self.gravity.get_or_insert(sample);
        for (gravity, value) in gravity.iter_mut().zip(sample) {
            *gravity += self.share * (value - *gravity);
        }
    }

    /// Forgets what was before a gap.
    pub fn reset(&mut self) {
        self.gravity = None;
    }

    /// The angle to upright in degrees, 0 to 180; none before a sample, nor where gravity can not be told.
    #[must_use]
    pub fn tilt_degrees(&self) -> Option<f32> {
        let gravity = self.gravity?;
        let (length, upright) = (norm(gravity), norm(self.upright));
        if (length - 1.0).abs() > G_SLACK || upright <= 0.0 {
            return None;
        }
        let dot: f32 = gravity.iter().zip(self.upright).map(|(a, b)| a * b).sum();
        Some(acos(dot / (length * upright)).to_degrees())
    }

    /// How the trunk is held now; none where [`PostureTracker::tilt_degrees`] is none.
    #[must_use]
    pub fn posture(&self) -> Option<Posture> {
        self.tilt_degrees().map(|degrees| match degrees {
            degrees if degrees < UPRIGHT_DEGREES => Posture::Upright,
            degrees if degrees < LYING_DEGREES => Posture::Leaning,
            _ => Posture::Lying,
        })
    }
}

fn norm([x, y, z]: [f32; 3]) -> f32 {
    sqrt(x * x + y * y + z * z)
}

#[cfg(test)]
mod tests {
    use super::*;

    const G: i32 = 1_000;

    fn tracker() -> PostureTracker {
        PostureTracker::new(
            SampleRate::hz(50),
            NonZeroU32::new(1_000).unwrap(),
            [0, -G, 0],
        )
    }

    #[test]
    fn tells_the_posture_after_a_turn() {
        let mut tracker = tracker();
        assert_eq!(tracker.posture(), None);
        tracker.push([0, -G, 0]);
        assert_eq!(tracker.posture(), Some(Posture::Upright));
        (0..200).for_each(|_| tracker.push([G, 0, 0]));
        assert_eq!(tracker.posture(), Some(Posture::Lying));
        (0..400).for_each(|_| tracker.push([629, -777, 0]));
        assert!((tracker.tilt_degrees().unwrap() - 39.0).abs() < 0.2);
        (0..400).for_each(|_| tracker.push([777, -629, 0]));
        assert_eq!(tracker.posture(), Some(Posture::Leaning));
        (0..400).for_each(|_| tracker.push([0, G, 0]));
        assert_eq!(tracker.posture(), Some(Posture::Lying));
    }

    #[test]
    fn where_gravity_is_not_told_there_is_no_posture() {
        for sample in [[0; 3], [i32::MAX; 3], [i32::MIN; 3], [0, -2 * G, 0]] {
            let mut tracker = tracker();
            (0..500).for_each(|_| tracker.push(sample));
            assert_eq!(tracker.posture(), None);
        }
        let unset = PostureTracker::new(SampleRate::hz(1), NonZeroU32::MIN, [0; 3]);
        assert_eq!(unset.posture(), None);
    }

    #[test]
    fn is_as_small_as_it_says() {
        assert!(size_of::<PostureTracker>() <= 40);
    }
}
