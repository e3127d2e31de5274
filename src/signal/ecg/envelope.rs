use super::boxcar::Boxcar;

/// Turns the ECG into one hump for each QRS complex.
///
/// ```text
/// µV ─> mean 25 ms ─> mean 25 ms ─> − mean 125 ms ─> slope over 10 ms ─> |x| ─> sum 60 ms
///       └──── below 13 Hz ────┘     above 6 Hz       favours the QRS           its energy
/// ```
///
/// The chain is Hamilton's (EP Limited, *Open Source ECG Analysis*, 2002), after
/// Pan and Tompkins (IEEE Trans. Biomed. Eng. 32, 1985), with a magnitude in place of
/// the square. All stages are moving sums: nothing rings, and after their length
/// nothing of the past is left. The means are not divided, but scaled once.
#[derive(Debug, Clone)]
pub(super) struct Envelope {
    low: [Boxcar<10>; 2],
    high: Boxcar<50>,
    slope: Boxcar<5>,
    energy: Boxcar<24>,
    /// 2²⁴ over the product of the three means' lengths.
    reciprocal: i64,
}

/// Two moving means of this length leave 3 % of mains at 50 Hz, and 5 % at 60 Hz.
const LOW_MS: usize = 25;
/// What is left of P and T waves is in the mean over this length.
const HIGH_MS: usize = 125;
const SLOPE_MS: usize = 10;
/// The steep part of a QRS complex; a wide one of 120 ms has two.
const ENERGY_MS: usize = 60;
/// The slope is in 1/8 µV, so that a small signal is not rounded away.
const FRACTION_BITS: u32 = 24 - 3;

impl Envelope {
    /// For a rate of 100 to 399 Hz.
    pub(super) fn new(rate_hz: usize) -> Self {
        let samples = |ms: usize| (rate_hz * ms + 500) / 1_000;
        let low = Boxcar::new(samples(LOW_MS));
        let high = Boxcar::new(samples(HIGH_MS));
        let gain = low.len() * low.len() * high.len();
        Self {
            low: [low.clone(), low],
            high,
            slope: Boxcar::new(samples(SLOPE_MS) + 1),
            energy: Boxcar::new(samples(ENERGY_MS)),
            reciprocal: (1 << 24) / i64::try_from(gain).unwrap_or(i64::MAX),
        }
    }

    /// How high the hump is of a narrow complex of `uv` microvolts.
    pub(super) fn height_of(&self, uv: usize) -> u32 {
        // Up and down again, of which the filters leave three quarters.
        let travel = uv * 2 * 3 / 4;
        let height = 8 * travel * (self.slope.len() - 1);
        u32::try_from(height).unwrap_or(u32::MAX)
    }

    /// Samples by which the hump comes after the middle of the QRS complex.
    pub(super) fn delay(&self) -> usize {
        let [low, _] = &self.low;
        (low.len() - 1) + self.high.len() / 2 + (self.slope.len() + self.energy.len()) / 2 - 1
    }

    /// Samples after which nothing of the past is left.
    pub(super) fn memory(&self) -> usize {
        let [low, _] = &self.low;
        2 * low.len() + self.high.len() + self.slope.len() + self.energy.len()
    }

    pub(super) fn clear(&mut self) {
        self.low.iter_mut().for_each(Boxcar::clear);
        self.high.clear();
        self.slope.clear();
        self.energy.clear();
    }

    /// Takes a value in and gives the envelope's, about the travel of the signal in 60 ms.
    pub(super) fn push(&mut self, uv: i16) -> i32 {
        let band = self.band(i32::from(uv));
        self.slope.push(band);
        let rise = band - self.slope.ago(self.slope.len() - 1);
        self.energy.push(rise.abs())
    }

    /// The steepest slope in what the present value is the sum of.
    pub(super) fn steepest(&self) -> i32 {
        self.energy.max()
    }

    /// |uv| < 2¹⁵ and the lengths are at most 10, 10 and 50, so no sum passes 2²⁹.
    fn band(&mut self, uv: i32) -> i32 {
        let low = self.low.iter_mut().fold(uv, |sum, mean| mean.push(sum));
        let high = self.high.push(low);
        let length = i32::try_from(self.high.len()).unwrap_or(1);
        let band = i64::from(self.high.ago(self.high.len() / 2) * length - high);
        i32::try_from((band * self.reciprocal) >> FRACTION_BITS).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: [usize; 5] = [100, 128, 250, 360, 399];

    /// The envelope of a triangle of 1 mV and 80 ms with its top at sample `top`.
    fn humps(rate_hz: usize, top: usize) -> impl Iterator<Item = (usize, i32)> {
        let mut envelope = Envelope::new(rate_hz);
        let half = rate_hz * 40 / 1_000;
        (0..2 * rate_hz).map(move |n| {
            let distance = n.abs_diff(top).min(half);
            let uv = 1_000 * (half - distance) / half;
            (n, envelope.push(i16::try_from(uv).unwrap()))
        })
    }

    #[test]
    fn the_hump_comes_later_by_the_stated_delay() {
        for rate_hz in RATES {
            let delay = Envelope::new(rate_hz).delay();
            let highest = humps(rate_hz, rate_hz).max_by_key(|(_, level)| *level);
            let (at, _) = highest.unwrap();
            let error = at.abs_diff(rate_hz + delay) * 1_000 / rate_hz;
            assert!(error <= 45, "{rate_hz} Hz: {error} ms off");
        }
    }

    #[test]
    fn nothing_is_left_after_its_memory() {
        for rate_hz in RATES {
            let memory = Envelope::new(rate_hz).memory();
            let end = rate_hz + rate_hz * 40 / 1_000;
            let mut rest = humps(rate_hz, rate_hz).skip(end + memory);
            assert!(rest.all(|(_, level)| level == 0), "{rate_hz} Hz");
        }
    }

    #[test]
    fn mains_is_held_down_and_a_drift_is_no_signal() {
        let (mut hum, mut drift) = (Envelope::new(250), Envelope::new(250));
        let (_, peak) = humps(250, 250).max_by_key(|(_, level)| *level).unwrap();
        for n in 0..1_000_i16 {
            let mains = [0, 951, 588, -588, -951];
            let hum = hum.push(mains[usize::try_from(n % 5).unwrap()]);
            let drift = drift.push(n * 4);
            assert!(
                n < 100 || (hum < peak / 4 && drift < peak / 100),
                "{hum} {drift} {peak}"
            );
        }
    }

    #[test]
    fn the_extremes_do_not_overflow() {
        for rate_hz in RATES {
            for period in [1, 2, 5, 13, 25, 50, 125] {
                let mut envelope = Envelope::new(rate_hz);
                let square = |n: usize| {
                    if (n / period).is_multiple_of(2) {
                        i16::MAX
                    } else {
                        i16::MIN
                    }
                };
                let levels = (0..1_000).map(|n| envelope.push(square(n)));
                assert!(levels.min().unwrap() >= 0);
            }
        }
    }
}
