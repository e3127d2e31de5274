//! Single-precision functions that `core` lacks.
//!
//! | function | range | largest error |
//! |---|---|---|
//! | `ln` | positive, normal | 2 × 10⁻⁵ |
//! | `sqrt` | 0 and positive, normal | 3 × 10⁻⁷ of the value |
//! | `acos` | −1 to 1 | 10⁻⁴ rad |
//! | `normal` | all | 2.5 × 10⁻⁴ |

/// The natural logarithm.
///
/// Splits off the exponent and takes the series of artanh for the mantissa in √½ to √2.
pub(crate) fn ln(value: f32) -> f32 {
    let bits = value.to_bits();
    let shifted = bits.wrapping_sub(core::f32::consts::FRAC_1_SQRT_2.to_bits());
    // Arithmetic shift: the exponent is negative below √½.
    let exponent = shifted.cast_signed() >> 23;
    let mantissa = f32::from_bits(bits.wrapping_sub((exponent << 23).cast_unsigned()));
    let z = (mantissa - 1.0) / (mantissa + 1.0);
    let z2 = z * z;
    let series = 1.0 + z2 * (1.0 / 3.0 + z2 * (1.0 / 5.0 + z2 / 7.0));
    2.0 * z * series + exponent as f32 * core::f32::consts::LN_2
}

/// The square root; zero of what has none.
pub(crate) fn sqrt(value: f32) -> f32 {
    if value < f32::MIN_POSITIVE || !value.is_finite() {
        return 0.0;
    }
    // Halves the exponent: within 4 %, and each step of Newton squares that.
    let mut root = f32::from_bits((value.to_bits() >> 1) + 0x1FBD_1DF5);
    for _ in 0..3 {
        root = 0.5 * (root + value / root);
    }
    root
}

/// The angle of a cosine, by Abramowitz and Stegun 4.4.45.
pub(crate) fn acos(cosine: f32) -> f32 {
    let x = cosine.abs().min(1.0);
    let polynomial = 1.570_728_8 + x * (-0.212_114_4 + x * (0.074_261 - x * 0.018_729_3));
    let angle = sqrt(1.0 - x) * polynomial;
    if cosine < 0.0 {
        core::f32::consts::PI - angle
    } else {
        angle
    }
}

/// The share of a normal distribution below `z` deviations, by Abramowitz and Stegun 26.2.18.
pub(crate) fn normal(z: f32) -> f32 {
    let x = z.abs();
    let polynomial = 1.0 + x * (0.196_854 + x * (0.115_194 + x * (0.000_344 + x * 0.019_527)));
    let square = polynomial * polynomial;
    let tail = 0.5 / (square * square);
    if z < 0.0 { tail } else { 1.0 - tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_as_near_as_they_say() {
        for step in 1..20_000_u16 {
            let value = f32::from(step) * 0.013;
            assert!((ln(value) - value.ln()).abs() < 2e-5, "{value}");
            assert!((sqrt(value) / value.sqrt() - 1.0).abs() < 3e-7, "{value}");
            let cosine = f32::from(step) / 10_000.0 - 1.0;
            assert!((acos(cosine) - cosine.acos()).abs() < 1e-4, "{cosine}");
        }
    }

    #[test]
    fn the_normal_integral_is_as_near_as_it_says() {
        for (z, share) in [
            (0.0, 0.5),
            (0.5, 0.691_462_5),
            (1.0, 0.841_344_7),
            (1.644_854, 0.95),
            (1.959_964, 0.975),
            (3.0, 0.998_650_1),
            (f32::MAX, 1.0),
            (f32::INFINITY, 1.0),
        ] {
            assert!((normal(z) - share).abs() < 2.5e-4, "{z}");
            assert!((normal(-z) - (1.0 - share)).abs() < 2.5e-4, "{z}");
        }
    }

    #[test]
    fn the_root_of_what_has_none_is_zero() {
        for value in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            assert_eq!(sqrt(value), 0.0);
        }
    }
}
