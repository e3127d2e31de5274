use super::write::{
    HAS_CUT, HAS_ECHO, HAS_OPEN_KEY, HAS_RANGES, HAS_RUN, IS_OVER, NUMBER_BACK, NUMBER_MASK,
    NUMBER_NEWEST, SHAPE_PSK,
};
use super::{OpenedRow, RowPsk};
use heapless::Vec;

use crate::crypto::Secret;
use crate::seal::Opener;
use crate::seal::ahead::{Ahead, Skipped};
use crate::seal::candidate::CandidateEpoch;
use crate::seal::epoch_table::EpochTable;
use crate::seal::opened_epoch::OpenedEpoch;
use crate::seal::schedule::{Chain, EpochSecret, OpenKey};
use crate::seal::space_set::SpaceSet;
use crate::wire::{CounterRange, Error, Hint, Locator, MAX_COUNTER, Reader, Run, Salt};

pub(super) fn read_content(content: &[u8]) -> Result<OpenedRow, Error> {
    let mut reader = Reader::new(content);
    let receipt_key = Secret::new(reader.array()?);
    let chain = reader.array()?;
    let next = reader.varint_as()?;
    let mut ahead = Ahead::new(Chain::new(next, Secret::new(chain)));
    let shape = reader.u8()?;
    let psk = match shape & SHAPE_PSK {
        0 => None,
        _ => Some(RowPsk::new(reader.array()?, Hint(reader.array()?))),
    };
    let mut epochs = EpochTable::new();
    for _ in 0..shape & 0b1111 {
        epochs.restore(read_epoch(&mut reader, next)?)?;
    }
    for _ in 0..shape >> 4 & 0b111 {
        let skipped = Skipped {
            number: number_before(next, &mut reader)?,
            locator: Locator(reader.array()?),
            key: OpenKey::from_bytes(reader.array()?),
        };
        let room = ahead.skipped.push(skipped);
        room.map_err(|_| Error::OutOfRange)?;
    }
    let note = Vec::from_slice(reader.rest()).map_err(|_| Error::OutOfRange)?;
    let opener = Opener {
        receipt_key,
        ahead,
        epochs,
    };
    Ok(OpenedRow { opener, psk, note })
}

fn number_before(next: u32, reader: &mut Reader<'_>) -> Result<u32, Error> {
    let back: u32 = reader.varint_as()?;
    let newest = next.checked_sub(1).ok_or(Error::OutOfRange)?;
    newest.checked_sub(back).ok_or(Error::OutOfRange)
}

enum Key {
    Open(OpenKey, Salt),
    Secret(EpochSecret),
}

fn read_epoch(reader: &mut Reader<'_>, next: u32) -> Result<OpenedEpoch, Error> {
    let flags = reader.u8()?;
    let key = match flags & HAS_OPEN_KEY {
        0 => Key::Secret(EpochSecret::from_bytes(reader.array()?)),
        _ => Key::Open(OpenKey::from_bytes(reader.array()?), Salt(reader.array()?)),
    };
    let locator = Locator(reader.array()?);
    let number = match flags & NUMBER_MASK {
        NUMBER_NEWEST => Some(next.checked_sub(1).ok_or(Error::OutOfRange)?),
        NUMBER_BACK => Some(number_before(next, reader)?),
        _ => None,
    };
    let mut epoch = match (key, number) {
        (Key::Open(key, salt), Some(number)) => {
            OpenedEpoch::of_candidate(CandidateEpoch::new(number, locator, key, salt))
        }
        (Key::Open(..), None) => return Err(Error::OutOfRange),
        (Key::Secret(secret), number) => OpenedEpoch::handed(number, locator, secret),
    };
    epoch.is_over = flags & IS_OVER != 0;
    if flags & HAS_RUN != 0 {
        epoch.run = Some(Run(reader.array()?));
    }
    if flags & HAS_ECHO != 0 {
        epoch.echo = Some(bounded(reader.varint_as()?)?);
    }
    epoch.data = read_space(reader, flags)?;
    epoch.alarm = read_space(reader, flags)?;
    Ok(epoch)
}

fn read_space<const N: usize>(reader: &mut Reader<'_>, flags: u8) -> Result<SpaceSet<N>, Error> {
    let mut space = SpaceSet::new();
    space.set.raise_floor(bounded(reader.varint_as()?)?);
    if flags & IS_OVER != 0 {
        space.end = bounded(reader.varint_as()?)?;
    }
    if flags & HAS_CUT != 0 {
        let cut: u32 = reader.varint_as()?;
        space.cut = cut.checked_sub(1).map(bounded).transpose()?;
    }
    if flags & HAS_RANGES != 0 {
        let (ranges, lost) = (reader.u8()?, reader.u8()?);
        for _ in 0..ranges {
            space.set.push_range(read_range(reader)?)?;
        }
        for _ in 0..lost {
            let room = space.lost.push(read_range(reader)?);
            room.map_err(|_| Error::OutOfRange)?;
        }
    }
    Ok(space)
}

fn read_range(reader: &mut Reader<'_>) -> Result<CounterRange, Error> {
    let (start, end) = (reader.u24()?, reader.u24()?);
    Ok(CounterRange { start, end })
}

fn bounded(counter: u32) -> Result<u32, Error> {
    if counter > MAX_COUNTER + 1 {
        return Err(Error::OutOfRange);
    }
    Ok(counter)
}
