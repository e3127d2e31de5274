//! The Noise protocol framework, revision 34, for `25519_ChaChaPoly_SHA256`, without a heap.
//!
//! The pairings of this crate are made of it. By itself it is here for programs that meet another
//! implementation of Noise: a [`Pattern`] by its name, a [`Party`] on either side, and a [`Transport`]
//! when the handshake is over.
//!
//! ```text
//! row         which tokens each message has: a table
//! pattern     a row with its psk modifiers, and its name
//! cipher      CipherState: a key and a counter
//! symmetric   SymmetricState: chaining key, hash, cipher
//! handshake   HandshakeState: keys, and where one is in the pattern
//! message     the tokens of one message after the other
//! hybrid      what a KEM adds, by feature `pq`: a draft
//! parked      what a handshake needs that waits for a message
//! party       whole messages, in and out
//! transport   the two CipherStates behind the handshake
//! ```
//!
//! In the engine no call performs more than one scalar multiplication: on a Cortex-M0 each takes
//! hundreds of milliseconds, and the static key may be in a chip or a service that answers later. So
//! a message is a job that stops in front of each of them. Only [`Party`] does them in one go.
//!
//! | pattern | messages | multiplications of both sides, with key generations | bytes without payloads |
//! |---|---|---|---|
//! | `NN` | 2 | 4 | 32, 48 |
//! | `KK` | 2 | 10 | 48, 48 |
//! | `IK` | 2 | 10 | 96, 48 |
//! | `XX` | 3 | 8 | 32, 96, 64 |
//! | `XK` | 3 | 8 | 48, 48, 64 |
//!
//! Where a psk is mixed in first, message 1 has a tag of 16 bytes more if it had none.

mod cipher;
mod handshake;
#[cfg(feature = "pq")]
mod hybrid;
#[cfg(not(feature = "pq"))]
#[path = "classical.rs"]
mod hybrid;
mod message;
mod parked;
mod party;
mod pattern;
mod row;
mod symmetric;
mod transport;

#[cfg(test)]
mod tests;

pub use handshake::Role;
pub use party::{Keys, Party, Psk};
pub use pattern::Pattern;
pub use transport::Transport;

pub(super) use handshake::{Checkpoint, Handshake, Known};
#[cfg(feature = "pq")]
pub(super) use hybrid::{IK_HYBRID_PSK2, XX_HYBRID_PSK0};
pub(super) use message::Need;
pub(super) use parked::Parked;
pub(super) use pattern::{IK_PSK2, KK_PSK0, XX_PSK0};

use crate::crypto::NotAuthentic;

/// "All Noise messages are less than or equal to 65535 bytes in length."
pub const MAX_MESSAGE: usize = 65_535;

/// Why a Noise message was refused; the handshake is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Error {
    /// The message is shorter than its tokens need.
    Truncated,
    /// It does not decrypt, or a Diffie-Hellman output is all zeros.
    NotAuthentic,
    /// A public key is not canonical.
    BadKey,
    /// A buffer is too small, or the message longer than the 65,535 bytes that Noise allows.
    NoRoom,
    /// It is the turn of another step, or the handshake is over.
    OutOfTurn,
    /// The pattern needs a key that is not known.
    MissingKey,
}

impl From<NotAuthentic> for Error {
    fn from(_: NotAuthentic) -> Self {
        Self::NotAuthentic
    }
}
