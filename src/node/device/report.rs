use crate::pairing::PublicKey;

/// What happened to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceEvent {
    /// A server has paired and proved it; the label is used up.
    Paired {
        /// The server's key.
        peer: PublicKey,
    },
    /// The session is on storage: readings can be sent. Once a boot, and after a pairing.
    Ready,
    /// A new owner has paired: frames for the one before were wiped.
    Wiped {
        /// How many frames.
        frames: usize,
    },
}

/// What a device has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DeviceStats {
    /// Frames that were sealed.
    pub frames_sealed: u64,
    /// Frames that were handed out to be sent, repetitions included.
    pub frames_sent: u64,
    /// Frames that a receipt has named.
    pub frames_acknowledged: u64,
    /// Receipts that were authentic.
    pub receipts: u64,
    /// Packets that were refused.
    pub packets_refused: u64,
}
