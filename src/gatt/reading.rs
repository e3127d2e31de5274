use super::{DateTime, ElapsedTime};
use crate::reading::{Decimal, Metric, Observation, Status, Unit, Value};
use crate::time::Instant;

/// The most values that one [`Reading`] holds; a compound observation with more is refused.
pub const MAX_PARTS: usize = 8;

/// What was measured in one act: one value, or the parts of a panel such as a blood pressure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What the parts are parts of; `None` where there is one value.
    pub panel: Option<Metric>,
    /// The values, one at least. Their time is the one the caller gave.
    pub parts: heapless::Vec<Observation, MAX_PARTS>,
    /// When it was measured, as far as the device tells.
    pub time: Stamp,
}

/// When something was measured, as far as the characteristic tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stamp {
    /// It does not tell: now, where it is received as it is measured.
    None,
    /// By the device's calendar, and by so many minutes later: the Time Offset of a glucose reading.
    Local {
        /// The calendar time.
        time: DateTime,
        /// What is to be added to it.
        offset_minutes: i16,
    },
    /// By the device's elapsed-time clock.
    Elapsed(ElapsedTime),
    /// So many minutes after the session's start, which the CGM Session Start Time tells.
    SessionMinutes(u16),
}

impl From<Option<DateTime>> for Stamp {
    fn from(time: Option<DateTime>) -> Self {
        match time {
            Some(time) => Self::Local {
                time,
                offset_minutes: 0,
            },
            None => Self::None,
        }
    }
}

/// What all readings of one characteristic share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Common {
    pub(super) at: Instant,
    pub(super) time: Stamp,
    pub(super) status: Status,
}

impl Common {
    pub(super) fn one(self, metric: Metric, unit: Unit, value: Value) -> Reading {
        let observation = Observation {
            status: self.status,
            ..Observation::new(metric, unit, self.at, value)
        };
        Reading {
            panel: None,
            parts: core::iter::once(observation).collect(),
            time: self.time,
        }
    }

    /// A panel of three.
    pub(super) fn panel(self, panel: Metric, unit: Unit, parts: [(Metric, Value); 3]) -> Reading {
        let observation = |(metric, value)| Observation {
            status: self.status,
            ..Observation::new(metric, unit, self.at, value)
        };
        Reading {
            panel: Some(panel),
            parts: parts.into_iter().map(observation).collect(),
            time: self.time,
        }
    }
}

/// `value` × 10^`steps`: the same digits in a unit of another power of ten.
pub(super) fn shifted(value: Value, steps: i8) -> Value {
    let shift =
        |number: Decimal| Decimal::new(number.mantissa(), number.exponent().saturating_add(steps));
    match value {
        Value::Number(number) => Value::Number(shift(number)),
        other => other,
    }
}
