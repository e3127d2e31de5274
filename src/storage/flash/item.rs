use super::geometry::{Geometry, round_up};
use super::medium::is_blank;
use crate::storage::header::FrameHeader;

/// Bytes of an item in front of its mark.
pub(super) const HEADER: usize = FrameHeader::LEN;
/// Where an item may begin; where one that does not check is stepped over to.
const STEP: u32 = 8;

/// A frame's place in a segment, as its header says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub(super) header: FrameHeader,
    pub(super) is_freed: bool,
    /// Where its header begins.
    pub(super) start: u32,
}

impl Item {
    pub(super) fn mark(&self, geometry: &Geometry) -> u32 {
        self.start.saturating_add(geometry.round(HEADER))
    }

    pub(super) fn frame(&self, geometry: &Geometry) -> u32 {
        self.mark(geometry).saturating_add(geometry.word)
    }

    /// Where the next item begins.
    pub(super) fn end(&self, geometry: &Geometry) -> u32 {
        let len = footprint(geometry.word, self.header.len.into());
        self.start.saturating_add(len)
    }
}

/// Header and mark, as they were read from `start`.
pub(super) fn parse(words: &[u8], start: u32, geometry: &Geometry) -> Option<Item> {
    let header = FrameHeader::decode(words)?;
    let mark = words.get(geometry.round(HEADER) as usize..)?;
    (header.address.peer < geometry.peers).then_some(Item {
        header,
        is_freed: !is_blank(mark),
        start,
    })
}

/// Bytes that a frame takes in a segment.
pub(super) const fn footprint(word: u32, len: usize) -> u32 {
    let head = round_up(HEADER as u32, word).saturating_add(word);
    let all = head.saturating_add(round_up(len as u32, word));
    round_up(all, step(word))
}

/// Items begin at multiples of this.
pub(super) const fn step(word: u32) -> u32 {
    if word > STEP { word } else { STEP }
}
