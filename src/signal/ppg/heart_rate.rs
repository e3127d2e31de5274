use core::f64::consts::PI;

use crate::signal::float::sqrt;
use crate::signal::maths::cos;
use crate::time::SampleRate;

/// PPG, PPG, and three axes.
const CHANNELS: usize = 5;
const WINDOW_S: u32 = 8;
const STEP_S: u32 = 2;
/// Means are taken of as many samples as bring the rate to at most this one.
const DECIMATED_MILLIHERTZ: u32 = 25_000;
/// Means in 8 s at 25 Hz.
const WINDOW: usize = 200;
/// Rates from 40 to 200 beats a minute.
const RATES: usize = 161;
const SLOWEST: f32 = 40.0;
/// How much of the motion's spectrum is taken off the light's; the rest may be the heart's own.
const CANCELLED: f32 = 0.9;
/// What stays where motion covers all: a heart may beat with the steps.
const LEFT: f32 = 0.05;
/// `exp(−1 / 4)`: in 2 s a rate changes by some 4 beats a minute.
const CHANGE: f32 = 0.778_800_8;
/// The belief that the rate is anything at all, so that a lost track is found again.
const DOUBT: f32 = 1e-6;

type Spectrum = [f32; RATES];

/// Heart rate from the light at the wrist, in motion, with the help of an accelerometer.
///
/// Every 2 s the spectra of the last 8 s: the light's, with what the arm's movement has in common
/// with it taken off (a Wiener filter, as Temko, IEEE Trans. Biomed. Eng. 64, 2017), updates a belief
/// over the rates from 40 to 200 a minute, which spreads between updates as fast as hearts
/// change (the forward recursion of a hidden Markov model). The rate is the mean about its maximum.
///
/// | | |
/// |---|---|
/// | formula | belief(r) ← light(r) left by motion · Σₛ belief(s) e^(−\|r − s\| / 4); left: light − 0.9 motion, at least 0.05 light |
/// | range | 40 to 200 a minute; light in any unit, acceleration in g |
/// | rate of samples | from 25 Hz |
/// | delay | the rate is of the 8 s before |
/// | state | under 5 KiB |
/// | cost | 161,000 multiplications every 2 s, and 26,000 for the belief |
///
/// Values that are no numbers count as zero.
#[derive(Debug, Clone)]
pub struct PpgHeartRate {
    decimation: u32,
    /// Cycles a decimated sample of one beat a minute.
    cycles: f64,
    sums: [f32; CHANNELS],
    summed: u32,
    /// The oldest first.
    window: [[f32; CHANNELS]; WINDOW],
    /// How many of the newest means lie within 8 s.
    length: usize,
    /// Samples since the last rate was due, in thousandths, for 2 s need not be a whole number of them.
    elapsed: u64,
    /// How many it takes to the next rate.
    due: u64,
    step: u64,
    belief: Option<Spectrum>,
}

impl PpgHeartRate {
    /// A tracker for samples at `rate`.
    #[must_use]
    pub fn new(rate: SampleRate) -> Self {
        let millihertz = rate.as_millihertz();
        let decimation = millihertz.div_ceil(DECIMATED_MILLIHERTZ).max(1);
        let decimated_hz = f64::from(millihertz) / 1_000.0 / f64::from(decimation);
        let length = u64::from(millihertz) * u64::from(WINDOW_S) / (1_000 * u64::from(decimation));
        Self {
            decimation,
            cycles: 1.0 / (60.0 * decimated_hz),
            sums: [0.0; CHANNELS],
            summed: 0,
            window: [[0.0; CHANNELS]; WINDOW],
            length: (length as usize).clamp(1, WINDOW),
            elapsed: 0,
            due: u64::from(WINDOW_S) * u64::from(millihertz),
            step: u64::from(STEP_S) * u64::from(millihertz),
            belief: None,
        }
    }

    /// Takes a sample of both lights and of the acceleration in; a rate in beats a minute each 2 s.
    pub fn push(&mut self, ppg: [f32; 2], acceleration: [f32; 3]) -> Option<f32> {
        let sample = ppg.into_iter().chain(acceleration);
        for (sum, value) in self.sums.iter_mut().zip(sample) {
            *sum += within_reason(value);
        }
        self.summed += 1;
        if self.summed == self.decimation {
            self.keep_mean();
        }
        self.elapsed += 1_000;
        if self.elapsed < self.due {
            return None;
        }
        self.elapsed -= self.due;
        self.due = self.step;
        Some(self.update())
    }

    fn keep_mean(&mut self) {
        self.window.rotate_left(1);
        if let Some(newest) = self.window.last_mut() {
            *newest = self.sums.map(|sum| sum / self.decimation as f32);
        }
        self.sums = [0.0; CHANNELS];
        self.summed = 0;
    }

    fn update(&mut self) -> f32 {
        let [light_a, light_b, x, y, z] = core::array::from_fn(|channel| self.spectrum(channel));
        let light = sum_of(&[light_a, light_b]);
        let motion = sum_of(&[x, y, z]);
        let mut likelihood = light;
        for (value, motion) in likelihood.iter_mut().zip(motion) {
            *value = (*value - CANCELLED * motion).max(LEFT * *value) + 1e-6;
        }
        let mut belief = self.belief.take().map_or([1.0; RATES], spread);
        for (belief, likelihood) in belief.iter_mut().zip(likelihood) {
            *belief *= likelihood;
        }
        let sum: f32 = belief.iter().sum();
        let belief = belief.map(|belief| belief / sum);
        self.belief = Some(belief);
        mean_about_maximum(&belief)
    }

    /// The amplitude at each rate, the largest 1; by Goertzel, under a Hann window.
    fn spectrum(&self, channel: usize) -> Spectrum {
        let newest = self.window.get(WINDOW - self.length..).unwrap_or_default();
        let values = || newest.iter().filter_map(|sample| sample.get(channel));
        let mean = values().sum::<f32>() / self.length as f32;
        let mut tapered = [0.0; WINDOW];
        for (index, (tapered, value)) in tapered.iter_mut().zip(values()).enumerate() {
            let phase = 2.0 * PI * index as f64 / self.length as f64 - PI;
            *tapered = (value - mean) * (0.5 + 0.5 * cos(phase) as f32);
        }
        let mut spectrum = [0.0; RATES];
        for (index, amplitude) in spectrum.iter_mut().enumerate() {
            let per_minute = f64::from(SLOWEST) + index as f64;
            let angle = (2.0 * PI * per_minute * self.cycles).min(PI);
            *amplitude = goertzel(
                tapered.get(..self.length).unwrap_or_default(),
                2.0 * cos(angle) as f32,
            );
        }
        normalised(spectrum)
    }
}

/// Beyond any sensor, and safe to square and add.
fn within_reason(value: f32) -> f32 {
    if value.is_nan() {
        0.0
    } else {
        value.clamp(-1e9, 1e9)
    }
}

fn goertzel(values: &[f32], coefficient: f32) -> f32 {
    let (a, b) = values.iter().fold((0.0_f32, 0.0_f32), |(a, b), value| {
        (value + coefficient * a - b, a)
    });
    sqrt(a * a + b * b - coefficient * a * b)
}

fn normalised(spectrum: Spectrum) -> Spectrum {
    let largest = spectrum.iter().fold(1e-9_f32, |a, b| a.max(*b));
    spectrum.map(|value| value / largest)
}

fn sum_of(spectra: &[Spectrum]) -> Spectrum {
    let mut sum = [0.0; RATES];
    for spectrum in spectra {
        for (sum, value) in sum.iter_mut().zip(spectrum) {
            *sum += value;
        }
    }
    normalised(sum)
}

/// Convolves with a two-sided exponential, once from each side.
fn spread(belief: Spectrum) -> Spectrum {
    let mut result = [0.0; RATES];
    let mut from_below = 0.0;
    for (result, value) in result.iter_mut().zip(belief) {
        from_below = CHANGE * from_below + value;
        *result += from_below;
    }
    let mut from_above = 0.0;
    for (result, value) in result.iter_mut().rev().zip(belief.iter().rev()) {
        *result += CHANGE * from_above;
        from_above = CHANGE * from_above + value;
    }
    let sum: f32 = result.iter().sum::<f32>().max(f32::MIN_POSITIVE);
    result.map(|value| value / sum + DOUBT / RATES as f32)
}

/// The mean of the rates within 3 a minute of the likeliest one.
fn mean_about_maximum(belief: &Spectrum) -> f32 {
    let likeliest = belief
        .iter()
        .enumerate()
        .max_by(|(_, a), (_, b)| a.total_cmp(b))
        .map_or(0, |(index, _)| index);
    let near = belief
        .iter()
        .enumerate()
        .skip(likeliest.saturating_sub(3))
        .take_while(|(index, _)| *index <= likeliest + 3);
    let (sum, weighted) = near.fold((1e-20, 0.0), |(sum, weighted), (index, belief)| {
        (sum + belief, weighted + belief * index as f32)
    });
    SLOWEST + weighted / sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn sine(per_minute: f64, seconds: f64) -> f32 {
        (core::f64::consts::TAU * per_minute / 60.0 * seconds).sin() as f32
    }

    /// The rates told of a heart, and when, in samples.
    fn told(millihertz: u32, seconds: u32, heart: f64, steps: f64) -> Vec<(u32, f32)> {
        let mut tracker = PpgHeartRate::new(SampleRate::from_millihertz(millihertz).unwrap());
        let samples = seconds * millihertz / 1_000;
        let tell = |sample| {
            let at = 1_000.0 * f64::from(sample) / f64::from(millihertz);
            let (heart, steps) = (sine(heart, at), sine(steps, at));
            let rate = tracker.push([heart + 2.0 * steps; 2], [steps; 3])?;
            Some((sample + 1, rate))
        };
        (0..samples).filter_map(tell).collect()
    }

    #[test]
    fn tells_the_heart_from_the_steps() {
        let rates = told(125_000, 60, 120.0, 160.0);
        assert!(
            rates.iter().all(|(_, rate)| (rate - 120.0).abs() < 3.0),
            "{rates:?}"
        );
    }

    #[test]
    fn tells_a_true_rate_every_two_seconds_at_any_rate_of_samples() {
        const SECONDS: u32 = 61;
        for millihertz in [
            25_000, 31_250, 32_000, 64_000, 100_000, 125_000, 128_000, 256_000,
        ] {
            for heart in [60.0, 75.0, 110.0, 180.0] {
                let rates = told(millihertz, SECONDS, heart, 143.0);
                assert_eq!(rates.len() as u32, (SECONDS - 8) / 2 + 1);
                for (line, (samples, rate)) in (0..).zip(rates) {
                    assert_eq!(samples, ((8 + 2 * line) * millihertz).div_ceil(1_000));
                    let error = f64::from(rate) - heart;
                    assert!(error.abs() < 2.0, "{millihertz} mHz, {heart}: {rate}");
                }
            }
        }
    }

    #[test]
    fn takes_any_sample() {
        let mut tracker = PpgHeartRate::new(SampleRate::hz(25));
        for value in [f32::NAN, 0.0, f32::INFINITY, f32::MIN, 1e-30] {
            for sample in 0..500_u16 {
                let flips = if sample % 2 == 0 { value } else { -value };
                let rate = tracker.push([flips; 2], [value; 3]);
                assert!(rate.is_none_or(|rate| (40.0..=200.5).contains(&rate)));
            }
        }
    }

    #[test]
    fn is_as_small_as_it_says() {
        assert!(size_of::<PpgHeartRate>() < 5 * 1_024);
    }
}
