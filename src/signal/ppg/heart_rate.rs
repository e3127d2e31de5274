use core::f64::consts::PI;

use crate::signal::float::sqrt;
use crate::signal::maths::cos;
use crate::time::SampleRate;

/// PPG, PPG, and three axes.
const CHANNELS: usize = 5;
/// 8 s at 25 Hz.
const WINDOW: usize = 200;
/// 2 s at 25 Hz.
const STEP: u32 = 50;
const DECIMATED_MILLIHERTZ: u32 = 25_000;
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
/// | rate of samples | from 25 Hz |
/// | delay | the rate is of the 8 s before |
/// | state | under 5 KiB |
/// | cost | 161,000 multiplications every 2 s, and 26,000 for the belief |
///
/// Values that are no numbers count as zero.
#[derive(Debug, Clone)]
pub struct PpgHeartRate {
    decimation: u16,
    /// Cycles a decimated sample of one beat a minute.
    cycles: f64,
    sums: [f32; CHANNELS],
    summed: u16,
    /// The oldest first.
    window: [[f32; CHANNELS]; WINDOW],
    /// Samples still to come before the next rate.
    awaited: u32,
    belief: Option<Spectrum>,
}

impl PpgHeartRate {
    /// A tracker for samples at `rate`.
    #[must_use]
    pub fn new(rate: SampleRate) -> Self {
        let millihertz = rate.as_millihertz();
        let decimation = millihertz.saturating_add(DECIMATED_MILLIHERTZ / 2) / DECIMATED_MILLIHERTZ;
        let decimation = u16::try_from(decimation).unwrap_or(u16::MAX).max(1);
        let decimated_hz = f64::from(millihertz) / 1_000.0 / f64::from(decimation);
        Self {
            decimation,
            cycles: 1.0 / (60.0 * decimated_hz),
            sums: [0.0; CHANNELS],
            summed: 0,
            window: [[0.0; CHANNELS]; WINDOW],
            awaited: WINDOW as u32,
            belief: None,
        }
    }

    /// Takes a sample of both lights and of the acceleration in; a rate in beats a minute each 2 s.
    pub fn push(&mut self, ppg: [f32; 2], acceleration: [f32; 3]) -> Option<f32> {
        for (sum, value) in self
            .sums
            .iter_mut()
            .zip(ppg.into_iter().chain(acceleration))
        {
            // Beyond any sensor, and safe to square and add.
            *sum += if value.is_nan() {
                0.0
            } else {
                value.clamp(-1e9, 1e9)
            };
        }
        self.summed += 1;
        if self.summed < self.decimation {
            return None;
        }
        self.window.rotate_left(1);
        if let Some(newest) = self.window.last_mut() {
            *newest = self.sums.map(|sum| sum / f32::from(self.decimation));
        }
        self.sums = [0.0; CHANNELS];
        self.summed = 0;
        self.awaited = self.awaited.saturating_sub(1);
        if self.awaited > 0 {
            return None;
        }
        self.awaited = STEP;
        Some(self.update())
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
        let values = || self.window.iter().filter_map(|sample| sample.get(channel));
        let mean = values().sum::<f32>() / WINDOW as f32;
        let mut tapered = [0.0; WINDOW];
        for (index, (tapered, value)) in tapered.iter_mut().zip(values()).enumerate() {
            let phase = 2.0 * PI * index as f64 / WINDOW as f64 - PI;
            *tapered = (value - mean) * (0.5 + 0.5 * cos(phase) as f32);
        }
        let mut spectrum = [0.0; RATES];
        for (index, amplitude) in spectrum.iter_mut().enumerate() {
            let per_minute = f64::from(SLOWEST) + index as f64;
            let angle = (2.0 * PI * per_minute * self.cycles).min(PI);
            *amplitude = goertzel(&tapered, 2.0 * cos(angle) as f32);
        }
        normalised(spectrum)
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
    for (result, value) in result.iter_mut().zip(belief).rev() {
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

    fn sine(per_minute: f32, sample: u16) -> f32 {
        (core::f32::consts::TAU * per_minute / 60.0 * f32::from(sample) / 125.0).sin()
    }

    #[test]
    fn tells_the_heart_from_the_steps() {
        let mut tracker = PpgHeartRate::new(SampleRate::hz(125));
        let rates = (0..7_500_u16).filter_map(|sample| {
            let (heart, steps) = (sine(120.0, sample), sine(160.0, sample));
            tracker.push([heart + 2.0 * steps; 2], [steps; 3])
        });
        let rates: Vec<f32> = rates.collect();
        assert_eq!(rates.len(), 27);
        assert!(
            rates.iter().all(|rate| (rate - 120.0).abs() < 3.0),
            "{rates:?}"
        );
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
