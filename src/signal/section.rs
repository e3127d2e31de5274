//! One second-order section in double precision, and the formulas that it comes from.

use core::f64::consts::PI;

use super::maths::{Complex, cos, real, sin, sqrt};

/// `gain · (1 + z₁ z⁻¹ + z₂ z⁻²) / (1 + a₁ z⁻¹ + a₂ z⁻²)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Section {
    pub(super) gain: f64,
    pub(super) zeros: [f64; 2],
    pub(super) poles: [f64; 2],
}

pub(super) const UNITY: Section = Section {
    gain: 1.0,
    zeros: [0.0; 2],
    poles: [0.0; 2],
};

impl Section {
    /// Butterworth's, after the bilinear transform, with both zeros at half the rate.
    pub(super) const fn low_pass(warped: f64, quality: f64) -> Self {
        let square = warped * warped;
        let denominator = 1.0 + warped / quality + square;
        let a1 = 2.0 * (square - 1.0) / denominator;
        let a2 = (1.0 - warped / quality + square) / denominator;
        Self {
            gain: (1.0 + a1 + a2) / 4.0,
            zeros: [2.0, 1.0],
            poles: [a1, a2],
        }
    }

    /// The same poles, with both zeros at 0 Hz.
    pub(super) const fn into_high_pass(self) -> Self {
        let [a1, a2] = self.poles;
        Self {
            gain: (1.0 - a1 + a2) / 4.0,
            zeros: [-2.0, 1.0],
            poles: self.poles,
        }
    }

    /// The cookbook's notch; its width is exact, for it is warped as well: α = tan(width / 2).
    pub(super) const fn notch(centre: f64, width: f64) -> Self {
        let cosine = (1.0 - centre * centre) / (1.0 + centre * centre);
        let gain = 1.0 / (1.0 + width);
        Self {
            gain,
            zeros: [-2.0 * cosine, 1.0],
            poles: [-2.0 * cosine * gain, (1.0 - width) * gain],
        }
    }

    /// A prototype pole p becomes two: s = p·B/2 ± √((p·B/2)² − ω²).
    ///
    /// Each makes a section with its conjugate: the lower one with both zeros at 0 Hz, the upper
    /// one with both at half the rate, so that no section amplifies what the next takes away. A
    /// real p gives one section, with one zero at either end.
    pub(super) const fn band_pass(pole: Complex, lower: bool, low: f64, high: f64) -> Self {
        let half = pole.scale((high - low) / 2.0);
        let centre_squared = low * high;
        let root = half.times(half).plus(real(-centre_squared)).sqrt();
        let sign = if lower { 1.0 } else { -1.0 };
        let z = bilinear(half.plus(root.scale(sign)));
        let partner = match pole.im == 0.0 && root.im == 0.0 {
            true => bilinear(half.plus(root.scale(-sign))),
            false => z.conjugate(),
        };
        let zeros = match (pole.im == 0.0, lower) {
            (true, _) => [0.0, -1.0],
            (false, true) => [-2.0, 1.0],
            (false, false) => [2.0, 1.0],
        };
        let poles = [-(z.re + partner.re), z.times(partner).re];
        Self {
            gain: 1.0,
            zeros,
            poles,
        }
        .with_unity_at(band_centre(centre_squared))
    }

    /// A band pass's poles with both zeros at the centre: a prototype pole p gives a band stop those of 1/p,
    /// which is p's conjugate.
    ///
    /// The gain is 1 at 0 Hz or at half the rate, whichever is further from the centre.
    pub(super) const fn into_band_stop(self, centre_squared: f64) -> Self {
        let cosine = (1.0 - centre_squared) / (1.0 + centre_squared);
        let farthest = if cosine < 0.0 { 1.0 } else { -1.0 };
        Self {
            gain: 1.0,
            zeros: [-2.0 * cosine, 1.0],
            poles: self.poles,
        }
        .with_unity_at(real(farthest))
    }

    const fn with_unity_at(self, unit: Complex) -> Self {
        Self {
            gain: self.gain / self.gain_on(unit),
            zeros: self.zeros,
            poles: self.poles,
        }
    }

    /// The gain at an angular frequency between 0 and π.
    pub(super) const fn gain_at(&self, angle: f64) -> f64 {
        self.gain_on(Complex {
            re: cos(angle),
            im: -sin(angle),
        })
    }

    /// The gain where z⁻¹ is `unit`.
    const fn gain_on(&self, unit: Complex) -> f64 {
        let zeros = polynomial(self.zeros, unit).norm_squared();
        let poles = polynomial(self.poles, unit).norm_squared();
        self.gain * sqrt(zeros / poles)
    }

    /// How far it is from the edges of the triangle of stable coefficients.
    pub(super) const fn margin(&self) -> f64 {
        let [a1, a2] = self.poles;
        smaller(1.0 - a2, smaller(1.0 + a1 + a2, 1.0 - a1 + a2))
    }
}

pub(super) const fn smaller(a: f64, b: f64) -> f64 {
    if b < a { b } else { a }
}

/// Q of pair `k` of the 2 `n` Butterworth poles, the lowest first.
pub(super) const fn quality(k: usize, n: usize) -> f64 {
    0.5 / cos(PI * (2 * k + 1) as f64 / (4 * n) as f64)
}

/// The pole of the order-`n` low-pass prototype that band-pass section `k` comes from.
///
/// From the real axis outwards, each complex one twice, so that Q grows along the sections.
pub(super) const fn prototype_pole(k: usize, n: usize) -> Complex {
    let odd = n % 2;
    let pair = (k + odd) / 2;
    let angle = PI * (2 * pair + 1 - odd) as f64 / (2 * n) as f64;
    Complex {
        re: -cos(angle),
        im: sin(angle),
    }
}

/// Hands what a section's gain has above 1 on to the next one; returns what the last one has.
pub(super) const fn spread(sections: &mut [Section], surplus: f64) -> f64 {
    let mut surplus = surplus;
    let mut rest = sections;
    while let [section, tail @ ..] = rest {
        let gain = section.gain * surplus;
        section.gain = smaller(gain, 1.0);
        surplus = gain / section.gain;
        rest = tail;
    }
    surplus
}

/// z = (1 + s) / (1 − s).
const fn bilinear(s: Complex) -> Complex {
    let below = real(1.0).plus(s.scale(-1.0));
    let above = real(1.0).plus(s);
    above
        .times(below.conjugate())
        .scale(1.0 / below.norm_squared())
}

/// 1 + c₁ u + c₂ u².
const fn polynomial(coefficients: [f64; 2], unit: Complex) -> Complex {
    let [first, second] = coefficients;
    let square = unit.times(unit).scale(second);
    real(1.0).plus(unit.scale(first)).plus(square)
}

/// z⁻¹ at the geometric middle of a band, where tan²(ω/2) = `centre_squared`.
const fn band_centre(centre_squared: f64) -> Complex {
    let scale = 1.0 / (1.0 + centre_squared);
    Complex {
        re: (1.0 - centre_squared) * scale,
        im: -2.0 * sqrt(centre_squared) * scale,
    }
}
