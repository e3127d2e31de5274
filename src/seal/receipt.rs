use super::{EpochTag, Error};
use crate::crypto::Secret;
use crate::crypto::hash::{equal, hmac};
use crate::wire::{self, CounterRange, Locator, MAX_COUNTER, PROOF_LEN, Reader, Receipt, Space};

/// The echo that says that no control frame was seen.
pub(super) const NO_ECHO: u32 = MAX_COUNTER + 1;

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
pub(super) fn proof(
    key: &Secret,
    locator: Locator,
    echoed: EpochTag,
    body: &[u8],
) -> [u8; PROOF_LEN] {
    hmac(key, &[&[Receipt::BYTE0], &locator.0, &echoed.0, body])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const HEAD: [u8; 5] = [0xFF, 0xFF, 0xFF, 0, 0];

    fn entry(space: u8, rest: &[u8]) -> Vec<u8> {
        [&HEAD[..], &[1], &[7; 8], &[space], rest].concat()
    }

    fn is_read(body: &[u8]) -> bool {
        StoredReport::parse(body).is_ok()
    }

    // IOMT-RCPT-015
    #[test]
    fn an_entry_is_of_data_or_alarm_alone() {
        assert!(is_read(&entry(0, &[0, 0])) && is_read(&entry(1, &[0, 0])));
        for space in 2..=u8::MAX {
            assert!(!is_read(&entry(space, &[0, 0])), "{space}");
        }
    }

    // IOMT-RCPT-016
    #[test]
    fn neither_gap_nor_length_is_zero_and_no_counter_is_above_the_last() {
        let last = [0xFF, 0xFF, 0xFF, 0x07];
        let beyond = [0x80, 0x80, 0x80, 0x08];
        for good in [
            &[5, 1, 1, 1][..],
            &[&last[..], &[0]].concat(),
            &[&[0, 1, 1][..], &[0xFE, 0xFF, 0xFF, 0x07]].concat(),
        ] {
            assert!(is_read(&entry(0, good)), "{good:02x?}");
        }
        for bad in [
            &[5, 1, 0, 1][..],
            &[5, 1, 1, 0],
            &[5, 2, 1, 1, 0, 1],
            &[&beyond[..], &[0]].concat(),
            &[&last[..], &[1, 1, 1]].concat(),
            &[&[0, 1, 1][..], &last].concat(),
        ] {
            assert!(!is_read(&entry(0, bad)), "{bad:02x?}");
        }
    }

    // IOMT-RCPT-017
    #[test]
    fn fields_that_are_not_known_are_skipped_whole() {
        let body = |fields: &[u8]| [&HEAD[..], &[0], fields].concat();
        let widest = [&[0xFF; 9][..], &[0x01, 2, 8, 9]].concat();
        for good in [&[][..], &[1, 0], &[2, 3, 1, 2, 3, 5, 1, 4], &widest] {
            assert!(is_read(&body(good)), "{good:02x?}");
        }
        for bad in [&[1][..], &[1, 1], &[2, 3, 1, 2], &[0x81, 0x00, 0]] {
            assert!(!is_read(&body(bad)), "{bad:02x?}");
        }
    }
}
