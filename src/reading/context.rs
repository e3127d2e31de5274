use super::{DeviceWord, Status};
use serde::{Deserialize, Serialize};

/// How and where an earlier record was measured, and by what. Zero and empty mean: not said.
///
/// By which device is said once for all: it is that of the run, by its [`Descriptor`](super::Descriptor).
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Context<'a> {
    /// How many numbered records before this one the record stands that it speaks of; zero: it speaks of all that follow in this run.
    pub back: u32,
    /// What the device says of its sensor: the bits of [`DeviceWord`](super::DeviceWord).
    pub device: u32,
    /// Where on the body.
    pub location: SensorLocation,
    /// How.
    pub method: Method,
    /// Where the value comes from.
    pub origin: Origin,
    /// The algorithm that computed it.
    pub algorithm: &'a str,
    /// Its version.
    pub algorithm_version: &'a str,
}

impl Context<'_> {
    /// The longest that a text may be, in bytes.
    pub const MAX_TEXT: usize = 32;
}

impl Context<'_> {
    /// The device word.
    #[must_use]
    pub const fn device_word(&self) -> DeviceWord {
        DeviceWord::from_bits(self.device)
    }

    /// What the context alone says against the value: a fault is invalid, a warm-up calibrating, a demonstration a demo.
    #[must_use]
    pub fn implied_status(&self) -> Status {
        let origin = match self.origin {
            Origin::TEST => Status::TEST,
            Origin::DEMO => Status::DEMO,
            _ => Status::VALID,
        };
        origin | self.device_word().implied_status()
    }
}

/// Where on the body a sensor is: an open code.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct SensorLocation(pub u8);

impl SensorLocation {
    /// The chest.
    pub const CHEST: Self = Self(1);
    /// The wrist.
    pub const WRIST: Self = Self(2);
    /// A finger.
    pub const FINGER: Self = Self(3);
    /// The hand.
    pub const HAND: Self = Self(4);
    /// The ear lobe.
    pub const EAR_LOBE: Self = Self(5);
    /// The foot.
    pub const FOOT: Self = Self(6);
    /// The upper arm.
    pub const UPPER_ARM: Self = Self(7);
    /// The abdomen.
    pub const ABDOMEN: Self = Self(8);
    /// The thigh.
    pub const THIGH: Self = Self(9);
    /// The forehead.
    pub const FOREHEAD: Self = Self(10);
    /// The armpit.
    pub const AXILLA: Self = Self(11);
    /// The mouth.
    pub const MOUTH: Self = Self(12);
    /// The rectum.
    pub const RECTUM: Self = Self(13);
    /// The ear.
    pub const EAR: Self = Self(14);
    /// A toe.
    pub const TOE: Self = Self(15);

    /// Its name in plain English, where this version knows it.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::CHEST => "chest",
            Self::WRIST => "wrist",
            Self::FINGER => "finger",
            Self::HAND => "hand",
            Self::EAR_LOBE => "ear lobe",
            Self::FOOT => "foot",
            Self::UPPER_ARM => "upper arm",
            Self::ABDOMEN => "abdomen",
            Self::THIGH => "thigh",
            Self::FOREHEAD => "forehead",
            Self::AXILLA => "axilla",
            Self::MOUTH => "mouth",
            Self::RECTUM => "rectum",
            Self::EAR => "ear",
            Self::TOE => "toe",
            _ => return None,
        })
    }
}

/// How a value was measured: an open code.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Method(pub u8);

impl Method {
    /// By the device, on its own.
    pub const AUTOMATIC: Self = Self(1);
    /// Once, when asked.
    pub const SPOT: Self = Self(2);
    /// Continuously.
    pub const CONTINUOUS: Self = Self(3);
    /// By listening.
    pub const AUSCULTATORY: Self = Self(4);
    /// By the oscillation of a cuff.
    pub const OSCILLOMETRIC: Self = Self(5);
    /// From within a vessel.
    pub const INVASIVE: Self = Self(6);

    /// Its name in plain English, where this version knows it.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::AUTOMATIC => "automatic",
            Self::SPOT => "spot",
            Self::CONTINUOUS => "continuous",
            Self::AUSCULTATORY => "auscultatory",
            Self::OSCILLOMETRIC => "oscillometric",
            Self::INVASIVE => "invasive",
            _ => return None,
        })
    }
}

/// Where a value comes from: an open code.
///
/// Whether it is the patient's, a test's or a demonstration's stands in the [`Status`] of each value, so that what was
/// computed or entered may be of a test, too; here it holds for all that the context speaks of.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Origin(pub u8);

impl Origin {
    /// Measured.
    pub const MEASURED: Self = Self(1);
    /// Computed from what was measured.
    pub const COMPUTED: Self = Self(2);
    /// Entered by hand.
    pub const ENTERED: Self = Self(3);
    /// Made by a test.
    pub const TEST: Self = Self(4);
    /// Made up for a demonstration.
    pub const DEMO: Self = Self(5);

    /// Its name in plain English, where this version knows it.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::MEASURED => "measured",
            Self::COMPUTED => "computed",
            Self::ENTERED => "entered by hand",
            Self::TEST => "test",
            Self::DEMO => "demo",
            _ => return None,
        })
    }
}
