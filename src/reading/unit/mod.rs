mod codes;
mod convert;
mod substance;
mod table;

use core::fmt;

use self::table::{Row, TABLE};
use super::Evidence;
pub use convert::ConvertError;
pub use substance::Substance;

/// The unit of a value: a 32-bit code of ISO/IEEE 11073-10101, partition 4.
///
/// An open code like [`Metric`](super::Metric). Units are never converted implicitly:
/// [`Unit::convert`] is exact or refuses. Each constant says its code in UCUM and its [`Dimension`].
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit {
    code: u32,
}

impl Unit {
    /// The unit with this code, known or not.
    #[must_use]
    pub const fn from_code(code: u32) -> Self {
        Self { code }
    }

    /// The code of the nomenclature: partition × 65,536 + term.
    #[must_use]
    pub const fn code(self) -> u32 {
        self.code
    }

    /// The unit in UCUM notation, where this version knows it.
    #[must_use]
    pub fn ucum(self) -> Option<&'static str> {
        self.row().map(|row| row.ucum)
    }

    /// How well the code is known, where this version knows the unit.
    ///
    /// ```
    /// use iomt::reading::{Evidence, Unit};
    ///
    /// assert_eq!(Unit::MMHG.evidence(), Some(Evidence::Verified));
    /// assert_eq!(Unit::EVENT_PER_HOUR.evidence(), Some(Evidence::SingleSource));
    /// ```
    #[must_use]
    pub fn evidence(self) -> Option<Evidence> {
        self.row().map(|row| row.evidence)
    }

    /// The unit with this UCUM code; of `/min` the one for beats.
    #[must_use]
    pub fn from_ucum(ucum: &str) -> Option<Self> {
        TABLE
            .iter()
            .find(|row| row.ucum == ucum)
            .map(|row| row.unit)
    }

    fn row(self) -> Option<&'static Row> {
        TABLE.iter().find(|row| row.unit == self)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ucum() {
            Some(ucum) => f.write_str(ucum),
            None => write!(f, "unit {}", self.code),
        }
    }
}

/// What a unit measures. Only units of one dimension convert into each other.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dimension {
    /// Parts of a whole.
    Ratio,
    /// Beats in a time.
    BeatRate,
    /// Breaths in a time; never beats.
    BreathRate,
    /// Events in a time.
    EventRate,
    /// Steps.
    Steps,
    /// International normalised ratio.
    CoagulationRatio,
    /// Time.
    Time,
    /// Pressure.
    Pressure,
    /// Temperature, not its difference.
    Temperature,
    /// Voltage.
    Voltage,
    /// Mass of a substance in a volume.
    MassConcentration,
    /// How fast a mass concentration changes.
    MassConcentrationRate,
    /// Amount of a substance in a volume.
    AmountConcentration,
    /// How fast an amount concentration changes.
    AmountConcentrationRate,
    /// International units.
    BiologicalActivity,
    /// International units in a time.
    BiologicalActivityRate,
    /// Mass.
    Mass,
    /// Length.
    Length,
    /// Mass by area.
    MassPerArea,
    /// Volume.
    Volume,
    /// Volume in a time.
    Flow,
    /// Energy.
    Energy,
    /// Power.
    Power,
    /// Acceleration.
    Acceleration,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::Decimal;
    use proptest::prelude::*;
    use std::vec::Vec;

    fn text(decimal: &str) -> Decimal {
        decimal.parse().unwrap()
    }

    #[test]
    fn a_zero_of_any_precision_is_a_temperature() {
        let zero = Decimal::new(0, -20);
        let fahrenheit = Unit::CELSIUS.convert(zero, Unit::FAHRENHEIT);
        assert_eq!(fahrenheit, Ok(Decimal::from(32)));
        let kelvin = Unit::CELSIUS.convert(zero, Unit::KELVIN);
        assert_eq!(kelvin, Ok(text("273.15")));
    }

    #[test]
    fn conversions_whose_results_are_defined() {
        for (from, value, to, expected) in [
            (Unit::CELSIUS, "37.0", Unit::FAHRENHEIT, "98.6"),
            (Unit::CELSIUS, "-40", Unit::FAHRENHEIT, "-40"),
            (Unit::CELSIUS, "0", Unit::KELVIN, "273.15"),
            (Unit::FAHRENHEIT, "98.6", Unit::CELSIUS, "37"),
            (Unit::INCH, "70", Unit::CENTIMETRE, "177.8"),
            (Unit::POUND, "1", Unit::KILOGRAM, "0.45359237"),
            (Unit::KILOPASCAL, "16", Unit::HECTOPASCAL, "160"),
            (
                Unit::CENTIMETRE_OF_WATER,
                "10",
                Unit::KILOPASCAL,
                "0.980665",
            ),
            (Unit::HOUR, "8.5", Unit::MINUTE, "510"),
            (
                Unit::MILLILITRE_PER_HOUR,
                "90",
                Unit::LITRE_PER_MINUTE,
                "0.0015",
            ),
            (Unit::ONE, "0.98", Unit::PERCENT, "98"),
        ] {
            assert_eq!(
                from.convert(text(value), to),
                Ok(text(expected)),
                "{value} {from} to {to}"
            );
        }
    }

    // IOMT-DATA-031, IOMT-DATA-032
    #[test]
    fn what_is_not_exact_or_not_the_same_thing_is_refused() {
        use ConvertError::{DifferentDimension, NotExact};
        for (from, to, error) in [
            (Unit::MMHG, Unit::KILOPASCAL, NotExact),
            (Unit::FAHRENHEIT, Unit::CELSIUS, NotExact),
            (
                Unit::MILLIGRAM_PER_DECILITRE,
                Unit::MILLIMOLE_PER_LITRE,
                DifferentDimension,
            ),
            (
                Unit::BEATS_PER_MINUTE,
                Unit::BREATHS_PER_MINUTE,
                DifferentDimension,
            ),
            (Unit::from_code(1), Unit::PERCENT, DifferentDimension),
        ] {
            assert_eq!(from.convert(99.into(), to), Err(error), "{from} to {to}");
        }
        let rounded = Unit::FAHRENHEIT.convert_rounded(99.into(), Unit::CELSIUS, -1);
        assert_eq!(rounded, Ok(text("37.2")));
    }

    // IOMT-DATA-031
    #[test]
    fn what_is_rounded_is_rounded_once() {
        for (from, value, to, exponent, expected) in [
            // 23.949 and 0.04500: two roundings, by way of hundredths, make one more of both.
            (Unit::POUND, "52.8", Unit::KILOGRAM, -1, "23.9"),
            (Unit::KILOPASCAL, "0.006", Unit::MMHG, -1, "0.0"),
            // Halves: away from zero on both sides of it, behind an offset too.
            (Unit::MILLILITRE, "50", Unit::LITRE, -1, "0.1"),
            (Unit::MILLILITRE, "-50", Unit::LITRE, -1, "-0.1"),
            (Unit::KELVIN, "273.20", Unit::CELSIUS, -1, "0.1"),
            (Unit::KELVIN, "273.10", Unit::CELSIUS, -1, "-0.1"),
            // An offset is not cut where the result is coarser than it.
            (Unit::KELVIN, "272.65", Unit::CELSIUS, 0, "-1"),
            (Unit::KELVIN, "272.66", Unit::CELSIUS, 0, "0"),
            // What fits where it is asked for need not fit in hundredths.
            (
                Unit::KILOGRAM,
                "2000000000",
                Unit::KILOGRAM,
                0,
                "2000000000",
            ),
        ] {
            let rounded = from.convert_rounded(text(value), to, exponent);
            assert_eq!(rounded, Ok(text(expected)), "{value} {from} to {to}");
            assert_eq!(rounded.map(Decimal::exponent), Ok(exponent));
        }
        let tiny = Decimal::new(i32::MAX, i8::MIN);
        let none = Unit::POUND.convert_rounded(tiny, Unit::KILOGRAM, i8::MAX);
        assert_eq!(none, Ok(Decimal::new(0, i8::MAX)));
    }

    // IOMT-DATA-032
    #[test]
    fn mass_and_amount_meet_only_through_a_substance() {
        let (mass, amount) = (Unit::MILLIGRAM_PER_DECILITRE, Unit::MILLIMOLE_PER_LITRE);
        let glucose = Substance::GLUCOSE;
        assert_eq!(
            glucose.convert(text("5.5"), amount, mass),
            Ok(text("99.0858"))
        );
        assert_eq!(
            glucose.convert(text("180.156"), mass, amount),
            Ok(text("10"))
        );
        assert_eq!(
            glucose.convert(100.into(), mass, amount),
            Err(ConvertError::NotExact)
        );
        assert_eq!(
            glucose.convert_rounded(100.into(), mass, amount, -2),
            Ok(text("5.55"))
        );
        let cholesterol = Substance::CHOLESTEROL.convert_rounded(200.into(), mass, amount, -2);
        assert_eq!(cholesterol, Ok(text("5.17")));
        // Laboratories give creatinine in micromoles; and how fast glucose changes has two units, too.
        let micromoles = Unit::MICROMOLE_PER_LITRE;
        let creatinine = Substance::CREATININE.convert_rounded(1.into(), mass, micromoles, -1);
        assert_eq!(creatinine, Ok(text("88.4")));
        assert_eq!(
            Substance::CREATININE.convert(text("100"), micromoles, mass),
            Ok(text("1.1312"))
        );
        let rates = (
            Unit::MILLIGRAM_PER_DECILITRE_PER_MINUTE,
            Unit::MILLIMOLE_PER_LITRE_PER_MINUTE,
        );
        let trend = glucose.convert_rounded(2.into(), rates.0, rates.1, -2);
        assert_eq!(trend, Ok(text("0.11")));
        assert_eq!(
            glucose.convert(2.into(), rates.0, amount),
            Err(ConvertError::DifferentDimension)
        );
        let none = Substance::new(0).convert(1.into(), mass, amount);
        assert_eq!(none, Err(ConvertError::DifferentDimension));
    }

    proptest! {
        #[test]
        fn there_and_back_is_the_same(mantissa: i32, exponent: i8, from in 0_usize..TABLE.len(), to in 0_usize..TABLE.len()) {
            let (value, from, to) = (Decimal::new(mantissa, exponent), TABLE[from].unit, TABLE[to].unit);
            if let Ok(there) = from.convert(value, to) {
                prop_assert_eq!(to.convert(there, from), Ok(value));
            }
            let _ = from.convert_rounded(value, to, exponent);
        }

        #[test]
        fn rounded_is_the_nearest(mantissa: i32, places in -6_i8..=2, exponent in -6_i8..=2, from in 0_usize..TABLE.len(), to: prop::sample::Index) {
            let from = &TABLE[from];
            let alike: Vec<&Row> = TABLE.iter().filter(|row| row.dimension == from.dimension).collect();
            let to = *to.get(&alike);
            // Everything in units of 10^-6, times what both rows divide by.
            let scaled = |mantissa: i32, exponent: i8| i128::from(mantissa) * 10_i128.pow(u32::try_from(exponent + 6).unwrap());
            let product = |a: u64, b: u64| i128::from(a) * i128::from(b);
            let divisor = product(from.denominator, to.numerator);
            let truth = (scaled(mantissa, places) + scaled(from.offset.0, from.offset.1)) * product(from.numerator, to.denominator)
                - scaled(to.offset.0, to.offset.1) * divisor;
            let unit = scaled(1, exponent) * divisor;
            match from.unit.convert_rounded(Decimal::new(mantissa, places), to.unit, exponent) {
                Ok(rounded) => {
                    prop_assert_eq!(rounded.exponent(), exponent);
                    let near = i128::from(rounded.mantissa()) * unit;
                    prop_assert!(2 * (near - truth).abs() <= unit);
                    prop_assert!(2 * (near - truth).abs() < unit || near.abs() > truth.abs());
                }
                Err(error) => {
                    prop_assert_eq!(error, ConvertError::NotExact);
                    let most = (2 * i128::from(i32::MAX) + 1) * unit;
                    let least = (2 * i128::from(i32::MIN) - 1) * unit;
                    prop_assert!(2 * truth >= most || 2 * truth <= least);
                }
            }
        }
    }
}
