use serde::{Deserialize, Serialize};

/// So many records are missing, and why: a loss is never silent.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The sequence of the first that is missing.
    pub first_sequence: u64,
    /// How many are missing; zero: nobody knows.
    pub count: u32,
    /// Why.
    pub reason: GapReason,
}

/// Why records are missing: an open code.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GapReason(pub u8);

impl GapReason {
    /// The storage failed.
    pub const STORE_FAILED: Self = Self(1);
    /// There was no room.
    pub const NO_ROOM: Self = Self(2);
    /// The power was lost.
    pub const POWER_LOST: Self = Self(3);
    /// They were damaged in storage.
    pub const DAMAGED: Self = Self(4);
    /// They were wiped.
    pub const WIPED: Self = Self(5);
    /// The sensor was off.
    pub const SENSOR_OFF: Self = Self(6);
    /// The device measured less, to save its battery.
    pub const BATTERY_SAVED: Self = Self(7);

    /// Its name in plain English, where this version knows it.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::STORE_FAILED => "store failed",
            Self::NO_ROOM => "no room",
            Self::POWER_LOST => "power lost",
            Self::DAMAGED => "damaged",
            Self::WIPED => "wiped",
            Self::SENSOR_OFF => "sensor off",
            Self::BATTERY_SAVED => "battery saved",
            _ => return None,
        })
    }
}
