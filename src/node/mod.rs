//! The whole endpoint, device or server, as one engine without input or output of its own.
//!
//! ```text
//!  readings ── send ──►  Device                             Server  ── Records ──► the caller's store
//!                          │   poll_transmit      handle_datagram │                       │
//!                          ├──── frames, control frames ─────────►│ ◄── handle_stored ────┘
//!                          │◄─── receipts, commands ──────────────┤
//!    flash ◄─ poll_store ──┤   handle_datagram      poll_transmit ├─ export ──► the caller's store
//!          ─ handle_stored►│                                      │
//! ```
//!
//! Datagrams, storage, time, randomness and, where it is wanted, the Diffie-Hellman of the static key go in and
//! out as values: the caller owns the sockets, the flash, the clock, the generator and the secure element. After
//! every input, poll each output until it is `None`.
//!
//! A [`Device`] pairs, takes readings, keeps each sealed frame until a receipt says that it is stored, names what
//! is lost, reconnects by itself, and goes on after a reboot from what [`Device::poll_store`] gave to storage.
//! A [`Server`] is the server's end of one device: it pairs, yields what was sealed, acknowledges what the caller
//! has stored, says what is lost, and notices that a device has fallen silent. It answers reconnections, keeps apart
//! what comes from a device that has lost its secret, and goes on from rows that any worker of a fleet can read.
//!
//! Who is paired may bring others ([`Server::introduce`], [`Device::allow_commands`]): a phone reads the label, and from then
//! on a hospital's server receives the readings too, under the same identities; a server announces its next static key the
//! same way, so that nobody has to go to each device.
//!
//! # Examples
//!
//! ```
//! use iomt::node::{Config, Device, DeviceEvent, Received, Server, ServerConfig};
//! use iomt::pairing::{Identity, label::LabelSecret};
//! use iomt::reading::{Descriptor, Metric, Observation, Unit};
//! use iomt::seal::SystemEntropy;
//! use iomt::storage::MemoryStorage;
//! use iomt::time::{Duration, Instant};
//! use iomt::wire::{MAX_DATAGRAM, Space};
//!
//! let rng = &mut SystemEntropy;
//! let secret = b"sixteen or more random bytes";
//! let mut device = Device::<4096>::new(Identity::generate(rng)?, Descriptor::default(), Config::DEFAULT)?;
//! let mut server = Server::new(Identity::generate(rng)?, ServerConfig::DEFAULT);
//! let mut flash = MemoryStorage::<4096, 1>::new();
//! device.arm(LabelSecret::new(secret)?);
//! server.pair(Instant::ZERO, &LabelSecret::new(secret)?, rng)?;
//!
//! let (mut now, mut buffer) = (Instant::ZERO, [0; MAX_DATAGRAM]);
//! let mut received = Vec::new();
//! while received.len() < 2 {
//!     now = now + Duration::from_millis(10);
//!     let _ = server.handle_timeout(now, rng); // One multiplication of a handshake at most.
//!     let _ = device.handle_timeout(now, rng);
//!     while let Some(datagram) = server.poll_transmit(now, &mut buffer) {
//!         let _ = device.handle_datagram(now, &datagram, rng); // A forged one is refused and counted.
//!     }
//!     device.store_on(now, &mut flash)?;
//!     while let Some(event) = device.poll_event() {
//!         if let DeviceEvent::Ready { .. } = event {
//!             let pulse = Observation::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, now, 72.into());
//!             device.send(now, Space::Data, &[pulse])?;
//!         }
//!     }
//!     while let Some(datagram) = device.poll_transmit(now, &mut buffer) {
//!         if let Ok(Received::Records(opened)) = server.handle_datagram(now, datagram) {
//!             received.extend(opened.records()?.map(|(_, record)| format!("{record:?}")));
//!             server.handle_stored(now, opened.stored())?; // The records are in the database now.
//!         }
//!     }
//! }
//! assert!(received[0].contains("Descriptor") && received[1].contains("Observation"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bucket;
mod device;
mod server;
#[cfg(any(feature = "cpace", feature = "comparison"))]
mod spent;

#[cfg(test)]
mod tests;

pub use bucket::StrangerRate;
pub use device::{
    Config, Device, DeviceEvent, DeviceSetup, DeviceStats, Keeping, PadTo, PeerId, Reach, Rung,
};
pub use server::{
    Caller, NamedLoss, REFUSAL_LEN, Received, Reception, Recipient, Server, ServerConfig,
    ServerEvent, ServerStats, Transmit, Trust, refusal,
};

use crate::link::{OutboxFull, PushError};
use crate::time::Duration;
use crate::{pairing, seal, wire};

/// "any other message 1 replaces both, at most once in 2 s and relation": how long a run that has shown nothing keeps
/// its place from the next caller, on either side and in each model.
const REPLACED_AT_MOST_EACH: Duration = Duration::from_secs(2);

/// Why an endpoint refused an input. It is as it was.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A record or packet is malformed, or does not fit a frame.
    #[error(transparent)]
    Wire(#[from] wire::Error),
    /// A frame or receipt was refused, or could not be made.
    #[error(transparent)]
    Seal(#[from] seal::Error),
    /// A handshake message was refused.
    #[error(transparent)]
    Pairing(#[from] pairing::Error),
    /// The outbox has no room for the frame; it was not taken.
    #[error(transparent)]
    OutboxFull(#[from] OutboxFull),
    /// There is no session, or it is not on storage yet.
    #[error("there is no session yet")]
    NotPaired,
    /// The device is not armed, so that it answers no pairing.
    #[error("the device is not armed")]
    NotArmed,
    /// A frame of no records would say nothing.
    #[error("there are no records to send")]
    NoRecords,
    /// Nobody waits for this word of storage: it is of a session that another has taken the place of.
    #[error("nobody waits for this to be stored")]
    NotAwaited,
    /// There is a session with this recipient already, whose frames would be orphaned by another.
    #[error("a session is under way already")]
    SessionUnderWay,
    /// The device has as many recipients as it has room for.
    #[error("no room for another recipient")]
    TooManyPeers,
}

impl From<PushError> for Error {
    fn from(error: PushError) -> Self {
        match error {
            PushError::Full(full) => full.into(),
            PushError::NotAFrame => seal::Error::UnexpectedPacket.into(),
        }
    }
}

impl Error {
    /// Whether the packet is about a session, a secret or a device that is not known here.
    ///
    /// Where nobody else knows it either, a [`refusal`] may say so to its sender.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(
            self,
            Self::NotPaired
                | Self::Seal(seal::Error::UnknownEpoch)
                | Self::Pairing(pairing::Error::WrongKey)
        )
    }
}
