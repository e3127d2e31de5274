use super::{KIND_FRAME, KIND_SHIFT, MAX_COUNTER, TAG_LEN, VERSION, at_least};
use crate::wire::{Error, Locator, Reader, Salt, Writer};

const SPACE_SHIFT: u8 = 4;
const HAS_LOCATOR: u8 = 0b1000;
const HAS_SALT: u8 = 0b0100;

/// One of the counted streams that an epoch carries side by side.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    /// Readings, delivered in any order.
    Data,
    /// What must overtake any backlog.
    Alarm,
    /// Clock, keep-alive, what is outstanding; sent once, never stored.
    Control,
    /// From server to device.
    Command,
}

impl Space {
    /// The number of the space in byte 0.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Data => 0,
            Self::Alarm => 1,
            Self::Control => 2,
            Self::Command => 3,
        }
    }

    /// The space with this number; only the low two bits count.
    #[must_use]
    pub const fn from_code(code: u8) -> Self {
        match code & 0b11 {
            0 => Self::Data,
            1 => Self::Alarm,
            2 => Self::Control,
            _ => Self::Command,
        }
    }
}

/// How a frame says to which epoch it belongs.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Not at all: the receiver's newest epoch on this connection.
    Short,
    /// By its locator.
    Routed(Locator),
    /// By its locator, with the salt that the receiver still lacks.
    Unproved(Locator, Salt),
}

impl Route {
    /// Bytes of header that this route takes, byte 0 and the counter included.
    #[must_use]
    pub const fn header_len(self) -> usize {
        match self {
            Self::Short => 4,
            Self::Routed(_) => 12,
            Self::Unproved(..) => 28,
        }
    }

    const fn flags(self) -> u8 {
        match self {
            Self::Short => 0,
            Self::Routed(_) => HAS_LOCATOR,
            Self::Unproved(..) => HAS_LOCATOR | HAS_SALT,
        }
    }
}

/// A sealed frame, still closed.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The counted stream that it belongs to.
    pub space: Space,
    /// How it names its epoch.
    pub route: Route,
    /// Its number within epoch and space; at most [`MAX_COUNTER`].
    pub counter: u32,
    /// Ciphertext and tag.
    pub sealed: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Writes the frame's header to `writer`; ciphertext and tag come behind it.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`], or [`Error::OutOfRange`] for a counter above [`MAX_COUNTER`].
    pub fn emit_header(
        space: Space,
        route: Route,
        counter: u32,
        writer: &mut Writer<'_>,
    ) -> Result<(), Error> {
        if counter > MAX_COUNTER {
            return Err(Error::OutOfRange);
        }
        writer
            .u8(KIND_FRAME << KIND_SHIFT | space.code() << SPACE_SHIFT | route.flags() | VERSION)?;
        match route {
            Route::Short => {}
            Route::Routed(locator) => writer.put(&locator.0)?,
            Route::Unproved(locator, salt) => {
                writer.put(&locator.0)?;
                writer.put(&salt.0)?;
            }
        }
        writer.u24(counter)
    }

    /// Writes the whole frame into `out`.
    ///
    /// # Errors
    ///
    /// As [`Frame::emit_header`].
    pub fn emit<'o>(&self, out: &'o mut [u8]) -> Result<&'o mut [u8], Error> {
        let mut writer = Writer::new(out);
        Self::emit_header(self.space, self.route, self.counter, &mut writer)?;
        writer.put(self.sealed)?;
        Ok(writer.finish())
    }

    #[inline]
    pub(super) fn parse(byte0: u8, mut reader: Reader<'a>) -> Result<Self, Error> {
        let route = match (byte0 & HAS_LOCATOR != 0, byte0 & HAS_SALT != 0) {
            (false, false) => Route::Short,
            (true, false) => Route::Routed(Locator(reader.array()?)),
            (true, true) => Route::Unproved(Locator(reader.array()?), Salt(reader.array()?)),
            (false, true) => return Err(Error::Reserved),
        };
        let counter = reader.u24()?;
        if counter > MAX_COUNTER {
            return Err(Error::OutOfRange);
        }
        let sealed = at_least(reader.rest(), TAG_LEN)?;
        Ok(Self {
            space: Space::from_code(byte0 >> SPACE_SHIFT),
            route,
            counter,
            sealed,
        })
    }
}
