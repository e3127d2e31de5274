use core::fmt;
use core::ops::BitOr;

/// What has to be known of a value before it is used: the measurement status bits of ISO/IEEE 11073-20601.
///
/// Empty means valid. Bits that this version does not name are kept.
///
/// ```
/// use iomt::reading::Status;
///
/// let status = Status::QUESTIONABLE | Status::ONGOING;
/// assert!(status.contains(Status::QUESTIONABLE));
/// assert!(status.permits_use() && !Status::CALIBRATING.permits_use());
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Status {
    bits: u16,
}

impl Status {
    /// Nothing is wrong.
    pub const VALID: Self = Self::from_bits(0);
    /// The value is wrong.
    pub const INVALID: Self = Self::from_bits(0x8000);
    /// The value may be wrong.
    pub const QUESTIONABLE: Self = Self::from_bits(0x4000);
    /// There is no value.
    pub const NOT_AVAILABLE: Self = Self::from_bits(0x2000);
    /// The sensor is calibrating or warming up.
    pub const CALIBRATING: Self = Self::from_bits(0x1000);
    /// Made by a self-test.
    pub const TEST: Self = Self::from_bits(0x0800);
    /// Made up for a demonstration.
    pub const DEMO: Self = Self::from_bits(0x0400);
    /// Confirmed by a person.
    pub const VALIDATED: Self = Self::from_bits(0x0080);
    /// An early estimate, before the measurement has settled.
    pub const EARLY: Self = Self::from_bits(0x0040);
    /// The measurement goes on.
    pub const ONGOING: Self = Self::from_bits(0x0020);

    const NO_MEASUREMENT: u16 = Self::INVALID.bits
        | Self::NOT_AVAILABLE.bits
        | Self::CALIBRATING.bits
        | Self::TEST.bits
        | Self::DEMO.bits;

    /// The status with these bits; the standard's bit 0 is the highest.
    #[must_use]
    pub const fn from_bits(bits: u16) -> Self {
        Self { bits }
    }

    /// The bits; the standard's bit 0 is the highest.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.bits
    }

    /// Whether every bit of `other` is set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.bits & other.bits == other.bits
    }

    /// What a device's own bits say: the statuses of all masks of which a bit is set.
    #[cfg(feature = "gatt")]
    pub(crate) fn of_bits(bits: u32, states: &[(u32, Self)]) -> Self {
        let set = states.iter().filter(|(mask, _)| bits & mask != 0);
        set.fold(Self::VALID, |all, (_, status)| all | *status)
    }

    /// Whether the value is a measurement of the patient that may be acted on or counted.
    #[must_use]
    pub const fn permits_use(self) -> bool {
        self.bits & Self::NO_MEASUREMENT == 0
    }
}

impl BitOr for Status {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self::from_bits(self.bits | other.bits)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [(Status, &str); 9] = [
            (Status::INVALID, "invalid"),
            (Status::QUESTIONABLE, "questionable"),
            (Status::NOT_AVAILABLE, "not available"),
            (Status::CALIBRATING, "calibrating"),
            (Status::TEST, "test"),
            (Status::DEMO, "demo"),
            (Status::VALIDATED, "validated"),
            (Status::EARLY, "early"),
            (Status::ONGOING, "ongoing"),
        ];
        if *self == Self::VALID {
            return f.write_str("valid");
        }
        let mut separator = "";
        let mut unnamed = self.bits;
        for (status, name) in NAMES {
            if self.contains(status) {
                write!(f, "{separator}{name}")?;
                separator = ", ";
                unnamed &= !status.bits;
            }
        }
        match unnamed {
            0 => Ok(()),
            bits => write!(f, "{separator}{bits:#06x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    // IOMT-DATA-040, IOMT-DATA-041
    #[test]
    fn a_warm_up_value_is_not_a_measurement() {
        assert!(!Status::CALIBRATING.permits_use());
        assert!((Status::EARLY | Status::QUESTIONABLE).permits_use());
    }

    // IOMT-DATA-042
    #[test]
    fn prints_all_that_is_set_even_without_a_name() {
        let status = Status::DEMO | Status::from_bits(0x0002);
        assert_eq!(status.to_string(), "demo, 0x0002");
        assert_eq!(Status::VALID.to_string(), "valid");
    }
}
