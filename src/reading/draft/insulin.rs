use serde::{Deserialize, Serialize};

/// Insulin at a rate. *Draft.*
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InsulinBasal {
    /// The rate, in thousandths of an international unit an hour.
    pub milli_units_per_hour: u32,
    /// For how long, in seconds; zero: until the next.
    pub duration_s: u32,
    /// Whether it was delivered.
    pub outcome: Outcome,
}

/// Insulin at once. *Draft.*
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InsulinBolus {
    /// What was asked for, in thousandths of an international unit.
    pub requested_milli_units: u32,
    /// What was delivered, in thousandths of a unit of insulin, as far as it is known.
    pub delivered_milli_units: u32,
    /// Whether it was delivered.
    pub outcome: Outcome,
}

/// What became of a delivery: an open code. Unknown is not failed: nobody may give it again.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Outcome(pub u8);

impl Outcome {
    /// It was delivered.
    pub const DELIVERED: Self = Self(1);
    /// It was not.
    pub const FAILED: Self = Self(2);
    /// Nobody knows.
    pub const UNKNOWN: Self = Self(3);
    /// A part was delivered.
    pub const PARTIAL: Self = Self(4);
    /// It goes on.
    pub const RUNNING: Self = Self(5);

    /// Its name in plain English, where this version knows it.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::DELIVERED => "delivered",
            Self::FAILED => "failed",
            Self::UNKNOWN => "unknown",
            Self::PARTIAL => "partial",
            Self::RUNNING => "running",
            _ => return None,
        })
    }
}
