//! Messages that are longer than a datagram, in parts.

use super::SUITE;
use crate::crypto::hash::equal;
use crate::pairing::hello::{insert_mac1, mac1};
use crate::pairing::label::LabelSecret;
use crate::pairing::{Error, Hello, Model};
use crate::wire::{
    self, HANDSHAKE_HEADER, Handshake, MAC1_LEN, MAX_DATAGRAM, Packet, Reader, Writer,
};

/// How many bytes of a message a part holds.
const PART: usize = MAX_DATAGRAM - HANDSHAKE_HEADER - MAC1_LEN - 1;
/// The longest message that is taken, with room for fields of a later version.
pub(super) const MAX_MESSAGE: usize = 1_400;

/// A message that is taken in, or sent.
pub(super) struct Message {
    bytes: [u8; MAX_MESSAGE],
    len: usize,
    /// How many parts have come, and which is the last.
    parts: u8,
    last: u8,
}

impl Message {
    pub(super) const fn new() -> Self {
        Self {
            bytes: [0; MAX_MESSAGE],
            len: 0,
            parts: 0,
            last: 0,
        }
    }

    pub(super) const fn clear(&mut self) {
        self.len = 0;
        self.parts = 0;
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// Has a message written; how long it is comes back.
    pub(super) fn write(
        &mut self,
        write: impl FnOnce(&mut [u8]) -> Result<usize, Error>,
    ) -> Result<(), Error> {
        self.clear();
        self.len = write(&mut self.bytes)?;
        Ok(())
    }

    /// Takes a part in; whether it was the last one.
    pub(super) fn receive(&mut self, part: &Part<'_>) -> Result<bool, Error> {
        if part.is_first() {
            self.clear();
            self.last = part.last;
        }
        if (part.number, part.last) != (self.parts, self.last) {
            return Err(Error::UnexpectedMessage);
        }
        let end = self.len.saturating_add(part.bytes.len());
        let count = end.saturating_sub(MAX_MESSAGE);
        match self.bytes.get_mut(self.len..end) {
            Some(room) => wire::copy(part.bytes, room),
            None => return Err(wire::Error::TrailingBytes { count }.into()),
        }
        self.len = end;
        self.parts = self.parts.saturating_add(1);
        Ok(part.number == part.last)
    }

    /// Part `number` of a message that was written; `None` behind the last one.
    pub(super) fn part(&self, number: u8) -> Option<Part<'_>> {
        let mut parts = self.as_bytes().chunks(PART);
        let last = parts.len().checked_sub(1)?.try_into().ok()?;
        let bytes = parts.nth(number.into())?;
        Some(Part {
            number,
            last,
            bytes,
        })
    }
}

/// A part of a message.
pub(super) struct Part<'p> {
    number: u8,
    last: u8,
    bytes: &'p [u8],
}

impl<'p> Part<'p> {
    pub(super) const fn is_first(&self) -> bool {
        self.number == 0
    }

    /// The packet of this part.
    pub(super) fn emit<'o>(
        &self,
        hello: &Hello,
        step: u8,
        label: &LabelSecret,
        out: &'o mut [u8],
    ) -> Result<&'o mut [u8], Error> {
        let header = Handshake {
            suite: SUITE,
            ..hello.header(step)
        };
        let mut writer = Writer::new(out);
        header.emit_header(&mut writer)?;
        if step == 1 {
            writer.reserve(MAC1_LEN)?;
        }
        writer.u8(self.last << 4 | self.number)?;
        writer.put(self.bytes)?;
        let packet = writer.finish();
        if step == 1 {
            insert_mac1(label.mac1_key(), packet);
        }
        Ok(packet)
    }

    /// Reads a packet that has to be of this step, and where `step` is 1 from somebody who knows the label.
    pub(super) fn parse(
        packet: &'p [u8],
        model: Model,
        step: u8,
        label: &LabelSecret,
    ) -> Result<(Hello, Self), Error> {
        let Packet::Handshake(handshake) = Packet::parse(packet)? else {
            return Err(Error::UnexpectedMessage);
        };
        if handshake.suite != SUITE {
            return Err(Error::UnsupportedSuite(handshake.suite));
        }
        let hello = Hello {
            model: Model(handshake.model),
            connection: handshake.connection,
            hint: handshake.hint,
        };
        if handshake.step != step || hello.model != model {
            return Err(Error::UnexpectedMessage);
        }
        if hello.hint != label.hint() {
            return Err(Error::WrongLabel);
        }
        if let Some(code) = handshake.mac1 {
            let header = packet.get(..HANDSHAKE_HEADER).unwrap_or_default();
            let expected: [u8; MAC1_LEN] = mac1(label.mac1_key(), header, handshake.message);
            if !equal(&code, &expected) {
                return Err(Error::WrongLabel);
            }
        }
        let mut reader = Reader::new(handshake.message);
        let part = reader.u8()?;
        let (last, number) = (part >> 4, part & 0x0F);
        match number <= last {
            true => Ok((
                hello,
                Self {
                    number,
                    last,
                    bytes: reader.rest(),
                },
            )),
            false => Err(wire::Error::OutOfRange.into()),
        }
    }
}
