use super::{KIND_REFUSED, KIND_SHIFT, VERSION, refuse_reserved_bits};
use crate::wire::{Error, Reader, Writer};

/// "I do not know you": the answer to a frame or a first handshake message that nobody here knows.
///
/// Nothing proves it, so it is a hint and no more: it may cause one reconnection per back-off step.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// The locator of the frame, or the connection of the handshake message, that it is about.
    pub reference: [u8; 8],
}

impl Refused {
    /// Byte 0 of every such packet of version 1.
    pub const BYTE0: u8 = KIND_REFUSED << KIND_SHIFT | VERSION;
    /// The length of every such packet.
    pub const LEN: usize = 9;

    /// Writes the whole packet into `out`.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`].
    pub fn emit<'o>(&self, out: &'o mut [u8]) -> Result<&'o mut [u8], Error> {
        let mut writer = Writer::new(out);
        writer.u8(Self::BYTE0)?;
        writer.put(&self.reference)?;
        Ok(writer.finish())
    }

    pub(super) fn parse(byte0: u8, mut reader: Reader<'_>) -> Result<Self, Error> {
        refuse_reserved_bits(byte0)?;
        let reference = reader.array()?;
        reader.finish()?;
        Ok(Self { reference })
    }
}
