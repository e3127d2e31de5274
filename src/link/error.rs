use crate::wire::MAX_DATAGRAM;

/// Why a carrier did not take a datagram for sending: always the caller's mistake, and nothing was sent.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CarrierError {
    /// The datagram has no bytes.
    #[error("a datagram has at least one byte")]
    Empty,
    /// The datagram is above [`MAX_DATAGRAM`].
    #[error("a datagram of {len} bytes is too long")]
    TooLong {
        /// The datagram's length.
        len: usize,
    },
    /// The output buffer is too small.
    #[error("no room: {needed} bytes are needed")]
    NoRoom {
        /// How large the buffer has to be, at least.
        needed: usize,
    },
}

/// Refuses what no carrier takes.
pub(super) const fn check_datagram(datagram: &[u8]) -> Result<(), CarrierError> {
    match datagram.len() {
        0 => Err(CarrierError::Empty),
        1..=MAX_DATAGRAM => Ok(()),
        len => Err(CarrierError::TooLong { len }),
    }
}
