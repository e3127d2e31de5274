//! How two devices meet: Noise handshakes, and the ways in which people vouch for them.
//!
//! | model | what vouches | handshake | here |
//! |---|---|---|---|
//! | label secret | a secret of at least 16 bytes on a label that one side can read | `Noise_XXpsk0` | [`label`] |
//!
//! The other models of the protocol (label with key, passcode, numeric comparison, factory
//! keys, reconnection) have numbers and are not built yet.
//!
//! ```text
//!   reader of the label (server, phone)                      device
//!   ───────────────────────────────────                      ──────
//!   label::Reader::start          ── 1: psk, e {offer} ──►   label::Armed::read_hello
//!        │                                                        │
//!   AwaitingReply                 ◄── 2: e, ee, s, es        AwaitingConfirmation
//!        │  read_reply                {offer, descriptor}         │
//!        │                        ── 3: s, se {} ────────►        │ read_confirmation
//!   Paired                                                   Paired
//! ```
//!
//! Each state is a type. A step that succeeds consumes it; a step that fails hands it back in
//! [`Refused`], so that one forged packet ends no pairing.

pub mod label;

mod exchange;
mod hello;
mod identity;
mod noise;
mod offer;
mod payload;
mod static_key;

#[cfg(test)]
mod tests;

pub use exchange::{Exchange, Work};
pub use hello::Hello;
pub use identity::{Identity, PublicKey};
pub use offer::Offer;
pub use payload::DescriptorHash;
pub use static_key::{SharedSecret, StaticKey};

use crate::seal::{EntropyFailed, SessionSecrets};
use crate::wire;

/// The longest handshake packet that this version sends.
pub const MAX_HANDSHAKE: usize = 192;

/// How two devices vouch for each other, as its number on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Model(pub u8);

impl Model {
    /// A label with the device's key and a secret.
    pub const LABEL_KEY: Self = Self(1);
    /// A label with a secret only.
    pub const LABEL_SECRET: Self = Self(2);
    /// A passcode that a person types.
    pub const PASSCODE: Self = Self(3);
    /// Six digits that a person compares.
    pub const NUMERIC_COMPARISON: Self = Self(4);
    /// Keys that were exchanged at the factory.
    pub const FACTORY_KEYS: Self = Self(5);
    /// An earlier pairing.
    pub const RECONNECTION: Self = Self(6);
}

/// What a finished handshake gives to either side.
#[derive(Debug)]
pub struct Paired {
    /// The keys of the session.
    pub secrets: SessionSecrets,
    /// The other side's static key.
    pub peer: PublicKey,
    /// What the device has promised to describe itself as; the server's side only, and not in a
    /// reconnection.
    pub descriptor: Option<DescriptorHash>,
    /// How the two have vouched for each other.
    pub model: Model,
}

/// Why a handshake packet was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are not a packet of this protocol, or a payload is malformed.
    #[error("malformed handshake: {0}")]
    Malformed(#[from] wire::Error),
    /// A packet of another kind, model, step or connection.
    #[error("another handshake message is expected here")]
    UnexpectedMessage,
    /// The suite is not one of this version.
    #[error("suite {0} is not supported")]
    UnsupportedSuite(u8),
    /// The packet is about another secret, or its sender does not know this one.
    #[error("the sender does not know the label")]
    WrongLabel,
    /// The sender does not know the key, or means another secret of an earlier session.
    #[error("the sender does not know the key")]
    WrongKey,
    /// A packet came while the one before is still worked on.
    #[error("another message is still worked on")]
    Busy,
    /// Whoever holds the static key could not agree on a secret.
    #[error("the static key could not be used")]
    NoAgreement,
    /// Forged, damaged, or made with other keys.
    #[error("not authentic")]
    NotAuthentic,
    /// Both sides could have used a better version or suite.
    #[error("a better version or suite was not used")]
    Downgraded,
    /// A label secret is shorter than 16 bytes.
    #[error("a label secret has at least 16 bytes")]
    SecretTooShort,
    /// A key is not one of the suite: of another length, or not written canonically.
    #[error("not a key of the suite")]
    BadKey,
    /// The buffer for the answer is too small.
    #[error("no room: {needed} bytes are needed")]
    NoRoom {
        /// How large the buffer has to be.
        needed: usize,
    },
    /// The random number generator failed.
    #[error(transparent)]
    Entropy(#[from] EntropyFailed),
}
