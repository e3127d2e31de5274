//! What a control frame holds: the device's clock, when to expect it again, what is outstanding.
//!
//! ```text
//! records      tag varint · length varint · body, one behind the other; no head
//!
//! 2 status     ticks varint, µs │ due varint, ms │ server time varint, ms since 1970 │ age varint, µs
//! 4 outstanding  count varint │ count × epoch
//!   epoch      locator 8 │ flags 1 │ [secret 32] │ run 8 │ spaces 1 │ spaces × space
//!     flags    bit 0: the secret follows; bit 1: the power failed in it
//!   space      code 1 │ floor varint │ span varint │ losses varint │ losses × loss
//!     loss     gap varint │ length varint │ why 1
//! 10 answer    taken varint │ outcome 1
//! ```
//!
//! Bit 0 of a tag says *critical*, as in an [`Envelope`](super::Envelope). A space's counters end at
//! floor + span, one behind the last that was used. Losses rise: a gap counts from zero for
//! the first and from the end of the one before for the others; no length is zero. Data stands in
//! front of alarm. The epoch that seals the frame is listed without a secret, every other with it.
//!
//! Reading borrows: what was checked once is read again from the same bytes, and nothing is copied.

mod answer;
mod outstanding;
mod status;
mod write;

#[cfg(test)]
mod tests;

pub use answer::{Answer, Outcome};
pub use outstanding::{ListedEpoch, ListedEpochs, ListedSpace, Losses, Outstanding};
pub use status::Status;
pub use write::{ControlWriter, EpochEntry, SpaceEntry};

use super::{CounterRange, Error, Reader, Tag};

/// The length of an epoch's secret in suite 1.
pub const SECRET_LEN: usize = 32;

const STATUS: Tag = Tag(2);
const OUTSTANDING: Tag = Tag(4);
const ANSWER: Tag = Tag(10);

const HAS_SECRET: u8 = 0b01;
const IS_CUT: u8 = 0b10;

/// A record of a control frame, by what it says.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ControlRecord<'a> {
    /// The device's clock, and when to expect it again.
    Status(Status),
    /// What the device still holds, and what it has lost.
    Outstanding(Outstanding<'a>),
    /// What has become of a command.
    Answer(Answer),
    /// A record that this version does not know, to be passed over.
    Unknown {
        /// Its kind.
        tag: Tag,
        /// Its content.
        body: &'a [u8],
    },
}

/// Why frames will never come.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// The device's storage did not take them.
    StoreFailed,
    /// There was no room for them any more.
    NoRoom,
    /// The power went before they were stored.
    PowerLost,
    /// They were stored, and could not be read back.
    Damaged,
    /// They were wiped: for a new owner, or by hand.
    Wiped,
}

impl Why {
    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::StoreFailed => 1,
            Self::NoRoom => 2,
            Self::PowerLost => 3,
            Self::Damaged => 4,
            Self::Wiped => 5,
        }
    }

    /// The reason with this number, where there is one.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::StoreFailed),
            2 => Some(Self::NoRoom),
            3 => Some(Self::PowerLost),
            4 => Some(Self::Damaged),
            5 => Some(Self::Wiped),
            _ => None,
        }
    }
}

/// Frames that will never come, unless somebody who has held them back sends them yet.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lost {
    /// Their counters.
    pub range: CounterRange,
    /// The reason.
    pub why: Why,
}

/// The records of a control frame, in order.
///
/// One that can not be read is refused alone; only a length beyond the frame ends the reading.
#[derive(Debug, Clone)]
pub struct ControlRecords<'a> {
    reader: Reader<'a>,
}

impl<'a> ControlRecords<'a> {
    /// The records of an opened control frame.
    #[must_use]
    pub const fn new(plaintext: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(plaintext),
        }
    }

    fn read(&mut self) -> Result<(Tag, &'a [u8]), Error> {
        let tag = Tag(self.reader.varint_as()?);
        let len = self.reader.varint_as()?;
        Ok((tag, self.reader.take(len)?))
    }

    fn decode(tag: Tag, body: &'a [u8]) -> Result<ControlRecord<'a>, Error> {
        match tag {
            STATUS => Status::parse(body).map(ControlRecord::Status),
            OUTSTANDING => Outstanding::parse(body).map(ControlRecord::Outstanding),
            ANSWER => Answer::parse(body).map(ControlRecord::Answer),
            tag if tag.is_critical() => Err(Error::UnknownCritical(tag)),
            tag => Ok(ControlRecord::Unknown { tag, body }),
        }
    }
}

impl<'a> Iterator for ControlRecords<'a> {
    type Item = Result<ControlRecord<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.left() == 0 {
            return None;
        }
        let raw = self.read();
        if raw.is_err() {
            let _ = self.reader.rest();
        }
        Some(raw.and_then(|(tag, body)| Self::decode(tag, body)))
    }
}
