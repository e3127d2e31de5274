//! What a glucose measurement's context holds, part by part.

use super::LITRES;
use crate::gatt::Error;
use crate::gatt::cursor::Fields;
use crate::reading::Value;

/// A meal.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carbohydrate {
    /// By its code: 1 breakfast, 2 lunch, 3 dinner, 4 snack, 5 drink, 6 supper, 7 brunch.
    pub id: u8,
    /// In kilograms.
    pub kilograms: Value,
}

/// Who measured, and in what health.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TesterHealth {
    /// By its code: 1 the user, 2 a professional, 3 a laboratory, 15 not told.
    pub tester: u8,
    /// 1 minor issues, 2 major ones, 3 during menses, 4 under stress, 5 none, 15 not told.
    pub health: u8,
}

/// Exercise before the measurement.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Exercise {
    /// In seconds; 65,535 is an overrun.
    pub seconds: u16,
    /// In per cent of the most that the user can do.
    pub intensity_percent: u8,
}

/// A medication that was taken.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Medication {
    /// The code of an insulin: 1 rapid acting, 2 short acting, 3 intermediate acting, 4 long acting, 5 pre-mixed.
    pub id: u8,
    /// How much, and in what.
    pub amount: Amount,
}

/// An amount of a medication.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// By mass.
    Kilograms(Value),
    /// By volume.
    Litres(Value),
}

impl Medication {
    /// The kind of insulin in plain English; `medication` for a number that this version does not know.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.id {
            1 => "rapid acting insulin",
            2 => "short acting insulin",
            3 => "intermediate acting insulin",
            4 => "long acting insulin",
            5 => "pre-mixed insulin",
            _ => "medication",
        }
    }
}

impl Carbohydrate {
    /// The meal in plain English; `None` for a number that this version does not know.
    #[must_use]
    pub const fn name(&self) -> Option<&'static str> {
        Some(match self.id {
            1 => "breakfast",
            2 => "lunch",
            3 => "dinner",
            4 => "snack",
            5 => "drink",
            6 => "supper",
            7 => "brunch",
            _ => return None,
        })
    }
}

impl TesterHealth {
    /// Who measured, in plain English; `None` where the device does not tell.
    #[must_use]
    pub const fn tester_name(&self) -> Option<&'static str> {
        Some(match self.tester {
            1 => "self",
            2 => "health care professional",
            3 => "laboratory",
            _ => return None,
        })
    }

    /// The health of the one who was measured, in plain English; `None` where the device does not tell.
    #[must_use]
    pub const fn health_name(&self) -> Option<&'static str> {
        Some(match self.health {
            1 => "minor health issues",
            2 => "major health issues",
            3 => "during menses",
            4 => "under stress",
            5 => "no health issues",
            _ => return None,
        })
    }
}

impl Carbohydrate {
    pub(super) fn read(fields: &mut Fields<'_>) -> Result<Self, Error> {
        Ok(Self {
            id: fields.u8("Carbohydrate ID")?,
            kilograms: fields.sfloat("Carbohydrate")?,
        })
    }
}

impl TesterHealth {
    pub(super) fn read(fields: &mut Fields<'_>) -> Result<Self, Error> {
        let both = fields.u8("Tester-Health")?;
        Ok(Self {
            tester: both & 0x0F,
            health: both >> 4,
        })
    }
}

impl Exercise {
    pub(super) fn read(fields: &mut Fields<'_>) -> Result<Self, Error> {
        Ok(Self {
            seconds: fields.u16("Exercise Duration")?,
            intensity_percent: fields.u8("Exercise Intensity")?,
        })
    }
}

impl Medication {
    pub(super) fn read(flags: u16, fields: &mut Fields<'_>) -> Result<Self, Error> {
        let id = fields.u8("Medication ID")?;
        let value = fields.sfloat("Medication")?;
        let amount = match flags & LITRES {
            0 => Amount::Kilograms(value),
            _ => Amount::Litres(value),
        };
        Ok(Self { id, amount })
    }
}

impl Amount {
    pub(super) const fn value(self) -> Value {
        match self {
            Self::Kilograms(value) | Self::Litres(value) => value,
        }
    }
}
