use crate::pairing::PublicKey;
use crate::wire::Space;
use crate::wire::control::Why;

/// Which of a device's recipients: its place, from 0.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PeerId(pub u8);

/// What happened to a device.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceEvent {
    /// A server has paired and proved it; the label is used up.
    Paired {
        /// The recipient that it became.
        peer: PeerId,
        /// The server's key.
        key: PublicKey,
    },
    /// There are digits for a person to compare: show them, and say what the person says.
    DigitsReady,
    /// Nobody has answered, or said yes, in time; the run is given up.
    ComparisonFailed,
    /// Five attempts have failed: the device has to be armed again.
    AttemptsSpent,
    /// An epoch is open: readings can be sent to this recipient. Once a boot, and after a pairing.
    Ready {
        /// The recipient.
        peer: PeerId,
    },
    /// A new session has taken the place of the one before, and inherits its frames.
    Reconnected {
        /// The recipient.
        peer: PeerId,
        /// How it was proved who is who.
        by: Rung,
    },
    /// A recipient has introduced another, which is on storage now: the device meets it next.
    Introduced {
        /// The new recipient.
        peer: PeerId,
        /// Whoever has introduced it.
        by: PeerId,
    },
    /// A recipient was revoked by another: its place is free, what it was sent and has not stored is wiped.
    Revoked {
        /// The place that it had.
        peer: PeerId,
    },
    /// A new owner has paired: frames for the one before were wiped.
    Wiped {
        /// How many frames, of those in RAM.
        frames: usize,
    },
    /// Frames that were taken will never arrive; the server will be told. What was lost since events were polled last
    /// is told together.
    Lost {
        /// The recipient.
        peer: PeerId,
        /// The space.
        space: Space,
        /// How many.
        frames: u32,
        /// Why.
        why: Why,
    },
    /// Nothing was heard of this recipient for three due intervals.
    Silent {
        /// The recipient.
        peer: PeerId,
    },
    /// A recipient that was silent has proved that it is there.
    Heard {
        /// The recipient.
        peer: PeerId,
    },
    /// What had to be stored was not; it is tried again.
    StorageFailed {
        /// The recipient.
        peer: PeerId,
    },
}

impl DeviceEvent {
    /// Takes in what says the same again, and counts it; whether it did.
    pub(super) fn absorb(&mut self, newer: &Self) -> bool {
        match (self, newer) {
            (Self::StorageFailed { peer }, Self::StorageFailed { peer: again }) => peer == again,
            (
                Self::Lost {
                    peer,
                    space,
                    frames,
                    why,
                },
                Self::Lost {
                    peer: of,
                    space: within,
                    frames: more,
                    why: reason,
                },
            ) if (*peer, *space, *why) == (*of, *within, *reason) => {
                *frames = frames.saturating_add(*more);
                true
            }
            _ => false,
        }
    }
}

/// How the two sides of a reconnection knew each other, from the best to the last.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// By the secret that the last session left.
    Current,
    /// By the one before: the server had not taken the last.
    Previous,
    /// By the first secret of the recipient that takes the place of the one before.
    Successor,
    /// By the static keys alone: one side has lost its state. The server holds the session in quarantine.
    Keys,
}

/// What a device has done so far.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DeviceStats {
    /// Frames of readings that were sealed, for whichever recipient.
    pub frames_sealed: u64,
    /// Frames that were handed out to be sent, repetitions included.
    pub frames_sent: u64,
    /// Frames that a receipt has named.
    pub frames_acknowledged: u64,
    /// Frames that are named as lost.
    pub frames_lost: u64,
    /// Control frames that were sealed and sent.
    pub control_sent: u64,
    /// Number of receipts that were authentic.
    pub receipts: u64,
    /// Packets that were refused.
    pub packets_refused: u64,
    /// Number of sessions that a reconnection began.
    pub reconnections: u64,
    /// Number of writes to storage that failed.
    pub store_failures: u64,
}
