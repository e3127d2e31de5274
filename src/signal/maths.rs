//! The little mathematics that filter design needs, in `const` and without `std`.
//!
//! | function | range | largest error |
//! |---|---|---|
//! | `sqrt` | 10⁻¹² to 10¹² | 4 × 10⁻¹⁶ of the value |
//! | `sin`, `cos` | −π to π | 4 × 10⁻¹⁶ |

use core::f64::consts::{FRAC_PI_2, PI};

/// A complex number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Complex {
    pub(super) re: f64,
    pub(super) im: f64,
}

/// A real number as a complex one.
pub(super) const fn real(re: f64) -> Complex {
    Complex { re, im: 0.0 }
}

impl Complex {
    pub(super) const fn conjugate(self) -> Self {
        Self {
            re: self.re,
            im: -self.im,
        }
    }

    pub(super) const fn scale(self, factor: f64) -> Self {
        Self {
            re: self.re * factor,
            im: self.im * factor,
        }
    }

    pub(super) const fn plus(self, other: Self) -> Self {
        Self {
            re: self.re + other.re,
            im: self.im + other.im,
        }
    }

    pub(super) const fn times(self, other: Self) -> Self {
        Self {
            re: self.re * other.re - self.im * other.im,
            im: self.re * other.im + self.im * other.re,
        }
    }

    pub(super) const fn norm_squared(self) -> f64 {
        self.re * self.re + self.im * self.im
    }

    /// The root with the non-negative real part.
    pub(super) const fn sqrt(self) -> Self {
        let norm = sqrt(self.norm_squared());
        let im = sqrt((norm - self.re) / 2.0);
        Self {
            re: sqrt((norm + self.re) / 2.0),
            im: if self.im < 0.0 { -im } else { im },
        }
    }
}

/// The square root by Newton's method, from a guess that halves the exponent; 0 below zero.
pub(super) const fn sqrt(x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let mut root = f64::from_bits((x.to_bits() >> 1) + (1_023 << 51));
    let mut step = 0;
    while step < 5 {
        root = (root + x / root) / 2.0;
        step += 1;
    }
    root
}

/// The sine of an angle between −π and π, by its Taylor series up to x²³ within ±π/2.
pub(super) const fn sin(angle: f64) -> f64 {
    let folded = if angle > FRAC_PI_2 {
        PI - angle
    } else if angle < -FRAC_PI_2 {
        -PI - angle
    } else {
        angle
    };
    let square = folded * folded;
    let mut sum = 1.0;
    let mut k = 22.0;
    while k > 0.0 {
        sum = 1.0 - square / (k * (k + 1.0)) * sum;
        k -= 2.0;
    }
    folded * sum
}

/// The cosine of an angle between −π and π.
pub(super) const fn cos(angle: f64) -> f64 {
    let distance = if angle < 0.0 { -angle } else { angle };
    sin(FRAC_PI_2 - distance)
}

/// The tangent of an angle between 0 and π/2.
pub(super) const fn tan(angle: f64) -> f64 {
    sin(angle) / cos(angle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sine_and_cosine_are_within_their_error() {
        for step in -10_000..=10_000 {
            let angle = PI * f64::from(step) / 10_000.0;
            assert!((sin(angle) - angle.sin()).abs() < 4e-16, "{angle}");
            assert!((cos(angle) - angle.cos()).abs() < 4e-16, "{angle}");
        }
    }

    #[test]
    fn the_root_is_within_its_error_over_24_decades() {
        for step in -12_000..=12_000 {
            let x = 10_f64.powf(f64::from(step) / 1_000.0);
            assert!((sqrt(x) / x.sqrt() - 1.0).abs() < 4e-16, "{x}");
        }
        assert_eq!((sqrt(0.0), sqrt(-1.0)), (0.0, 0.0));
    }

    #[test]
    fn a_complex_root_squares_to_its_number() {
        for (re, im) in [(3.0, 4.0), (-3.0, 4.0), (-3.0, -4.0), (-2.0, 0.0)] {
            let root = Complex { re, im }.sqrt();
            let square = root.times(root);
            assert!((square.re - re).abs() + (square.im - im).abs() < 1e-14);
        }
    }
}
