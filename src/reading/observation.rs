use core::fmt;

use super::{Decimal, Metric, Special, Status, Unit};
use crate::time::{Instant, Stamp};

/// One value of one metric at one time.
///
/// ```
/// use iomt::reading::{Decimal, Metric, Observation, Status, Unit};
/// use iomt::time::Instant;
///
/// let pulse = Observation::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, Instant::ZERO, 72.into());
/// assert_eq!(pulse.usable(), Some(Decimal::from(72)));
/// assert_eq!(pulse.to_string(), "heart rate 72 /min");
///
/// let warm_up = Observation { status: Status::CALIBRATING, ..pulse };
/// assert_eq!(warm_up.usable(), None);
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observation {
    /// What is measured.
    pub metric: Metric,
    /// The unit of the value.
    pub unit: Unit,
    /// When it was measured, on the device's clock; carried to the millisecond, the rest is cut.
    pub time: Instant,
    /// What was measured.
    pub value: Value,
    /// What has to be known of the value before it is used.
    pub status: Status,
}

impl Observation {
    /// A valid observation.
    #[must_use]
    pub const fn new(metric: Metric, unit: Unit, time: Instant, value: Value) -> Self {
        Self {
            metric,
            unit,
            time,
            value,
            status: Status::VALID,
        }
    }

    /// The number, if it is a measurement that may be acted on: "a value that is not valid is absent".
    #[must_use]
    pub const fn usable(&self) -> Option<Decimal> {
        match self.value {
            Value::Number(number) if self.status.permits_use() => Some(number),
            _ => None,
        }
    }
}

impl fmt::Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.metric, self.value, self.unit)?;
        match self.status {
            Status::VALID => Ok(()),
            status => write!(f, " ({status})"),
        }
    }
}

/// An observation that stands alone: it carries its own wall-clock time, and what that is worth.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamped {
    /// What was measured, and when on the device's clock, to the millisecond.
    pub observation: Observation,
    /// When that was.
    pub stamp: Stamp,
}

/// A number, or the reason why there is none.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Value {
    /// A number.
    Number(Decimal),
    /// The measurement failed (the standard's `NaN`).
    NotANumber,
    /// The result can not be told at this resolution (`NRes`).
    NotAtThisResolution,
    /// Above all that can be told.
    PositiveInfinity,
    /// Below all that can be told.
    NegativeInfinity,
    /// Below what the sensor measures, which begins at this bound.
    BelowRange(Decimal),
    /// Above what the sensor measures, which ends at this bound.
    AboveRange(Decimal),
}

impl Value {
    /// What an SFLOAT code of ISO/IEEE 11073-20601 says.
    ///
    /// ```
    /// use iomt::reading::Value;
    ///
    /// assert_eq!(Value::from_sfloat(0xF16C).to_string(), "36.4");
    /// assert_eq!(Value::from_sfloat(0x0801), Value::NotANumber); // The reserved code.
    /// ```
    #[must_use]
    pub fn from_sfloat(code: u16) -> Self {
        Decimal::from_sfloat(code).map_or_else(Self::from, Self::Number)
    }

    /// What a FLOAT code of ISO/IEEE 11073-20601 says.
    #[must_use]
    pub fn from_float(code: u32) -> Self {
        Decimal::from_float(code).map_or_else(Self::from, Self::Number)
    }

    /// The number, where there is one; its status is not asked for: see [`Observation::usable`].
    #[must_use]
    pub const fn number(self) -> Option<Decimal> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }
}

/// The reserved code comes as [`Value::NotANumber`]: it is none.
impl From<Special> for Value {
    fn from(special: Special) -> Self {
        match special {
            Special::NotANumber | Special::Reserved => Self::NotANumber,
            Special::NotAtThisResolution => Self::NotAtThisResolution,
            Special::PositiveInfinity => Self::PositiveInfinity,
            Special::NegativeInfinity => Self::NegativeInfinity,
        }
    }
}

impl From<Decimal> for Value {
    fn from(number: Decimal) -> Self {
        Self::Number(number)
    }
}

impl From<i32> for Value {
    fn from(whole: i32) -> Self {
        Self::Number(Decimal::from(whole))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::NotANumber => f.write_str("not a number"),
            Self::NotAtThisResolution => f.write_str("not at this resolution"),
            Self::PositiveInfinity => f.write_str("+infinity"),
            Self::NegativeInfinity => f.write_str("-infinity"),
            Self::BelowRange(bound) => write!(f, "below {bound}"),
            Self::AboveRange(bound) => write!(f, "above {bound}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    // IOMT-DATA-013
    #[test]
    fn a_value_below_the_range_is_not_a_small_number() {
        let low = Observation::new(
            Metric::SPO2,
            Unit::PERCENT,
            Instant::ZERO,
            Value::BelowRange(Decimal::from(70)),
        );
        assert_eq!(low.usable(), None);
        assert_eq!(low.to_string(), "oxygen saturation below 70 %");
    }
}
