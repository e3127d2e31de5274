use crate::reading::{Metric, Unit};

/// What one byte on the wire says: a metric, its unit, and the exponent of its mantissa.
#[derive(Clone, Copy)]
pub(super) struct ShortCode {
    pub(super) code: u8,
    pub(super) metric: Metric,
    pub(super) unit: Unit,
    pub(super) exponent: i8,
}

/// Append only: a code never changes its meaning and is never used again.
const TABLE: [ShortCode; 28] = [
    row(1, Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, 0),
    row(2, Metric::BATTERY_CHARGE, Unit::PERCENT, 0),
    row(3, Metric::SPO2, Unit::PERCENT, 0),
    row(4, Metric::SPO2, Unit::PERCENT, -1),
    row(5, Metric::RESPIRATION_RATE, Unit::BREATHS_PER_MINUTE, 0),
    row(6, Metric::BODY_TEMPERATURE, Unit::CELSIUS, -1),
    row(7, Metric::BODY_TEMPERATURE, Unit::CELSIUS, -2),
    row(8, Metric::ECG_LEAD_II, Unit::MILLIVOLT, -3),
    row(9, Metric::ECG, Unit::MILLIVOLT, -3),
    row(10, Metric::PULSE_RATE_OXIMETER, Unit::BEATS_PER_MINUTE, 0),
    row(11, Metric::PULSE_RATE_CUFF, Unit::BEATS_PER_MINUTE, 0),
    row(12, Metric::PERFUSION_INDEX, Unit::PERCENT, -1),
    row(13, Metric::PERFUSION_INDEX, Unit::PERCENT, -2),
    row(
        14,
        Metric::GLUCOSE_CAPILLARY,
        Unit::MILLIGRAM_PER_DECILITRE,
        0,
    ),
    row(
        15,
        Metric::GLUCOSE_INTERSTITIAL,
        Unit::MILLIGRAM_PER_DECILITRE,
        0,
    ),
    row(16, Metric::GLUCOSE, Unit::MILLIMOLE_PER_LITRE, -1),
    row(17, Metric::BODY_WEIGHT, Unit::KILOGRAM, -2),
    row(18, Metric::BODY_WEIGHT, Unit::KILOGRAM, -3),
    row(19, Metric::RR_INTERVAL, Unit::MILLISECOND, 0),
    row(20, Metric::ECG_LEAD_I, Unit::MILLIVOLT, -3),
    row(21, Metric::PLETHYSMOGRAM, Unit::ONE, 0),
    row(22, Metric::SYSTOLIC, Unit::MMHG, 0),
    row(23, Metric::DIASTOLIC, Unit::MMHG, 0),
    row(24, Metric::MEAN_PRESSURE, Unit::MMHG, 0),
    row(25, Metric::STEPS, Unit::STEP, 0),
    row(26, Metric::ROOM_TEMPERATURE, Unit::CELSIUS, -2),
    row(27, Metric::RELATIVE_HUMIDITY, Unit::PERCENT, -2),
    row(28, Metric::PEAK_EXPIRATORY_FLOW, Unit::LITRE_PER_MINUTE, 0),
];

const fn row(code: u8, metric: Metric, unit: Unit, exponent: i8) -> ShortCode {
    ShortCode {
        code,
        metric,
        unit,
        exponent,
    }
}

impl ShortCode {
    /// The row with this code.
    pub(super) fn from_code(code: u8) -> Option<Self> {
        TABLE.into_iter().find(|row| row.code == code)
    }

    /// The row for exactly this combination: the exponent is part of a number's precision.
    pub(super) fn find(metric: Metric, unit: Unit, exponent: i8) -> Option<Self> {
        TABLE
            .into_iter()
            .find(|row| (row.metric, row.unit, row.exponent) == (metric, unit, exponent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // IOMT-REC-010
    #[test]
    fn no_code_and_no_combination_appears_twice() {
        for (index, row) in TABLE.into_iter().enumerate() {
            assert_eq!(usize::from(row.code), index + 1);
            assert_eq!(
                ShortCode::find(row.metric, row.unit, row.exponent)
                    .unwrap()
                    .code,
                row.code
            );
        }
    }

    // IOMT-REC-010
    #[test]
    fn the_documented_codes_are_those_of_the_table() {
        let page = include_str!("../../guide/specification/records.md");
        for row in TABLE {
            // Brackets would make a link of it.
            let unit = match std::format!("{}", row.unit) {
                plain if !plain.contains('[') => plain,
                bracketed => std::format!("`{bracketed}`"),
            };
            let line = std::format!(
                "| {} | {} | {} | {} | {}, {unit} |",
                row.code,
                row.metric.code(),
                row.unit.code(),
                row.exponent,
                row.metric,
            );
            assert!(page.contains(&line), "{line}");
        }
        let section = page.split("# Short codes").nth(1).unwrap();
        let section = section.split("\n#").next().unwrap();
        let rows = section
            .lines()
            .filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit());
        assert_eq!(rows.count(), TABLE.len());
    }
}
