use alloc::boxed::Box;
use alloc::format;
use alloc::string::ToString;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::reading::Decimal;

/// A decimal of FHIR: 37.60 stays 37.60, and never becomes a float.
///
/// Only `serde_json` writes and reads it: the digits go in and out as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Number(pub Decimal);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_string())
            .map_err(S::Error::custom)?
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let refused = || D::Error::custom(format!("{raw} is no number that this reader holds"));
        parse(raw.get()).map(Self).ok_or_else(refused)
    }
}

/// Reads a JSON number, with its power of ten where it has one.
fn parse(text: &str) -> Option<Decimal> {
    let (digits, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let number: Decimal = digits.parse().ok()?;
    let power: i16 = power.parse().ok()?;
    let exponent = i16::from(number.exponent()).checked_add(power)?;
    Some(Decimal::new(
        number.mantissa(),
        i8::try_from(exponent).ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(text: &str) -> Result<alloc::string::String, serde_json::Error> {
        let number: Number = serde_json::from_str(text)?;
        serde_json::to_string(&number)
    }

    // IOMT-FHIR-001, IOMT-DATA-010
    #[test]
    fn precision_is_kept() {
        for text in ["37.60", "2.0", "2", "-0.05", "70.000", "0", "2147483647"] {
            assert_eq!(back(text).unwrap(), text);
        }
    }

    /// Found by fuzzing: 1e38 was written with 38 zeros, which the reader then took for too many digits.
    #[test]
    fn reads_what_it_writes_at_the_ends_of_the_range() {
        for exponent in i8::MIN..=i8::MAX {
            for mantissa in [i32::MIN, -1, 0, 1, 10, i32::MAX] {
                let number = Number(Decimal::new(mantissa, exponent));
                let json = serde_json::to_string(&number).unwrap();
                assert_eq!(
                    serde_json::from_str::<Number>(&json).unwrap(),
                    number,
                    "{json}"
                );
                assert_eq!(back(&json).unwrap(), json);
            }
        }
        assert_eq!(
            back("1e38").unwrap(),
            "100000000000000000000000000000000000000"
        );
        assert_eq!(back("1.5e128").unwrap().len(), 129);
    }

    proptest::proptest! {
        #[test]
        fn every_decimal_comes_back(mantissa: i32, exponent: i8) {
            let number = Number(Decimal::new(mantissa, exponent));
            let json = serde_json::to_string(&number).unwrap();
            proptest::prop_assert_eq!(serde_json::from_str::<Number>(&json).unwrap(), number);
            proptest::prop_assert_eq!(back(&json).unwrap(), json);
        }
    }

    #[test]
    fn powers_of_ten_are_read_and_texts_refused() {
        assert_eq!(back("3e2").unwrap(), "300");
        assert_eq!(back("1.5E-2").unwrap(), "0.015");
        for text in ["\"7\"", "null", "[1]", "99999999999", "1e400"] {
            assert!(back(text).is_err(), "{text}");
        }
    }
}
