use crate::wire;

/// Why a gateway did not take a datagram. Nothing of it is kept.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GatewayError {
    /// Not a packet.
    #[error(transparent)]
    Wire(#[from] wire::Error),
    /// A packet that does not go in this direction.
    #[error("a packet that does not go in this direction")]
    WrongDirection,
    /// A short frame, and nobody knows of which epoch: end the connection, and the device routes its frames on the next one.
    #[error("a short frame of an epoch that is not known here")]
    UnknownEpoch,
    /// There is no room for it within its device's share; the device repeats it.
    #[error("the store has no more room for this device")]
    Full,
}

/// What a gateway has done so far; each count stops at its maximum.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GatewayStats {
    /// Datagrams from devices that were stored.
    pub stored: u64,
    /// Datagrams that were stored already.
    pub duplicates: u64,
    /// Short frames that were given their locator.
    pub completed: u64,
    /// Datagrams that were handed out for the server, repetitions included.
    pub handed: u64,
    /// Datagrams that the link has taken.
    pub taken: u64,
    /// Datagrams that gave way to those of devices with less, or to their device's alarm.
    pub evicted: u64,
    /// Datagrams that were kept too long.
    pub expired: u64,
    /// Datagrams that were refused.
    pub refused: u64,
    /// Datagrams from the server whose device is known.
    pub routed: u64,
    /// Datagrams from the server whose device is not.
    pub unrouted: u64,
}

pub(super) const fn count(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}
