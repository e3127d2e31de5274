use super::{KIND_HANDSHAKE, KIND_SHIFT, MAC1_LEN, VERSION, refuse_reserved_bits};
use crate::wire::{ConnectionId, Error, Hint, Reader, Writer};

/// One message of a handshake.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handshake<'a> {
    /// The number of the cryptographic suite.
    pub suite: u8,
    /// The number of the association model.
    pub model: u8,
    /// The number of the message, from 1.
    pub step: u8,
    /// Which handshake it belongs to.
    pub connection: ConnectionId,
    /// Which secret it is about.
    pub hint: Hint,
    /// The code in front of the first message.
    pub mac1: Option<[u8; MAC1_LEN]>,
    /// The Noise message.
    pub message: &'a [u8],
}

impl<'a> Handshake<'a> {
    /// Writes the header, up to and without the code of step 1.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`].
    pub fn emit_header(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        writer.put(&[
            KIND_HANDSHAKE << KIND_SHIFT | VERSION,
            self.suite,
            self.model,
            self.step,
        ])?;
        writer.put(&self.connection.0)?;
        writer.put(&self.hint.0)
    }

    /// Writes the whole packet into `out`.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`].
    pub fn emit<'o>(&self, out: &'o mut [u8]) -> Result<&'o mut [u8], Error> {
        let mut writer = Writer::new(out);
        self.emit_header(&mut writer)?;
        if let Some(mac1) = &self.mac1 {
            writer.put(mac1)?;
        }
        writer.put(self.message)?;
        Ok(writer.finish())
    }

    pub(super) fn parse(byte0: u8, mut reader: Reader<'a>) -> Result<Self, Error> {
        refuse_reserved_bits(byte0)?;
        let (suite, model, step) = (reader.u8()?, reader.u8()?, reader.u8()?);
        if step == 0 {
            return Err(Error::OutOfRange);
        }
        let connection = ConnectionId(reader.array()?);
        let hint = Hint(reader.array()?);
        let mac1 = match step {
            1 => Some(reader.array()?),
            _ => None,
        };
        Ok(Self {
            suite,
            model,
            step,
            connection,
            hint,
            mac1,
            message: reader.rest(),
        })
    }
}
