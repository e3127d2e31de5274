use core::f64::consts::PI;

use super::biquad::Biquad;
use super::cascade::Cascade;
use super::maths::{sqrt, tan};
use super::section::{Section, UNITY, prototype_pole, quality, smaller, spread};
use crate::time::SampleRate;

#[cfg(test)]
mod tests;

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
