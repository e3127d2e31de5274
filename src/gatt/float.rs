//! `medfloat16` and `medfloat32`: the SFLOAT and FLOAT of IEEE 11073-20601.
//!
//! The special codes have exponent 0. A special mantissa with another exponent is a number to
//! the letter of the standard; what is written here never has one.

use crate::reading::{Decimal, Value};

/// The widths of one format.
struct Format {
    exponent: core::ops::RangeInclusive<i16>,
    /// The largest mantissa that is a number; its negative is the smallest.
    largest: i32,
}

const SFLOAT: Format = Format {
    exponent: -8..=7,
    largest: 0x7FD,
};
const FLOAT: Format = Format {
    exponent: -128..=127,
    largest: 0x7F_FFFD,
};

/// The value of an SFLOAT code; `None` for the reserved one.
pub(super) fn from_sfloat(raw: u16) -> Option<Value> {
    match raw {
        0x07FE => Some(Value::PositiveInfinity),
        0x07FF => Some(Value::NotANumber),
        0x0800 => Some(Value::NotAtThisResolution),
        0x0801 => None,
        0x0802 => Some(Value::NegativeInfinity),
        _ => {
            let signed = raw.cast_signed();
            let mantissa = i32::from((signed << 4) >> 4);
            let exponent = i8::try_from(signed >> 12).ok()?;
            Some(Value::Number(Decimal::new(mantissa, exponent)))
        }
    }
}

/// The value of a FLOAT code; `None` for the reserved one.
pub(super) fn from_float(raw: u32) -> Option<Value> {
    match raw {
        0x007F_FFFE => Some(Value::PositiveInfinity),
        0x007F_FFFF => Some(Value::NotANumber),
        0x0080_0000 => Some(Value::NotAtThisResolution),
        0x0080_0001 => None,
        0x0080_0002 => Some(Value::NegativeInfinity),
        _ => {
            let [_, _, _, exponent] = raw.to_le_bytes();
            let mantissa = (raw.cast_signed() << 8) >> 8;
            Some(Value::Number(Decimal::new(
                mantissa,
                exponent.cast_signed(),
            )))
        }
    }
}

/// The SFLOAT code of a value; `None` where it has none without loss.
pub(super) fn to_sfloat(value: Value) -> Option<u16> {
    match value {
        Value::PositiveInfinity => Some(0x07FE),
        Value::NotANumber => Some(0x07FF),
        Value::NotAtThisResolution => Some(0x0800),
        Value::NegativeInfinity => Some(0x0802),
        Value::Number(number) => {
            let (mantissa, exponent) = fit(number, &SFLOAT)?;
            let low = u16::try_from(mantissa & 0xFFF).ok()?;
            Some(low | (exponent.cast_unsigned() << 12))
        }
        Value::BelowRange(_) | Value::AboveRange(_) => None,
    }
}

/// The FLOAT code of a value; `None` where it has none without loss.
pub(super) fn to_float(value: Value) -> Option<u32> {
    match value {
        Value::PositiveInfinity => Some(0x007F_FFFE),
        Value::NotANumber => Some(0x007F_FFFF),
        Value::NotAtThisResolution => Some(0x0080_0000),
        Value::NegativeInfinity => Some(0x0080_0002),
        Value::Number(number) => {
            let (mantissa, exponent) = fit(number, &FLOAT)?;
            let low = u32::try_from(mantissa & 0x00FF_FFFF).ok()?;
            let [high, _] = exponent.to_le_bytes();
            Some(low | (u32::from(high) << 24))
        }
        Value::BelowRange(_) | Value::AboveRange(_) => None,
    }
}

/// Mantissa and exponent of equal value within the format, as near to the number's own as can be.
fn fit(number: Decimal, format: &Format) -> Option<(i32, i16)> {
    let in_range = |mantissa: i32| mantissa.unsigned_abs() <= format.largest.unsigned_abs();
    let (mut mantissa, mut exponent) = (number.mantissa(), i16::from(number.exponent()));
    while !in_range(mantissa) || exponent < *format.exponent.start() {
        if mantissa % 10 != 0 {
            return None;
        }
        mantissa /= 10;
        exponent += 1;
        if mantissa == 0 {
            exponent = exponent.max(*format.exponent.start());
        }
    }
    while exponent > *format.exponent.end() {
        mantissa = mantissa.checked_mul(10)?;
        exponent -= 1;
        if !in_range(mantissa) {
            return None;
        }
    }
    Some((mantissa, exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sfloat_code_comes_back_or_is_equal() {
        let mut reserved = 0;
        for raw in 0..=u16::MAX {
            let Some(value) = from_sfloat(raw) else {
                reserved += 1;
                continue;
            };
            let code = to_sfloat(value).map_or_else(
                || {
                    // A special mantissa with an exponent: a number that has another code, or none.
                    let mantissa = raw & 0xFFF;
                    assert!((0x7FE..=0x802).contains(&mantissa), "{raw:#06x}");
                    raw
                },
                |code| code,
            );
            assert_eq!(from_sfloat(code), Some(value), "{raw:#06x}");
        }
        assert_eq!(reserved, 1);
    }

    #[test]
    fn precision_is_kept_in_both_directions() {
        let two = |places| Value::Number(Decimal::new(2 * 10_i32.pow(places), -(places as i8)));
        for (value, sfloat, float) in [
            (two(0), 0x0002, 0x0000_0002),
            (two(1), 0xF014, 0xFF00_0014),
            (two(2), 0xE0C8, 0xFE00_00C8),
        ] {
            assert_eq!(to_sfloat(value), Some(sfloat));
            assert_eq!(to_float(value), Some(float));
        }
    }

    #[test]
    fn what_has_no_code_is_refused() {
        let number = |mantissa, exponent| Value::Number(Decimal::new(mantissa, exponent));
        assert_eq!(to_sfloat(number(20_461, -1)), None);
        assert_eq!(
            to_sfloat(number(20_460, -1)),
            None,
            "2046 is a special mantissa"
        );
        assert_eq!(to_sfloat(number(20_450, -1)), Some(0x07FD));
        assert_eq!(to_sfloat(number(0, -100)), Some(0x8000));
        assert_eq!(to_sfloat(number(1, 10)), Some(0x73E8));
        assert_eq!(to_sfloat(number(1, 12)), None);
        assert_eq!(to_sfloat(Value::BelowRange(Decimal::from(70))), None);
    }
}
