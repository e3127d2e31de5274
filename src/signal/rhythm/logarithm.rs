/// The natural logarithm of a positive, normal number; largest error 2 × 10⁻⁵.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_as_near_as_it_says() {
        for step in 1..20_000_u16 {
            let value = f32::from(step) * 0.013;
            assert!((ln(value) - value.ln()).abs() < 2e-5, "{value}");
        }
    }
}
