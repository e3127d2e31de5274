use core::num::NonZeroU32;

use crate::signal::float::{acos, ln, sqrt};
use crate::time::SampleRate;

/// Blocks a second.
const PER_SECOND: u64 = 4;
/// Blocks before the impact that are kept: 3 s.
const BEFORE: usize = 12;
/// Blocks after the impact that are awaited: 3.25 s.
const AFTER: usize = 13;
const KEPT: usize = BEFORE + 1 + AFTER;
/// An impact is the largest within 0.75 s on either side: a fall has several.
const AROUND: usize = 3;
/// The posture before ends 1 s before the impact: falling takes less.
const STANDING: usize = 9;
/// The posture after begins 1.5 s after the impact: the body has come to rest.
const LYING: usize = 6;
/// No fall strikes the waist with less, in g.
const IMPACT_G: f32 = 1.7;
/// No second alarm within 10 s: it is the same fall.
const QUIET: u32 = 40;

/// Weights of the logistic function, and the probability's logarithm from which it alarms.
const WEIGHT_TILT_IMPACT: f32 = 7.99;
const WEIGHT_AGITATION: f32 = 0.86;
const BIAS: f32 = -3.88;
const THRESHOLD: f32 = -0.25;

/// A quarter of a second.
#[derive(Debug, Clone, Copy)]
struct Block {
    /// Mean acceleration, in g.
    mean: [f32; 3],
    /// Largest magnitude, in g.
    peak: f32,
    /// Mean magnitude of the change from sample to sample, in g.
    agitation: f32,
}

impl Block {
    const EMPTY: Self = Self {
        mean: [0.0; 3],
        peak: 0.0,
        agitation: 0.0,
    };
}

/// Finds falls in the acceleration at the waist, sample by sample.
///
/// A fall is an impact after which the body lies otherwise than before. The product of both, tilt
/// times the logarithm of the impact, tells falls from hard steps, which do not tilt, and from
/// lying down, which does not strike; the agitation in the last second before the impact adds a
/// little. Impact and tilt are those of Bourke and Lyons (Gait & Posture 26, 2007; Med. Eng. Phys.
/// 30, 2008) and of Sucerquia et al. (Sensors 17, 2017); the three weights come from `SisFall`'s
/// subjects with odd numbers.
///
/// | | |
/// |---|---|
/// | rate | from 25 Hz; the weight of the agitation is that of 200 Hz |
/// | mounting | at the waist, in any direction |
/// | delay | 3.25 s to 3.5 s after the impact |
/// | state | under 620 bytes |
/// | cost | two roots a sample; some 100 operations each quarter of a second |
/// | missed | falls that end sitting, and soft ones, under 1.7 g |
///
/// Samples that are lost shorten time; call [`FallDetector::reset`] after a gap.
#[derive(Debug, Clone)]
pub struct FallDetector {
    g_per_count: f32,
    block_samples: u32,
    samples: u64,
    quiet: u32,
    filled: usize,
    in_block: u32,
    current: Block,
    last: Option<[f32; 3]>,
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
            block_samples: u32::try_from(block).unwrap_or(u32::MAX).max(1),
            samples: 0,
            quiet: 0,
            filled: 0,
            in_block: 0,
            current: Block::EMPTY,
            last: None,
            blocks: [Block::EMPTY; KEPT],
        }
    }

    /// Takes one sample in; the index of this sample, from 0, where it raises the alarm of a fall.
    pub fn push(&mut self, counts: [i32; 3]) -> Option<u64> {
        let index = self.samples;
        self.samples = self.samples.saturating_add(1);
        let sample = counts.map(|count| count as f32 * self.g_per_count);
        let last = self.last.replace(sample).unwrap_or(sample);
        self.gather(sample, last);
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

    /// Forgets what was before a gap; indices go on.
    pub fn reset(&mut self) {
        self.filled = 0;
        self.in_block = 0;
        self.current = Block::EMPTY;
        self.last = None;
    }

    fn gather(&mut self, sample: [f32; 3], last: [f32; 3]) {
        let share = 1.0 / self.block_samples as f32;
        let [x, y, z] = sample;
        let [lx, ly, lz] = last;
        for (mean, value) in self.current.mean.iter_mut().zip(sample) {
            *mean += value * share;
        }
        self.current.peak = self.current.peak.max(norm(sample));
        self.current.agitation += norm([x - lx, y - ly, z - lz]) * share;
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

    /// Judges the block that all it needs has come for.
    fn is_fall(&self) -> bool {
        self.log_odds().is_some_and(|odds| odds > THRESHOLD)
    }

    fn log_odds(&self) -> Option<f32> {
        let first = KEPT - self.filled;
        let impact = self.blocks.get(BEFORE)?.peak;
        if first >= BEFORE || impact < IMPACT_G {
            return None;
        }
        let around = self.blocks.get(BEFORE - AROUND..=BEFORE + AROUND)?;
        if around.iter().any(|block| block.peak > impact) {
            return None;
        }
        let before = mean(self.blocks.get(first..STANDING.max(first + 1))?);
        let after = mean(self.blocks.get(BEFORE + LYING..)?);
        let last_second = self.blocks.get(first.max(BEFORE - 4)..=BEFORE)?;
        let agitation: f32 = last_second.iter().map(|block| block.agitation).sum();
        let agitation = agitation / last_second.len() as f32;
        let right_angles = angle(before, after) * core::f32::consts::FRAC_2_PI;
        Some(
            WEIGHT_TILT_IMPACT * right_angles * ln(impact)
                + WEIGHT_AGITATION * ln(agitation + 0.01)
                + BIAS,
        )
    }
}

fn norm([x, y, z]: [f32; 3]) -> f32 {
    sqrt(x * x + y * y + z * z)
}

/// In the direction of the mean acceleration of the blocks.
fn mean(blocks: &[Block]) -> [f32; 3] {
    blocks.iter().fold([0.0; 3], |[x, y, z], block| {
        let [bx, by, bz] = block.mean;
        [x + bx, y + by, z + bz]
    })
}

/// The angle between two directions, in radians.
fn angle(a: [f32; 3], b: [f32; 3]) -> f32 {
    let dot: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
    acos(dot / (norm(a) * norm(b) + 1e-9))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const G: i32 = 256;

    fn detector() -> FallDetector {
        FallDetector::new(SampleRate::hz(200), NonZeroU32::new(256).unwrap())
    }

    /// Five seconds upright, 0.1 s of impact, then `after`.
    fn alarms(impact: i32, after: [i32; 3]) -> Vec<u64> {
        let mut detector = detector();
        let upright = core::iter::repeat_n([0, -G, 0], 1_000);
        let strike = core::iter::repeat_n([0, -impact, 0], 20);
        let samples = upright.chain(strike).chain([after; 2_000]);
        samples.filter_map(|sample| detector.push(sample)).collect()
    }

    #[test]
    fn alarms_once_within_four_seconds_of_a_fall() {
        let alarms = alarms(4 * G, [G, 0, 0]);
        assert_eq!(alarms.len(), 1);
        assert!((1_000..1_020 + 800).contains(&alarms[0]), "{alarms:?}");
    }

    #[test]
    fn neither_a_jump_nor_lying_down_is_a_fall() {
        assert_eq!(alarms(8 * G, [0, -G, 0]), Vec::<u64>::new());
        assert_eq!(alarms(G, [G, 0, 0]), Vec::<u64>::new());
    }

    #[test]
    fn takes_any_sample() {
        let mut detector = detector();
        for sample in [[i32::MIN; 3], [i32::MAX; 3], [0; 3], [1, -1, 0]] {
            for _ in 0..3_000 {
                detector.push(sample);
            }
        }
        assert!(detector.log_odds().is_none_or(f32::is_finite));
    }

    #[test]
    fn is_as_small_as_it_says() {
        assert!(
            size_of::<FallDetector>() < 620,
            "{}",
            size_of::<FallDetector>()
        );
    }
}
