//! Bytes: the cursor, the clear packet header, the record envelope and the received set.
//!
//! Nothing here needs a key: a gateway that only forwards is built from this
//! layer and `link` alone.
//!
//! ```text
//! datagram ─ Packet::parse ─┬─ Frame      space, route, counter │ sealed bytes ── seal ─┐
//!                           ├─ Receipt    locator │ body │ proof                        │ plaintext
//!                           ├─ Handshake  suite, model, step, conn, hint │ message      │
//!                           └─ Refused    reference                                      │
//!                                                                                       ▼
//!                      Envelope::parse ── sequence, run │ tag · length · body │ tag · length · body │ …
//!           control::Records::new ─────────────────────── tag · length · body │ tag · length · body │ …
//!          command::Command::parse ────────────────────── tag · length · body
//! ```
//!
//! Every parser takes bytes from strangers: it never panics, never allocates, runs
//! in time linear in the input, and refuses what it does not consume.
//!
//! # Sources
//!
//! All of it is this protocol's own, as its specification has it.
//!
//! | here | source |
//! |---|---|
//! | [`Packet`], [`Frame`], [`Space`], [`Route`], [`Handshake`], [`Receipt`], [`Refused`], [`VERSION`], [`MAX_DATAGRAM`], [`MAX_COUNTER`], [`TAG_LEN`], [`PROOF_LEN`], [`MAC1_LEN`], [`HANDSHAKE_HEADER`] | [specification](crate::guide::specification::frames), IOMT-SEAL |
//! | [`Locator`], [`Salt`], [`ConnectionId`], [`Hint`], [`Run`], [`RecordId`] | [specification](crate::guide::specification::epochs), IOMT-EPOCH |
//! | [`Envelope`], [`EnvelopeWriter`], [`RawRecord`], [`RawRecords`], [`Tag`] | [specification](crate::guide::specification::envelope), IOMT-ENV |
//! | [`Record`], [`Records`], [`RecordWriter`], [`WriteRecord`], its `Content` and `Bodies` | [specification](crate::guide::specification::records), IOMT-REC |
//! | [`CounterRange`], [`ReceivedSet`] | [specification](crate::guide::specification::receipts), IOMT-RCPT |
//! | [`Reader`], [`Writer`], [`Error`] | [specification](crate::guide::specification::data_types), IOMT-DATA |
//! | `RecordJson`, `JsonError` | [every record](crate::guide::wire_format#records) |
//! | [`command`]: `Command`, `Introduction`, `Role`, `Rights` | [specification](crate::guide::specification::vouching), IOMT-PAIR |
//! | [`control`]: `Answer`, `Outcome` | [specification](crate::guide::specification::vouching), IOMT-PAIR |
//! | [`control`]: `ControlRecord`, `ControlRecords`, `ControlWriter`, `Status`, `Outstanding`, `ListedEpochs`, `ListedEpoch`, `ListedSpace`, `Losses`, `Lost`, `Why`, `EpochEntry`, `SpaceEntry`, `SECRET_LEN` | [specification](crate::guide::specification::control), IOMT-OUT |

pub mod command;
pub mod control;
mod cursor;
mod envelope;
mod ids;
mod packet;
mod received;
mod record;
mod tag;

pub(crate) use cursor::copy;
#[cfg(feature = "seal")]
pub(crate) use cursor::varint_len;
pub use cursor::{Reader, Writer};
pub use envelope::{Envelope, EnvelopeWriter, RawRecord, RawRecords};
#[cfg(feature = "seal")]
pub(crate) use ids::write_hex;
pub use ids::{ConnectionId, Hint, Locator, RecordId, Run, Salt};
pub use packet::{
    Frame, HANDSHAKE_HEADER, Handshake, MAC1_LEN, MAX_COUNTER, MAX_DATAGRAM, PROOF_LEN, Packet,
    Receipt, Refused, Route, Space, TAG_LEN, VERSION,
};
pub use received::{CounterRange, ReceivedSet};
#[cfg(feature = "fhir")]
pub use record::{JsonError, RecordJson};
pub use record::{Record, RecordWriter, Records, WriteRecord};
pub use tag::Tag;

/// Why bytes were refused, or could not be written.
///
/// Nothing was consumed, written or changed when one of these comes back.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The input ends before the field does.
    #[error("truncated: {missing} more bytes were promised")]
    Truncated {
        /// How many bytes are missing, at least.
        missing: usize,
    },
    /// The input goes on after its last field.
    #[error("{count} trailing bytes")]
    TrailingBytes {
        /// How many bytes are left over.
        count: usize,
    },
    /// A varint is longer than its value needs, or too large for its field.
    #[error("malformed varint")]
    MalformedVarint,
    /// The packet says another protocol version than 1.
    #[error("protocol version {0} is not supported")]
    UnsupportedVersion(u8),
    /// A bit or value that version 1 reserves is in use.
    #[error("a reserved bit or value is in use")]
    Reserved,
    /// A field holds a value that its record does not allow.
    #[error("a field is outside its range")]
    OutOfRange,
    /// A record body is not the one encoding of its content.
    #[error("malformed record body")]
    MalformedBody,
    /// The record is of a kind that this version does not know, and must not be ignored.
    #[error("record tag {} is not known and is critical", .0.0)]
    UnknownCritical(Tag),
    /// The output buffer is too small.
    #[error("no room: {needed} bytes are needed")]
    NoRoom {
        /// How large the buffer has to be, at least.
        needed: usize,
    },
    /// The received set holds as many ranges as it can; only its floor may come next.
    #[error("the received set is full")]
    SetFull,
}
