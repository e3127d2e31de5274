//! A value with its unit and its status, in FHIR's words and back.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::terms::{self, Profile};
use super::{CodeableConcept, Quantity};
use crate::reading::{Decimal, Metric, Observation, Status, Unit, Value};
use crate::time::Instant;

/// What a reading is in FHIR: a quantity, or the reason why there is none.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) quantity: Option<Quantity>,
    pub(super) absent: Option<CodeableConcept>,
    /// What was measured, where a profile's unit made it necessary to round.
    pub(super) note: Option<String>,
    /// Whether the unit is one that the profile takes; true where there is none.
    pub(super) fits_profile: bool,
    /// What the status says, and whether the number is one of no living patient.
    pub(super) interpretation: Vec<CodeableConcept>,
}

impl Measured {
    pub(super) fn of(reading: &Observation, profile: Option<Profile>) -> Self {
        let in_unit = InUnit::of(reading.unit, profile);
        let absent = absent_status(reading.status).or_else(|| absent_value(reading.value));
        let number = bounded(reading.value).filter(|_| absent.is_none());
        let quantity = number.and_then(|(number, comparator)| {
            let converted = (in_unit.convert)(number)?;
            Some(in_unit.quantity(converted, comparator))
        });
        let note = number.and_then(|(number, _)| in_unit.note(reading.metric, number));
        let implausible = quantity.is_some() && reading.is_plausible() == Some(false);
        let mut interpretation = interpretation(reading.status);
        interpretation.extend(implausible.then(out_of_range));
        // What no unit of the profile holds can not be told.
        let absent = absent.or_else(|| quantity.is_none().then_some("error"));
        Self {
            quantity,
            absent: absent.map(terms::absent),
            note,
            fits_profile: profile.is_none_or(|profile| in_unit.is_of(profile)),
            interpretation,
        }
    }
}

/// The unit that a number is written in, and how it comes into it.
struct InUnit {
    measured: Unit,
    written: Unit,
    convert: fn(Decimal) -> Option<Decimal>,
    is_exact: bool,
}

impl InUnit {
    /// The unit itself, or the one that the profile takes instead.
    fn of(measured: Unit, profile: Option<Profile>) -> Self {
        let takes = |unit: Unit| {
            let ucum = unit.ucum().unwrap_or_default();
            profile.is_some_and(|profile| profile.units.contains(&ucum))
        };
        let (written, convert, is_exact): (_, fn(Decimal) -> Option<Decimal>, _) = match measured {
            Unit::METRE if takes(Unit::CENTIMETRE) => (Unit::CENTIMETRE, centimetres, true),
            Unit::KILOPASCAL if takes(Unit::MMHG) => (Unit::MMHG, millimetres_of_mercury, false),
            own => (own, Some, true),
        };
        Self {
            measured,
            written,
            convert,
            is_exact,
        }
    }

    fn is_of(&self, profile: Profile) -> bool {
        let written = self.written.ucum();
        written.is_some_and(|ucum| profile.units.contains(&ucum))
    }

    fn quantity(&self, number: Decimal, comparator: Option<&str>) -> Quantity {
        Quantity {
            comparator: comparator.map(str::to_owned),
            ..Quantity::of(number, self.written)
        }
    }

    /// The number before it was rounded, with the name of what was measured: a panel has several.
    fn note(&self, metric: Metric, number: Decimal) -> Option<String> {
        let unit = self.measured;
        let what = || {
            let unnamed = || format!("metric {}", metric.code());
            metric.name().map_or_else(unnamed, str::to_owned)
        };
        (!self.is_exact).then(|| format!("{} measured {number} {unit}", what()))
    }
}

/// The same digits, the point two places on: the precision is kept.
fn centimetres(metres: Decimal) -> Option<Decimal> {
    let exponent = metres.exponent().checked_add(2)?;
    Some(Decimal::new(metres.mantissa(), exponent))
}

/// Kilopascals in millimetres of mercury, to the nearest tenth.
///
/// The profile of a blood pressure takes no other unit, and the conversion is not exact.
fn millimetres_of_mercury(kilopascals: Decimal) -> Option<Decimal> {
    Unit::KILOPASCAL
        .convert_rounded(kilopascals, Unit::MMHG, -1)
        .ok()
}

/// A number with its comparator, where there is a number.
fn bounded(value: Value) -> Option<(Decimal, Option<&'static str>)> {
    match value {
        Value::Number(number) => Some((number, None)),
        Value::BelowRange(bound) => Some((bound, Some("<"))),
        Value::AboveRange(bound) => Some((bound, Some(">"))),
        _ => None,
    }
}

/// The status bits that leave no value, most severe first.
///
/// Of a test and a demonstration nothing was measured of the patient: not every reader heeds the mark of such data.
const ABSENT_STATUS: [(Status, &str); 5] = [
    (Status::INVALID, "error"),
    (Status::NOT_AVAILABLE, "unknown"),
    (Status::CALIBRATING, "temp-unknown"),
    (Status::TEST, "not-performed"),
    (Status::DEMO, "not-performed"),
];

/// The special values. R4 has no code for a value that is not there at this resolution: it is an error.
const ABSENT_VALUE: [(Value, &str); 4] = [
    (Value::NotANumber, "not-a-number"),
    (Value::NotAtThisResolution, "error"),
    (Value::PositiveInfinity, "positive-infinity"),
    (Value::NegativeInfinity, "negative-infinity"),
];

pub(super) fn absent_status(status: Status) -> Option<&'static str> {
    let found = ABSENT_STATUS.iter().find(|(bit, _)| status.contains(*bit));
    found.map(|(_, code)| *code)
}

fn absent_value(value: Value) -> Option<&'static str> {
    let found = ABSENT_VALUE.iter().find(|(special, _)| *special == value);
    found.map(|(_, code)| *code)
}

const STATUS_NAMES: [(Status, &str); 9] = [
    (Status::INVALID, "invalid"),
    (Status::QUESTIONABLE, "questionable"),
    (Status::NOT_AVAILABLE, "not-available"),
    (Status::CALIBRATING, "calibrating"),
    (Status::TEST, "test"),
    (Status::DEMO, "demo"),
    (Status::VALIDATED, "validated"),
    (Status::EARLY, "early"),
    (Status::ONGOING, "ongoing"),
];

/// The status bits that are set and have a name.
pub(super) fn interpretation(status: Status) -> Vec<CodeableConcept> {
    let set = STATUS_NAMES.iter().filter(|(bit, _)| status.contains(*bit));
    set.map(|(_, name)| terms::own_word(terms::STATUS, name, name))
        .collect()
}

/// What stands beside a number outside the plausible range of its metric, such as one whose unit was mixed up.
fn out_of_range() -> CodeableConcept {
    terms::own_word(
        terms::PLAUSIBILITY,
        "implausible",
        "outside the plausible range",
    )
}

/// The status bits that [`interpretation`] wrote.
pub(super) fn status(interpretation: &[CodeableConcept]) -> Status {
    let bit = |concept: &CodeableConcept| {
        let code = concept.code_of(terms::STATUS)?;
        let found = STATUS_NAMES.iter().find(|(_, name)| *name == code);
        found.map(|(bit, _)| *bit)
    };
    interpretation
        .iter()
        .filter_map(bit)
        .fold(Status::VALID, |all, bit| all | bit)
}

/// Reads a value back.
///
/// A number that a status withheld was not written: it comes back as the standard's NaN, with that status.
pub(super) fn read(
    metric: Metric,
    quantity: Option<&Quantity>,
    absent: Option<&CodeableConcept>,
    status: Status,
) -> Option<Observation> {
    let (value, unit) = match quantity {
        Some(quantity) => (number(quantity)?, quantity.unit_of(metric)?),
        None => {
            let code = absent?.code_of(terms::ABSENT)?;
            (special(code, status)?, Unit::from_code(0))
        }
    };
    Some(Observation {
        status,
        ..Observation::new(metric, unit, Instant::ZERO, value)
    })
}

fn number(quantity: &Quantity) -> Option<Value> {
    let number = quantity.value?.0;
    match quantity.comparator.as_deref() {
        None => Some(Value::Number(number)),
        Some("<") => Some(Value::BelowRange(number)),
        Some(">") => Some(Value::AboveRange(number)),
        Some(_) => None,
    }
}

fn special(code: &str, status: Status) -> Option<Value> {
    if absent_status(status).is_some() {
        return Some(Value::NotANumber);
    }
    let found = ABSENT_VALUE.iter().find(|(_, known)| *known == code);
    found.map(|(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kilopascals_are_rounded_to_a_tenth_of_a_millimetre() {
        for (kilopascals, tenths) in [
            (Decimal::new(160, -1), 1_200),
            (Decimal::new(189, -1), 1_418),
            (Decimal::from(11), 825),
            (Decimal::new(-1, 0), -75),
        ] {
            let found = millimetres_of_mercury(kilopascals).unwrap();
            assert_eq!((found.mantissa(), found.exponent()), (tenths, -1));
        }
        assert_eq!(millimetres_of_mercury(Decimal::new(i32::MAX, 127)), None);
    }
}
