use super::{Recipient, Trust};
use crate::pairing::{Model, PublicKey};
use crate::seal::{Loss, Opened, Twin};
use crate::time::Instant;
use crate::wire::Hint;
use crate::wire::control::Outcome;

/// What a datagram has turned out to be.
#[derive(Debug)]
#[non_exhaustive]
pub enum Received<'b> {
    /// Records that were not stored before: store them, and give the frame to
    /// [`Server::handle_stored`](super::Server::handle_stored).
    Records(Opened<'b>),
    /// Likewise, of a session in quarantine: store them with a flag that says so.
    Quarantined(Opened<'b>),
    /// The device has said how it is, and nothing that is to be stored but
    /// [losses](super::Server::poll_loss).
    Control(Trust),
    /// A frame that was stored before: perhaps anybody's repetition.
    Duplicate,
    /// A message of a handshake that is worked on or answered: an answer goes to where it came from.
    Handshake,
}

impl Received<'_> {
    /// Whose address the datagram shows: the one that is to be changed to where it came from.
    /// `None` for what may be a repetition by anybody.
    #[must_use]
    pub const fn sender(&self) -> Option<Recipient> {
        match self {
            Self::Records(_) | Self::Control(Trust::Trusted) => Some(Recipient::Device),
            Self::Quarantined(_) | Self::Control(Trust::Quarantined) => {
                Some(Recipient::Quarantined)
            }
            Self::Handshake => Some(Recipient::Caller),
            Self::Duplicate => None,
        }
    }
}

/// What happened at a server.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerEvent {
    /// There are digits for a person to compare: show them, and say what the person says.
    DigitsReady,
    /// The device has shown that it knows the label, and is told so by the next datagram: from then on it may be
    /// paired, while here it is so only with its first frame ([`ServerEvent::Paired`]).
    ///
    /// Store the key before anything more is transmitted. Whoever is restarted between the two gives
    /// it to [`Server::expect`](super::Server::expect), and the device comes back by itself.
    Agreed {
        /// The device's key.
        peer: PublicKey,
    },
    /// The device has sent its first frame under the keys of a first pairing.
    Paired {
        /// The device's key.
        peer: PublicKey,
        /// The session's name.
        session: [u8; 16],
        /// What has vouched for it.
        by: Model,
    },
    /// The device has sent its first frame under the keys of a new session; the one before is over.
    ///
    /// Where several workers share a store, the row is to be written only where the stored one still
    /// has this hint; otherwise another worker has confirmed another session, and this one is void.
    Reconnected {
        /// The session's name.
        session: [u8; 16],
        /// What has vouched for it.
        by: Model,
        /// The hint of the secret that the handshake was keyed with: the stored row's, until now.
        keyed_with: Hint,
    },
    /// A device with the right key does not know the secret that is due: its state is lost or restored, or
    /// somebody else has its key. What it sends is flagged; the pairing that stands is as it was.
    Quarantined {
        /// The session's name.
        session: [u8; 16],
        /// The hint of the secret that its handshake was keyed with; none after a loss of state.
        keyed_with: Hint,
    },
    /// What has just come into quarantine is trusted from now on, by [`Server::trust_keys_until`](super::Server::trust_keys_until).
    QuarantineCleared {
        /// The session's name.
        session: [u8; 16],
    },
    /// The device has answered the command that names this recipient: [`Server::introduce`](super::Server::introduce) or
    /// [`Server::revoke`](super::Server::revoke).
    Answered {
        /// The recipient's key.
        recipient: PublicKey,
        /// What the device has done.
        outcome: Outcome,
    },
    /// Nobody has answered the pairing in time; it is given up.
    PairingFailed,
    /// The device was not heard under the new keys in time. Should it be heard later, the pairing
    /// still finishes.
    PairingUnconfirmed,
    /// The device describes itself otherwise than it promised in the handshake.
    DescriptorMismatch,
    /// The device has not been heard within the time that it had promised, and the margin.
    DeviceSilent {
        /// When it was heard last.
        heard: Instant,
    },
    /// A silent device is heard again.
    DeviceHeard,
    /// Two devices speak as one: one of them is a clone, or was restored from an image.
    Cloned(Twin),
    /// The device's clock, or this server's, was changed: times from before and from now on can not be compared.
    ClockJumped {
        /// How far the new time is from what was possible, in milliseconds; negative for back.
        by_millis: i64,
    },
}

/// Frames that are lost, and who says so.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedLoss {
    /// The frames, and why.
    pub loss: Loss,
    /// What says so: flag what a session in quarantine says, like its records.
    pub trust: Trust,
}

/// What a server has done so far.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ServerStats {
    /// Frames of records that were opened.
    pub frames_opened: u64,
    /// Control frames that were opened.
    pub control_frames: u64,
    /// Authentic frames that had been stored before.
    pub duplicates: u64,
    /// Packets that were refused.
    pub packets_refused: u64,
    /// Number of receipts that were made.
    pub receipts: u64,
    /// Number of handshakes of the device that were answered.
    pub handshakes_answered: u64,
    /// Number of scalar multiplications that were done or asked for.
    pub multiplications: u64,
    /// Number of first messages with a right code that were refused for their rate:
    /// [`ServerConfig::strangers`](super::ServerConfig::strangers).
    pub strangers_refused: u64,
}
