use serde::{Deserialize, Serialize};

/// A dose of a medicine: planned, taken, missed or late. *Draft.*
///
/// Two doses at one time are two doses: what tells them apart is the identity of their records.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dose<'a> {
    /// The medicine, as its vendor or pharmacy codes it.
    pub medicine: &'a str,
    /// How much, in thousandths of `unit`.
    pub amount_milli: u32,
    /// The unit, as its code.
    pub unit: u32,
    /// What became of it.
    pub adherence: Adherence,
    /// How many seconds before this record it was planned; zero where it was not.
    pub planned_before_s: i32,
    /// Who says so.
    pub reporter: Reporter,
}

impl Dose<'_> {
    /// The longest that a text may be, in bytes.
    pub const MAX_TEXT: usize = 64;
}

/// What became of a dose: an open code.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Adherence(pub u8);

impl Adherence {
    /// It is planned.
    pub const PLANNED: Self = Self(1);
    /// It was taken.
    pub const TAKEN: Self = Self(2);
    /// It was not taken.
    pub const MISSED: Self = Self(3);
    /// It was taken late.
    pub const LATE: Self = Self(4);
    /// The patient refused it.
    pub const REFUSED: Self = Self(5);

    /// Its name in plain English, where this version knows it.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::PLANNED => "planned",
            Self::TAKEN => "taken",
            Self::MISSED => "missed",
            Self::LATE => "taken late",
            Self::REFUSED => "refused",
            _ => return None,
        })
    }
}

/// Who reports a dose: an open code.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reporter(pub u8);

impl Reporter {
    /// The patient.
    pub const PATIENT: Self = Self(1);
    /// A caregiver.
    pub const CAREGIVER: Self = Self(2);
    /// The device that gave it.
    pub const DEVICE: Self = Self(3);
    /// A clinician.
    pub const CLINICIAN: Self = Self(4);

    /// Its name in plain English, where this version knows it.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::PATIENT => "patient",
            Self::CAREGIVER => "caregiver",
            Self::DEVICE => "device",
            Self::CLINICIAN => "clinician",
            _ => return None,
        })
    }
}
