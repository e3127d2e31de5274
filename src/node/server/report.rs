use crate::pairing::PublicKey;

/// What happened at a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerEvent {
    /// The device has sent its first frame under the new keys.
    Paired {
        /// The device's key.
        peer: PublicKey,
        /// The session's name.
        session: [u8; 16],
    },
    /// Nobody has finished the pairing in time, and it is no longer repeated.
    ///
    /// Where the device has finished and was not heard, its first frame still brings
    /// [`ServerEvent::Paired`], until another pairing is begun.
    PairingFailed,
    /// The device describes itself otherwise than it promised in the handshake.
    DescriptorMismatch,
}

/// What a server has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ServerStats {
    /// Frames that were opened.
    pub frames_opened: u64,
    /// Authentic frames that had been stored before.
    pub duplicates: u64,
    /// Packets that were refused.
    pub packets_refused: u64,
    /// Receipts that were made.
    pub receipts: u64,
}
