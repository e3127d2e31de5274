use super::epoch::EpochKeys;
use super::schedule::OpenKey;
use super::{EpochTag, Error, receipt};
use crate::wire::{self, Locator, ReceivedSet, Run, Salt, Space, TAG_LEN};

/// Ranges of the received set of data, and of alarm.
const DATA_RANGES: usize = 16;
const ALARM_RANGES: usize = 4;

/// An epoch of which a frame has opened: its keys, and what is stored of it.
pub(super) struct OpenedEpoch {
    pub(super) keys: EpochKeys,
    /// The boot that the epoch belongs to, from the first frame that said it.
    pub(super) run: Option<Run>,
    data: ReceivedSet<DATA_RANGES>,
    alarm: ReceivedSet<ALARM_RANGES>,
}

/// A frame behind its header.
pub(super) struct Sealed<'b> {
    pub(super) space: Space,
    pub(super) counter: u32,
    pub(super) ciphertext: &'b mut [u8],
    pub(super) tag: &'b [u8; TAG_LEN],
}

/// The place of an authentic frame in its session.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) epoch: EpochTag,
    pub(super) number: u32,
    pub(super) space: Space,
    pub(super) counter: u32,
}

impl OpenedEpoch {
    /// Derives the keys of an epoch, and keeps them only when the frame authenticates.
    pub(super) fn try_first(
        number: u32,
        locator: Locator,
        salt: Salt,
        key: &OpenKey,
        sealed: &mut Sealed<'_>,
    ) -> Result<(Self, Option<Mark>), Error> {
        let keys = EpochKeys::derive(number, locator, salt, &key.secret(salt));
        let candidate = Self {
            keys,
            run: None,
            data: ReceivedSet::new(),
            alarm: ReceivedSet::new(),
        };
        let mark = candidate.open(sealed)?;
        Ok((candidate, mark))
    }

    /// Decrypts in place. `None` for an authentic duplicate.
    pub(super) fn open(&self, sealed: &mut Sealed<'_>) -> Result<Option<Mark>, Error> {
        let Sealed { space, counter, .. } = *sealed;
        let (is_known, has_room) = match space {
            Space::Data => (self.data.contains(counter), self.data.has_room_for(counter)),
            Space::Alarm => (
                self.alarm.contains(counter),
                self.alarm.has_room_for(counter),
            ),
            Space::Control | Space::Command => return Err(Error::UnexpectedPacket),
        };
        if !has_room {
            return Err(wire::Error::SetFull.into());
        }
        self.keys
            .open(space, counter, sealed.ciphertext, sealed.tag)?;
        Ok((!is_known).then_some(Mark {
            epoch: self.keys.tag,
            number: self.keys.number,
            space,
            counter,
        }))
    }

    /// Marks a stored frame as received.
    pub(super) fn insert(&mut self, space: Space, counter: u32) -> Result<(), Error> {
        match space {
            Space::Data => self.data.insert(counter)?,
            Space::Alarm => self.alarm.insert(counter)?,
            Space::Control | Space::Command => return Err(Error::UnexpectedPacket),
        }
        Ok(())
    }

    /// What receipts say of this epoch: nothing of a space in which nothing is stored.
    pub(super) fn entries(&self) -> impl Iterator<Item = receipt::Entry<'_>> + Clone {
        let data = receipt::Entry::new(
            self.keys.tag,
            Space::Data,
            self.data.floor(),
            self.data.ranges(),
        );
        let alarm = receipt::Entry::new(
            self.keys.tag,
            Space::Alarm,
            self.alarm.floor(),
            self.alarm.ranges(),
        );
        [data, alarm].into_iter().filter(|entry| !entry.is_empty())
    }
}
