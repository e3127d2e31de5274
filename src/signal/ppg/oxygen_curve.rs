use thiserror::Error;

/// Saturation over the ratio of ratios, as the maker of a sensor measured it on volunteers.
///
/// There is no curve that fits every sensor.
///
/// | | |
/// |---|---|
/// | formula | `SpO2` = a + b · R + c · R², in per cent, falling all the way |
/// | range | the ratios that were measured, and no others; 0 % to 100 % |
/// | delay | none |
/// | state | 20 bytes, all of it coefficients |
/// | cost | 2 products, 2 additions, 4 comparisons |
/// | source | ISO 80601-2-61, annex EE; Webster, *Design of Pulse Oximeters*, 1997, where 110 − 25 · R is the textbook's example |
///
/// ```
/// use iomt::signal::ppg::OxygenCurve;
///
/// let curve = OxygenCurve::new([110.0, -25.0, 0.0], 0.4..=1.6)?;
/// assert_eq!(curve.saturation(0.5), Some(97.5));
/// assert_eq!(curve.saturation(2.0), None);
/// # Ok::<(), iomt::signal::ppg::UnusableCurve>(())
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OxygenCurve {
    coefficients: [f32; 3],
    lowest: f32,
    highest: f32,
}

/// A calibration that says nothing.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UnusableCurve {
    /// A number is no number, or the range of ratios is empty or not above zero.
    #[error("the calibration is not of finite numbers over a range of positive ratios")]
    Range,
    /// Saturation does not fall all the way as the ratio rises.
    #[error("the saturation does not fall as the ratio rises")]
    NotFalling,
}

impl OxygenCurve {
    /// The curve a + b · R + c · R², in per cent, over the ratios it was measured for.
    ///
    /// # Errors
    ///
    /// [`UnusableCurve`], as each says.
    pub fn new(
        coefficients: [f32; 3],
        ratios: core::ops::RangeInclusive<f32>,
    ) -> Result<Self, UnusableCurve> {
        let (lowest, highest) = (*ratios.start(), *ratios.end());
        let is_range = 0.0 < lowest && lowest < highest && highest.is_finite();
        if !is_range || !coefficients.iter().all(|value| value.is_finite()) {
            return Err(UnusableCurve::Range);
        }
        let [_, b, c] = coefficients;
        let falls = |ratio: f32| b + 2.0 * c * ratio < 0.0;
        if !falls(lowest) || !falls(highest) {
            return Err(UnusableCurve::NotFalling);
        }
        Ok(Self {
            coefficients,
            lowest,
            highest,
        })
    }

    /// The saturation in per cent, up to 100; none outside the range of the calibration.
    #[must_use]
    pub fn saturation(&self, ratio: f32) -> Option<f32> {
        let [a, b, c] = self.coefficients;
        let inside = (self.lowest..=self.highest).contains(&ratio);
        inside.then(|| (a + ratio * (b + ratio * c)).clamp(0.0, 100.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_a_curve_that_is_none() {
        let range = Err(UnusableCurve::Range);
        assert_eq!(OxygenCurve::new([f32::NAN, -25.0, 0.0], 0.4..=1.0), range);
        assert_eq!(OxygenCurve::new([110.0, -25.0, 0.0], 1.0..=0.4), range);
        assert_eq!(
            OxygenCurve::new([110.0, -25.0, 0.0], 0.0..=f32::INFINITY),
            range
        );
        let rising = OxygenCurve::new([110.0, -25.0, 20.0], 0.4..=1.0);
        assert_eq!(rising, Err(UnusableCurve::NotFalling));
    }

    #[test]
    fn is_as_small_as_it_says() {
        assert_eq!(size_of::<OxygenCurve>(), 20);
    }

    #[test]
    fn no_ratio_has_no_saturation() {
        let curve = OxygenCurve::new([110.0, -25.0, 0.0], 0.2..=3.0).unwrap();
        for ratio in [f32::NAN, f32::INFINITY, -1.0, 0.0] {
            assert_eq!(curve.saturation(ratio), None);
        }
        assert_eq!(curve.saturation(0.25), Some(100.0));
    }
}
