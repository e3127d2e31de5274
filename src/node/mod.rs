//! The whole endpoint, device or server, as one engine without input or output of its own.
//!
//! ```text
//!              handle_datagram, handle_stored, handle_timeout
//!                                 │
//!                                 ▼
//!   readings ── send ──►  Device  │  Server  ── Opened ──► the caller's store
//!                                 │     ▲                         │
//!                                 ▼     └──── handle_stored ──────┘
//!              poll_transmit, poll_store, poll_event, poll_timeout
//! ```
//!
//! Datagrams, storage, time and randomness go in and out as values: the caller owns the
//! sockets, the flash, the clock and the generator. After every input, poll each output
//! until it is `None`.
//!
//! A [`Device`] pairs, takes readings, keeps each sealed frame until the server's receipt
//! says that it is stored, and goes on after a reboot from what [`Device::poll_store`] gave.
//! A [`Server`] is the server's end of one device: it pairs, yields what was sealed, and
//! acknowledges what the caller has stored. It answers reconnections, keeps apart what comes from a device that has
//! lost its secret, holds the device to its promises, and goes on from rows that any worker of a fleet can read.
//!
//! ```
//! use iomt::link::Retry;
//! use iomt::node::{Device, DeviceEvent, Received, Server, ServerConfig};
//! use iomt::pairing::{Identity, label::LabelSecret};
//! use iomt::reading::{Descriptor, Metric, Observation, Unit};
//! use iomt::seal::SystemEntropy;
//! use iomt::time::Instant;
//! use iomt::wire::{MAX_DATAGRAM, Record, Space};
//!
//! let (now, rng) = (Instant::ZERO, &mut SystemEntropy);
//! let secret = b"sixteen or more random bytes";
//! let mut device = Device::<4096, 64>::new(Identity::generate(rng)?, Descriptor::default(), Retry::DEFAULT)?;
//! let mut server = Server::new(Identity::generate(rng)?, ServerConfig::DEFAULT);
//! device.arm(LabelSecret::new(secret)?);
//! server.pair(now, &LabelSecret::new(secret)?, rng)?;
//!
//! let mut buffer = [0; MAX_DATAGRAM];
//! let mut received = Vec::new();
//! while received.len() < 2 {
//!     let _ = server.handle_timeout(now, rng); // A piece of the work of pairing.
//!     while let Some(datagram) = server.poll_transmit(now, &mut buffer) {
//!         let _ = device.handle_datagram(now, &datagram, rng); // `stats` counts what was refused.
//!     }
//!     if let Some(session) = device.poll_store() {
//!         device.handle_stored(now, session)?; // It is in flash now.
//!     }
//!     if device.poll_event() == Some(DeviceEvent::Ready) {
//!         let pulse = Observation::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, now, 72.into());
//!         device.send(now, Space::Data, &[Record::Observation(pulse)])?;
//!     }
//!     while let Some(datagram) = device.poll_transmit(now, &mut buffer) {
//!         // Anybody can send a forged packet: it is refused and counted, and nothing ends by it.
//!         if let Ok(Received::Records(opened)) = server.handle_datagram(now, datagram) {
//!             received.extend(opened.records()?.map(|(_, record)| format!("{record:?}")));
//!             server.handle_stored(now, opened.stored())?; // The records are in the database now.
//!         }
//!     }
//! }
//! assert!(received[0].contains("Descriptor") && received[1].contains("Observation"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod device;
mod server;

#[cfg(test)]
mod tests;

pub use device::{Device, DeviceEvent, DeviceStats, SavedSession};
pub use server::{
    Caller, NamedLoss, REFUSAL_LEN, Received, Reception, Recipient, Server, ServerConfig,
    ServerEvent, ServerStats, Transmit, Trust, refusal,
};

use crate::link::OutboxFull;
use crate::{pairing, seal, wire};

/// Why an endpoint refused an input. It is as it was.
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
    /// A session is under way, whose frames would be orphaned by another.
    #[error("a session is under way already")]
    SessionUnderWay,
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
