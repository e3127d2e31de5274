use core::ops::Range;

use embedded_storage_async::nor_flash::NorFlash;

use super::medium::CHUNK;
use super::{MAX_PEERS, image, segment};
use crate::storage::{Error, MAX_IMAGE};

/// What is longer than this is not a word of flash that this layout suits.
pub(super) const MAX_WORD: usize = CHUNK / 2;

/// Where everything lies: byte addresses and lengths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Geometry {
    /// What is written is a multiple of this, and begins at one.
    pub(super) word: u32,
    pub(super) peers: u8,
    start: u32,
    /// Of a slot.
    slot: u32,
    /// Of a segment.
    pub(super) segment: u32,
    /// Where the log begins.
    log: u32,
    pub(super) segments: u32,
}

impl Geometry {
    pub(super) fn new<F: NorFlash>(
        range: &Range<u32>,
        capacity: usize,
        peers: u8,
    ) -> Result<Self, Error> {
        let word = F::WRITE_SIZE.max(F::READ_SIZE);
        if !word.is_power_of_two() || word > MAX_WORD {
            return Err(Error::Geometry(
                "its words are not of 1, 2, 4, 8, 16 or 32 bytes",
            ));
        }
        let unit = to_u32(F::ERASE_SIZE);
        let is_whole = |place: u32| place.checked_rem(unit) == Some(0);
        if !is_whole(range.start) || !is_whole(range.end) || F::ERASE_SIZE & (word - 1) != 0 {
            return Err(Error::Geometry("the range is not of whole erase units"));
        }
        if range.end > to_u32(capacity) || range.is_empty() {
            return Err(Error::Geometry(
                "the range is empty or not within the flash",
            ));
        }
        if peers == 0 || peers > MAX_PEERS {
            return Err(Error::Geometry("there must be 1 to 32 peers"));
        }
        Self::divide(range, to_u32(word), unit, peers).ok_or(Error::Geometry(
            "two slots for each peer and two segments do not fit",
        ))
    }

    fn divide(range: &Range<u32>, word: u32, unit: u32, peers: u8) -> Option<Self> {
        let start = range.start;
        let slot = image::needed(word).checked_next_multiple_of(unit)?;
        let segment = segment::needed(word).checked_next_multiple_of(unit)?;
        let images = slot.checked_mul(2)?.checked_mul(peers.into())?;
        let room = range.end.checked_sub(start.checked_add(images)?)?;
        let segments = room.checked_div(segment)?;
        let log = range.end.checked_sub(segments.checked_mul(segment)?)?;
        (segments >= 2).then_some(Self {
            word,
            peers,
            start,
            slot,
            segment,
            log,
            segments,
        })
    }

    /// Where a slot lies; both ends are within the flash.
    pub(super) fn slot(&self, peer: u8, side: Side) -> Range<u32> {
        let index = u32::from(peer).saturating_mul(2);
        let index = index.saturating_add(side.index());
        part(self.start, self.slot, index)
    }

    /// Where a segment lies; both ends are within the flash.
    pub(super) fn segment(&self, index: u32) -> Range<u32> {
        part(self.log, self.segment, index)
    }

    /// The next multiple of a word.
    pub(super) fn round(&self, len: usize) -> u32 {
        round_up(to_u32(len), self.word)
    }
}

/// One of the two slots of a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    First,
    Second,
}

impl Side {
    pub(super) const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }

    pub(super) const fn index(self) -> u32 {
        match self {
            Self::First => 0,
            Self::Second => 1,
        }
    }
}

fn part(start: u32, len: u32, index: u32) -> Range<u32> {
    let start = start.saturating_add(len.saturating_mul(index));
    start..start.saturating_add(len)
}

/// The next multiple of `step`, which is a power of two.
pub(super) const fn round_up(len: u32, step: u32) -> u32 {
    let mask = step.saturating_sub(1);
    len.saturating_add(mask) & !mask
}

/// Lengths here are far below 4 GiB.
pub(super) fn to_u32(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// The longest image, as the layout counts.
pub(super) const LONGEST_IMAGE: u32 = MAX_IMAGE as u32;
