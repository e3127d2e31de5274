//! `medfloat16` and `medfloat32`: SFLOAT and FLOAT, of which the reserved code is refused.

use crate::reading::{Decimal, Special, Value};

/// The value of an SFLOAT code; `None` for the reserved one.
pub(super) fn from_sfloat(code: u16) -> Option<Value> {
    unless_reserved(Decimal::from_sfloat(code))
}

/// The value of a FLOAT code; `None` for the reserved one.
pub(super) fn from_float(code: u32) -> Option<Value> {
    unless_reserved(Decimal::from_float(code))
}

/// The SFLOAT code of a value; `None` where it has none without loss.
pub(super) fn to_sfloat(value: Value) -> Option<u16> {
    match value {
        Value::Number(number) => number.to_sfloat(),
        other => special(other).map(Special::to_sfloat),
    }
}

/// The FLOAT code of a value; `None` where it has none without loss.
pub(super) fn to_float(value: Value) -> Option<u32> {
    match value {
        Value::Number(number) => number.to_float(),
        other => special(other).map(Special::to_float),
    }
}

fn unless_reserved(number: Result<Decimal, Special>) -> Option<Value> {
    match number {
        Ok(number) => Some(Value::Number(number)),
        Err(Special::Reserved) => None,
        Err(special) => Some(special.into()),
    }
}

/// The code of a value that is no number; a bound of a range has none.
const fn special(value: Value) -> Option<Special> {
    match value {
        Value::NotANumber => Some(Special::NotANumber),
        Value::NotAtThisResolution => Some(Special::NotAtThisResolution),
        Value::PositiveInfinity => Some(Special::PositiveInfinity),
        Value::NegativeInfinity => Some(Special::NegativeInfinity),
        Value::Number(_) | Value::BelowRange(_) | Value::AboveRange(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // IOMT-DATA-025, IOMT-GATT-011
    #[test]
    fn every_sfloat_code_comes_back_or_is_reserved() {
        let mut reserved = 0;
        for code in 0..=u16::MAX {
            match from_sfloat(code) {
                Some(value) => {
                    let back = to_sfloat(value).and_then(from_sfloat);
                    assert_eq!(back, Some(value), "{code:#06x}");
                }
                None => reserved += 1,
            }
        }
        assert_eq!(reserved, 16, "one mantissa, with each exponent");
    }

    #[test]
    fn a_bound_of_a_range_has_no_code() {
        let bound = Value::BelowRange(Decimal::from(70));
        assert_eq!((to_sfloat(bound), to_float(bound)), (None, None));
    }

    #[test]
    fn a_number_at_the_ends_of_the_range_comes_back_or_is_refused() {
        for exponent in i8::MIN..=i8::MAX {
            for mantissa in [i32::MIN, -2_045, -1, 0, 1, 2_045, 8_388_605, i32::MAX] {
                comes_back_or_is_refused(Decimal::new(mantissa, exponent));
            }
        }
        assert!(to_float(Decimal::new(8_388_605, i8::MIN).into()).is_some());
        assert!(to_float(Decimal::new(8_388_605, i8::MAX).into()).is_some());
        assert_eq!(to_float(Decimal::new(i32::MAX, i8::MAX).into()), None);
    }

    fn comes_back_or_is_refused(number: Decimal) {
        let value = Value::Number(number);
        if let Some(code) = to_sfloat(value) {
            assert_eq!(from_sfloat(code), Some(value), "{code:#06x}");
            assert!(to_float(value).is_some(), "{number:?}");
        }
        if let Some(code) = to_float(value) {
            assert_eq!(from_float(code), Some(value), "{code:#010x}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_number_comes_back_or_is_refused(mantissa: i32, few in -2_045..=2_045, exponent: i8) {
            comes_back_or_is_refused(Decimal::new(mantissa, exponent));
            comes_back_or_is_refused(Decimal::new(few, exponent));
        }

        #[test]
        fn every_float_code_comes_back_or_is_reserved(code: u32) {
            if let Some(value) = from_float(code) {
                proptest::prop_assert_eq!(to_float(value).and_then(from_float), Some(value));
            } else {
                proptest::prop_assert_eq!(code & 0x00FF_FFFF, 0x0080_0001);
            }
        }
    }
}
