use core::hint::black_box;
use core::ops::Range;

use super::candidate::CandidateEpoch;
use super::epoch::EpochKeys;
use super::schedule::{EpochSecret, OpenKey};
use super::space_set::{SpaceSet, Standing};
use super::{EpochTag, Error, receipt_writer};
use crate::wire::{self, Frame, Locator, Packet, Route, Run, Salt, Space, TAG_LEN};

/// Ranges of the received set of data, and of alarm.
pub(super) const DATA_RANGES: usize = 16;
pub(super) const ALARM_RANGES: usize = 4;

/// An epoch that the server can open frames of: its keys, and what is stored of it.
pub(super) struct OpenedEpoch {
    /// Its place in the session; `None` for one that was handed over from another.
    pub(super) number: Option<u32>,
    pub(super) locator: Locator,
    pub(super) keys: EpochKeys,
    pub(super) origin: Origin,
    /// The boot that the epoch belongs to, from the first frame or list that said it.
    pub(super) run: Option<Run>,
    /// The newest control frame that was opened.
    pub(super) echo: Option<u32>,
    /// Whether it seals nothing more, and no control frames either.
    pub(super) is_over: bool,
    /// Whether the newest list of outstanding epochs names it.
    pub(super) is_listed: bool,
    pub(super) data: SpaceSet<DATA_RANGES>,
    pub(super) alarm: SpaceSet<ALARM_RANGES>,
}

/// How the server has come to an epoch's secret.
pub(super) enum Origin {
    /// By the chain of this session: another salt of the same number opens a twin.
    Chain(OpenKey, Salt),
    /// The device has handed it over.
    Handed,
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
    pub(super) number: Option<u32>,
    pub(super) space: Space,
    pub(super) counter: u32,
    pub(super) standing: Standing,
}

impl<'b> Sealed<'b> {
    /// Of a frame in its packet: how it is addressed, and where its plaintext is going to be.
    #[inline]
    pub(super) fn of(packet: &'b mut [u8]) -> Result<(Route, Self, Range<usize>), Error> {
        let Packet::Frame(Frame {
            space,
            route,
            counter,
            ..
        }) = Packet::read(packet)?
        else {
            return Err(Error::UnexpectedPacket);
        };
        let truncated = wire::Error::Truncated { missing: 1 };
        let start = route.header_len();
        let body = packet.get_mut(start..).ok_or(truncated)?;
        let (ciphertext, tag) = body.split_last_chunk_mut::<TAG_LEN>().ok_or(truncated)?;
        let plaintext = start..start.saturating_add(ciphertext.len());
        let sealed = Self {
            space,
            counter,
            ciphertext,
            tag,
        };
        Ok((route, sealed, plaintext))
    }
}

impl OpenedEpoch {
    pub(super) fn of_candidate(candidate: CandidateEpoch) -> Self {
        let CandidateEpoch {
            number,
            locator,
            key,
            salt,
            keys,
        } = candidate;
        Self::new(Some(number), locator, keys, Origin::Chain(key, salt))
    }

    /// An epoch that is over; until its ends are known it takes no counter.
    pub(super) fn handed(number: Option<u32>, locator: Locator, secret: EpochSecret) -> Self {
        let mut epoch = Self::new(number, locator, EpochKeys::derive(secret), Origin::Handed);
        epoch.is_over = true;
        epoch.data.end = 0;
        epoch.alarm.end = 0;
        epoch
    }

    const fn new(number: Option<u32>, locator: Locator, keys: EpochKeys, origin: Origin) -> Self {
        Self {
            number,
            locator,
            keys,
            origin,
            run: None,
            echo: None,
            is_over: false,
            is_listed: false,
            data: SpaceSet::new(),
            alarm: SpaceSet::new(),
        }
    }

    /// The epoch as another session of the device knows it: over, and with what is stored of it.
    #[cfg(feature = "node")]
    pub(super) fn share(&self) -> Self {
        Self {
            run: self.run,
            data: self.data.clone(),
            alarm: self.alarm.clone(),
            ..Self::handed(None, self.locator, self.keys.secret().share())
        }
    }

    /// The epoch under the next session: what would let it go on is gone.
    pub(super) fn inherit(&mut self) {
        self.number = None;
        self.origin = Origin::Handed;
        self.echo = None;
        self.is_over = true;
    }

    pub(super) fn tag(&self) -> EpochTag {
        self.keys.tag
    }

    /// Whether this is the epoch of a locator and salt; of a handed one the salt is not known.
    pub(super) fn may_be(&self, locator: Locator, salt: Salt) -> bool {
        let is_salt = match self.origin {
            Origin::Chain(_, known) => known == salt,
            Origin::Handed => true,
        };
        self.locator == locator && is_salt
    }

    /// Decrypts in place. A duplicate is decrypted too, to tell it from a forgery.
    #[inline]
    pub(super) fn open(&self, sealed: &mut Sealed<'_>) -> Result<Mark, Error> {
        let standing = self.decrypt(sealed)?;
        Ok(Mark {
            epoch: self.keys.tag,
            number: self.number,
            space: sealed.space,
            counter: sealed.counter,
            standing,
        })
    }

    fn decrypt(&self, sealed: &mut Sealed<'_>) -> Result<Standing, Error> {
        let Sealed { space, counter, .. } = *sealed;
        let standing = match space {
            Space::Data => self.data.standing(counter)?,
            Space::Alarm => self.alarm.standing(counter)?,
            Space::Control => self.control_standing(counter)?,
            Space::Command => return Err(Error::UnexpectedPacket),
        };
        self.keys
            .open(space, counter, sealed.ciphertext, sealed.tag)?;
        Ok(standing)
    }

    pub(super) fn fetch(&self) {
        let (data, first) = (&self.data, self.keys.tag.as_bytes().first());
        black_box((
            self.locator.0.first().copied(),
            first.copied(),
            self.run,
            self.number,
        ));
        black_box((
            data.end,
            data.set.floor(),
            data.set.ranges().len(),
            data.lost.len(),
        ));
        black_box(self.keys.secret().expose().first().copied());
    }

    /// "the receiver keeps only their highest counter"
    fn control_standing(&self, counter: u32) -> Result<Standing, Error> {
        match (self.is_over, self.echo) {
            (true, _) => Err(Error::BeyondEnd),
            (_, Some(newest)) if counter <= newest => Err(Error::Replayed),
            _ => Ok(Standing::New),
        }
    }

    /// Marks a stored frame as received.
    pub(super) fn insert(&mut self, space: Space, counter: u32) -> Result<(), Error> {
        match space {
            Space::Data => self.data.insert(counter),
            Space::Alarm => self.alarm.insert(counter),
            Space::Control | Space::Command => Err(Error::UnexpectedPacket),
        }
    }

    /// What receipts say of this epoch: both spaces, so that the device sees what was taken.
    pub(super) fn entries(&self) -> impl Iterator<Item = receipt_writer::Entry<'_>> + Clone {
        let tag = self.keys.tag;
        let data = receipt_writer::Entry::new(tag, Space::Data, &self.data.set);
        let alarm = receipt_writer::Entry::new(tag, Space::Alarm, &self.alarm.set);
        [data, alarm].into_iter()
    }
}
