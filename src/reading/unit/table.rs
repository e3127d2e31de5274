//! The units that have a name here: their dimension, and how they relate to its base.

use super::{Dimension, Unit};
use crate::reading::Evidence;

/// One unit: a value v of it is (v + `offset`) × `numerator` / `denominator` of the dimension's base.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) unit: Unit,
    pub(super) ucum: &'static str,
    pub(super) dimension: Dimension,
    pub(super) numerator: u64,
    pub(super) denominator: u64,
    /// Mantissa and exponent; zero but for temperatures.
    pub(super) offset: (i32, i8),
    pub(super) evidence: Evidence,
}

const fn row(
    unit: Unit,
    ucum: &'static str,
    dimension: Dimension,
    numerator: u64,
    denominator: u64,
) -> Row {
    Row {
        unit,
        ucum,
        dimension,
        numerator,
        denominator,
        offset: (0, 0),
        evidence: Evidence::Verified,
    }
}

impl Row {
    const fn offset(mut self, mantissa: i32, exponent: i8) -> Self {
        self.offset = (mantissa, exponent);
        self
    }

    const fn of_one_source(mut self) -> Self {
        self.evidence = Evidence::SingleSource;
        self
    }
}

#[rustfmt::skip] // A table: a row is a line.
pub(super) static TABLE: [Row; 45] = [
    row(Unit::ONE, "1", Dimension::Ratio, 1, 1),
    row(Unit::PERCENT, "%", Dimension::Ratio, 1, 100),
    row(Unit::BEATS_PER_MINUTE, "/min", Dimension::BeatRate, 1, 1),
    row(Unit::BREATHS_PER_MINUTE, "/min", Dimension::BreathRate, 1, 1),
    row(Unit::EVENT_PER_HOUR, "/h", Dimension::EventRate, 1, 1).of_one_source(),
    row(Unit::STEP, "{steps}", Dimension::Steps, 1, 1).of_one_source(),
    row(Unit::INR, "{INR}", Dimension::CoagulationRatio, 1, 1),
    row(Unit::SECOND, "s", Dimension::Time, 1, 1),
    row(Unit::MILLISECOND, "ms", Dimension::Time, 1, 1_000),
    row(Unit::MINUTE, "min", Dimension::Time, 60, 1),
    row(Unit::HOUR, "h", Dimension::Time, 3_600, 1),
    row(Unit::DAY, "d", Dimension::Time, 86_400, 1),
    // The conventional millimetre of mercury is 13.5951 × 9.80665 Pa.
    row(Unit::MMHG, "mm[Hg]", Dimension::Pressure, 133_322_387_415, 1_000_000_000),
    row(Unit::CENTIMETRE_OF_WATER, "cm[H2O]", Dimension::Pressure, 980_665, 10_000),
    row(Unit::HECTOPASCAL, "hPa", Dimension::Pressure, 100, 1),
    row(Unit::KILOPASCAL, "kPa", Dimension::Pressure, 1_000, 1),
    row(Unit::KELVIN, "K", Dimension::Temperature, 1, 1),
    row(Unit::CELSIUS, "Cel", Dimension::Temperature, 1, 1).offset(27_315, -2),
    row(Unit::FAHRENHEIT, "[degF]", Dimension::Temperature, 5, 9).offset(45_967, -2),
    row(Unit::MILLIVOLT, "mV", Dimension::Voltage, 1, 1_000),
    row(Unit::VOLT, "V", Dimension::Voltage, 1, 1),
    row(Unit::MICROVOLT, "uV", Dimension::Voltage, 1, 1_000_000),
    row(Unit::MILLIGRAM_PER_DECILITRE, "mg/dL", Dimension::MassConcentration, 1, 1),
    row(Unit::MILLIGRAM_PER_DECILITRE_PER_MINUTE, "mg/dL/min", Dimension::MassConcentrationRate, 1, 1).of_one_source(),
    row(Unit::MILLIMOLE_PER_LITRE, "mmol/L", Dimension::AmountConcentration, 1, 1),
    row(Unit::MICROMOLE_PER_LITRE, "umol/L", Dimension::AmountConcentration, 1, 1_000),
    row(Unit::MILLIMOLE_PER_LITRE_PER_MINUTE, "mmol/L/min", Dimension::AmountConcentrationRate, 1, 1).of_one_source(),
    row(Unit::INTERNATIONAL_UNIT, "[iU]", Dimension::BiologicalActivity, 1, 1),
    row(Unit::INTERNATIONAL_UNIT_PER_HOUR, "[iU]/h", Dimension::BiologicalActivityRate, 1, 1),
    row(Unit::KILOGRAM, "kg", Dimension::Mass, 1, 1),
    row(Unit::GRAM, "g", Dimension::Mass, 1, 1_000),
    row(Unit::MILLIGRAM, "mg", Dimension::Mass, 1, 1_000_000),
    row(Unit::POUND, "[lb_av]", Dimension::Mass, 45_359_237, 100_000_000),
    row(Unit::METRE, "m", Dimension::Length, 1, 1),
    row(Unit::CENTIMETRE, "cm", Dimension::Length, 1, 100),
    row(Unit::INCH, "[in_i]", Dimension::Length, 254, 10_000),
    row(Unit::KILOGRAM_PER_SQUARE_METRE, "kg/m2", Dimension::MassPerArea, 1, 1),
    row(Unit::LITRE, "L", Dimension::Volume, 1, 1),
    row(Unit::MILLILITRE, "mL", Dimension::Volume, 1, 1_000),
    row(Unit::LITRE_PER_MINUTE, "L/min", Dimension::Flow, 1, 1),
    row(Unit::MILLILITRE_PER_HOUR, "mL/h", Dimension::Flow, 1, 60_000),
    row(Unit::JOULE, "J", Dimension::Energy, 1, 1),
    row(Unit::KILOJOULE, "kJ", Dimension::Energy, 1_000, 1),
    row(Unit::WATT, "W", Dimension::Power, 1, 1),
    row(Unit::METRE_PER_SECOND_SQUARED, "m/s2", Dimension::Acceleration, 1, 1),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{HashMap, HashSet};

    #[test]
    fn a_code_that_one_source_alone_has_is_documented_as_unverified_and_no_other() {
        let mut documented = HashMap::new();
        let mut is_unverified = false;
        for line in include_str!("codes.rs").lines() {
            is_unverified |= line.contains("*unverified*");
            if let Some((_, code)) = line.split_once("Self::from_code(") {
                let code: u32 = code.replace([')', ';', '_'], "").parse().unwrap();
                documented.insert(code, std::mem::take(&mut is_unverified));
            }
        }
        for row in &TABLE {
            let is_single = row.evidence == Evidence::SingleSource;
            assert_eq!(
                documented.remove(&row.unit.code()),
                Some(is_single),
                "{}",
                row.ucum
            );
        }
        assert!(documented.is_empty(), "{documented:?}");
    }

    #[test]
    fn no_unit_appears_twice_and_only_rates_share_a_ucum_code() {
        let codes: HashSet<Unit> = TABLE.iter().map(|row| row.unit).collect();
        let ucum: HashSet<&str> = TABLE.iter().map(|row| row.ucum).collect();
        assert_eq!((codes.len(), ucum.len()), (TABLE.len(), TABLE.len() - 1));
        assert!(
            TABLE
                .iter()
                .all(|row| row.numerator > 0 && row.denominator > 0)
        );
    }
}
