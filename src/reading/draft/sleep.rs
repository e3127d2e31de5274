use serde::{Deserialize, Serialize};

/// A stretch of one stage of sleep that ends now. *Draft.*
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sleep {
    /// The stage.
    pub stage: SleepStage,
    /// For how long, in seconds.
    pub duration_s: u32,
}

/// A stage of sleep, as the American Academy of Sleep Medicine scores it: an open code.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SleepStage(pub u8);

impl SleepStage {
    /// Awake.
    pub const AWAKE: Self = Self(1);
    /// N1.
    pub const N1: Self = Self(2);
    /// N2.
    pub const N2: Self = Self(3);
    /// N3.
    pub const N3: Self = Self(4);
    /// Rapid eye movements.
    pub const REM: Self = Self(5);
    /// Asleep, in a stage that is not told.
    pub const ASLEEP: Self = Self(6);

    /// Its name in plain English, where this version knows it.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::AWAKE => "awake",
            Self::N1 => "N1",
            Self::N2 => "N2",
            Self::N3 => "N3",
            Self::REM => "REM",
            Self::ASLEEP => "asleep",
            _ => return None,
        })
    }
}
