use crate::wire;

/// Why a characteristic's value was refused, or could not be written.
///
/// Fields bear the names of the Bluetooth GATT Specification Supplement.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The value ends before this field does.
    #[error("{field}: truncated")]
    Truncated {
        /// The field that is missing, in whole or in part.
        field: &'static str,
    },
    /// The value goes on after its last field.
    #[error("{count} trailing bytes")]
    TrailingBytes {
        /// How many bytes are left over.
        count: usize,
    },
    /// The field holds a value that the specification reserves.
    #[error("{field}: {value:#x} is reserved")]
    Reserved {
        /// The field.
        field: &'static str,
        /// What it holds.
        value: u32,
    },
    /// The field holds a value outside of the range that the specification gives it.
    #[error("{field}: out of range")]
    OutOfRange {
        /// The field.
        field: &'static str,
    },
    /// A flag promises a list, and the list is empty.
    #[error("{field}: none, although a flag promises some")]
    Empty {
        /// The field.
        field: &'static str,
    },
    /// The record's checksum (E2E-CRC) is not that of its bytes.
    #[error("E2E-CRC: {found:#06x}, but its bytes give {computed:#06x}")]
    Checksum {
        /// What the record says.
        found: u16,
        /// What its bytes give.
        computed: u16,
    },
    /// The length that the value states is not the length of its fields.
    #[error("{field}: the stated length is not that of the fields")]
    Length {
        /// The field that states the length.
        field: &'static str,
    },
    /// The text is not UTF-8.
    #[error("{field}: not UTF-8")]
    Text {
        /// The field.
        field: &'static str,
    },
    /// One segment of several: put the segments together first.
    #[error("one segment of several")]
    Segmented,
    /// The value can not be told in this field: it has more digits, or is larger, than the field holds.
    #[error("{field}: not representable")]
    NotRepresentable {
        /// The field.
        field: &'static str,
    },
    /// The characteristic with this 16-bit number is none that this module reads.
    #[error("characteristic {0:#06x} is not known")]
    UnknownCharacteristic(u16),
    /// The buffer is too short.
    #[error("no room: {needed} bytes are needed, or more")]
    NoRoom {
        /// How long the buffer must be, at least.
        needed: usize,
    },
}

impl Error {
    /// What the writer of `wire` says, in the words of this module.
    pub(super) fn writing(error: wire::Error) -> Self {
        match error {
            wire::Error::NoRoom { needed } => Self::NoRoom { needed },
            _ => Self::NoRoom { needed: 0 },
        }
    }
}
