use core::num::NonZeroU32;

use crate::signal::float::sqrt;
use crate::signal::{Cascade, CascadeState, Design};
use crate::time::{Duration, SampleRate};

const WORK_HZ: u32 = 50;
/// A walk of the old has 0.7 steps a second, a sprint some 4.
const BELOW: Cascade<f32, 1> = Design::low_pass(SampleRate::hz(WORK_HZ), 4.0).to_f32();
const ABOVE: Cascade<f32, 1> = Design::high_pass(SampleRate::hz(WORK_HZ), 0.5).to_f32();
/// A step moves the waist by more than so many g above and below the mean.
const SMALLEST_G: f32 = 0.05;
/// And by more than so much of the steps before.
const SHARE: f32 = 0.4;
/// Weight of a step in the level.
const LEARNT: f32 = 0.25;
const SHORTEST: Duration = Duration::from_millis(220);
const LONGEST: Duration = Duration::from_millis(1_600);
/// So many in a row make a walk; fewer are fidgeting, and count when the walk is sure.
const FEWEST: u8 = 4;

/// Counts steps from the acceleration at the waist, sample by sample.
///
/// A step is a swing of the magnitude, between 0.5 Hz and 4 Hz, from below −t to above t, with t the larger
/// of 0.05 g and 0.4 of the swings before; four that follow each other as steps do make a walk (Zhao, *Analog
/// Dialogue* 44-06, 2010: dynamic threshold, window of 0.2 s to 2 s, and count regulation).
///
/// | | |
/// |---|---|
/// | formula | hysteresis crossings of the band-passed ‖a‖ |
/// | rate of samples | from 25 Hz; means of samples bring it near 50 Hz, and the band moves as far as it misses them |
/// | range | 38 to 270 steps a minute; any direction of mounting |
/// | delay | 0.1 s; four steps at the start of a walk |
/// | state | under 150 bytes |
/// | cost | a root and 10 multiplications each 1/50 s |
#[derive(Debug, Clone)]
pub struct StepCounter {
    g_per_count: f32,
    factor: u32,
    filled: u32,
    sum: [f32; 3],
    below: CascadeState<f32, 1>,
    above: CascadeState<f32, 1>,
    shortest: u64,
    longest: u64,
    samples: u64,
    last: Option<u64>,
    level: f32,
    lowest: f32,
    armed: bool,
    in_row: u8,
    steps: u32,
}

impl StepCounter {
    /// A counter for samples at `rate`, of which so many counts are the acceleration of gravity.
    #[must_use]
    pub fn new(rate: SampleRate, counts_per_g: NonZeroU32) -> Self {
        let wanted = WORK_HZ * 1_000;
        Self {
            g_per_count: 1.0 / counts_per_g.get() as f32,
            factor: (rate.as_millihertz().saturating_add(wanted / 2) / wanted).max(1),
            filled: 0,
            sum: [0.0; 3],
            below: CascadeState::new(),
            above: CascadeState::new(),
            shortest: rate.samples_in(SHORTEST),
            longest: rate.samples_in(LONGEST),
            samples: 0,
            last: None,
            level: 0.0,
            lowest: 0.0,
            armed: false,
            in_row: 0,
            steps: 0,
        }
    }

    /// Takes a sample in; the steps that are new, at the start of a walk four at once.
    pub fn push(&mut self, counts: [i32; 3]) -> u8 {
        self.samples = self.samples.saturating_add(1);
        for (sum, count) in self.sum.iter_mut().zip(counts) {
            *sum += count as f32 * self.g_per_count;
        }
        self.filled += 1;
        if self.filled < self.factor {
            return 0;
        }
        let scale = 1.0 / self.factor as f32;
        let [x, y, z] = self.sum.map(|sum| sum * scale);
        (self.sum, self.filled) = ([0.0; 3], 0);
        // 32 g is beyond any step.
        let magnitude = sqrt(x * x + y * y + z * z).min(32.0);
        let smooth = BELOW.process(&mut self.below, magnitude);
        let value = ABOVE.process(&mut self.above, smooth);
        self.swing(value)
    }

    /// Steps so far; it stays at the largest number.
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Forgets what was before a gap; the count stays.
    pub fn reset(&mut self) {
        self.below = CascadeState::new();
        self.above = CascadeState::new();
        (self.sum, self.filled) = ([0.0; 3], 0);
        (self.last, self.in_row, self.armed, self.level) = (None, 0, false, 0.0);
    }

    fn swing(&mut self, value: f32) -> u8 {
        let silence = self.last.map(|last| self.samples.saturating_sub(last));
        if silence.is_some_and(|silence| silence > self.longest) {
            (self.last, self.in_row, self.level) = (None, 0, 0.0);
        }
        let threshold = (SHARE * self.level).max(SMALLEST_G);
        if value < -threshold {
            self.armed = true;
        }
        if self.armed {
            self.lowest = self.lowest.min(value);
        }
        let early = silence.is_some_and(|silence| silence < self.shortest);
        if !self.armed || value < threshold || early {
            return 0;
        }
        self.level += LEARNT * (-self.lowest - self.level);
        (self.armed, self.lowest) = (false, 0.0);
        self.last = Some(self.samples);
        self.count()
    }

    fn count(&mut self) -> u8 {
        self.in_row = self.in_row.saturating_add(1);
        let new = match self.in_row {
            few if few < FEWEST => 0,
            FEWEST => FEWEST,
            _ => 1,
        };
        self.steps = self.steps.saturating_add(u32::from(new));
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many seconds of a waist that goes up and down, with a harmonic and a lean.
    fn walk(hz: u16, per_minute: f32, g: f32, seconds: u16) -> StepCounter {
        let mut counter =
            StepCounter::new(SampleRate::hz(hz.into()), NonZeroU32::new(1_000).unwrap());
        for n in 0..hz * seconds {
            let phase = core::f32::consts::TAU * per_minute / 60.0 * f32::from(n) / f32::from(hz);
            let up = 1.0 + g * phase.sin() + 0.3 * g * (2.0 * phase).sin();
            counter.push([300, (-954.0 * up) as i32, 0]);
        }
        counter
    }

    #[test]
    fn counts_steps_at_any_rate_and_pace() {
        for hz in [25, 50, 100, 200] {
            for (per_minute, g) in [(50.0, 0.15), (110.0, 0.3), (170.0, 1.0), (220.0, 1.5)] {
                let steps = walk(hz, per_minute, g, 60).steps();
                assert!(
                    (steps as f32 - per_minute).abs() <= 4.0,
                    "{hz} {per_minute} {steps}"
                );
            }
        }
    }

    #[test]
    fn rest_and_a_few_moves_are_no_steps() {
        assert_eq!(walk(50, 100.0, 0.02, 60).steps(), 0);
        let mut counter = walk(50, 100.0, 0.3, 1);
        (0..500).for_each(|_| {
            counter.push([0, -1_000, 0]);
        });
        assert_eq!(counter.steps(), 0);
    }

    #[test]
    fn a_flat_or_saturated_or_flipping_line_is_no_walk() {
        for sample in [[0; 3], [i32::MAX; 3], [i32::MIN; 3]] {
            let mut counter = StepCounter::new(SampleRate::hz(100), NonZeroU32::MIN);
            (0..5_000).for_each(|n: i32| {
                counter.push(if n % 2 == 0 { sample } else { [0; 3] });
            });
            assert_eq!(counter.steps(), 0, "{sample:?}");
        }
    }

    #[test]
    fn takes_any_rate_and_gap() {
        for millihertz in [1, u32::MAX] {
            let rate = SampleRate::from_millihertz(millihertz).unwrap();
            let mut counter = StepCounter::new(rate, NonZeroU32::MAX);
            (0..10_000_i32).for_each(|n| {
                counter.push([n.wrapping_mul(i32::MAX); 3]);
            });
            counter.reset();
            assert_eq!(counter.push([i32::MIN; 3]), 0);
        }
    }

    #[test]
    fn is_as_small_as_it_says() {
        assert!(
            size_of::<StepCounter>() < 150,
            "{}",
            size_of::<StepCounter>()
        );
    }
}
