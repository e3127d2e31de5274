use super::{EpochTag, Error};
use crate::crypto::Secret;
use crate::crypto::hash::{equal, hmac};
use crate::wire::{
    self, CounterRange, Locator, MAX_COUNTER, PROOF_LEN, Reader, Receipt, ReceivedSet, Space,
    Writer, copy, varint_len,
};

/// The echo that says that no control frame was seen.
const NO_ECHO: u32 = MAX_COUNTER + 1;

/// A proved receipt: what the server has stored.
///
/// ```text
/// body     echo ctr24 │ time varint │ wait varint, ms │ count varint │ entries │ fields
/// entry    tag 8 │ space 1 │ floor varint │ ranges varint │ ranges × (gap varint, length varint)
/// field    tag varint │ length varint │ content; unknown ones are skipped
/// ```
///
/// All counters below the floor are stored, and those of the ranges. A range's gap is counted
/// from the end of the range before it, or from the floor; neither gap nor length is zero.
/// The echo is the newest control counter that was seen in the epoch of the receipt's locator;
/// 0xFFFFFF means none, and time and wait then say nothing.
///
/// What is stored is to be believed always. Time, wait and that the link is alive are to be believed
/// only where the echo is not older than the newest seen, and of this boot.
#[derive(Debug, Clone)]
pub struct StoredReport<'a> {
    echo: u32,
    time_ms: u64,
    wait_ms: u64,
    count: usize,
    entries: Reader<'a>,
}

/// What is stored of one space of one epoch.
#[derive(Debug, Clone)]
pub struct Acknowledgement<'a> {
    /// The first half of the epoch's tag.
    pub epoch: [u8; 8],
    /// The space.
    pub space: Space,
    /// Every counter below is stored.
    pub floor: u32,
    ranges: Ranges<'a>,
}

impl<'a> StoredReport<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Result<Self, wire::Error> {
        let mut reader = Reader::new(body);
        let echo = reader.u24()?;
        let time_ms = reader.varint()?;
        let wait_ms = reader.varint()?;
        let count = reader.varint_as()?;
        let entries = reader.clone();
        for _ in 0..count {
            Acknowledgement::read(&mut reader)?;
        }
        skip_fields(&mut reader)?;
        Ok(Self {
            echo,
            time_ms,
            wait_ms,
            count,
            entries,
        })
    }

    /// The newest control frame that the server has seen in the epoch of the receipt's locator.
    #[must_use]
    pub const fn echo(&self) -> Option<u32> {
        match self.echo {
            NO_ECHO => None,
            counter => Some(counter),
        }
    }

    /// The server's time in milliseconds since 1970; `None` where it has none or echoes nothing.
    #[must_use]
    pub fn server_time_ms(&self) -> Option<u64> {
        self.echo()?;
        Some(self.time_ms).filter(|time| *time > 0)
    }

    /// For how many milliseconds the device may keep silent, in the server's view; `None` where it
    /// says nothing of it or echoes nothing.
    #[must_use]
    pub fn wait_ms(&self) -> Option<u64> {
        self.echo()?;
        Some(self.wait_ms).filter(|wait| *wait > 0)
    }

    /// What is stored, space by space.
    #[must_use]
    pub fn acknowledgements(&self) -> Acknowledgements<'a> {
        Acknowledgements {
            left: self.count,
            reader: self.entries.clone(),
        }
    }

    pub(super) fn names(&self, epoch: EpochTag) -> bool {
        self.acknowledgements()
            .any(|entry| entry.epoch == epoch.short())
    }
}

/// The entries of a [`StoredReport`].
#[derive(Debug, Clone)]
pub struct Acknowledgements<'a> {
    left: usize,
    reader: Reader<'a>,
}

impl<'a> Iterator for Acknowledgements<'a> {
    type Item = Acknowledgement<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        Acknowledgement::read(&mut self.reader).ok()
    }
}

impl<'a> Acknowledgement<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, wire::Error> {
        let epoch = reader.array()?;
        let space = match reader.u8()? {
            code @ 0..=1 => Space::from_code(code),
            _ => return Err(wire::Error::OutOfRange),
        };
        let floor = bounded(reader.varint_as()?)?;
        let count = reader.varint_as()?;
        let ranges = Ranges {
            left: count,
            end: floor,
            reader: reader.clone(),
        };
        let mut check = ranges.clone();
        for _ in 0..count {
            check.read()?;
        }
        *reader = check.reader;
        Ok(Self {
            epoch,
            space,
            floor,
            ranges,
        })
    }

    /// Whether the frame with this counter is stored.
    #[must_use]
    pub fn covers(&self, counter: u32) -> bool {
        counter < self.floor
            || self
                .ranges()
                .any(|range| range.start <= counter && counter < range.end)
    }

    /// The stored ranges above the floor, rising.
    pub fn ranges(&self) -> impl Iterator<Item = CounterRange> {
        let mut ranges = self.ranges.clone();
        core::iter::from_fn(move || {
            ranges.left = ranges.left.checked_sub(1)?;
            ranges.read().ok()
        })
    }
}

#[derive(Debug, Clone)]
struct Ranges<'a> {
    left: usize,
    end: u32,
    reader: Reader<'a>,
}

impl Ranges<'_> {
    fn read(&mut self) -> Result<CounterRange, wire::Error> {
        let (gap, len): (u32, u32) = (self.reader.varint_as()?, self.reader.varint_as()?);
        if gap == 0 || len == 0 {
            return Err(wire::Error::OutOfRange);
        }
        let start = bounded(self.end.saturating_add(gap))?;
        let end = bounded(start.saturating_add(len))?;
        self.end = end;
        Ok(CounterRange { start, end })
    }
}

/// One behind the largest counter is the largest end.
fn bounded(counter: u32) -> Result<u32, wire::Error> {
    if counter > MAX_COUNTER + 1 {
        Err(wire::Error::OutOfRange)
    } else {
        Ok(counter)
    }
}

fn skip_fields(reader: &mut Reader<'_>) -> Result<(), wire::Error> {
    while reader.left() > 0 {
        let _tag = reader.varint()?;
        let len = reader.varint_as()?;
        reader.take(len)?;
    }
    Ok(())
}

/// What a server says of time in a receipt; it is believed only with an echo.
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

pub(super) fn check_proof(
    key: &Secret,
    receipt: &Receipt<'_>,
    echoed: EpochTag,
) -> Result<(), Error> {
    let expected = proof(key, receipt.locator, echoed, receipt.body);
    if equal(&expected, &receipt.proof) {
        Ok(())
    } else {
        Err(Error::NotAuthentic)
    }
}

/// "over byte 0, the locator, the 16-byte tag of the epoch that `ctl` belongs to, and the whole body"
fn proof(key: &Secret, locator: Locator, echoed: EpochTag, body: &[u8]) -> [u8; PROOF_LEN] {
    hmac(key, &[&[Receipt::BYTE0], &locator.0, &echoed.0, body])
}
