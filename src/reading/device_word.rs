use core::fmt;
use core::ops::BitOr;

use super::Status;

/// What the device says of its sensor, beside the [`Status`] of a value. Bits that this version does not name are kept.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct DeviceWord {
    bits: u32,
}

impl DeviceWord {
    /// The sensor is not in place.
    pub const SENSOR_OFF: Self = Self::from_bits(1 << 0);
    /// The sensor is warming up.
    pub const WARM_UP: Self = Self::from_bits(1 << 1);
    /// The sensor has failed.
    pub const FAULT: Self = Self::from_bits(1 << 2);
    /// There is little blood at the sensor.
    pub const LOW_PERFUSION: Self = Self::from_bits(1 << 3);
    /// The contact is poor.
    pub const POOR_CONTACT: Self = Self::from_bits(1 << 4);
    /// The patient moves.
    pub const MOTION: Self = Self::from_bits(1 << 5);
    /// Something else disturbs.
    pub const INTERFERENCE: Self = Self::from_bits(1 << 6);
    /// The sensor is past its time.
    pub const EXPIRED: Self = Self::from_bits(1 << 7);

    /// The word with these bits.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self { bits }
    }

    /// The bits.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.bits
    }

    /// Whether every bit of `other` is set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.bits & other.bits == other.bits
    }

    /// The status of a value that such a sensor gives, at least.
    ///
    /// ```
    /// use iomt::reading::DeviceWord;
    ///
    /// assert!(!DeviceWord::WARM_UP.implied_status().permits_use());
    /// assert!(DeviceWord::LOW_PERFUSION.implied_status().permits_use());
    /// ```
    #[must_use]
    pub fn implied_status(self) -> Status {
        let named = NAMES.iter().filter(|(word, ..)| self.contains(*word));
        named.fold(Status::VALID, |all, (_, _, status)| all | *status)
    }
}

const NAMES: [(DeviceWord, &str, Status); 8] = [
    (DeviceWord::SENSOR_OFF, "sensor off", Status::NOT_AVAILABLE),
    (DeviceWord::WARM_UP, "warm-up", Status::CALIBRATING),
    (DeviceWord::FAULT, "fault", Status::INVALID),
    (
        DeviceWord::LOW_PERFUSION,
        "low perfusion",
        Status::QUESTIONABLE,
    ),
    (
        DeviceWord::POOR_CONTACT,
        "poor contact",
        Status::QUESTIONABLE,
    ),
    (DeviceWord::MOTION, "motion", Status::QUESTIONABLE),
    (
        DeviceWord::INTERFERENCE,
        "interference",
        Status::QUESTIONABLE,
    ),
    (DeviceWord::EXPIRED, "expired", Status::QUESTIONABLE),
];

impl BitOr for DeviceWord {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self::from_bits(self.bits | other.bits)
    }
}

impl fmt::Display for DeviceWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut separator, mut unnamed) = ("", self.bits);
        for (word, name, _) in NAMES.iter().filter(|(word, ..)| self.contains(*word)) {
            write!(f, "{separator}{name}")?;
            separator = ", ";
            unnamed &= !word.bits;
        }
        match unnamed {
            0 => Ok(()),
            bits => write!(f, "{separator}{bits:#x}"),
        }
    }
}
