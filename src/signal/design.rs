use core::f64::consts::PI;

use super::biquad::Biquad;
use super::cascade::Cascade;
use super::maths::{sqrt, tan};
use super::section::{Section, UNITY, prototype_pole, quality, smaller, spread};
use crate::time::SampleRate;

/// A filter of `N` second-order sections, in double precision, as it comes from its formula.
///
/// [`Design::to_f32`] and [`Design::to_i32`] make the filter that runs. All of it is `const`:
/// a design that can not be made does not compile, and no design code is left in the firmware.
/// Every constructor has a fallible twin for parameters that come at run time.
///
/// | design | order | gain | group delay where it is flat |
/// |---|---|---|---|
/// | [`low_pass`](Self::low_pass) | 2 `N` | 1 at 0 Hz, −3.01 dB at the corner | 0.225, 0.416, 0.615 s·Hz / corner for `N` = 1, 2, 3 |
/// | [`high_pass`](Self::high_pass) | 2 `N` | 1 at half the rate, −3.01 dB at the corner | tends to 0 |
/// | [`band_pass`](Self::band_pass) | 2 `N` | 1 at the middle, −3.01 dB at both edges | 0.318, 0.450, 0.637 s·Hz / width for `N` = 1, 2, 3 |
/// | [`band_stop`](Self::band_stop) | 2 `N` | 0 at the middle, −3.01 dB at both edges, 1 at 0 Hz and half the rate | tends to 0 |
/// | [`steep_notch`](Self::steep_notch) | 2 `N` | 0 at the centre, −3.01 dB at two edges a width apart | tends to 0 |
/// | [`notch`](Design::notch) | 2 | that with `N` = 1 | tends to 0 |
///
/// Butterworth's poles (S. Butterworth, *Wireless Engineer* 7, 1930) go through the bilinear
/// transform with the corners warped beforehand, so that they are exact; the notch of order 2 is that
/// of R. Bristow-Johnson's *Audio EQ Cookbook*. A notch of a higher order takes more of a mains frequency
/// that is not quite the nominal one, and rings longer.
///
/// ```
/// use iomt::signal::{Cascade, Design};
/// use iomt::time::SampleRate;
///
/// const RATE: SampleRate = SampleRate::hz(250);
/// const MONITORING: Cascade<i32, 1> = Design::<1>::high_pass(RATE, 0.5).to_i32();
/// const NO_MAINS: Cascade<f32, 1> = Design::notch(RATE, 50.0, 2.0).to_f32();
/// const NOR_NEAR_IT: Cascade<i32, 2> = Design::steep_notch(RATE, 50.0, 4.0).to_i32();
/// assert!(Design::<2>::try_low_pass(RATE, 125.0).is_err());
/// ```
///
/// ```compile_fail
/// use iomt::signal::Design;
/// use iomt::time::SampleRate;
///
/// const ABOVE_NYQUIST: Design<2> = Design::low_pass(SampleRate::hz(250), 130.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Design<const N: usize> {
    sections: [Section; N],
    rate: SampleRate,
}

/// A filter that can not be made.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DesignError {
    /// A corner is not between 0 Hz and half the sample rate, or is not a number.
    #[error("{hz} Hz does not lie between 0 Hz and {nyquist_hz} Hz, half the sample rate")]
    Corner {
        /// The corner that was asked for.
        hz: f64,
        /// Half the sample rate.
        nyquist_hz: f64,
    },
    /// The upper edge of a band is not above the lower one.
    #[error("the band from {low_hz} Hz to {high_hz} Hz is empty")]
    Band {
        /// The lower edge that was asked for.
        low_hz: f64,
        /// The upper edge that was asked for.
        high_hz: f64,
    },
    /// The poles lie so close to the edge of stability that the arithmetic can not tell.
    #[error("a corner is too close to 0 Hz or to half the sample rate for this arithmetic")]
    Precision,
}

/// What of 1 ± a₁ + a₂ must be left: 64 times the resolution of the Q30 coefficients.
const MARGIN_I32: f64 = 1.0 / (1 << 24) as f64;
/// 128 times the resolution of an `f32` next to 2.
const MARGIN_F32: f64 = 1.0 / (1 << 17) as f64;

impl<const N: usize> Design<N> {
    /// A Butterworth low-pass filter of order 2 `N`.
    ///
    /// # Panics
    ///
    /// Where [`Design::try_low_pass`] fails; in a `const` it does not compile.
    #[must_use]
    pub const fn low_pass(rate: SampleRate, corner_hz: f64) -> Self {
        or_refuse(Self::try_low_pass(rate, corner_hz))
    }

    /// A Butterworth high-pass filter of order 2 `N`.
    ///
    /// # Panics
    ///
    /// Where [`Design::try_high_pass`] fails; in a `const` it does not compile.
    #[must_use]
    pub const fn high_pass(rate: SampleRate, corner_hz: f64) -> Self {
        or_refuse(Self::try_high_pass(rate, corner_hz))
    }

    /// A Butterworth band-pass filter of order 2 `N`: `N` poles on each side.
    ///
    /// # Panics
    ///
    /// Where [`Design::try_band_pass`] fails; in a `const` it does not compile.
    #[must_use]
    pub const fn band_pass(rate: SampleRate, low_hz: f64, high_hz: f64) -> Self {
        or_refuse(Self::try_band_pass(rate, low_hz, high_hz))
    }

    /// A Butterworth band-stop filter of order 2 `N`: `N` poles on each side.
    ///
    /// It takes out wholly the geometric middle of the warped edges, which is not quite their mean:
    /// [`Design::steep_notch`] is told where.
    ///
    /// # Panics
    ///
    /// Where [`Design::try_band_stop`] fails; in a `const` it does not compile.
    #[must_use]
    pub const fn band_stop(rate: SampleRate, low_hz: f64, high_hz: f64) -> Self {
        or_refuse(Self::try_band_stop(rate, low_hz, high_hz))
    }

    /// A Butterworth band-stop filter of order 2 `N` that takes a frequency out, such as mains at 50 Hz or
    /// 60 Hz, and has its edges `width_hz` apart.
    ///
    /// # Panics
    ///
    /// Where [`Design::try_steep_notch`] fails; in a `const` it does not compile.
    #[must_use]
    pub const fn steep_notch(rate: SampleRate, centre_hz: f64, width_hz: f64) -> Self {
        or_refuse(Self::try_steep_notch(rate, centre_hz, width_hz))
    }

    /// The fallible twin of [`Design::low_pass`].
    ///
    /// # Errors
    ///
    /// [`DesignError::Corner`] unless 0 Hz < `corner_hz` < half the rate;
    /// [`DesignError::Precision`] below about 1/25,000 of the rate.
    pub const fn try_low_pass(rate: SampleRate, corner_hz: f64) -> Result<Self, DesignError> {
        let warped = match warp(rate, corner_hz) {
            Ok(warped) => warped,
            Err(error) => return Err(error),
        };
        let mut sections = [UNITY; N];
        let mut rest: &mut [Section] = &mut sections;
        let mut k = 0;
        while let [section, tail @ ..] = rest {
            *section = Section::low_pass(warped, quality(k, N));
            rest = tail;
            k += 1;
        }
        checked(Self { sections, rate })
    }

    /// The fallible twin of [`Design::high_pass`].
    ///
    /// # Errors
    ///
    /// Those of [`Design::try_low_pass`].
    pub const fn try_high_pass(rate: SampleRate, corner_hz: f64) -> Result<Self, DesignError> {
        let mut design = match Self::try_low_pass(rate, corner_hz) {
            Ok(design) => design,
            Err(error) => return Err(error),
        };
        let mut rest: &mut [Section] = &mut design.sections;
        while let [section, tail @ ..] = rest {
            *section = section.into_high_pass();
            rest = tail;
        }
        Ok(design)
    }

    /// The fallible twin of [`Design::band_pass`].
    ///
    /// # Errors
    ///
    /// [`DesignError::Corner`] and [`DesignError::Precision`] as for a low-pass filter;
    /// [`DesignError::Band`] unless `low_hz` < `high_hz`.
    pub const fn try_band_pass(
        rate: SampleRate,
        low_hz: f64,
        high_hz: f64,
    ) -> Result<Self, DesignError> {
        match edges(rate, low_hz, high_hz) {
            Ok((low, high)) => checked(Self::between(rate, low, high).levelled()),
            Err(error) => Err(error),
        }
    }

    /// The fallible twin of [`Design::band_stop`].
    ///
    /// # Errors
    ///
    /// Those of [`Design::try_band_pass`].
    pub const fn try_band_stop(
        rate: SampleRate,
        low_hz: f64,
        high_hz: f64,
    ) -> Result<Self, DesignError> {
        match edges(rate, low_hz, high_hz) {
            Ok((low, high)) => checked(Self::without(rate, low, high)),
            Err(error) => Err(error),
        }
    }

    /// The fallible twin of [`Design::steep_notch`].
    ///
    /// # Errors
    ///
    /// Those of [`Design::try_notch`].
    pub const fn try_steep_notch(
        rate: SampleRate,
        centre_hz: f64,
        width_hz: f64,
    ) -> Result<Self, DesignError> {
        let (centre, width) = match (warp(rate, centre_hz), warp(rate, width_hz)) {
            (Ok(centre), Ok(width)) => (centre, width),
            (Err(error), _) | (_, Err(error)) => return Err(error),
        };
        // Two edges whose product is the square of the centre, and that are the width apart.
        let square = centre * centre;
        let apart = width * (1.0 + square);
        let low = 2.0 * square / (apart + sqrt(apart * apart + 4.0 * square));
        checked(Self::without(rate, low, low + apart))
    }

    /// The band pass between two warped edges, each section with a gain of 1 at the middle.
    const fn between(rate: SampleRate, low: f64, high: f64) -> Self {
        let mut sections = [UNITY; N];
        let mut rest: &mut [Section] = &mut sections;
        let mut k = 0;
        while let [section, tail @ ..] = rest {
            let lower = k % 2 == N % 2;
            *section = Section::band_pass(prototype_pole(k, N), lower, low, high);
            rest = tail;
            k += 1;
        }
        Self { sections, rate }
    }

    /// The band stop between two warped edges.
    const fn without(rate: SampleRate, low: f64, high: f64) -> Self {
        let mut design = Self::between(rate, low, high);
        let mut rest: &mut [Section] = &mut design.sections;
        while let [section, tail @ ..] = rest {
            *section = section.into_band_stop(low * high);
            rest = tail;
        }
        design.levelled()
    }

    /// The same with no section's gain above 1.
    const fn levelled(mut self) -> Self {
        let surplus = spread(&mut self.sections, 1.0);
        spread(&mut self.sections, surplus);
        self
    }

    /// How much a sine of this frequency is amplified; 0 Hz to half the rate.
    #[must_use]
    pub const fn gain_at(&self, hz: f64) -> f64 {
        let angle = 2.0 * PI * hz / hertz(self.rate);
        let mut gain = 1.0;
        let mut rest: &[Section] = &self.sections;
        while let [section, tail @ ..] = rest {
            gain *= section.gain_at(angle);
            rest = tail;
        }
        gain
    }

    /// The filter in single precision.
    ///
    /// # Panics
    ///
    /// Where [`Design::try_to_f32`] fails; in a `const` it does not compile.
    #[must_use]
    pub const fn to_f32(&self) -> Cascade<f32, N> {
        or_refuse(self.try_to_f32())
    }

    /// The fallible twin of [`Design::to_f32`].
    ///
    /// # Errors
    ///
    /// [`DesignError::Precision`] where the coefficients would be off by more than about 1 %:
    /// a corner below about 1/2,000 of the rate. [`Design::to_i32`] does it.
    pub const fn try_to_f32(&self) -> Result<Cascade<f32, N>, DesignError> {
        if self.margin() < MARGIN_F32 {
            return Err(DesignError::Precision);
        }
        let mut filter = [Biquad::<f32>::UNITY; N];
        let mut to: &mut [Biquad<f32>] = &mut filter;
        let mut from: &[Section] = &self.sections;
        while let ([biquad, to_tail @ ..], [section, from_tail @ ..]) = (to, from) {
            *biquad = Biquad::<f32>::from_section(section);
            (to, from) = (to_tail, from_tail);
        }
        Ok(Cascade::new(filter))
    }

    /// The filter in integers.
    #[must_use]
    pub const fn to_i32(&self) -> Cascade<i32, N> {
        let mut filter = [Biquad::<i32>::UNITY; N];
        let mut to: &mut [Biquad<i32>] = &mut filter;
        let mut from: &[Section] = &self.sections;
        while let ([biquad, to_tail @ ..], [section, from_tail @ ..]) = (to, from) {
            *biquad = Biquad::<i32>::from_section(section);
            (to, from) = (to_tail, from_tail);
        }
        Cascade::new(filter)
    }

    /// How far the least stable section is from the edges of the triangle of stable coefficients.
    const fn margin(&self) -> f64 {
        let mut least = 1.0;
        let mut rest: &[Section] = &self.sections;
        while let [section, tail @ ..] = rest {
            least = smaller(least, section.margin());
            rest = tail;
        }
        least
    }
}

impl Design<1> {
    /// A notch that takes a frequency out, such as mains at 50 Hz or 60 Hz.
    ///
    /// The narrower, the longer it rings: to 1 % in 1.47 s·Hz / `width_hz`.
    ///
    /// # Panics
    ///
    /// Where [`Design::try_notch`] fails; in a `const` it does not compile.
    #[must_use]
    pub const fn notch(rate: SampleRate, centre_hz: f64, width_hz: f64) -> Self {
        or_refuse(Self::try_notch(rate, centre_hz, width_hz))
    }

    /// The fallible twin of [`Design::notch`].
    ///
    /// # Errors
    ///
    /// [`DesignError::Corner`] unless centre and width lie between 0 Hz and half the rate;
    /// [`DesignError::Precision`] with the centre below about 1/25,000 of the rate, or the width
    /// below about 10⁻⁸ of it.
    pub const fn try_notch(
        rate: SampleRate,
        centre_hz: f64,
        width_hz: f64,
    ) -> Result<Self, DesignError> {
        let (centre, width) = match (warp(rate, centre_hz), warp(rate, width_hz)) {
            (Ok(centre), Ok(width)) => (centre, width),
            (Err(error), _) | (_, Err(error)) => return Err(error),
        };
        let sections = [Section::notch(centre, width)];
        checked(Self { sections, rate })
    }
}

const fn or_refuse<T: Copy>(result: Result<T, DesignError>) -> T {
    match result {
        Ok(made) => made,
        Err(DesignError::Corner { .. }) => refuse("a corner is not between 0 Hz and half the rate"),
        Err(DesignError::Band { .. }) => refuse("the band is empty"),
        Err(DesignError::Precision) => refuse("a corner is too close to 0 Hz or to half the rate"),
    }
}

#[expect(clippy::panic, reason = "a wrong constant must not compile")]
const fn refuse(why: &str) -> ! {
    panic!("{}", why)
}

const fn checked<const N: usize>(design: Design<N>) -> Result<Design<N>, DesignError> {
    if design.margin() < MARGIN_I32 {
        return Err(DesignError::Precision);
    }
    Ok(design)
}

const fn hertz(rate: SampleRate) -> f64 {
    rate.as_millihertz() as f64 / 1_000.0
}

/// Both edges of a band, warped.
const fn edges(rate: SampleRate, low_hz: f64, high_hz: f64) -> Result<(f64, f64), DesignError> {
    match (warp(rate, low_hz), warp(rate, high_hz)) {
        (Ok(low), Ok(high)) if low < high => Ok((low, high)),
        (Ok(_), Ok(_)) => Err(DesignError::Band { low_hz, high_hz }),
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

/// The analogue frequency that the bilinear transform brings to `hz`.
const fn warp(rate: SampleRate, hz: f64) -> Result<f64, DesignError> {
    let nyquist_hz = hertz(rate) / 2.0;
    if hz > 0.0 && hz < nyquist_hz {
        return Ok(tan(PI * hz / hertz(rate)));
    }
    Err(DesignError::Corner { hz, nyquist_hz })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const RATES: [SampleRate; 3] = [
        SampleRate::hz(100),
        SampleRate::hz(360),
        SampleRate::hz(1_000),
    ];

    fn warped(rate: SampleRate, hz: f64) -> f64 {
        (PI * hz / hertz(rate)).tan()
    }

    fn frequencies(rate: SampleRate) -> Vec<f64> {
        let nyquist = hertz(rate) / 2.0;
        (1..100).map(|k| nyquist * f64::from(k) / 100.0).collect()
    }

    fn low_pass_follows_butterworth<const N: usize>(rate: SampleRate, corner: f64) {
        let low = Design::<N>::low_pass(rate, corner);
        let high = Design::<N>::high_pass(rate, corner);
        for hz in frequencies(rate) {
            let ratio = (warped(rate, hz) / warped(rate, corner)).powi(4 * N as i32);
            let expected = (1.0 / (1.0 + ratio)).sqrt();
            assert!((low.gain_at(hz) - expected).abs() < 1e-6);
            let expected = (ratio / (1.0 + ratio)).sqrt();
            assert!((high.gain_at(hz) - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn low_and_high_pass_have_butterworths_response() {
        for rate in RATES {
            for corner in [0.5, 5.0, 40.0] {
                low_pass_follows_butterworth::<1>(rate, corner);
                low_pass_follows_butterworth::<2>(rate, corner);
                low_pass_follows_butterworth::<3>(rate, corner);
                low_pass_follows_butterworth::<4>(rate, corner);
            }
        }
    }

    /// The gain is Butterworth's of a low pass, of which `prototype` is the frequency.
    fn follows_butterworth<const N: usize>(
        rate: SampleRate,
        design: &Design<N>,
        prototype: impl Fn(f64) -> f64,
    ) {
        for hz in frequencies(rate) {
            let ratio = prototype(warped(rate, hz)).powi(2 * N as i32);
            let expected = (1.0 / (1.0 + ratio)).sqrt();
            assert!((design.gain_at(hz) - expected).abs() < 1e-6, "{N}, {hz} Hz");
        }
    }

    fn band_pass_follows_butterworth<const N: usize>(rate: SampleRate, low: f64, high: f64) {
        let (w_low, w_high) = (warped(rate, low), warped(rate, high));
        follows_butterworth(rate, &Design::<N>::band_pass(rate, low, high), |w| {
            (w * w - w_low * w_high) / (w * (w_high - w_low))
        });
    }

    #[test]
    fn band_pass_has_butterworths_response() {
        for rate in RATES {
            for (low, high) in [(0.5, 40.0), (5.0, 15.0), (10.0, 10.5)] {
                band_pass_follows_butterworth::<1>(rate, low, high);
                band_pass_follows_butterworth::<2>(rate, low, high);
                band_pass_follows_butterworth::<3>(rate, low, high);
                band_pass_follows_butterworth::<4>(rate, low, high);
            }
        }
    }

    #[test]
    fn a_notch_takes_out_its_centre_and_half_the_power_at_its_width() {
        for rate in [SampleRate::hz(250), SampleRate::hz(1_000)] {
            for centre in [50.0, 60.0] {
                let design = Design::notch(rate, centre, 2.0);
                assert!(design.gain_at(centre) < 1e-9);
                assert!((design.gain_at(centre - 1.0) - 0.707).abs() < 0.02);
                assert!((design.gain_at(centre + 1.0) - 0.707).abs() < 0.02);
                assert!((design.gain_at(1.0) - 1.0).abs() < 1e-3);
            }
        }
    }

    fn band_stop_follows_butterworth<const N: usize>(rate: SampleRate, low: f64, high: f64) {
        let design = Design::<N>::band_stop(rate, low, high);
        let (w_low, w_high) = (warped(rate, low), warped(rate, high));
        follows_butterworth(rate, &design, |w| {
            w * (w_high - w_low) / (w * w - w_low * w_high)
        });
        let half = core::f64::consts::FRAC_1_SQRT_2;
        for edge in [low, high] {
            assert!((design.gain_at(edge) - half).abs() < 1e-6, "{N}, {edge} Hz");
        }
        assert!((design.gain_at(1e-4) - 1.0).abs() < 1e-6);
        assert!((design.gain_at(hertz(rate) / 2.0) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn band_stop_has_butterworths_response() {
        for rate in RATES {
            for (low, high) in [(48.0, 49.9), (5.0, 15.0), (0.5, 40.0), (20.0, 20.5)] {
                band_stop_follows_butterworth::<1>(rate, low, high);
                band_stop_follows_butterworth::<2>(rate, low, high);
                band_stop_follows_butterworth::<3>(rate, low, high);
                band_stop_follows_butterworth::<4>(rate, low, high);
                band_stop_follows_butterworth::<5>(rate, low, high);
            }
        }
    }

    /// `scipy.signal.iirfilter(n, [48, 52], btype="bandstop", ftype="butter", fs=250, output="sos")` of `SciPy` 1.17.1, its
    /// gains by `sosfreqz`.
    #[test]
    fn band_stop_is_that_of_scipy() {
        const HZ: [f64; 6] = [10.0, 40.0, 47.0, 49.0, 51.0, 60.0];
        let gains = |gain: &dyn Fn(f64) -> f64| HZ.map(gain);
        let [one, two, three] = [
            gains(&|hz| Design::<1>::band_stop(SampleRate::hz(250), 48.0, 52.0).gain_at(hz)),
            gains(&|hz| Design::<2>::band_stop(SampleRate::hz(250), 48.0, 52.0).gain_at(hz)),
            gains(&|hz| Design::<3>::band_stop(SampleRate::hz(250), 48.0, 52.0).gain_at(hz)),
        ];
        let expected = [
            [
                0.9998199311,
                0.9828542814,
                0.8340990470,
                0.4425474158,
                0.4513235805,
                0.9798985073,
            ],
            [
                0.9999999351,
                0.9993812671,
                0.9162053264,
                0.2366295976,
                0.2478178639,
                0.9991421152,
            ],
            [
                1.0000000000,
                0.9999782048,
                0.9606248365,
                0.1193322791,
                0.1283036071,
                0.9999643980,
            ],
        ];
        for (gains, expected) in [one, two, three].iter().zip(&expected) {
            for (gain, expected) in gains.iter().zip(expected) {
                assert!((gain - expected).abs() < 1e-9, "{gain} {expected}");
            }
        }
    }

    fn steep_notch_takes_out<const N: usize>(rate: SampleRate, centre: f64) {
        let design = Design::<N>::steep_notch(rate, centre, 2.0);
        assert!(design.gain_at(centre) < 1e-9);
        let half = core::f64::consts::FRAC_1_SQRT_2;
        let passes_half = |low: f64| {
            let both = [low, low + 2.0].map(|hz| (design.gain_at(hz) - half).abs());
            both[0] + both[1]
        };
        let starts = (0..2_000).map(|step| centre - 1.5 + f64::from(step) / 2_000.0);
        let least = starts.map(passes_half).fold(f64::INFINITY, f64::min);
        assert!(least < 1e-2, "{N}, {centre} Hz at {rate}: {least}");
        assert!((design.gain_at(1.0) - 1.0).abs() < 1e-3);
    }

    #[test]
    fn a_notch_of_any_order_takes_out_its_centre_and_has_its_width() {
        for rate in [
            SampleRate::hz(150),
            SampleRate::hz(250),
            SampleRate::hz(1_000),
        ] {
            for centre in [50.0, 60.0] {
                steep_notch_takes_out::<1>(rate, centre);
                steep_notch_takes_out::<2>(rate, centre);
                steep_notch_takes_out::<3>(rate, centre);
                steep_notch_takes_out::<4>(rate, centre);
            }
        }
    }

    #[test]
    fn a_notch_of_one_section_is_the_cookbooks() {
        for rate in [
            SampleRate::hz(130),
            SampleRate::hz(250),
            SampleRate::hz(1_000),
        ] {
            let notch = Design::notch(rate, 60.0, 2.0).sections;
            let same = Design::<1>::steep_notch(rate, 60.0, 2.0).sections;
            let [[notch], [same]] = [notch, same].map(|sections| {
                sections.map(|section| {
                    [
                        section.gain,
                        section.zeros[0],
                        section.poles[0],
                        section.poles[1],
                    ]
                })
            });
            for (a, b) in notch.iter().zip(same) {
                assert!((a - b).abs() < 1e-12, "{notch:?} {same:?}");
            }
        }
    }

    #[test]
    fn refuses_a_corner_that_is_not_below_half_the_rate() {
        let rate = SampleRate::hz(250);
        for hz in [125.0, 200.0, 0.0, -1.0, f64::NAN, f64::INFINITY] {
            let refused = Design::<2>::try_low_pass(rate, hz).unwrap_err();
            assert!(matches!(
                refused,
                DesignError::Corner {
                    nyquist_hz: 125.0,
                    ..
                }
            ));
            assert!(Design::<1>::try_high_pass(rate, hz).is_err());
            assert!(Design::<1>::try_band_pass(rate, 1.0, hz).is_err());
            assert!(Design::try_notch(rate, 50.0, hz).is_err());
        }
        assert!(Design::<2>::try_low_pass(rate, 124.0).is_ok());
    }

    #[test]
    fn refuses_an_empty_band() {
        let rate = SampleRate::hz(250);
        let refused = Design::<2>::try_band_pass(rate, 15.0, 15.0);
        let (low_hz, high_hz) = (15.0, 15.0);
        assert_eq!(refused, Err(DesignError::Band { low_hz, high_hz }));
        let refused = Design::<2>::try_band_stop(rate, 15.0, 15.0);
        assert_eq!(refused, Err(DesignError::Band { low_hz, high_hz }));
    }

    #[test]
    fn refuses_what_the_arithmetic_can_not_tell_apart() {
        let rate = SampleRate::hz(1_000);
        let precise = Design::<1>::high_pass(rate, 0.05);
        assert_eq!(precise.try_to_f32(), Err(DesignError::Precision));
        assert!(Design::<1>::high_pass(rate, 0.5).try_to_f32().is_ok());
        let refused = Design::<1>::try_high_pass(rate, 0.01);
        assert_eq!(refused, Err(DesignError::Precision));
    }

    fn integer_sum_fits<const N: usize>(design: Result<Design<N>, DesignError>) {
        let Ok(design) = design else { return };
        assert!(
            design
                .sections
                .iter()
                .all(|section| section.gain <= 1.0 + 1e-9),
            "{design:?}"
        );
        for section in design.to_i32().sections() {
            let b: i64 = section.b().iter().map(|b| i64::from(*b).abs()).sum();
            let [a1, a2] = section.a().map(i64::from);
            let one = 1_i64 << 30;
            assert!(b <= 4 * one + 4, "{design:?}");
            assert!(a2 < one && a1.abs() < one + a2, "{design:?}");
        }
    }

    /// The bound that the integer arithmetic rests on, and the triangle of stability.
    #[test]
    fn every_integer_design_is_stable_and_can_not_overflow() {
        for rate in [
            SampleRate::hz(1),
            SampleRate::hz(250),
            SampleRate::hz(4_000_000),
        ] {
            let nyquist = hertz(rate) / 2.0;
            let edges: Vec<f64> = (0..60).map(|k| nyquist * (1.0 - 0.8_f64.powi(k))).collect();
            let edges = edges
                .iter()
                .copied()
                .chain((1..60).map(|k| nyquist * 0.8_f64.powi(k)));
            let edges: Vec<f64> = edges.collect();
            for low in &edges {
                integer_sum_fits(Design::<1>::try_low_pass(rate, *low));
                integer_sum_fits(Design::<4>::try_high_pass(rate, *low));
                for high in &edges {
                    integer_sum_fits(Design::<1>::try_band_pass(rate, *low, *high));
                    integer_sum_fits(Design::<2>::try_band_pass(rate, *low, *high));
                    integer_sum_fits(Design::<5>::try_band_pass(rate, *low, *high));
                    integer_sum_fits(Design::try_notch(rate, *low, *high));
                    integer_sum_fits(Design::<2>::try_band_stop(rate, *low, *high));
                    integer_sum_fits(Design::<3>::try_band_stop(rate, *low, *high));
                    integer_sum_fits(Design::<2>::try_steep_notch(rate, *low, *high));
                    integer_sum_fits(Design::<3>::try_steep_notch(rate, *low, *high));
                }
            }
        }
    }
}
