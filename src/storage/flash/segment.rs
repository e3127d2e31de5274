use embedded_storage_async::nor_flash::NorFlash;

use super::geometry::{Geometry, round_up};
use super::item::{self, Item};
use super::medium::{CHUNK, Medium, is_blank};
use crate::storage::{Error, check};
use crate::wire::{MAX_DATAGRAM, Reader, Writer};

const MAGIC: [u8; 4] = *b"IoMF";
const VERSION: u8 = 1;
const HEADER: usize = 16;
/// Of the header, what its check sum covers.
const CHECKED: usize = 12;
const SEQUENCE: usize = 8;

/// How long a segment is at least, in bytes.
pub(super) const fn needed(word: u32) -> u32 {
    first_item(word) + item::footprint(word, MAX_DATAGRAM)
}

const fn first_item(word: u32) -> u32 {
    let headers = round_up(HEADER as u32, word) + round_up(SEQUENCE as u32, word);
    round_up(headers, item::step(word))
}

/// In which state a segment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Not of this layout, or an erase was cut short: it must be erased before use.
    Dirty,
    /// The power has failed in its header, or it can not be read for a while.
    Unreadable,
    /// Erased to the end.
    Clean,
    /// In use, the how many-th that was taken into use.
    Used(u32),
}

/// The state of a segment.
pub(super) async fn state<F: NorFlash>(medium: &mut Medium<F>, index: u32) -> Result<State, Error> {
    let start = medium.geometry().segment(index).start;
    let mut header = [0; HEADER];
    let Ok(()) = medium.read(start, &mut header).await else {
        return Ok(State::Unreadable);
    };
    match version(&header) {
        Some(VERSION) => {}
        Some(version) => return Err(Error::UnknownVersion(version)),
        None => return Ok(State::Dirty),
    }
    let mut sequence = [0; SEQUENCE];
    let at = start.saturating_add(medium.geometry().round(HEADER));
    if medium.read(at, &mut sequence).await.is_ok() && is_blank(&sequence) {
        return Ok(State::Clean);
    }
    Ok(State::Used(decode_sequence(&sequence).unwrap_or(0)))
}

/// Erases a segment, and says in it that the erase came to its end.
pub(super) async fn clean<F: NorFlash>(medium: &mut Medium<F>, index: u32) -> Result<(), Error> {
    let place = medium.geometry().segment(index);
    let start = place.start;
    medium.erase(place).await?;
    let header = header().ok_or(Error::NotVerified)?;
    medium.write(start, &header).await?;
    verified(medium.holds(start, &header).await?)
}

/// Takes a clean segment into use.
pub(super) async fn take<F: NorFlash>(
    medium: &mut Medium<F>,
    index: u32,
    sequence: u32,
) -> Result<(), Error> {
    let geometry = *medium.geometry();
    let start = geometry.segment(index).start;
    let at = start.saturating_add(geometry.round(HEADER));
    let bytes = encode_sequence(sequence).ok_or(Error::NotVerified)?;
    medium.write(at, &bytes).await?;
    verified(medium.holds(at, &bytes).await?)
}

/// Where a segment's items begin.
pub(super) fn items(geometry: &Geometry, index: u32) -> u32 {
    let start = geometry.segment(index).start;
    start.saturating_add(first_item(geometry.word))
}

/// What is found at a place of a segment or behind it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Next {
    Item(Item),
    /// Nothing: where the next item may go.
    Blank(u32),
    /// No more room.
    End,
}

/// The first item at `at` or behind it; what does not check is stepped over.
pub(super) async fn item_from<F: NorFlash>(
    medium: &mut Medium<F>,
    index: u32,
    mut at: u32,
) -> Next {
    let geometry = *medium.geometry();
    let end = geometry.segment(index).end;
    let len = geometry.round(item::HEADER).saturating_add(geometry.word);
    while at.saturating_add(len) <= end {
        let mut buffer = [0; CHUNK];
        let words = buffer.get_mut(..len as usize).unwrap_or_default();
        let is_readable = medium.read(at, words).await.is_ok();
        if is_readable && is_blank(words) {
            return Next::Blank(at);
        }
        let found = item::parse(words, at, &geometry).filter(|_| is_readable);
        if let Some(found) = found.filter(|found| found.end(&geometry) <= end) {
            return Next::Item(found);
        }
        at = at.saturating_add(item::step(geometry.word));
    }
    Next::End
}

/// Where the next item may go: only erased bytes follow. What lies behind a gap would hide it, so that such
/// a segment has no more room.
pub(super) async fn tail<F: NorFlash>(medium: &mut Medium<F>, index: u32) -> Result<u32, Error> {
    let geometry = *medium.geometry();
    let end = geometry.segment(index).end;
    let mut at = items(&geometry, index);
    loop {
        match item_from(medium, index, at).await {
            Next::Item(found) => at = found.end(&geometry),
            Next::Blank(tail) if medium.used(tail..end).await? == 0 => return Ok(tail),
            Next::Blank(_) | Next::End => return Ok(end),
        }
    }
}

fn verified(is_so: bool) -> Result<(), Error> {
    is_so.then_some(()).ok_or(Error::NotVerified)
}

fn header() -> Option<[u8; HEADER]> {
    let mut checked = [0; CHECKED];
    let mut writer = Writer::new(&mut checked);
    writer.put(&MAGIC).ok()?;
    writer.u8(VERSION).ok()?;
    let mut out = [0; HEADER];
    let mut writer = Writer::new(&mut out);
    writer.put(&checked).ok()?;
    let sum = check::check_sum(&checked);
    writer.put(&sum.to_le_bytes()).ok()?;
    Some(out)
}

/// The layout version that a segment's header names, when there is one.
fn version(header: &[u8; HEADER]) -> Option<u8> {
    let mut reader = Reader::new(header);
    let checked = reader.take(CHECKED).ok()?;
    let sum = u32::from_le_bytes(reader.array().ok()?);
    let mut reader = Reader::new(checked);
    let is_ours = reader.array().ok()? == MAGIC && sum == check::check_sum(checked);
    is_ours.then(|| reader.u8().ok()).flatten()
}

fn encode_sequence(sequence: u32) -> Option<[u8; SEQUENCE]> {
    let mut out = [0; SEQUENCE];
    let mut writer = Writer::new(&mut out);
    let bytes = sequence.to_le_bytes();
    writer.put(&bytes).ok()?;
    let sum = check::check_sum(&bytes);
    writer.put(&sum.to_le_bytes()).ok()?;
    Some(out)
}

fn decode_sequence(bytes: &[u8; SEQUENCE]) -> Option<u32> {
    let mut reader = Reader::new(bytes);
    let sequence: [u8; 4] = reader.array().ok()?;
    let sum = u32::from_le_bytes(reader.array().ok()?);
    (sum == check::check_sum(&sequence)).then(|| u32::from_le_bytes(sequence))
}
