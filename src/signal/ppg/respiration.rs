use super::decimate::Decimator;
use crate::signal::float::sqrt;
use crate::signal::{Cascade, CascadeState, Design};
use crate::time::SampleRate;

const WORK_HZ: u16 = 5;
/// The window in which breaths are counted.
const WINDOW_S: f32 = 32.0;
const KEPT: usize = 240;
/// Values a second at most, so that the window has room.
const FASTEST_HZ: f32 = KEPT as f32 / WINDOW_S;
/// What is slower is no breath.
const ABOVE: Cascade<f32, 1> = Design::high_pass(SampleRate::hz(5), 0.1).to_f32();
/// What is faster is the heart.
const BELOW: Cascade<f32, 2> = Design::low_pass(SampleRate::hz(5), 0.5).to_f32();
/// A breath moves the light by more than this share of the standard deviation, either way.
const HYSTERESIS: f32 = 0.2;

/// The rate of breathing, from how a light, or an ECG's baseline, or an impedance rises and falls with it.
///
/// Breaths of the last 32 s are counted between the first and the last one (baseline variation;
/// the band and the count with a threshold as in Schäfer and Kratky, Ann. Biomed. Eng. 36, 2008).
///
/// | | |
/// |---|---|
/// | formula | 60 · n / time of n whole breaths, each a crossing of zero upwards |
/// | rate of samples | from 5 Hz; means of samples bring it near 5 Hz, and the band moves as far as it misses them |
/// | range | 6 to 30 breaths a minute |
/// | delay | it looks back 32 s |
/// | state | under 1,200 bytes |
/// | cost | 15 multiplications each 1/5 s, 1,500 when it is asked |
///
/// A sample that is no number counts as the one before; call [`Respiration::reset`] after a gap.
#[derive(Debug, Clone)]
pub struct Respiration {
    input: Decimator,
    hz: f32,
    above: CascadeState<f32, 1>,
    below: CascadeState<f32, 2>,
    length: usize,
    filled: usize,
    /// The newest last.
    values: [f32; KEPT],
}

impl Respiration {
    /// A rate of breathing from samples at `rate`.
    #[must_use]
    pub fn new(rate: SampleRate) -> Self {
        let input = Decimator::new(rate, WORK_HZ);
        let hz = (rate.as_hz_f32() / f32::from(input.factor())).min(FASTEST_HZ);
        Self {
            input,
            hz,
            above: CascadeState::new(),
            below: CascadeState::new(),
            length: ((WINDOW_S * hz) as usize).clamp(1, KEPT),
            filled: 0,
            values: [0.0; KEPT],
        }
    }

    /// Takes a sample in.
    pub fn push(&mut self, sample: f32) {
        let Some(value) = self.input.push(sample) else {
            return;
        };
        let passed = BELOW.process(&mut self.below, ABOVE.process(&mut self.above, value));
        self.values.rotate_left(1);
        if let Some(newest) = self.values.last_mut() {
            *newest = passed;
        }
        self.filled = (self.filled + 1).min(self.length);
    }

    /// Forgets what was before a gap.
    pub fn reset(&mut self) {
        self.above = CascadeState::new();
        self.below = CascadeState::new();
        self.filled = 0;
    }

    /// Breaths a minute over the last 32 s; none before they are full, nor with fewer than two breaths.
    #[must_use]
    pub fn per_minute(&self) -> Option<f32> {
        if self.filled < self.length {
            return None;
        }
        let values = self.values.get(KEPT - self.length..)?;
        let (breaths, steps) = count(values)?;
        let rate = 60.0 * self.hz * breaths / steps;
        (6.0..=30.0).contains(&rate).then_some(rate)
    }
}

/// Whole breaths between the first and the last crossing upwards, and the steps between these.
fn count(values: &[f32]) -> Option<(f32, f32)> {
    let length = values.len() as f32;
    let mean = values.iter().sum::<f32>() / length;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / length;
    let threshold = HYSTERESIS * sqrt(variance);
    let (mut crossings, mut first, mut last) = (0_u16, 0.0, 0.0);
    let (mut low, mut crossed, mut before) = (false, 0.0, f32::MAX);
    for (value, at) in values.iter().zip(0_u16..) {
        let value = value - mean;
        if before < 0.0 && value >= 0.0 {
            crossed = f32::from(at) - value / (value - before);
        }
        before = value;
        if value < -threshold {
            low = true;
        } else if value > threshold && core::mem::take(&mut low) {
            last = crossed;
            if crossings == 0 {
                first = crossed;
            }
            crossings += 1;
        }
    }
    (crossings >= 3).then(|| (f32::from(crossings - 1), last - first))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breathing(hz: u16, per_minute: f32) -> Respiration {
        let mut respiration = Respiration::new(SampleRate::hz(hz.into()));
        for n in 0..hz * 60 {
            let t = f32::from(n) / f32::from(hz);
            let wave = |per_minute: f32| (core::f32::consts::TAU * t * per_minute / 60.0).sin();
            respiration.push(50.0 + wave(per_minute) + 2.0 * wave(72.0) + 0.01 * t);
        }
        respiration
    }

    #[test]
    fn counts_breaths_under_a_pulse_and_a_drift_at_any_rate() {
        for hz in [6, 25, 125, 500] {
            for per_minute in [8.0, 15.0, 24.0] {
                let rate = breathing(hz, per_minute).per_minute().unwrap();
                assert!(
                    (rate - per_minute).abs() < 0.6,
                    "{hz} Hz: {rate}, {per_minute}"
                );
            }
        }
    }

    #[test]
    fn a_flat_line_is_no_breath() {
        for value in [0.0, 7.0, 1e30, f32::NAN, f32::INFINITY] {
            let mut respiration = Respiration::new(SampleRate::hz(25));
            (0..2_000).for_each(|_| respiration.push(value));
            assert_eq!(respiration.per_minute(), None);
        }
    }

    #[test]
    fn after_a_gap_the_window_fills_anew() {
        let mut respiration = breathing(25, 15.0);
        respiration.reset();
        assert_eq!(respiration.per_minute(), None);
    }

    #[test]
    fn takes_any_sample_at_any_rate() {
        for millihertz in [1, 7_400, u32::MAX] {
            let mut respiration =
                Respiration::new(SampleRate::from_millihertz(millihertz).unwrap());
            for n in 0..50_000_u32 {
                respiration.push(f32::from_bits(n.wrapping_mul(2_654_435_761)));
            }
            let rate = respiration.per_minute();
            assert!(rate.is_none_or(|rate| (6.0..=30.0).contains(&rate)));
        }
    }

    #[test]
    fn is_as_small_as_it_says() {
        assert!(size_of::<Respiration>() < 1_200);
    }
}
