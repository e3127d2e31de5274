use super::decimate::Decimator;
use super::shape::{SHAPE, Template};
use crate::time::SampleRate;

/// Samples a second that the search works on: a pulse's rise lasts 0.1 s to 0.2 s.
const SEARCH_HZ: u16 = 60;
/// The most of them that a whole factor leaves.
const FASTEST_HZ: f32 = 90.0;
/// Rises are summed over so long (Zong).
const RISE_S: f32 = 0.128;
const RISE_VALUES: usize = 12;
/// No second pulse within so long: 240 a minute.
const REFRACTORY_S: f32 = 0.25;
/// The shape of a pulse is complete so long after its rise.
const AFTER_S: f32 = 0.22;
/// A pulse rises above so much of those before; the dicrotic notch is followed by less.
const SHARE: f32 = 0.5;
/// Weight of a pulse in the level; one is counted as at most twice the level.
const LEARNT: f32 = 0.25;
/// After so long without a pulse the level sinks, by half each second.
const PATIENCE_S: f32 = 2.0;
/// The first level is that of the largest rise within so long.
const START_S: f32 = 2.0;
/// From this correlation on, a pulse is like those before (Orphanidou).
const ALIKE: f32 = 0.86;

/// A pulse in the light.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pulse {
    /// The sample at which the light changes fastest, from 0.
    pub index: u64,
    /// From the foot to the top, in units of the samples.
    pub amplitude: f32,
    /// How alike it is to the pulses before, −1 to 1; 0 of the first.
    pub correlation: f32,
}

impl Pulse {
    /// Whether the pulse looks as those before, with a correlation from 0.86.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.correlation >= ALIKE
    }
}

/// Finds pulses in a photoplethysmogram that rises with the pulse, sample by sample.
///
/// The sum of all rises within 0.128 s is largest where the pulse rises fastest; a maximum of it above half
/// the level of those before is a pulse (the slope sum function of Zong et al., Computers in
/// Cardiology 30, 2003). Its place is refined by a parabola. The shape about it is compared with
/// the mean of those before (Orphanidou et al., IEEE J. Biomed. Health Inform. 19, 2015).
///
/// | | |
/// |---|---|
/// | formula | s\[n\] = Σ max(0, x\[n − k\] − x\[n − k − 1\]) over 0.128 s at about 60 Hz |
/// | rate of samples | from 25 Hz, for the correlation from 50 Hz; means of samples bring it near 60 Hz |
/// | range | 30 to 240 pulses a minute, for the correlation to 150 |
/// | delay | under 0.5 s after the rise; 2 s at the start |
/// | state | under 400 bytes |
/// | cost | 12 additions each 1/60 s, 120 multiplications a pulse |
///
/// A sample that is no number counts as the one before; call [`PulseDetector::reset`] after a gap.
#[derive(Debug, Clone)]
pub struct PulseDetector {
    decimator: Decimator,
    step_hz: f32,
    /// Values since the beginning, or the last reset.
    age: u32,
    samples: u64,
    last: f32,
    rises: [f32; RISE_VALUES],
    rise_len: usize,
    sums: [f32; 3],
    /// The newest last.
    recent: [f32; SHAPE],
    level: f32,
    since_pulse: u32,
    candidate: Option<Candidate>,
    template: Template,
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    sum: f32,
    /// Input samples.
    at: f64,
    age: u32,
}

impl PulseDetector {
    /// A detector for samples at `rate`.
    #[must_use]
    pub fn new(rate: SampleRate) -> Self {
        let decimator = Decimator::new(rate, SEARCH_HZ);
        let step_hz = (rate.as_hz_f32() / f32::from(decimator.factor())).min(FASTEST_HZ);
        Self {
            decimator,
            step_hz,
            age: 0,
            samples: 0,
            last: 0.0,
            rises: [0.0; RISE_VALUES],
            rise_len: ((RISE_S * step_hz + 0.5) as usize).clamp(1, RISE_VALUES),
            sums: [0.0; 3],
            recent: [0.0; SHAPE],
            level: 0.0,
            since_pulse: 0,
            candidate: None,
            template: Template::new(),
        }
    }

    /// Takes a sample in; the pulse that it completes.
    pub fn push(&mut self, sample: f32) -> Option<Pulse> {
        self.samples = self.samples.saturating_add(1);
        let value = self.decimator.push(sample)?;
        self.age = self.age.saturating_add(1);
        if self.age == 1 {
            self.last = value;
        }
        self.take_rise(value);
        self.keep_level();
        self.look_for_maximum();
        self.complete()
    }

    /// Forgets what was before a gap of `missing` samples; indices go on after it.
    pub fn reset(&mut self, missing: u64) {
        self.samples = self.samples.saturating_add(missing);
        self.age = 0;
        self.rises = [0.0; RISE_VALUES];
        self.sums = [0.0; 3];
        self.level = 0.0;
        self.since_pulse = 0;
        self.candidate = None;
    }

    fn take_rise(&mut self, value: f32) {
        self.rises.rotate_right(1);
        if let Some(newest) = self.rises.first_mut() {
            *newest = (value - self.last).max(0.0);
        }
        self.last = value;
        self.recent.rotate_left(1);
        if let Some(newest) = self.recent.last_mut() {
            *newest = value;
        }
        let sum = self.rises.iter().take(self.rise_len).sum();
        let [_, before, last] = self.sums;
        self.sums = [before, last, sum];
    }

    fn keep_level(&mut self) {
        let [.., sum] = self.sums;
        self.since_pulse = self.since_pulse.saturating_add(1);
        if self.age <= self.steps(START_S) {
            self.level = self.level.max(sum);
        } else if self.since_pulse > self.steps(PATIENCE_S) {
            self.level -= self.level * core::f32::consts::LN_2 / self.step_hz;
        }
    }

    /// A maximum that is high enough begins a candidate, and a higher one near it takes its place.
    fn look_for_maximum(&mut self) {
        let [before, middle, after] = self.sums;
        if let Some(candidate) = &mut self.candidate {
            candidate.age += 1;
        }
        let is_maximum = before < middle && middle >= after;
        let is_high = middle > SHARE * self.level && middle > 0.0;
        if self.age <= self.steps(START_S) || !is_maximum || !is_high {
            return;
        }
        let early = self.candidate.is_none() && self.since_pulse < self.steps(REFRACTORY_S);
        if early || self.candidate.is_some_and(|other| other.sum >= middle) {
            return;
        }
        let curvature = 2.0 * middle - before - after;
        let offset = 0.5 * (after - before) / curvature.max(f32::MIN_POSITIVE);
        // The maximum is one step back, and the middle of its sum half a sum before.
        let steps_back = 1.0 + 0.5 * self.rise_len as f32 - offset.clamp(-0.5, 0.5);
        let back = f64::from(steps_back) * f64::from(self.decimator.factor());
        self.candidate = Some(Candidate {
            sum: middle,
            at: (self.samples as f64 - back).max(0.0),
            age: 1,
        });
    }

    /// Makes a pulse of the candidate as soon as its whole shape is here.
    fn complete(&mut self) -> Option<Pulse> {
        let due = self.steps(AFTER_S).min(SHAPE as u32);
        let candidate = self.candidate.take_if(|candidate| candidate.age >= due)?;
        self.since_pulse = candidate.age;
        let counted = candidate.sum.min(2.0 * self.level);
        self.level += LEARNT * (counted - self.level);
        let shape = self.recent;
        let (lowest, highest) = shape
            .iter()
            .fold((f32::MAX, f32::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
        Some(Pulse {
            index: (candidate.at + 0.5) as u64,
            amplitude: highest - lowest,
            correlation: self.template.compare(&shape),
        })
    }

    fn steps(&self, seconds: f32) -> u32 {
        (seconds * self.step_hz) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// A light that rises in 0.15 s and falls for the rest, `per_minute` times.
    fn light(sample: u32, hz: f32, per_minute: f32) -> f32 {
        let seconds = sample as f32 / hz;
        let phase = (seconds * per_minute / 60.0).fract() * 60.0 / per_minute;
        let rise = (phase / 0.15).min(1.0);
        let fall = (-(phase - 0.15).max(0.0) / 0.3).exp();
        100.0 + rise * fall
    }

    fn pulses(hz: u32, per_minute: f32, seconds: u32) -> Vec<Pulse> {
        let mut detector = PulseDetector::new(SampleRate::hz(hz));
        let samples = (0..hz * seconds).map(|n| light(n, hz as f32, per_minute));
        samples.filter_map(|value| detector.push(value)).collect()
    }

    #[test]
    fn finds_each_pulse_at_any_rate_of_samples_and_of_the_heart() {
        for hz in [25, 64, 125, 500, 1_000] {
            for per_minute in [40.0, 75.0, 150.0, 200.0] {
                let found = pulses(hz, per_minute, 32);
                let expected = (29.0 * per_minute / 60.0) as usize;
                assert!(
                    found.len().abs_diff(expected) <= 3,
                    "{hz} Hz, {per_minute}: {} of {expected}",
                    found.len()
                );
                let first = found.first().unwrap().index;
                let span = (found.last().unwrap().index - first) as f32 / hz as f32;
                let rate = 60.0 * (found.len() - 1) as f32 / span;
                assert!((rate - per_minute).abs() < 0.01 * per_minute, "{rate}");
                let alike = found.iter().skip(5).all(Pulse::is_trusted);
                assert!(alike || hz < 50 || per_minute > 150.0, "{hz} {per_minute}");
            }
        }
    }

    #[test]
    fn a_flat_line_and_a_saturated_one_have_no_pulse() {
        for value in [0.0, 1e30, f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut detector = PulseDetector::new(SampleRate::hz(100));
            assert!((0..3_000).all(|_| detector.push(value).is_none()));
        }
    }

    #[test]
    fn a_pulse_ten_times_smaller_is_found_again() {
        let mut detector = PulseDetector::new(SampleRate::hz(100));
        let sample = |n: u32| light(n, 100.0, 60.0) * if n < 1_000 { 10.0 } else { 1.0 };
        let found: Vec<_> = (0..3_000)
            .filter_map(|n| detector.push(sample(n)))
            .collect();
        assert!(found.iter().filter(|pulse| pulse.index > 2_000).count() >= 9);
    }

    #[test]
    fn after_a_gap_indices_go_on() {
        let mut detector = PulseDetector::new(SampleRate::hz(100));
        (0..500).for_each(|n| {
            detector.push(light(n, 100.0, 60.0));
        });
        detector.reset(10_000);
        let first = (0..500).find_map(|n| detector.push(light(n, 100.0, 60.0)));
        assert!(first.is_some_and(|pulse| (10_700..11_000).contains(&pulse.index)));
    }

    #[test]
    fn takes_any_sample_at_any_rate() {
        for millihertz in [1, 25_000, u32::MAX] {
            let rate = SampleRate::from_millihertz(millihertz).unwrap();
            let mut detector = PulseDetector::new(rate);
            for n in 0..20_000_u32 {
                let wild = f32::from_bits(n.wrapping_mul(2_654_435_761));
                if let Some(pulse) = detector.push(wild) {
                    assert!(pulse.amplitude.is_finite() && pulse.correlation.abs() <= 1.0);
                }
            }
        }
    }

    #[test]
    fn is_as_small_as_it_says() {
        assert!(
            size_of::<PulseDetector>() < 400,
            "{}",
            size_of::<PulseDetector>()
        );
    }
}
