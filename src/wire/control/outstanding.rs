use super::{HAS_SECRET, IS_CUT, Lost, SECRET_LEN, Why};
use crate::wire::{CounterRange, Error, Locator, MAX_COUNTER, Reader, Run, Space};

/// What a device still holds of each epoch, and what of it will never come.
///
/// **Rule.** The list is complete: an older epoch that it leaves out is closed. Exactly one epoch
/// stands in it without a secret: the one that has sealed the frame.
///
/// Reading it costs time in the length of the body, once here and once in each walk.
#[derive(Clone)]
pub struct Outstanding<'a> {
    count: usize,
    epochs: Reader<'a>,
}

impl core::fmt::Debug for Outstanding<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Outstanding")
            .field("epochs", &self.count)
            .finish_non_exhaustive()
    }
}

impl<'a> Outstanding<'a> {
    /// Reads a record's body, all of it.
    pub(super) fn parse(body: &'a [u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(body);
        let count = reader.varint_as()?;
        let epochs = reader.clone();
        let mut without_secret = 0_usize;
        for _ in 0..count {
            let epoch = ListedEpoch::read(&mut reader)?;
            without_secret += usize::from(epoch.secret.is_none());
        }
        reader.finish()?;
        match without_secret {
            1 => Ok(Self { count, epochs }),
            _ => Err(Error::OutOfRange),
        }
    }

    /// How many epochs are listed; a datagram holds no more than 24.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether no epoch is listed, which no list that was read is.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The epochs, in the order of the list.
    #[must_use]
    pub fn epochs(&self) -> ListedEpochs<'a> {
        ListedEpochs {
            left: self.count,
            reader: self.epochs.clone(),
        }
    }
}

/// The epochs of an [`Outstanding`].
#[derive(Clone)]
pub struct ListedEpochs<'a> {
    left: usize,
    reader: Reader<'a>,
}

impl core::fmt::Debug for ListedEpochs<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ListedEpochs")
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

impl<'a> Iterator for ListedEpochs<'a> {
    type Item = ListedEpoch<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        ListedEpoch::read(&mut self.reader).ok()
    }
}

/// One epoch of an [`Outstanding`].
#[derive(Clone)]
pub struct ListedEpoch<'a> {
    /// Names it on the wire.
    pub locator: Locator,
    /// Its secret, as long as the suite says; `None` for the epoch that has sealed the frame.
    pub secret: Option<&'a [u8]>,
    /// Whether the power failed in it: what was taken behind the end of each space is lost, and how much nobody knows.
    pub is_cut: bool,
    /// The boot that it belongs to.
    pub run: Run,
    data: Option<ListedSpace<'a>>,
    alarm: Option<ListedSpace<'a>>,
}

impl core::fmt::Debug for ListedEpoch<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ListedEpoch")
            .field("locator", &self.locator)
            .field("is_cut", &self.is_cut)
            .field("run", &self.run)
            .finish_non_exhaustive()
    }
}

impl<'a> ListedEpoch<'a> {
    /// What is said of a space; `None` where nothing is.
    #[must_use]
    pub const fn space(&self, space: Space) -> Option<&ListedSpace<'a>> {
        match space {
            Space::Data => self.data.as_ref(),
            Space::Alarm => self.alarm.as_ref(),
            Space::Control | Space::Command => None,
        }
    }

    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let locator = Locator(reader.array()?);
        let flags = reader.u8()?;
        if flags & !(HAS_SECRET | IS_CUT) != 0 {
            return Err(Error::Reserved);
        }
        let secret = match flags & HAS_SECRET {
            0 => None,
            _ => Some(reader.take(SECRET_LEN)?),
        };
        let mut epoch = Self {
            locator,
            secret,
            is_cut: flags & IS_CUT != 0,
            run: Run(reader.array()?),
            data: None,
            alarm: None,
        };
        for _ in 0..reader.u8()? {
            epoch.read_space(reader)?;
        }
        Ok(epoch)
    }

    /// Data stands in front of alarm, and each of them once.
    fn read_space(&mut self, reader: &mut Reader<'a>) -> Result<(), Error> {
        match reader.u8()? {
            0 if self.data.is_none() && self.alarm.is_none() => {
                self.data = Some(ListedSpace::read(reader)?);
            }
            1 if self.alarm.is_none() => self.alarm = Some(ListedSpace::read(reader)?),
            _ => return Err(Error::OutOfRange),
        }
        Ok(())
    }
}

/// What is said of one space of an epoch.
#[derive(Debug, Clone)]
pub struct ListedSpace<'a> {
    /// The lowest counter that the device still holds; below it everything was acknowledged or lost.
    pub floor: u32,
    /// One behind the last counter that was used.
    pub end: u32,
    losses: Losses<'a>,
}

impl<'a> ListedSpace<'a> {
    /// What will never come, rising.
    #[must_use]
    pub fn losses(&self) -> Losses<'a> {
        self.losses.clone()
    }

    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let floor = reader.varint_as()?;
        let end = bounded_sum(floor, reader.varint_as()?, MAX_COUNTER + 1)?;
        let count = reader.varint_as()?;
        let losses = Losses {
            left: count,
            end: 0,
            bound: end,
            reader: reader.clone(),
        };
        let mut check = losses.clone();
        for _ in 0..count {
            check.read()?;
        }
        *reader = check.reader;
        Ok(Self { floor, end, losses })
    }
}

/// The losses of one space, rising.
#[derive(Debug, Clone)]
pub struct Losses<'a> {
    left: usize,
    /// The end of the loss before, and what no loss goes beyond.
    end: u32,
    bound: u32,
    reader: Reader<'a>,
}

impl Losses<'_> {
    fn read(&mut self) -> Result<Lost, Error> {
        let (gap, len): (u32, u32) = (self.reader.varint_as()?, self.reader.varint_as()?);
        if len == 0 {
            return Err(Error::OutOfRange);
        }
        let start = bounded_sum(self.end, gap, self.bound)?;
        let end = bounded_sum(start, len, self.bound)?;
        let why = Why::from_code(self.reader.u8()?).ok_or(Error::OutOfRange)?;
        self.end = end;
        let range = CounterRange { start, end };
        Ok(Lost { range, why })
    }
}

impl Iterator for Losses<'_> {
    type Item = Lost;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        self.read().ok()
    }
}

fn bounded_sum(start: u32, step: u32, bound: u32) -> Result<u32, Error> {
    start
        .checked_add(step)
        .filter(|sum| *sum <= bound)
        .ok_or(Error::OutOfRange)
}
