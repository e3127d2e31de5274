use crate::pairing::Error;
use crate::wire::{self, Writer, copy};

/// What is kept: one's own packet, so that it can be sent again, and a message behind it.
///
/// ```text
/// │ sent: one's newest packet │ draft: the message that is read, or the packet that is written │
/// ```
pub(super) struct Bytes {
    buffer: [u8; ROOM],
    sent: u16,
    used: u16,
}

/// The longest pair: message 2 of a label is read behind message 1 (90 + 136 bytes), an answer to
/// factory keys behind theirs (172 + 54). The answering side of a comparison reads message 3 behind message 2 (156 + 116).
/// [`SPARE`] is left in each for payload fields of a later version.
pub(super) const ROOM: usize = SPARE
    + if cfg!(feature = "comparison") {
        272
    } else {
        226
    };

/// What a payload may be longer than this version writes it: a record key, 34 bytes with its tag and length, and 2 more.
const SPARE: usize = 36;

impl Bytes {
    pub(super) const fn new() -> Self {
        Self {
            buffer: [0; ROOM],
            sent: 0,
            used: 0,
        }
    }

    /// With a packet that was sent; it has room.
    pub(super) fn of_sent(packet: &[u8]) -> Self {
        let mut bytes = Self::new();
        if let Some(room) = bytes.buffer.get_mut(..packet.len()) {
            copy(packet, room);
            bytes.sent = u16::try_from(packet.len()).unwrap_or_default();
            bytes.used = bytes.sent;
        }
        bytes
    }

    pub(super) fn sent(&self) -> &[u8] {
        self.buffer.get(..self.sent.into()).unwrap_or_default()
    }

    pub(super) fn draft(&self) -> &[u8] {
        let range = usize::from(self.sent)..self.used.into();
        self.buffer.get(range).unwrap_or_default()
    }

    pub(super) fn draft_mut(&mut self) -> &mut [u8] {
        let range = usize::from(self.sent)..self.used.into();
        self.buffer.get_mut(range).unwrap_or_default()
    }

    /// Takes a message in.
    pub(super) fn receive(&mut self, message: &[u8]) -> Result<(), Error> {
        self.drop_draft();
        let room = ROOM.saturating_sub(self.sent.into());
        if let Some(count @ 1..) = message.len().checked_sub(room) {
            return Err(wire::Error::TrailingBytes { count }.into());
        }
        self.append(|writer| writer.put(message))
    }

    /// Writes something behind the draft.
    pub(super) fn append<T, E>(
        &mut self,
        write: impl FnOnce(&mut Writer<'_>) -> Result<T, E>,
    ) -> Result<T, Error>
    where
        Error: From<E>,
    {
        let room = self.buffer.get_mut(self.used.into()..);
        let mut writer = Writer::new(room.unwrap_or_default());
        let written = write(&mut writer)?;
        let used = usize::from(self.used).saturating_add(writer.len());
        self.used = u16::try_from(used).unwrap_or(self.used);
        Ok(written)
    }

    /// Forgets what was sent, too.
    #[cfg(feature = "comparison")]
    pub(super) const fn clear(&mut self) {
        (self.sent, self.used) = (0, 0);
    }

    pub(super) const fn drop_draft(&mut self) {
        self.used = self.sent;
    }

    /// The draft takes the place of what was sent before it.
    pub(super) fn keep_draft(&mut self) {
        let mut moved = [0; ROOM];
        copy(self.draft(), &mut moved);
        self.sent = self.used.saturating_sub(self.sent);
        self.used = self.sent;
        self.buffer = moved;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_replaces_what_was_sent_only_when_it_is_kept() {
        let mut bytes = Bytes::new();
        bytes.append(|writer| writer.put(b"hello")).unwrap();
        bytes.keep_draft();
        bytes.receive(b"reply").unwrap();
        assert_eq!(
            (bytes.sent(), bytes.draft()),
            (&b"hello"[..], &b"reply"[..])
        );
        bytes.drop_draft();
        assert_eq!((bytes.sent(), bytes.draft()), (&b"hello"[..], &b""[..]));
        bytes.append(|writer| writer.put(b"end")).unwrap();
        bytes.keep_draft();
        assert_eq!((bytes.sent(), bytes.draft()), (&b"end"[..], &b""[..]));
    }

    #[test]
    fn a_message_that_has_no_room_is_refused_with_what_is_too_much() {
        let mut bytes = Bytes::new();
        assert_eq!(bytes.receive(&[1; ROOM]), Ok(()));
        let error = wire::Error::TrailingBytes { count: 2 };
        assert_eq!(bytes.receive(&[1; ROOM + 2]), Err(error.into()));
        assert_eq!(bytes.draft(), b"");
    }
}
