//! ```text
//! short   code u8 · offset varint, ms · mantissa zigzag varint                 valid numbers of the short table
//! full    metric varint · unit varint · offset varint, ms · status varint
//!         · kind u8 · mantissa zigzag varint · exponent i8                      everything else
//! kind    0 number, 1 not a number, 2 not at this resolution, 3 +infinity, 4 -infinity,
//!         5 below range, 6 above range; mantissa and exponent are zero in kinds 1 to 4
//! ```

use serde::{Deserialize, Serialize};

use super::short_code::ShortCode;
use crate::reading::{Decimal, Metric, Observation, Status, Unit, Value};
use crate::time::{Duration, Instant};
use crate::wire::Error;

#[derive(Serialize, Deserialize)]
pub(super) struct ShortObservation {
    pub(super) code: u8,
    pub(super) offset_ms: u32,
    pub(super) mantissa: i32,
}

impl ShortObservation {
    /// The short form, where there is one that says all of it.
    pub(super) fn from(observation: &Observation, base: Instant) -> Result<Option<Self>, Error> {
        let Value::Number(number) = observation.value else {
            return Ok(None);
        };
        let Some(row) = ShortCode::find(observation.metric, observation.unit, number.exponent())
        else {
            return Ok(None);
        };
        if observation.status != Status::VALID {
            return Ok(None);
        }
        let offset_ms = offset_ms(observation.time, base)?;
        Ok(Some(Self {
            code: row.code,
            offset_ms,
            mantissa: number.mantissa(),
        }))
    }

    pub(super) fn read(&self, base: Instant) -> Result<Observation, Error> {
        let row = ShortCode::from_code(self.code).ok_or(Error::OutOfRange)?;
        Ok(Observation::new(
            row.metric,
            row.unit,
            base + Duration::from_millis(self.offset_ms.into()),
            Decimal::new(self.mantissa, row.exponent).into(),
        ))
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct FullObservation {
    metric: u32,
    unit: u32,
    offset_ms: u32,
    status: u16,
    kind: u8,
    mantissa: i32,
    exponent: i8,
}

impl FullObservation {
    pub(super) fn from(observation: &Observation, base: Instant) -> Result<Self, Error> {
        let (kind, decimal) = value_parts(observation.value);
        Ok(Self {
            metric: observation.metric.code(),
            unit: observation.unit.code(),
            offset_ms: offset_ms(observation.time, base)?,
            status: observation.status.bits(),
            kind,
            mantissa: decimal.mantissa(),
            exponent: decimal.exponent(),
        })
    }

    pub(super) fn read(&self, base: Instant) -> Result<Observation, Error> {
        Ok(Observation {
            metric: Metric::from_code(self.metric),
            unit: Unit::from_code(self.unit),
            time: base + Duration::from_millis(self.offset_ms.into()),
            value: value_from(self.kind, Decimal::new(self.mantissa, self.exponent))?,
            status: Status::from_bits(self.status),
        })
    }
}

/// Kind and decimal of a value, as they stand in a body.
pub(super) const fn value_parts(value: Value) -> (u8, Decimal) {
    let nothing = Decimal::new(0, 0);
    match value {
        Value::Number(number) => (0, number),
        Value::NotANumber => (1, nothing),
        Value::NotAtThisResolution => (2, nothing),
        Value::PositiveInfinity => (3, nothing),
        Value::NegativeInfinity => (4, nothing),
        Value::BelowRange(bound) => (5, bound),
        Value::AboveRange(bound) => (6, bound),
    }
}

pub(super) const fn value_from(kind: u8, decimal: Decimal) -> Result<Value, Error> {
    let is_blank = decimal.mantissa() == 0 && decimal.exponent() == 0;
    match kind {
        0 => Ok(Value::Number(decimal)),
        1 if is_blank => Ok(Value::NotANumber),
        2 if is_blank => Ok(Value::NotAtThisResolution),
        3 if is_blank => Ok(Value::PositiveInfinity),
        4 if is_blank => Ok(Value::NegativeInfinity),
        5 => Ok(Value::BelowRange(decimal)),
        6 => Ok(Value::AboveRange(decimal)),
        _ => Err(Error::OutOfRange),
    }
}

pub(super) fn offset_ms(time: Instant, base: Instant) -> Result<u32, Error> {
    u32::try_from((time - base).as_millis()).map_err(|_| Error::OutOfRange)
}
