//! Sealed frames, the epochs of their keys, and receipts.
//!
//! ```text
//!   device                                              server
//!   ──────                                              ──────
//!   handshake ─► SessionSecrets ─► Sealer     Opener ◄─ SessionSecrets ◄─ handshake
//!
//!   Sealer::begin_epoch ─► store the session, then Sealer::epoch_stored
//!   Sealer::seal ─────────── frame ─────────► Opener::open ─► Opened   plaintext, still unacknowledged
//!                                                               │ the caller stores it
//!                                                               ▼
//!   Sealer::verify ◄──────── receipt ──────── Opener::receipt ◄ Stored   given to Opener::commit
//!
//!   Sealer::seal_control ─── frame ─────────► Opener::open ─► Control  ─► Opener::handle_outstanding
//!                                                                           └─► Loss, to be stored
//!                                             Opener ◄────► RowKey ◄────► the server's store
//! ```
//!
//! **Keys.** Each boot (or day, or 2^24 frames) opens an *epoch*. Its number picks a link of
//! a one-way chain, its random salt makes its keys fresh even where an old image is restored.
//! The chain has moved on, on storage, before the first frame of an epoch leaves the device,
//! so no (key, nonce) pair is ever used twice.
//!
//! ```text
//! chain 0 ──► chain 1 ──► chain 2 ──► …         E(chain, "next"): no way back
//!    ├─► locator                                 names the epoch on the wire
//!    └─► open ─┬─ salt                           16 random bytes, in the first frames of the epoch
//!              └─► secret ─┬─► tag               names the epoch in associated data and receipts
//!                          └─► one key a space   data, alarm, control
//! ```
//!
//! **Frames.** ChaCha20-Poly1305 over the plaintext of [`Envelope`](wire::Envelope).
//! Nonce: four zero bytes and the counter, little-endian. Associated data, 26 bytes:
//!
//! ```text
//! version 1 │ byte 0 with its low four bits cleared │ epoch tag 16 │ counter 8, little-endian
//! ```
//!
//! **Control frames** ([`wire::control`]) are sealed when they are sent, never stored and never acknowledged: the
//! server keeps their highest counter, which the next receipt echoes.
//!
//! **Handing over.** The secret of an epoch reads and forges that epoch and no other. A device lists its undrained
//! epochs with their secrets inside the newest one; so a server that lost its state, or that a new
//! session was made with, opens what is still to come. [`Opener::handle_outstanding`] has the rules.
//!
//! **Random values** (salts, runs, ephemeral keys) are hedged, so that a weak generator alone gives
//! nothing away: E(Extract(32 random bytes, static secret ‖ n as u64 BE), purpose, h ‖ payload).
//! The purpose is "salt", "run" or "ephemeral"; n is the number of the epoch, and 0 in handshakes;
//! the payload is that of the message, and empty elsewhere.
//!
//! **Receipts** are not sealed: they are proved by HMAC-SHA-256, cut to 16 bytes, over byte 0,
//! the locator, the tag of the epoch that the echoed control counter belongs to, and the body.
//! [`StoredReport`] draws the body.

#[cfg(feature = "node")]
mod agreed;
mod ahead;
mod batch;
mod candidate;
mod command;
mod entropy;
mod epoch;
mod epoch_table;
mod export;
mod few;
mod lookup;
mod loss;
mod opened;
mod opened_epoch;
mod opener;
mod outstanding;
mod receipt;
mod receipt_writer;
mod schedule;
mod sealer;
mod sealing_epoch;
mod session;
mod space_set;

#[cfg(test)]
pub(crate) mod tests;

#[cfg(feature = "node")]
pub(crate) use agreed::Agreed;
pub use batch::{Sessions, open_batch};
#[cfg(feature = "node")]
pub(crate) use candidate::CandidateEpoch;
pub use command::{COMMAND_OVERHEAD, CommandSealer};
#[cfg(feature = "node")]
pub(crate) use entropy::Draws;
#[cfg(feature = "std")]
pub use entropy::SystemEntropy;
pub use entropy::{Entropy, EntropyFailed};
#[cfg(feature = "pairing")]
pub(crate) use entropy::{Hedge, draw, draw_unhedged};
#[cfg(feature = "node")]
pub(crate) use epoch::HandedEpoch;
pub use epoch::{Epoch, EpochTag};
pub use export::{MAX_NOTE, MAX_ROW, OpenedRow, Row, RowKey, RowOwner, RowPsk};
#[cfg(feature = "std")]
pub use lookup::SessionTable;
pub use lookup::{MAX_OWNERS, Owners, SessionLookup};
pub use loss::{Loss, LossCause, Settled, Twin};
pub use opened::{Control, Opened, Opening, Stored};
#[cfg(feature = "node")]
pub(crate) use opener::Authentic;
pub use opener::Opener;
pub use receipt::{Acknowledgement, Acknowledgements, StoredReport};
pub use receipt_writer::ServerClock;
#[cfg(all(test, feature = "pairing"))]
pub(crate) use schedule::expand_label;
#[cfg(feature = "pairing")]
pub(crate) use schedule::{Label, derive, derive_bound, derive_name};
pub use sealer::Sealer;
pub use sealing_epoch::SEAL_OVERHEAD;
pub use session::{Direction, ResumptionSecret, SAVED_SESSION_LEN, SessionSecrets};

use crate::wire;

/// Why a frame or receipt was refused, or could not be made. The object is as it was.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are not a packet of this protocol.
    #[error("malformed packet: {0}")]
    Malformed(#[from] wire::Error),
    /// The packet is of a kind, or in a space, that does not belong here.
    #[error("a packet of another kind is expected here")]
    UnexpectedPacket,
    /// No epoch of this session has this locator.
    #[error("the epoch is not one of this session")]
    UnknownEpoch,
    /// Forged, damaged, or made under other keys.
    #[error("not authentic")]
    NotAuthentic,
    /// The epoch has no counter left in this space.
    #[error("the epoch has no counter left")]
    EpochFull,
    /// No epoch is open: one has to be begun and stored first.
    #[error("no epoch is open")]
    NoEpoch,
    /// The random number generator failed, or repeats itself.
    #[error(transparent)]
    Entropy(#[from] EntropyFailed),
    /// A key has another length than its suite says.
    #[error("a key of this length is not one of the suite")]
    BadKeyLength,
    /// A control frame that is not newer than the newest that was opened: a repetition.
    #[error("a newer control frame was opened before")]
    Replayed,
    /// The epoch is over, and had ended before this counter.
    #[error("the epoch had ended before this counter")]
    BeyondEnd,
    /// What is outstanding was said in another epoch than the newest that has authenticated.
    #[error("only the newest epoch may say what is outstanding")]
    NotNewest,
    /// A saved session is damaged, another device's, or of another version or suite.
    #[error("not a saved session of this device and version")]
    BadSavedSession,
    /// A stored row is damaged, another device's, under another key, or of another version or suite.
    #[error("not a row of this device, key and version")]
    BadRow,
}
