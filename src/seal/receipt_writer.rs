use super::receipt::{NO_ECHO, proof};
use super::{EpochTag, Error};
use crate::crypto::Secret;
use crate::wire::{
    self, CounterRange, Locator, PROOF_LEN, Receipt, ReceivedSet, Space, Writer, copy, varint_len,
};

/// What a server says of time in a receipt; it is believed only with an echo.
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerClock {
    /// Milliseconds since 1970; 0 where the server does not know.
    pub time_ms: u64,
    /// For how many milliseconds the device may keep silent; 0 says nothing of it.
    pub wait_ms: u64,
}

/// What a receipt is about, and the control frame that it answers.
pub(super) struct Echo {
    locator: Locator,
    tag: EpochTag,
    counter: u32,
    clock: ServerClock,
}

impl Echo {
    const NO_CLOCK: ServerClock = ServerClock {
        time_ms: 0,
        wait_ms: 0,
    };

    /// "tag zeros, locator of the newest opened epoch, else of epoch 0"
    pub(super) const fn none(locator: Locator) -> Self {
        Self::of(locator, EpochTag([0; 16]), NO_ECHO)
    }

    pub(super) const fn of(locator: Locator, tag: EpochTag, counter: u32) -> Self {
        Self {
            locator,
            tag,
            counter,
            clock: Self::NO_CLOCK,
        }
    }

    /// With the time, where there is an echo to believe it by.
    pub(super) fn dated(self, clock: Option<ServerClock>) -> Self {
        let clock = clock.filter(|_| self.counter != NO_ECHO);
        Self {
            clock: clock.unwrap_or(Self::NO_CLOCK),
            ..self
        }
    }
}

/// What [`emit`] writes of one space.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    epoch: EpochTag,
    space: Space,
    floor: u32,
    ranges: &'a [CounterRange],
}

impl<'a> Entry<'a> {
    pub(super) fn new<const N: usize>(
        epoch: EpochTag,
        space: Space,
        set: &'a ReceivedSet<N>,
    ) -> Self {
        Self {
            epoch,
            space,
            floor: set.floor(),
            ranges: set.ranges(),
        }
    }

    /// The ranges as they are written: gap and length, `limit` of them at most.
    fn numbers(&self, limit: usize) -> impl ExactSizeIterator<Item = [u64; 2]> {
        let mut end = self.floor;
        self.ranges.iter().take(limit).map(move |range| {
            let gap = range.start.saturating_sub(end);
            end = range.end;
            [gap.into(), range.end.saturating_sub(range.start).into()]
        })
    }

    /// How many bytes it takes: 11 to 14, and 2 to 8 a range.
    fn len(&self, limit: usize) -> usize {
        let ranges = self.numbers(limit).flatten();
        SHORT_TAG_LEN
            + 1
            + varint_len(self.floor.into())
            + 1
            + ranges.map(varint_len).sum::<usize>()
    }

    fn emit(&self, limit: usize, writer: &mut Writer<'_>) -> Result<(), wire::Error> {
        writer.put(&self.epoch.short())?;
        writer.u8(self.space.code())?;
        writer.varint(self.floor.into())?;
        let numbers = self.numbers(limit);
        writer.varint(u64::try_from(numbers.len()).unwrap_or(u64::MAX))?;
        for number in numbers.flatten() {
            writer.varint(number)?;
        }
        Ok(())
    }
}

const SHORT_TAG_LEN: usize = 8;
/// No set has more ranges.
const ALL_RANGES: usize = 16;

/// Writes a receipt.
pub(super) fn emit<'o, 'e>(
    key: &Secret,
    echo: &Echo,
    entries: impl Iterator<Item = Entry<'e>> + Clone,
    out: &'o mut [u8],
) -> Result<&'o mut [u8], Error> {
    let room = out.len();
    let mut writer = Writer::new(out);
    writer.u8(Receipt::BYTE0)?;
    writer.put(&echo.locator.0)?;
    writer.u24(echo.counter)?;
    writer.varint(echo.clock.time_ms)?;
    writer.varint(echo.clock.wait_ms)?;
    writer.varint(u64::try_from(entries.clone().count()).unwrap_or(u64::MAX))?;
    let room = room.saturating_sub(writer.len()).saturating_sub(PROOF_LEN);
    let limit = ranges_that_fit(entries.clone(), room);
    for entry in entries {
        entry.emit(limit, &mut writer)?;
    }
    let body_end = writer.len();
    writer.reserve(PROOF_LEN)?;
    let packet = writer.finish();
    if let Some((covered, slot)) = packet.split_at_mut_checked(body_end) {
        let body = covered.get(Receipt::HEADER_LEN..).unwrap_or_default();
        copy(&proof(key, echo.locator, echo.tag, body), slot);
    }
    Ok(packet)
}

/// How many ranges of each space have room; those that are left out are named when others are gone.
fn ranges_that_fit<'e>(entries: impl Iterator<Item = Entry<'e>> + Clone, room: usize) -> usize {
    let len = |limit| entries.clone().map(|entry| entry.len(limit)).sum::<usize>();
    let mut limit = ALL_RANGES;
    while limit > 0 && len(limit) > room {
        limit -= 1;
    }
    limit
}
