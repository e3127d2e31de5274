use core::mem;
use core::ops::RangeInclusive;

use super::detector::UnsupportedRate;
use super::front::FrontEnd;
use crate::time::{Duration, SampleRate};

/// Parts that a second is cut into, of 50 ms: the steep half of a QRS complex fills one.
const PARTS: usize = 20;
/// The part, in order of steepness, that is the noise: two fifths are quieter, even at 200 beats a minute.
const NOISE_PART: usize = 8;
/// The slope is over this time, which leaves most of mains at 50 Hz and 60 Hz in.
const SLOPE_MS: u64 = 25;
/// Room for that at 399 values a second.
const SLOPE_ROOM: usize = 16;
/// Seconds of which the heights are remembered.
const HEIGHTS: usize = 32;
/// Up to this a line is flat: no wave of an ECG is told from none.
const FLAT_UV: u32 = 50;
/// What halves the level: noise and drift over the steepest part of QRS complexes in per cent, and time at
/// the ends of the converter.
const NOISE_LIMIT: u32 = 22;
const DRIFT_LIMIT: u32 = 125;
const CLIPPED_LIMIT_MS: u32 = 100;

/// How far a second of an ECG can be relied on.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EcgUsability {
    /// Complexes stand out of the noise.
    Good,
    /// Beats may be missed or made up, and shapes are not to be read.
    Doubtful,
    /// Nothing is to be read: a flat line, a converter at its end, or noise as steep as complexes.
    Unusable,
}

/// The quality of one second of an ECG, and why.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecondQuality {
    /// Its first sample, counted from 0 at the first one, lost ones included.
    pub since: u64,
    /// 100 without any fault, 50 at the limit, 0 at twice the limit or where the line is flat.
    pub level: u8,
    /// How far from its lowest to its highest value, in µV; up to 50 µV the line is flat.
    pub range_uv: u32,
    /// How long the converter was at an end of its range, in ms; the limit is 100.
    pub clipped_ms: u32,
    /// How steep the quiet parts are, of the steepest ones of QRS complexes, in per cent; the limit is 22.
    pub noise_per_cent: u32,
    /// How far the baseline moved, over the slope of QRS complexes in 25 ms, in per cent; the limit is 125.
    pub drift_per_cent: u32,
}

impl SecondQuality {
    /// Good above a level of 50, unusable at 0.
    #[must_use]
    pub fn usability(&self) -> EcgUsability {
        match self.level {
            0 => EcgUsability::Unusable,
            1..=50 => EcgUsability::Doubtful,
            _ => EcgUsability::Good,
        }
    }

    /// Whether the line is flat: an electrode is off, or the heart stands still.
    #[must_use]
    pub fn is_flat(&self) -> bool {
        self.range_uv <= FLAT_UV
    }

    fn with_level(self) -> Self {
        let of_limit = |value: u32, limit: u32| {
            let share = value.saturating_mul(50).checked_div(limit);
            share.map_or(100, |share| share.min(100))
        };
        let worst = of_limit(self.noise_per_cent, NOISE_LIMIT)
            .max(of_limit(self.drift_per_cent, DRIFT_LIMIT))
            .max(of_limit(self.clipped_ms, CLIPPED_LIMIT_MS));
        let lost = if self.is_flat() { 100 } else { worst };
        Self {
            level: u8::try_from(100_u32.saturating_sub(lost)).unwrap_or(0),
            ..self
        }
    }
}

/// Judges one ECG channel once a second: flat, clipped, noisy, drifting, or good.
///
/// ```text
///                                          slope of each 50 ms: mean |x[n] − x[n − 25 ms]|
/// sample ─┬─> µV ─┬─> − baseline (τ 0.3 to 0.7 s) ─┬─> the 9th of 20 ──────────> noise ─┐
///         │       │                                └─> the steepest ─> QRS, of 32 s ────┼─> level
///         │       └─> baseline: highest − lowest ──────────────────────────────> drift ─┤
///         └─> at an end of the converter's range ────────────────────────────> clipped ─┘
/// ```
///
/// | | |
/// |---|---|
/// | formula | level = 100 − 50 · the largest of noise / 22 %, drift / 125 % and clipped / 100 ms, of QRS; 0 where the line is flat |
/// | QRS | the steepest 50 ms of two seconds, the lower quartile of the last 32, flat and clipped ones left out |
/// | sample rate | 100 Hz to 1,000 Hz |
/// | samples | any `i32`, any offset; what passes ±32 mV about the baseline counts as clipped |
/// | delay | none: a second is told with its last sample |
/// | state | under 400 bytes |
/// | cost | integers only; two additions a sample, a division each 50 ms, 20 values sorted each second |
/// | source | flat line, noise and baseline are told apart as by Clifford et al. (Physiol. Meas. 33, 2012); their share of power in a band is a quantile of slopes here, which one second is enough for |
///
/// At first, QRS is what has come so far; a heart below 30 beats a minute leaves seconds without a
/// complex, whose noise is then put too high. An amplitude that grows is followed within 24 s, one that
/// falls within 8 s. What moving electrodes add looks like waves of the heart, unless it is steep or drifts. How many seconds it flags: [`guide::signal`](crate::guide::signal).
///
/// ```
/// use iomt::signal::ecg::{EcgQuality, EcgUsability};
/// use iomt::time::SampleRate;
///
/// # fn main() -> Result<(), iomt::signal::ecg::UnsupportedRate> {
/// let mut quality = EcgQuality::new(SampleRate::hz(250), 1_000)?;
/// let beating = (0..500_i32).map(|n| (1_000 - (n % 250 - 125).abs() * 100).max(0));
/// let electrode_off = (0..500).map(|_| 0);
/// let seconds = beating.chain(electrode_off).filter_map(|sample| quality.push(sample));
/// let told: Vec<_> = seconds.map(|second| (second.since, second.usability())).collect();
/// use EcgUsability::{Good, Unusable};
/// assert_eq!(told, [(0, Good), (250, Good), (500, Unusable), (750, Unusable)]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct EcgQuality {
    front: FrontEnd,
    converter: RangeInclusive<i32>,
    /// Samples of a second.
    second: u32,
    slope: Slope,
    now: Second,
    heights: Heights,
    /// Samples pushed, and lost.
    position: u64,
}

impl EcgQuality {
    /// For a channel of this sample rate, and this many units of a sample per mV.
    ///
    /// A gain of zero is taken as 1.
    ///
    /// # Errors
    ///
    /// [`UnsupportedRate`] below 100 Hz and above 1,000 Hz.
    pub fn new(rate: SampleRate, units_per_mv: u32) -> Result<Self, UnsupportedRate> {
        if !(100_000..=1_000_000).contains(&rate.as_millihertz()) {
            return Err(UnsupportedRate { rate });
        }
        let front = FrontEnd::new(rate, units_per_mv);
        let values = u64::from(rate.as_millihertz() / front.decimation());
        let second = rate.samples_in(Duration::from_secs(1));
        Ok(Self {
            front,
            converter: i32::MIN..=i32::MAX,
            second: u32::try_from(second).unwrap_or(u32::MAX).max(1),
            slope: Slope::over((values * SLOPE_MS).div_ceil(1_000_000)),
            now: Second::EMPTY,
            heights: Heights::new(),
            position: 0,
        })
    }

    /// The same for a converter that gives the ends of this range where the signal passes them.
    #[must_use]
    pub fn with_converter(mut self, range: RangeInclusive<i32>) -> Self {
        self.converter = range;
        self
    }

    /// Takes the next sample in; with the last one of a second its quality comes out.
    pub fn push(&mut self, sample: i32) -> Option<SecondQuality> {
        self.position = self.position.saturating_add(1);
        let is_within = *self.converter.start() < sample && sample < *self.converter.end();
        self.now.clipped += u32::from(!is_within);
        if let Some(uv) = self.front.push(sample) {
            let slope = self.slope.push(uv);
            self.now.take(uv, self.front.baseline_uv(), slope);
            self.now.clipped += match uv.unsigned_abs() {
                32_767.. if is_within => self.front.decimation(),
                _ => 0,
            };
        }
        self.now.advance(self.second);
        (self.now.samples >= self.second).then(|| self.end_second())
    }

    /// Says that `samples_lost` samples are missing before the next one pushed.
    ///
    /// The second under way is dropped; the next one begins with that sample.
    pub fn gap(&mut self, samples_lost: u64) {
        self.position = self.position.saturating_add(samples_lost);
        self.front.restart();
        self.slope.restart();
        self.now = Second::EMPTY;
    }

    fn end_second(&mut self) -> SecondQuality {
        let mut now = mem::replace(&mut self.now, Second::EMPTY);
        now.slopes.sort_unstable();
        let steepest = now.slopes.last().copied().unwrap_or(0);
        let noise = now.slopes.get(NOISE_PART).copied().unwrap_or(0);
        let clipped_ms = u64::from(now.clipped) * 1_000 / u64::from(self.second).max(1);
        let range_uv = now.values.range();
        let clipped_ms = u32::try_from(clipped_ms).unwrap_or(u32::MAX).min(1_000);
        if range_uv > FLAT_UV && clipped_ms <= CLIPPED_LIMIT_MS {
            self.heights.push(steepest);
        }
        let qrs = self.heights.quartile().unwrap_or(steepest).max(1);
        let per_cent = |value: u32| value.saturating_mul(100).checked_div(qrs).unwrap_or(0);
        SecondQuality {
            since: self.position.saturating_sub(u64::from(self.second)),
            level: 0,
            range_uv,
            clipped_ms,
            noise_per_cent: per_cent(noise),
            drift_per_cent: per_cent(now.baseline.range().saturating_mul(SLOPE_UNIT)),
        }
        .with_level()
    }
}

/// Slopes are in 1/8 µV.
const SLOPE_UNIT: u32 = 8;

/// x\[n\] − x\[n − length\].
#[derive(Debug, Clone)]
struct Slope {
    values: [i16; SLOPE_ROOM],
    length: u8,
    at: u8,
}

impl Slope {
    fn over(length: u64) -> Self {
        let length = u8::try_from(length).unwrap_or(u8::MAX);
        Self {
            values: [0; SLOPE_ROOM],
            length: length.clamp(1, SLOPE_ROOM as u8),
            at: 0,
        }
    }

    /// The front end begins at zero, so that zeros are what was before.
    fn restart(&mut self) {
        self.values = [0; SLOPE_ROOM];
    }

    fn push(&mut self, uv: i16) -> u32 {
        self.at = (self.at + 1) % self.length;
        let Some(slot) = self.values.get_mut(usize::from(self.at)) else {
            return 0;
        };
        let before = mem::replace(slot, uv);
        u32::from(uv.abs_diff(before))
    }
}

/// The lowest and the highest of some values.
#[derive(Debug, Clone, Copy)]
struct Extent {
    low: i32,
    high: i32,
}

impl Extent {
    const EMPTY: Self = Self {
        low: i32::MAX,
        high: i32::MIN,
    };

    fn take(&mut self, value: i32) {
        self.low = self.low.min(value);
        self.high = self.high.max(value);
    }

    fn range(&self) -> u32 {
        match self.low <= self.high {
            true => self.high.abs_diff(self.low),
            false => 0,
        }
    }
}

/// The second under way.
#[derive(Debug, Clone)]
struct Second {
    slopes: [u32; PARTS],
    part: usize,
    sum: u32,
    count: u32,
    samples: u32,
    /// Samples, times the parts, less those of the parts that are full.
    phase: u32,
    values: Extent,
    baseline: Extent,
    /// Samples at an end of the converter's range.
    clipped: u32,
}

impl Second {
    const EMPTY: Self = Self {
        slopes: [0; PARTS],
        part: 0,
        sum: 0,
        count: 0,
        samples: 0,
        phase: 0,
        values: Extent::EMPTY,
        baseline: Extent::EMPTY,
        clipped: 0,
    };

    fn take(&mut self, uv: i16, baseline_uv: i32, slope: u32) {
        self.sum += slope * SLOPE_UNIT;
        self.count += 1;
        self.values.take(i32::from(uv));
        self.baseline.take(baseline_uv);
    }

    /// Counts a sample of `second`; where it is the last one of its part, the next part begins.
    fn advance(&mut self, second: u32) {
        self.samples += 1;
        self.phase += PARTS as u32;
        if self.phase < second {
            return;
        }
        self.phase -= second;
        let (sum, count) = (self.sum, self.count);
        (self.sum, self.count) = (0, 0);
        if let Some(slope) = self.slopes.get_mut(self.part) {
            *slope = sum.checked_div(count).unwrap_or(0);
        }
        self.part += 1;
    }
}

/// How steep QRS complexes are.
#[derive(Debug, Clone)]
struct Heights {
    values: [u32; HEIGHTS],
    count: usize,
    next: usize,
    before: u32,
}

impl Heights {
    const fn new() -> Self {
        Self {
            values: [0; HEIGHTS],
            count: 0,
            next: 0,
            before: 0,
        }
    }

    /// Takes the steepest part of a second in: of two seconds one has a beat in it.
    fn push(&mut self, steepest: u32) {
        if let Some(slot) = self.values.get_mut(self.next) {
            *slot = steepest.max(self.before);
        }
        self.before = steepest;
        self.next = (self.next + 1) % HEIGHTS;
        self.count = (self.count + 1).min(HEIGHTS);
    }

    /// What a quarter of them do not reach; `None` when there is none.
    fn quartile(&self) -> Option<u32> {
        let mut sorted = self.values;
        let known = sorted.get_mut(..self.count)?;
        known.sort_unstable();
        known.get(self.count.saturating_sub(1) / 4).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::EcgUsability::{Doubtful, Good, Unusable};
    use super::*;
    use core::f64::consts::TAU;
    use std::vec::Vec;

    const RATES: [u32; 7] = [100, 128, 250, 360, 399, 500, 1_000];

    /// A complex of 1.2 mV and 80 ms and a T wave, 75 a minute.
    fn ecg(t: f64) -> f64 {
        let phase = (t / 0.8).fract() * 0.8;
        let hump =
            |at: f64, half: f64, high: f64| (1.0 - (phase - at).abs() / half).max(0.0) * high;
        hump(0.1, 0.04, 1_200.0) + hump(0.35, 0.09, 250.0)
    }

    fn seconds(hz: u32, seconds: u32, uv: impl Fn(f64) -> f64) -> Vec<SecondQuality> {
        let mut quality = EcgQuality::new(SampleRate::hz(hz), 1_000).unwrap();
        let samples = (0..hz * seconds).map(|n| uv(f64::from(n) / f64::from(hz)) as i32);
        samples.filter_map(|sample| quality.push(sample)).collect()
    }

    fn all_are(usability: EcgUsability, seconds: &[SecondQuality]) -> bool {
        let mut settled = seconds.iter().skip(2);
        settled.all(|second| second.usability() == usability)
    }

    #[test]
    fn a_second_is_told_each_second_at_any_rate() {
        for hz in RATES {
            let told = seconds(hz, 10, ecg);
            let since: Vec<u64> = told.iter().map(|second| second.since).collect();
            let expected: Vec<u64> = (0..10).map(|second| second * u64::from(hz)).collect();
            assert_eq!(since, expected, "{hz} Hz");
            assert!(all_are(Good, &told), "{hz} Hz: {told:?}");
        }
    }

    #[test]
    fn an_offset_and_breathing_are_good() {
        for hz in RATES {
            let breathing = |t: f64| ecg(t) + 200.0 * (TAU * 0.25 * t).sin() - 9e5;
            let told = seconds(hz, 20, breathing);
            assert!(all_are(Good, &told), "{hz} Hz: {told:?}");
        }
    }

    #[test]
    fn mains_of_a_tenth_of_the_complexes_is_good_and_of_half_is_not() {
        for hz in [128, 250, 360, 399, 500, 1_000] {
            for mains in [50.0, 60.0] {
                let hum = |size: f64| move |t: f64| ecg(t) + size * (TAU * mains * t).sin();
                assert!(all_are(Good, &seconds(hz, 12, hum(60.0))), "{hz} {mains}");
                let loud = seconds(hz, 12, hum(600.0));
                let is_flagged = |second: &SecondQuality| second.usability() != Good;
                assert!(loud.iter().skip(2).all(is_flagged), "{hz} {mains} {loud:?}");
            }
        }
    }

    #[test]
    fn a_flat_line_is_unusable_and_does_not_spoil_what_follows() {
        for hz in RATES {
            let off = |t: f64| {
                if (20.0..60.0).contains(&t) {
                    7.0
                } else {
                    ecg(t)
                }
            };
            let told = seconds(hz, 80, off);
            assert!(told[21..60].iter().all(SecondQuality::is_flat), "{hz} Hz");
            assert!(all_are(Unusable, &told[19..60]), "{hz} Hz");
            assert!(all_are(Good, &told[60..]), "{hz} Hz: {:?}", &told[60..]);
        }
    }

    #[test]
    fn the_ends_of_the_converter_are_told() {
        let rate = SampleRate::hz(250);
        let quality = EcgQuality::new(rate, 1_000).unwrap();
        let mut quality = quality.with_converter(-800..=800);
        let clipped = |n: u32| {
            let t = f64::from(n) / 250.0;
            (ecg(t) + 1_000.0 * (TAU * 0.1 * t).sin()).clamp(-800.0, 800.0) as i32
        };
        let told: Vec<_> = (0..5_000)
            .filter_map(|n| quality.push(clipped(n)))
            .collect();
        let unusable = told.iter().filter(|second| second.clipped_ms > 200);
        assert!(unusable.clone().count() >= 5, "{told:?}");
        assert!(
            unusable
                .clone()
                .all(|second| second.usability() == Unusable)
        );
        assert!(told.iter().any(|second| second.clipped_ms < 100));
        let beyond = seconds(250, 5, |t| 5e4 * (TAU * 2.0 * t).sin());
        assert!(
            beyond.iter().all(|second| second.clipped_ms > 200),
            "{beyond:?}"
        );
    }

    #[test]
    fn a_baseline_that_moves_is_doubtful() {
        let moving = |t: f64| ecg(t) + 1_500.0 * (TAU * 0.4 * t).sin();
        let told = seconds(250, 20, moving);
        let doubtful = told.iter().filter(|second| second.usability() == Doubtful);
        assert!(doubtful.count() >= 8, "{told:?}");
    }

    #[test]
    fn a_gap_drops_the_second_under_way() {
        let mut quality = EcgQuality::new(SampleRate::hz(250), 1_000).unwrap();
        assert!((0..249).all(|n| quality.push(n).is_none()));
        quality.gap(751);
        let told: Vec<_> = (0..250).filter_map(|n| quality.push(n)).collect();
        assert_eq!(told.first().map(|second| second.since), Some(1_000));
        quality.gap(u64::MAX);
        let told = (0..250).filter_map(|n| quality.push(n)).next();
        assert!(told.is_some());
    }

    #[test]
    fn takes_any_sample_at_any_rate_and_gain() {
        for (hz, gain) in [(100, 0), (360, 1), (399, u32::MAX), (1_000, u32::MAX)] {
            let mut quality = EcgQuality::new(SampleRate::hz(hz), gain).unwrap();
            for n in 0..20_000_u32 {
                let sample = n.wrapping_mul(2_654_435_761).cast_signed();
                let told = quality.push(sample >> (n / 700 % 30));
                assert!(told.is_none_or(|second| second.level <= 100));
            }
            for sample in [i32::MIN, i32::MAX].repeat(2_000) {
                let told = quality.push(sample);
                assert!(told.is_none_or(|second| second.usability() == Unusable));
            }
        }
        assert!(EcgQuality::new(SampleRate::hz(99), 1_000).is_err());
        assert!(EcgQuality::new(SampleRate::hz(1_001), 1_000).is_err());
    }

    #[test]
    fn is_as_small_as_it_says() {
        assert!(size_of::<EcgQuality>() < 400);
    }
}
