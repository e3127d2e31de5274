//! What JSON has no exact form for, as text.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::reading::{Decimal, Value};

/// A number as text: each has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Text<T>(pub(super) T);

pub(super) trait Written: Sized {
    fn write(&self) -> String;
    /// Reads more than [`Written::write`] writes, where that is simpler.
    fn read(text: &str) -> Option<Self>;
}

impl<T: Written> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.write())
    }
}

impl<'de, T: Written> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        T::read(&text)
            .filter(|read| read.write() == text)
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("{text:?} is no number of this form")))
    }
}

impl Written for u64 {
    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Written for i64 {
    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Written for Decimal {
    fn write(&self) -> String {
        format!("{}e{}", self.mantissa(), self.exponent())
    }

    fn read(text: &str) -> Option<Self> {
        let (mantissa, exponent) = text.split_once('e')?;
        Some(Self::new(mantissa.parse().ok()?, exponent.parse().ok()?))
    }
}

const SPECIALS: [(Value, &str); 4] = [
    (Value::NotANumber, "nan"),
    (Value::NotAtThisResolution, "nres"),
    (Value::PositiveInfinity, "+inf"),
    (Value::NegativeInfinity, "-inf"),
];

impl Written for Value {
    fn write(&self) -> String {
        match self {
            Self::Number(number) => number.write(),
            Self::BelowRange(bound) => format!("<{}", bound.write()),
            Self::AboveRange(bound) => format!(">{}", bound.write()),
            special => {
                let found = SPECIALS.iter().find(|(known, _)| known == special);
                found.map_or("nan", |(_, text)| text).to_string()
            }
        }
    }

    fn read(text: &str) -> Option<Self> {
        if let Some((special, _)) = SPECIALS.iter().find(|(_, known)| *known == text) {
            return Some(*special);
        }
        if let Some(bound) = text.strip_prefix('<') {
            return Decimal::read(bound).map(Self::BelowRange);
        }
        if let Some(bound) = text.strip_prefix('>') {
            return Decimal::read(bound).map(Self::AboveRange);
        }
        Decimal::read(text).map(Self::Number)
    }
}

/// Bytes as hexadecimal text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hex<'a>(pub(super) Cow<'a, [u8]>);

impl Serialize for Hex<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
        let pairs = self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        serializer.serialize_str(&pairs.map(digit).collect::<String>())
    }
}

impl<'de> Deserialize<'de> for Hex<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(byte).collect();
        bytes
            .map(|bytes| Self(Cow::Owned(bytes)))
            .ok_or_else(|| D::Error::custom("not hexadecimal in lower case"))
    }
}

fn byte(pair: &[u8]) -> Option<u8> {
    let nibble = |digit: &u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    match pair {
        [high, low] => Some(nibble(high)? << 4 | nibble(low)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn every_decimal_comes_back_to_the_digit(mantissa: i32, exponent: i8) {
            let number = Decimal::new(mantissa, exponent);
            let back = Decimal::read(&number.write()).unwrap();
            proptest::prop_assert_eq!((back.mantissa(), back.exponent()), (mantissa, exponent));
        }
    }

    #[test]
    fn values_at_the_ends_of_the_range_come_back() {
        for mantissa in [i32::MIN, 0, i32::MAX] {
            for exponent in [i8::MIN, 0, i8::MAX] {
                let number = Decimal::new(mantissa, exponent);
                for value in [
                    Value::Number(number),
                    Value::BelowRange(number),
                    Value::AboveRange(number),
                ] {
                    assert_eq!(Value::read(&value.write()), Some(value), "{value:?}");
                }
            }
        }
    }
}
