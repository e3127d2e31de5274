use serde::{Deserialize, Serialize};

use crate::time::Instant;

/// Something that happened at a time of the device's clock; carried to the millisecond, the rest is cut.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timed<T> {
    /// When.
    pub time: Instant,
    /// What.
    pub what: T,
}

impl<T> Timed<T> {
    /// What happened at `time`.
    #[must_use]
    pub const fn new(time: Instant, what: T) -> Self {
        Self { time, what }
    }
}

/// A decimal as two fields of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DecimalBody {
    mantissa: i32,
    exponent: i8,
}

impl From<super::Decimal> for DecimalBody {
    fn from(number: super::Decimal) -> Self {
        Self {
            mantissa: number.mantissa(),
            exponent: number.exponent(),
        }
    }
}

impl From<DecimalBody> for super::Decimal {
    fn from(body: DecimalBody) -> Self {
        Self::new(body.mantissa, body.exponent)
    }
}
