//! The Noise protocol framework, revision 34, for `25519_ChaChaPoly_SHA256`, without a heap.
//!
//! ```text
//! pattern     which tokens each message has: a table
//! cipher      CipherState: a key and a counter
//! symmetric   SymmetricState: chaining key, hash, cipher
//! handshake   HandshakeState: keys, and where one is in the pattern
//! message     the tokens of one message after the other
//! ```
//!
//! No call performs more than one scalar multiplication: on a Cortex-M0 each takes hundreds of
//! milliseconds, and the static key may be in a chip or a service that answers later. So a message
//! is a job that stops in front of each of them.

mod cipher;
mod handshake;
mod message;
pub(super) mod pattern;
mod symmetric;

#[cfg(test)]
mod vectors;

pub(super) use handshake::{Checkpoint, Handshake, Known, Role};
pub(super) use message::Need;

use crate::crypto::NotAuthentic;

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
    /// It is the turn of another step, the handshake is over, or a key is missing.
    OutOfTurn,
}

impl From<NotAuthentic> for Error {
    fn from(_: NotAuthentic) -> Self {
        Self::NotAuthentic
    }
}
