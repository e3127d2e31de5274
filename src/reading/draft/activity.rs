use serde::{Deserialize, Serialize};

/// A stretch of activity that ends now. *Draft.*
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// What the patient did.
    pub kind: ActivityKind,
    /// For how long, in seconds.
    pub duration_s: u32,
    /// Steps.
    pub steps: u32,
    /// Distance, in metres.
    pub distance_m: u32,
    /// Energy, in kilojoules.
    pub energy_kj: u32,
}

/// The patient may have fallen. *Draft.*
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fall {
    /// How sure the detector is, in hundredths.
    pub confidence_percent: u8,
    /// The hardest impact, in thousandths of standard gravity.
    pub peak_milli_g: u16,
    /// For how many seconds the patient has not moved since.
    pub still_s: u16,
}

/// What a patient does: an open code.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ActivityKind(pub u8);

impl ActivityKind {
    /// Rest.
    pub const REST: Self = Self(1);
    /// Walking.
    pub const WALK: Self = Self(2);
    /// Running.
    pub const RUN: Self = Self(3);
    /// Cycling.
    pub const CYCLE: Self = Self(4);
    /// Anything else.
    pub const OTHER: Self = Self(5);

    /// Its name in plain English, where this version knows it.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::REST => "rest",
            Self::WALK => "walk",
            Self::RUN => "run",
            Self::CYCLE => "cycle",
            Self::OTHER => "other",
            _ => return None,
        })
    }
}
