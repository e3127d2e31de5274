use super::history::History;

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
    lengths: Lengths,
    /// Values taken in, modulo 256, which all lines share.
    at: u8,
    /// How much the first mean's sum has grown over its own length.
    growth: i32,
    lows: Line<64>,
    low: i32,
    high: i32,
    bands: Line<8>,
    rises: Line<32>,
    energy: i32,
    /// 2²⁴ over the product of the three means' lengths.
    reciprocal: i32,
}

/// How many values each stage looks at: up to 10, 50, 4 before its own, and 24.
#[derive(Debug, Clone, Copy)]
struct Lengths {
    low: u8,
    high: u8,
    slope: u8,
    energy: u8,
}

/// The last `N` values, `N` being a power of two up to 256, by the count of the newest.
#[derive(Debug, Clone)]
struct Line<const N: usize>([i32; N]);

impl<const N: usize> Line<N> {
    const EMPTY: Self = Self([0; N]);

    #[inline]
    fn put(&mut self, at: u8, value: i32) {
        let Self(values) = self;
        if let Some(slot) = values.get_mut(usize::from(at) % N) {
            *slot = value;
        }
    }

    #[inline]
    fn ago(&self, at: u8, age: u8) -> i32 {
        let Self(values) = self;
        let slot = values.get(usize::from(at.wrapping_sub(age)) % N);
        slot.copied().unwrap_or(0)
    }
}

/// Two moving means of this length leave 3 % of mains at 50 Hz, and 5 % at 60 Hz.
const LOW_MS: u32 = 25;
/// What is left of P and T waves is in the mean over this length.
const HIGH_MS: u32 = 125;
const SLOPE_MS: u32 = 10;
/// The steep part of a QRS complex; a wide one of 120 ms has two.
const ENERGY_MS: u32 = 60;
/// The slope is in 1/8 µV, so that a small signal is not rounded away.
const FRACTION_BITS: u32 = 24 - 3;

impl Envelope {
    /// For a rate of 100 to 399 Hz.
    pub(super) fn new(rate_hz: u32) -> Self {
        let samples = |ms: u32, most: u8| {
            let samples = u8::try_from((rate_hz * ms + 500) / 1_000);
            samples.unwrap_or(most).clamp(1, most)
        };
        let lengths = Lengths {
            low: samples(LOW_MS, 10),
            high: samples(HIGH_MS, 50),
            slope: samples(SLOPE_MS, 4),
            energy: samples(ENERGY_MS, 24),
        };
        let gain = i32::from(lengths.low) * i32::from(lengths.low) * i32::from(lengths.high);
        Self::empty(lengths, (1 << 24) / gain.max(1))
    }

    const fn empty(lengths: Lengths, reciprocal: i32) -> Self {
        Self {
            lengths,
            at: 0,
            growth: 0,
            lows: Line::EMPTY,
            low: 0,
            high: 0,
            bands: Line::EMPTY,
            rises: Line::EMPTY,
            energy: 0,
            reciprocal,
        }
    }

    /// How high the hump is of a narrow complex of `uv` microvolts.
    pub(super) fn height_of(&self, uv: u32) -> u32 {
        // Up and down again, of which the filters leave three quarters.
        let travel = uv * 2 * 3 / 4;
        8 * travel * u32::from(self.lengths.slope)
    }

    /// Samples by which the hump comes after the middle of the QRS complex.
    pub(super) fn delay(&self) -> usize {
        let Lengths {
            low,
            high,
            slope,
            energy,
        } = self.lengths;
        usize::from(low - 1) + usize::from(high / 2) + usize::from((slope + 1 + energy) / 2) - 1
    }

    /// Samples after which nothing of the past is left.
    pub(super) fn memory(&self) -> u32 {
        let Lengths {
            low,
            high,
            slope,
            energy,
        } = self.lengths;
        2 * u32::from(low) + u32::from(high) + u32::from(slope + 1) + u32::from(energy)
    }

    /// Forgets all; the history that it is given must forget, too.
    pub(super) fn clear(&mut self) {
        *self = Self::empty(self.lengths, self.reciprocal);
    }

    /// Takes the newest value of the history in, and gives the envelope's: about the travel of the
    /// signal in 60 ms.
    #[inline]
    pub(super) fn push(&mut self, history: &History) -> u32 {
        self.at = self.at.wrapping_add(1);
        let band = self.band(history);
        self.bands.put(self.at, band);
        let rise = band - self.bands.ago(self.at, self.lengths.slope);
        let oldest = self.rises.ago(self.at, self.lengths.energy);
        self.rises.put(self.at, rise.abs());
        self.energy += rise.abs() - oldest;
        self.energy.cast_unsigned()
    }

    /// The steepest slope in what the present value is the sum of.
    pub(super) fn steepest(&self) -> u32 {
        let slopes = (0..self.lengths.energy).map(|age| self.rises.ago(self.at, age));
        slopes.max().unwrap_or(0).cast_unsigned()
    }

    /// |uv| < 2¹⁵ and the lengths are at most 10, 10 and 50, so no sum passes 2²⁹.
    #[inline]
    fn band(&mut self, history: &History) -> i32 {
        let high = self.lengths.high;
        self.low += self.growth_of_mean(history);
        let oldest = self.lows.ago(self.at, high);
        self.lows.put(self.at, self.low);
        self.high += self.low - oldest;
        let band = self.lows.ago(self.at, high / 2) * i32::from(high) - self.high;
        let scaled = (i64::from(band) * i64::from(self.reciprocal)) >> FRACTION_BITS;
        scaled as i32
    }

    /// What the second mean's sum grows by: x\[n\] − 2 x\[n − L\] + x\[n − 2 L\], summed up.
    #[inline]
    fn growth_of_mean(&mut self, history: &History) -> i32 {
        let low = usize::from(self.lengths.low);
        let [newest, middle, oldest] = [0, low, 2 * low].map(|age| i32::from(history.ago(age)));
        self.growth += newest - 2 * middle + oldest;
        self.growth
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: [u32; 5] = [100, 128, 250, 360, 399];

    /// An envelope with the history that it reads.
    struct Tried(History, Envelope);

    impl Tried {
        fn new(rate_hz: u32) -> Self {
            Self(History::new(), Envelope::new(rate_hz))
        }

        fn push(&mut self, uv: i16) -> u32 {
            let Self(history, envelope) = self;
            history.push(uv);
            envelope.push(history)
        }
    }

    /// The envelope of a triangle of 1 mV and 80 ms with its top at sample `top`.
    fn humps(rate_hz: u32, top: u32) -> impl Iterator<Item = (u32, u32)> {
        let mut envelope = Tried::new(rate_hz);
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
            let error = at.abs_diff(rate_hz + delay as u32) * 1_000 / rate_hz;
            assert!(error <= 45, "{rate_hz} Hz: {error} ms off");
        }
    }

    #[test]
    fn nothing_is_left_after_its_memory() {
        for rate_hz in RATES {
            let memory = Envelope::new(rate_hz).memory();
            let end = rate_hz + rate_hz * 40 / 1_000;
            let mut rest = humps(rate_hz, rate_hz).skip((end + memory) as usize);
            assert!(rest.all(|(_, level)| level == 0), "{rate_hz} Hz");
        }
    }

    #[test]
    fn mains_is_held_down_and_a_drift_is_no_signal() {
        let (mut hum, mut drift) = (Tried::new(250), Tried::new(250));
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
                let mut envelope = Tried::new(rate_hz);
                let square = |n: usize| {
                    if (n / period).is_multiple_of(2) {
                        i16::MAX
                    } else {
                        i16::MIN
                    }
                };
                let levels = (0..1_000).map(|n| envelope.push(square(n)));
                assert!(levels.max().unwrap() < 1 << 30);
            }
        }
    }
}
