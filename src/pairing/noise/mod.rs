//! The Noise protocol framework, revision 34, for `25519_ChaChaPoly_SHA256`, without a heap.
//!
//! ```text
//! pattern     which tokens each message has: a table
//! cipher      CipherState: a key and a counter
//! symmetric   SymmetricState: chaining key, hash, cipher
//! handshake   HandshakeState: keys, and the tokens of one message after the other
//! ```

mod cipher;
mod handshake;
pub(super) mod pattern;
mod symmetric;

#[cfg(test)]
mod vectors;

pub(super) use handshake::{Finished, Handshake, KeyRef, Role};

use crate::crypto::NotAuthentic;

/// "Noise messages are less than or equal to 65535 bytes in length."
pub(super) const MAX_MESSAGE: usize = 65_535;

/// Why a Noise message was refused; the handshake is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Error {
    /// The message is shorter than its tokens need.
    Truncated,
    /// It does not decrypt, or a Diffie-Hellman output is all zeros.
    NotAuthentic,
    /// A public key is not canonical.
    BadKey,
    /// The output buffer is too small, or the message would be too long.
    NoRoom,
    /// It is the other side's turn, the handshake is over, or a key is missing.
    OutOfTurn,
}

impl From<NotAuthentic> for Error {
    fn from(_: NotAuthentic) -> Self {
        Self::NotAuthentic
    }
}
