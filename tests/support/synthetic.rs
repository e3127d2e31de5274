//! A synthetic ECG: each wave of the heart cycle is a Gaussian.

use std::f64::consts::PI;

/// Height in mV, position after the R peak and width (both in s) of P, Q, R, S and T.
const WAVES: [(f64, f64, f64); 5] = [
    (0.15, -0.17, 0.025),
    (-0.10, -0.030, 0.008),
    (1.00, 0.0, 0.010),
    (-0.20, 0.030, 0.009),
    (0.30, 0.26, 0.045),
];

/// What the heart, the electrodes and the converter do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ecg {
    pub(crate) rate_hz: u32,
    pub(crate) units_per_mv: u32,
    pub(crate) offset: i32,
    pub(crate) bpm: f64,
    pub(crate) height: f64,
    pub(crate) noise_mv: f64,
    pub(crate) wander_mv: f64,
}

impl Ecg {
    pub(crate) fn at(rate_hz: u32) -> Self {
        Self {
            rate_hz,
            units_per_mv: 1_000,
            offset: 0,
            bpm: 72.0,
            height: 1.0,
            noise_mv: 0.0,
            wander_mv: 0.0,
        }
    }

    /// Where the R peaks are, in `secs` seconds.
    pub(crate) fn beats(&self, secs: f64) -> Vec<u64> {
        let interval = 60.0 / self.bpm * f64::from(self.rate_hz);
        let last = secs * f64::from(self.rate_hz) - 1.0;
        (0..)
            .map(|k| (f64::from(k) + 0.5) * interval)
            .take_while(|at| *at < last)
            .map(|at| at.round() as u64)
            .collect()
    }

    /// The samples of `secs` seconds.
    pub(crate) fn samples(&self, secs: f64) -> Vec<i32> {
        let mut noise = Noise(1);
        let count = (secs * f64::from(self.rate_hz)) as u32;
        let sample = |n: u32| {
            let time = f64::from(n) / f64::from(self.rate_hz);
            let mv = self.height * self.heart_mv(time)
                + self.wander_mv * (2.0 * PI * 0.25 * time).sin()
                + self.noise_mv * noise.next();
            self.offset
                .saturating_add((mv * f64::from(self.units_per_mv)).round() as i32)
        };
        (0..count).map(sample).collect()
    }

    fn heart_mv(&self, time: f64) -> f64 {
        let interval = 60.0 / self.bpm;
        let nearest = (time / interval - 0.5).round();
        let beats = [nearest - 1.0, nearest, nearest + 1.0];
        let since = beats.map(|k| time - (k.max(0.0) + 0.5) * interval);
        let wave = |(height, at, width): (f64, f64, f64), since: f64| {
            height * (-((since - at) / width).powi(2) / 2.0).exp()
        };
        let distinct = if nearest < 1.0 {
            &since[1..]
        } else {
            &since[..]
        };
        let waves = WAVES.iter();
        waves
            .map(|w| distinct.iter().map(|since| wave(*w, *since)).sum::<f64>())
            .sum()
    }
}

/// White noise of unit variance, the same at each run.
pub(crate) struct Noise(pub(crate) u64);

impl Noise {
    pub(crate) fn next(&mut self) -> f64 {
        let uniform = |noise: &mut Self| {
            noise.0 = noise
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (noise.0 >> 11) as f64 / (1_u64 << 53) as f64
        };
        (0..12).map(|_| uniform(self)).sum::<f64>() - 6.0
    }
}
