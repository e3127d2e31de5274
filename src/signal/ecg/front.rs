use crate::time::SampleRate;

/// The converter's side of the detector: any rate, gain and offset in, microvolts out.
///
/// ```text
/// sample, i32 ──> − first ──> sum of D ──> µV ──> − baseline ──> i16 range
///                             (decimate)          (τ 0.3 to 0.7 s)
/// ```
///
/// `D` brings rates from 400 Hz on down to 200 to 399 Hz, all that a QRS complex
/// needs. The gain is a reciprocal of 16 bits, so that no sample costs a division.
#[derive(Debug, Clone)]
pub(super) struct FrontEnd {
    decimation: u32,
    reciprocal: i32,
    shift: u32,
    baseline_shift: u32,
    /// Minus the first sample, so many times as are summed; what each sum begins with.
    offset: i64,
    sum: i64,
    /// Samples that the sum still lacks; none before the first sample.
    lacking: u32,
    /// In 1/256 µV.
    baseline: i64,
}

/// Microvolts are kept in this range, the one of an `i16`: ±32.767 mV.
const RANGE_UV: i64 = 32_767;
impl FrontEnd {
    pub(super) fn new(rate: SampleRate, units_per_mv: u32) -> Self {
        let decimation = (rate.as_millihertz() / 200_000).max(1);
        let divisor = u64::from(units_per_mv.max(1)) * u64::from(decimation);
        let (reciprocal, shift) = reciprocal_uv(divisor);
        // A power of two of samples next below half a second's.
        let half_second = rate.as_millihertz() / decimation / 2_000;
        Self {
            decimation,
            reciprocal,
            shift,
            baseline_shift: half_second.max(1).ilog2(),
            offset: 0,
            sum: 0,
            lacking: 0,
            baseline: 0,
        }
    }

    /// How many samples make one value.
    pub(super) fn decimation(&self) -> u32 {
        self.decimation
    }

    /// How many values a second it makes of samples of this rate.
    pub(super) fn inner_hz(&self, rate: SampleRate) -> u32 {
        let millihertz = rate.as_millihertz().checked_div(self.decimation);
        millihertz.unwrap_or(0) / 1_000
    }

    /// How many samples have come for the next value.
    pub(super) fn waiting(&self) -> u32 {
        match self.lacking {
            0 => 0,
            lacking => self.decimation - lacking,
        }
    }

    /// The baseline, above the first sample.
    pub(super) fn baseline_uv(&self) -> i32 {
        i32::try_from(self.baseline >> 8).unwrap_or(i32::MAX)
    }

    /// Forgets offset and baseline: the next sample is the new zero.
    pub(super) fn restart(&mut self) {
        self.lacking = 0;
        self.baseline = 0;
    }

    /// Takes a sample in; with every `D`th one a value in microvolts comes out.
    #[inline]
    pub(super) fn push(&mut self, sample: i32) -> Option<i16> {
        if self.lacking == 0 {
            self.begin(sample);
        }
        self.sum += i64::from(sample);
        self.lacking -= 1;
        if self.lacking > 0 {
            return None;
        }
        self.lacking = self.decimation;
        let sum = core::mem::replace(&mut self.sum, self.offset);
        Some(self.above_baseline(sum))
    }

    fn begin(&mut self, first: i32) {
        self.offset = -i64::from(first) * i64::from(self.decimation);
        self.sum = self.offset;
        self.lacking = self.decimation;
    }

    #[inline]
    fn above_baseline(&mut self, sum: i64) -> i16 {
        let sum = sum.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
        let level = (i64::from(sum) * i64::from(self.reciprocal)) >> self.shift;
        let above = (level << 8) - self.baseline;
        self.baseline += above >> self.baseline_shift;
        saturate_uv(above >> 8)
    }
}

#[inline]
fn saturate_uv(uv: i64) -> i16 {
    let uv = uv.clamp(-RANGE_UV, RANGE_UV);
    i16::try_from(uv).unwrap_or(0)
}

/// 1,000 µV/mV over `divisor`, as a number of 16 bits and a right shift; error below 2⁻¹⁵.
fn reciprocal_uv(divisor: u64) -> (i32, u32) {
    let (mut thousand, mut shift) = (1_000, 0);
    while thousand < divisor << 15 {
        thousand <<= 1;
        shift += 1;
    }
    ((thousand / divisor) as i32, shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_millivolt_is_a_thousand_microvolts_at_any_gain_and_rate() {
        for units in [1, 7, 200, 1_000, 8_388_607] {
            for hz in [100, 250, 360, 500, 1_000] {
                let mut front = FrontEnd::new(SampleRate::hz(hz), units);
                let step = i32::try_from(units).unwrap();
                while front.push(-step).is_none() {}
                let uv = core::iter::repeat_with(|| front.push(0)).find_map(|uv| uv);
                let error = i32::from(uv.unwrap()) - 1_000;
                assert!(error.abs() <= 1, "{units} units at {hz} Hz: {error} µV off");
            }
        }
    }

    #[test]
    fn an_offset_is_no_signal() {
        let mut front = FrontEnd::new(SampleRate::hz(250), 1);
        assert!((0..500).all(|_| front.push(i32::MAX) == Some(0)));
    }

    #[test]
    fn a_drift_is_followed() {
        let mut front = FrontEnd::new(SampleRate::hz(250), 1_000);
        front.push(0);
        let last = (0..1_000).filter_map(|_| front.push(5_000)).last();
        assert!(last.unwrap().abs() < 5);
    }

    #[test]
    fn the_extremes_saturate() {
        for units in [1, u32::MAX] {
            let mut front = FrontEnd::new(SampleRate::hz(1_000), units);
            for sample in [i32::MIN, i32::MAX].repeat(50) {
                assert!(front.push(sample).is_none_or(|uv| uv != i16::MIN));
            }
        }
    }
}
