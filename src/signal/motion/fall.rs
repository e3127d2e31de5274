use core::num::NonZeroU32;

use crate::signal::float::sqrt;
use crate::time::SampleRate;

/// Blocks a second.
const PER_SECOND: u64 = 4;
/// Blocks before the impact that are kept: 3 s.
const BEFORE: usize = 12;
/// Blocks that an impact lasts, 0.5 s: a body bounces, and its parts strike one after another.
const IMPACT: usize = 2;
/// Blocks after the impact that are awaited: 3 s.
const AFTER: usize = 12;
const KEPT: usize = BEFORE + IMPACT + AFTER;
/// The posture before is that of 2 s, until 1 s before the impact: falling takes less.
const STANDING: usize = 8;
/// The posture after is that of 2 s, from 1 s after the impact: the body has come to rest.
const LYING: usize = KEPT - 8;
/// No second alarm within 10 s: it is the same fall.
const QUIET: u32 = 40;
/// The middle of the limits that find 98 % of `SisFall`'s falls and leave 99 % of the rest alone.
const LIMIT_MG_S: u16 = 180;

/// A quarter of a second, or as many whole samples as fit.
#[derive(Debug, Clone, Copy)]
struct Block {
    /// Sum of the acceleration, in g: its direction is what counts.
    sum: [f32; 3],
    /// Sum of what the magnitude exceeds gravity by, in g.
    excess: f32,
}

impl Block {
    const EMPTY: Self = Self {
        sum: [0.0; 3],
        excess: 0.0,
    };
}

/// Finds falls in the acceleration at the waist, sample by sample.
///
/// In a fall the ground takes the body's speed, and the body lies otherwise than before. The speed
/// is the integral of what the acceleration's magnitude exceeds gravity by, over 0.5 s; the change
/// of posture is the distance between the directions of gravity before and after, which is twice
/// the sine of half the angle. Their product is what alarms. A hard step stops no falling body and
/// tilts nothing; a knock at the sensor is high but short, so its integral is small; lying down and
/// turning over tilt, but slowly. Of several impacts within 3 s the hardest is judged, so the
/// stride before a fall is not taken for it.
///
/// Impact and tilt are the features of Bourke and Lyons (Gait & Posture 26, 2007) and of Sucerquia
/// et al. (Sensors 17, 2017), who take the peak where this takes the integral. The only number
/// that was fitted to recordings is the limit.
///
/// | | |
/// |---|---|
/// | formula | ‖u₁ − u₀‖ · ∫ max(‖a‖ − 1 g, 0) dt > 0.18 g·s; u₀, u₁: unit vectors of the mean acceleration over 2 s, from 3 s to 1 s before the impact and from 1 s to 3 s after it |
/// | in other words | a right angle and 1.25 m/s, or 60° and 1.8 m/s |
/// | rate | from 25 Hz; the limit means the same at each |
/// | range of the sensor | ±4 g at least |
/// | scale of the sensor | within 3 %: the limit moves by as much |
/// | mounting | at the waist, in any direction |
/// | delay | 3 s after the half second of the impact |
/// | state | under 500 bytes |
/// | cost | one root a sample; two roots and some 60 operations each quarter of a second |
/// | missed | soft falls, above all from a chair; a person who stands again within 3 s |
/// | false | who lets himself drop into bed, or runs and lies within 3 s |
///
/// Samples that are lost shorten time: tell [`FallDetector::gap`] of them.
#[derive(Debug, Clone)]
pub struct FallDetector {
    g_per_count: f32,
    seconds_per_sample: f32,
    limit_g_s: f32,
    block_samples: u32,
    samples: u64,
    quiet: u32,
    filled: usize,
    in_block: u32,
    current: Block,
    /// The oldest first; the newest `filled` count.
    blocks: [Block; KEPT],
}

impl FallDetector {
    /// A detector for samples at `rate`, of which so many counts are the acceleration of gravity.
    #[must_use]
    pub fn new(rate: SampleRate, counts_per_g: NonZeroU32) -> Self {
        let block = u64::from(rate.as_millihertz()) / (1_000 * PER_SECOND);
        Self {
            g_per_count: 1.0 / counts_per_g.get() as f32,
            seconds_per_sample: 1.0 / rate.as_hz_f32(),
            limit_g_s: f32::from(LIMIT_MG_S) / 1_000.0,
            block_samples: u32::try_from(block).unwrap_or(u32::MAX).max(1),
            samples: 0,
            quiet: 0,
            filled: 0,
            in_block: 0,
            current: Block::EMPTY,
            blocks: [Block::EMPTY; KEPT],
        }
    }

    /// The same with another limit than 180, in thousandths of g·s: a lower one finds softer falls,
    /// and more that are none.
    #[must_use]
    pub fn with_limit_mg_s(mut self, limit_mg_s: u16) -> Self {
        self.limit_g_s = f32::from(limit_mg_s) / 1_000.0;
        self
    }

    /// Takes one sample in; the index of this sample, from 0, where it raises the alarm of a fall.
    pub fn push(&mut self, counts: [i32; 3]) -> Option<u64> {
        let index = self.samples;
        self.samples = self.samples.saturating_add(1);
        self.gather(counts.map(|count| count as f32 * self.g_per_count));
        if self.in_block < self.block_samples {
            return None;
        }
        self.end_block();
        self.quiet = self.quiet.saturating_sub(1);
        if self.quiet > 0 || !self.is_fall() {
            return None;
        }
        self.quiet = QUIET;
        Some(index)
    }

    /// Says that `samples_lost` samples are missing before the next one pushed.
    ///
    /// The index moves on by as many, and so does the time without a second alarm. What was before is forgotten:
    /// a fall that the gap cuts is lost.
    pub fn gap(&mut self, samples_lost: u64) {
        self.samples = self.samples.saturating_add(samples_lost);
        let blocks = samples_lost.checked_div(u64::from(self.block_samples));
        let blocks = blocks.and_then(|blocks| u32::try_from(blocks).ok());
        self.quiet = self.quiet.saturating_sub(blocks.unwrap_or(u32::MAX));
        self.reset();
    }

    /// Forgets what was before a gap of unknown length; indices go on as if none were missing.
    pub fn reset(&mut self) {
        self.filled = 0;
        self.in_block = 0;
        self.current = Block::EMPTY;
    }

    fn gather(&mut self, sample: [f32; 3]) {
        for (sum, value) in self.current.sum.iter_mut().zip(sample) {
            *sum += value;
        }
        self.current.excess += (norm(sample) - 1.0).max(0.0);
        self.in_block += 1;
    }

    fn end_block(&mut self) {
        self.blocks.rotate_left(1);
        if let Some(newest) = self.blocks.last_mut() {
            *newest = self.current;
        }
        self.filled = (self.filled + 1).min(KEPT);
        self.current = Block::EMPTY;
        self.in_block = 0;
    }

    /// Judges the half second that all it needs has come for.
    fn is_fall(&self) -> bool {
        self.severity_g_s()
            .is_some_and(|severity| severity > self.limit_g_s)
    }

    fn severity_g_s(&self) -> Option<f32> {
        let first = KEPT - self.filled;
        if first >= BEFORE {
            return None;
        }
        let before = direction(self.blocks.get(first..STANDING.max(first + 1))?);
        let after = direction(self.blocks.get(LYING..)?);
        Some(distance(before, after) * self.impact_g_s()?)
    }

    /// What the half second took of the body's speed; none where a harder one follows.
    fn impact_g_s(&self) -> Option<f32> {
        let halves = self.blocks.get(BEFORE..)?.windows(IMPACT);
        let mut impacts = halves.map(|half| half.iter().map(|block| block.excess).sum::<f32>());
        let impact = impacts.next()?;
        let hardest = impacts.all(|later| later <= impact);
        hardest.then_some(impact * self.seconds_per_sample)
    }
}

fn norm([x, y, z]: [f32; 3]) -> f32 {
    sqrt(x * x + y * y + z * z)
}

fn distance([ax, ay, az]: [f32; 3], [bx, by, bz]: [f32; 3]) -> f32 {
    norm([ax - bx, ay - by, az - bz])
}

/// The unit vector of the mean acceleration.
fn direction(blocks: &[Block]) -> [f32; 3] {
    let sum = blocks.iter().fold([0.0; 3], |[x, y, z], block| {
        let [bx, by, bz] = block.sum;
        [x + bx, y + by, z + bz]
    });
    let length = norm(sum) + 1e-9;
    sum.map(|axis| axis / length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const G: i32 = 256;

    const LYING: [i32; 3] = [G, 0, 0];

    fn detector() -> FallDetector {
        FallDetector::new(SampleRate::hz(200), NonZeroU32::new(256).unwrap())
    }

    /// Five seconds upright, an impact of so many samples, then ten seconds of `after`.
    fn recording(impact: i32, samples: usize, after: [i32; 3]) -> impl Iterator<Item = [i32; 3]> {
        let upright = core::iter::repeat_n([0, -G, 0], 1_000);
        let strike = core::iter::repeat_n([0, -impact, 0], samples);
        upright.chain(strike).chain([after; 2_000])
    }

    fn alarms(mut detector: FallDetector, samples: impl Iterator<Item = [i32; 3]>) -> Vec<u64> {
        samples.filter_map(|sample| detector.push(sample)).collect()
    }

    #[test]
    fn alarms_once_within_four_seconds_of_a_fall() {
        let alarms = alarms(detector(), recording(4 * G, 20, LYING));
        assert_eq!(alarms.len(), 1);
        assert!((1_000..1_020 + 700).contains(&alarms[0]), "{alarms:?}");
    }

    #[test]
    fn neither_a_jump_nor_lying_down_nor_a_knock_is_a_fall() {
        let none = Vec::<u64>::new();
        assert_eq!(alarms(detector(), recording(8 * G, 20, [0, -G, 0])), none);
        assert_eq!(alarms(detector(), recording(G, 20, LYING)), none);
        assert_eq!(alarms(detector(), recording(16 * G, 1, LYING)), none);
    }

    #[test]
    fn sees_the_same_fall_in_any_mounting_and_at_25_hz() {
        let turned = recording(4 * G, 20, LYING).map(|[x, y, z]| [-y, z, x]);
        assert_eq!(alarms(detector(), turned).len(), 1);
        let slow = FallDetector::new(SampleRate::hz(25), NonZeroU32::new(256).unwrap());
        let each_eighth = recording(4 * G, 20, LYING).step_by(8);
        assert_eq!(alarms(slow, each_eighth).len(), 1);
    }

    #[test]
    fn samples_that_are_lost_count_in_the_index_and_in_the_time_between_alarms() {
        let fall = || recording(4 * G, 20, LYING);
        let mut detector = detector();
        let whole: Vec<u64> = fall().filter_map(|sample| detector.push(sample)).collect();
        detector.gap(100_000);
        let after: Vec<u64> = fall().filter_map(|sample| detector.push(sample)).collect();
        let later = fall().count() as u64 + 100_000;
        assert_eq!(after, [whole[0] + later]);
        detector.gap(u64::MAX);
        assert_eq!(
            fall().find_map(|sample| detector.push(sample)),
            Some(u64::MAX)
        );
    }

    #[test]
    fn a_lower_limit_finds_a_softer_fall() {
        let soft = || recording(2 * G, 20, LYING);
        assert!(alarms(detector(), soft()).is_empty());
        assert_eq!(alarms(detector().with_limit_mg_s(120), soft()).len(), 1);
    }

    #[test]
    fn judges_the_fall_and_not_the_stride_before_it() {
        let walk = recording(3 * G, 10, [0, -G, 0]).take(1_200);
        let fall = recording(4 * G, 20, LYING).skip(900);
        let alarms = alarms(detector(), walk.chain(fall));
        assert_eq!(alarms.len(), 1);
        assert!(
            (1_300 + 600..1_320 + 700).contains(&alarms[0]),
            "{alarms:?}"
        );
    }

    #[test]
    fn takes_any_sample() {
        let mut detector = detector();
        for sample in [[i32::MIN; 3], [i32::MAX; 3], [0; 3], [1, -1, 0]] {
            for _ in 0..3_000 {
                detector.push(sample);
            }
        }
        assert!(detector.severity_g_s().is_none_or(f32::is_finite));
    }

    #[test]
    fn is_as_small_as_it_says() {
        assert!(
            size_of::<FallDetector>() < 500,
            "{}",
            size_of::<FallDetector>()
        );
    }
}
