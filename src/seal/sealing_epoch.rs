use super::epoch::{EpochKeys, HandedEpoch};
use super::schedule::Chain;
use super::{Epoch, Error};
use crate::wire::{self, Frame, MAX_COUNTER, Route, Salt, Space, TAG_LEN, Writer};

/// Bytes that sealing adds in the short form: byte 0, counter and tag.
pub const SEAL_OVERHEAD: usize = 20;

const SHORT_HEADER: usize = Route::Short.header_len();

/// An epoch that the device seals in: its names, its keys and its counters.
pub(super) struct SealingEpoch {
    pub(super) names: Epoch,
    pub(super) keys: EpochKeys,
    /// The next counter of data, of alarm and of control.
    pub(super) next: [u32; 3],
}

/// Frames of data and alarm are stored and repeated until they are acknowledged; no others are.
pub(super) const fn refuse_uncounted(space: Space) -> Result<(), Error> {
    match space {
        Space::Data | Space::Alarm => Ok(()),
        Space::Control | Space::Command => Err(Error::UnexpectedPacket),
    }
}

/// Room for header and tag around a plaintext.
pub(super) fn laid_out<'o>(plaintext: &[u8], out: &'o mut [u8]) -> Result<&'o mut [u8], Error> {
    let mut writer = Writer::new(out);
    writer.reserve(SHORT_HEADER)?;
    writer.put(plaintext)?;
    writer.reserve(TAG_LEN)?;
    Ok(writer.finish())
}

impl SealingEpoch {
    pub(super) fn of(chain: &Chain, salt: Salt) -> Self {
        let keys = EpochKeys::derive(chain.open_key().secret(salt));
        let names = Epoch {
            number: chain.number(),
            tag: keys.tag,
            locator: chain.locator(),
            salt,
        };
        Self {
            names,
            keys,
            next: [0; 3],
        }
    }

    #[allow(dead_code, reason = "for a device's image")]
    pub(super) const fn handed(&self) -> (Epoch, HandedEpoch) {
        (self.names, HandedEpoch::of(&self.keys))
    }

    /// The next counter of a space, where it has one left.
    pub(super) fn next_mut(&mut self, space: Space) -> Result<&mut u32, Error> {
        let next = self
            .next
            .get_mut(usize::from(space.code()))
            .ok_or(Error::UnexpectedPacket)?;
        match *next {
            ..=MAX_COUNTER => Ok(next),
            _ => Err(Error::EpochFull),
        }
    }

    /// Seals a frame in place; its counter.
    pub(super) fn seal(&mut self, space: Space, buffer: &mut [u8]) -> Result<u32, Error> {
        let counter = *self.next_mut(space)?;
        let no_room = wire::Error::NoRoom {
            needed: SEAL_OVERHEAD,
        };
        let (header, rest) = buffer.split_at_mut_checked(SHORT_HEADER).ok_or(no_room)?;
        let (plaintext, tag) = rest.split_last_chunk_mut::<TAG_LEN>().ok_or(no_room)?;
        Frame::emit_header(space, Route::Short, counter, &mut Writer::new(header))?;
        *tag = self.keys.seal(space, counter, plaintext)?;
        *self.next_mut(space)? = counter.saturating_add(1);
        Ok(counter)
    }
}
