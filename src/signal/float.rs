//! Single-precision functions that `core` lacks.
//!
//! | function | range | largest error |
//! |---|---|---|
//! | `ln` | positive, normal | 2 × 10⁻⁵ |
//! | `sqrt` | 0 and positive, normal | 3 × 10⁻⁷ of the value |
//! | `acos` | −1 to 1 | 10⁻⁴ rad |

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
    fn the_root_of_what_has_none_is_zero() {
        for value in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            assert_eq!(sqrt(value), 0.0);
        }
    }
}
