//! Counts of mass and length: two resolutions, one for each system of measurement.

use super::Error;
use super::cursor::Fields;
use crate::reading::{Decimal, Unit, Value};

/// The system of measurement of a scale, which the flags name.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Units {
    /// Kilograms and metres.
    #[default]
    Si,
    /// Pounds and inches.
    Imperial,
}

/// How a count stands for a number: count × `step`.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Clone, Copy)]
pub(super) struct Scale {
    pub(super) step: Decimal,
    pub(super) field: &'static str,
}

/// What a count that is all ones means: "Measurement Unsuccessful".
pub(super) const UNSUCCESSFUL: u16 = 0xFFFF;

impl Units {
    pub(super) const IMPERIAL: u16 = 0x01;

    pub(super) const fn from_flags(flags: u16) -> Self {
        match flags & Self::IMPERIAL {
            0 => Self::Si,
            _ => Self::Imperial,
        }
    }

    pub(super) const fn flag(self) -> u16 {
        match self {
            Self::Si => 0,
            Self::Imperial => Self::IMPERIAL,
        }
    }

    /// The unit of a mass.
    #[must_use]
    pub const fn mass(self) -> Unit {
        match self {
            Self::Si => Unit::KILOGRAM,
            Self::Imperial => Unit::POUND,
        }
    }

    /// The unit of a length.
    #[must_use]
    pub const fn length(self) -> Unit {
        match self {
            Self::Si => Unit::METRE,
            Self::Imperial => Unit::INCH,
        }
    }

    /// 0.005 kg or 0.01 lb.
    pub(super) const fn mass_scale(self, field: &'static str) -> Scale {
        let step = match self {
            Self::Si => Decimal::new(5, -3),
            Self::Imperial => Decimal::new(1, -2),
        };
        Scale { step, field }
    }

    /// 0.001 m or 0.1 in.
    pub(super) const fn length_scale(self, field: &'static str) -> Scale {
        let step = match self {
            Self::Si => Decimal::new(1, -3),
            Self::Imperial => Decimal::new(1, -1),
        };
        Scale { step, field }
    }
}

impl Scale {
    /// A scale of tenths.
    pub(super) const fn tenths(field: &'static str) -> Self {
        let step = Decimal::new(1, -1);
        Self { step, field }
    }

    pub(super) fn read(self, fields: &mut Fields<'_>) -> Result<Decimal, Error> {
        Ok(self.number(fields.u16(self.field)?))
    }

    pub(super) fn number(self, count: u16) -> Decimal {
        // 65,535 × 5 is far below 2^31.
        let mantissa = self.step.mantissa().saturating_mul(count.into());
        Decimal::new(mantissa, self.step.exponent())
    }

    /// The count of a number that has one.
    pub(super) fn count(self, number: Decimal) -> Result<u16, Error> {
        let field = self.field;
        let steps = number
            .rescaled(self.step.exponent())
            .filter(|number| number.mantissa() % self.step.mantissa() == 0)
            .map(|number| number.mantissa() / self.step.mantissa());
        steps
            .and_then(|count| u16::try_from(count).ok())
            .ok_or(Error::NotRepresentable { field })
    }
}

/// The value of a measurement that can fail.
pub(super) fn value(number: Option<Decimal>) -> Value {
    number.map_or(Value::NotANumber, Value::Number)
}
