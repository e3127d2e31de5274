use crate::wire::{Error, Reader, Writer};

/// What has become of the newest command of this session.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Answer {
    /// How many commands of this session the device has taken: one above the number of the newest one's epoch.
    pub taken: u32,
    /// What has become of that one.
    pub outcome: Outcome,
}

impl Answer {
    /// The longest body.
    pub const MAX_LEN: usize = 5 + 1;

    /// Reads a record's body.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(body);
        let answer = Self {
            taken: reader.varint_as()?,
            outcome: Outcome::from_code(reader.u8()?),
        };
        reader.finish()?;
        Ok(answer)
    }

    pub(super) fn write(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        writer.varint(self.taken.into())?;
        writer.u8(self.outcome.code())
    }
}

/// What a device has done with a command.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// It is done, and on storage.
    Done,
    /// There was nothing to do: it is a recipient already, and stays as it is.
    Known,
    /// There is no room for another recipient.
    NoRoom,
    /// Whoever has sent it may not.
    NotAllowed,
    /// It was not understood.
    NotUnderstood,
    /// A number that this version does not have.
    Other(u8),
}

impl Outcome {
    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 1,
            Self::Known => 2,
            Self::NoRoom => 3,
            Self::NotAllowed => 4,
            Self::NotUnderstood => 5,
            Self::Other(code) => code,
        }
    }

    /// The outcome with this number.
    #[must_use]
    pub const fn from_code(code: u8) -> Self {
        match code {
            1 => Self::Done,
            2 => Self::Known,
            3 => Self::NoRoom,
            4 => Self::NotAllowed,
            5 => Self::NotUnderstood,
            code => Self::Other(code),
        }
    }
}
