use crate::gatt::Error;
use crate::time::ClockQuality;

/// Where a clock has its time from: Time Sync Source Type.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SyncSource {
    /// 0.
    Unknown,
    /// 1, Network Time Protocol.
    NetworkTime,
    /// 2, satellite navigation.
    Satellite,
    /// 3, a radio time signal.
    Radio,
    /// 4, set by hand.
    Manual,
    /// 5.
    AtomicClock,
    /// 6, a cellular network.
    Cellular,
    /// 7.
    NotSynchronised,
}

impl SyncSource {
    const ALL: [Self; 8] = [
        Self::Unknown,
        Self::NetworkTime,
        Self::Satellite,
        Self::Radio,
        Self::Manual,
        Self::AtomicClock,
        Self::Cellular,
        Self::NotSynchronised,
    ];

    /// The source with this number, 0 to 7.
    ///
    /// # Errors
    ///
    /// [`Error::Reserved`].
    pub fn from_u8(number: u8) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|source| source.as_u8() == number)
            .ok_or(Error::Reserved {
                field: "Time Sync Source Type",
                value: number.into(),
            })
    }

    /// The number on the wire.
    #[must_use]
    pub const fn as_u8(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::NetworkTime => 1,
            Self::Satellite => 2,
            Self::Radio => 3,
            Self::Manual => 4,
            Self::AtomicClock => 5,
            Self::Cellular => 6,
            Self::NotSynchronised => 7,
        }
    }

    pub(super) const fn quality(self) -> ClockQuality {
        match self {
            Self::NotSynchronised => ClockQuality::Unset,
            Self::Unknown | Self::Manual => ClockQuality::DeviceSet,
            _ => ClockQuality::Synchronised,
        }
    }
}
