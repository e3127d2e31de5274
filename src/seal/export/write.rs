use super::{MAX_NOTE, Row};
use crate::seal::opened_epoch::{OpenedEpoch, Origin};
use crate::seal::space_set::SpaceSet;
use crate::wire::{CounterRange, Error, Writer};

pub(super) const NUMBER_NEWEST: u8 = 1;
pub(super) const NUMBER_BACK: u8 = 2;
pub(super) const NUMBER_MASK: u8 = 0b11;
pub(super) const HAS_OPEN_KEY: u8 = 1 << 2;
pub(super) const HAS_RUN: u8 = 1 << 3;
pub(super) const HAS_ECHO: u8 = 1 << 4;
pub(super) const IS_OVER: u8 = 1 << 5;
pub(super) const HAS_RANGES: u8 = 1 << 6;
pub(super) const HAS_CUT: u8 = 1 << 7;
pub(super) const SHAPE_PSK: u8 = 1 << 7;

pub(super) fn write_content(row: Row<'_>, writer: &mut Writer<'_>) -> Result<(), Error> {
    let Row { opener, psk, note } = row;
    let next = opener.ahead.chain.number();
    writer.put(opener.receipt_key.expose())?;
    writer.put(opener.ahead.chain.expose())?;
    writer.varint(next.into())?;
    let epochs = u8::try_from(opener.epochs.iter().count()).unwrap_or(u8::MAX);
    let skipped = u8::try_from(opener.ahead.skipped.iter().count()).unwrap_or(u8::MAX);
    writer.u8(epochs | skipped << 4 | psk.map_or(0, |_| SHAPE_PSK))?;
    if let Some(psk) = psk {
        writer.put(psk.psk.expose())?;
        writer.put(&psk.hint.0)?;
    }
    for epoch in opener.epochs.iter() {
        write_epoch(epoch, next, writer)?;
    }
    for skipped in opener.ahead.skipped.iter() {
        writer.varint(back(next, skipped.number))?;
        writer.put(&skipped.locator.0)?;
        writer.put(skipped.key.expose())?;
    }
    if note.len() > MAX_NOTE {
        return Err(Error::OutOfRange);
    }
    writer.put(note)
}

/// How far an epoch is behind the newest of its session.
fn back(next: u32, number: u32) -> u64 {
    next.saturating_sub(1).saturating_sub(number).into()
}

fn write_epoch(epoch: &OpenedEpoch, next: u32, writer: &mut Writer<'_>) -> Result<(), Error> {
    let back = epoch.number.map(|number| back(next, number));
    writer.u8(flags(epoch, back))?;
    match &epoch.origin {
        Origin::Chain(key, salt) => {
            writer.put(key.expose())?;
            writer.put(&salt.0)?;
        }
        Origin::Handed => writer.put(epoch.keys.secret().expose())?,
    }
    writer.put(&epoch.locator.0)?;
    if let Some(back @ 1..) = back {
        writer.varint(back)?;
    }
    if let Some(run) = epoch.run {
        writer.put(&run.0)?;
    }
    if let Some(echo) = epoch.echo {
        writer.varint(echo.into())?;
    }
    let (is_over, has_cut, has_ranges) = (epoch.is_over, has_cut(epoch), has_ranges(epoch));
    let cuts = [epoch.data.cut, epoch.alarm.cut];
    let spaces = [parts(&epoch.data), parts(&epoch.alarm)];
    for ((floor, end, [ranges, lost]), cut) in spaces.into_iter().zip(cuts) {
        writer.varint(floor.into())?;
        if is_over {
            writer.varint(end.into())?;
        }
        if has_cut {
            writer.varint(cut.map_or(0, |cut| u64::from(cut) + 1))?;
        }
        if has_ranges {
            writer.u8(u8::try_from(ranges.len()).unwrap_or(u8::MAX))?;
            writer.u8(u8::try_from(lost.len()).unwrap_or(u8::MAX))?;
            for range in ranges.iter().chain(lost) {
                writer.u24(range.start)?;
                writer.u24(range.end)?;
            }
        }
    }
    Ok(())
}

fn parts<const N: usize>(space: &SpaceSet<N>) -> (u32, u32, [&[CounterRange]; 2]) {
    let lists = [space.set.ranges(), &*space.lost];
    (space.set.floor(), space.end, lists)
}

const fn has_cut(epoch: &OpenedEpoch) -> bool {
    epoch.data.cut.is_some() || epoch.alarm.cut.is_some()
}

fn has_ranges(epoch: &OpenedEpoch) -> bool {
    let (_, _, data) = parts(&epoch.data);
    let (_, _, alarm) = parts(&epoch.alarm);
    data.into_iter().chain(alarm).any(|list| !list.is_empty())
}

fn flags(epoch: &OpenedEpoch, back: Option<u64>) -> u8 {
    let number = match back {
        None => 0,
        Some(0) => NUMBER_NEWEST,
        Some(_) => NUMBER_BACK,
    };
    let has_open_key = matches!(epoch.origin, Origin::Chain(..));
    let facts = [
        (has_open_key, HAS_OPEN_KEY),
        (epoch.run.is_some(), HAS_RUN),
        (epoch.echo.is_some(), HAS_ECHO),
        (epoch.is_over, IS_OVER),
        (has_ranges(epoch), HAS_RANGES),
        (has_cut(epoch), HAS_CUT),
    ];
    let set = facts.into_iter().filter(|(is_so, _)| *is_so);
    set.fold(number, |flags, (_, flag)| flags | flag)
}
