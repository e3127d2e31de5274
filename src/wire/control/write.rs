use super::{ANSWER, Answer, HAS_SECRET, IS_CUT, Lost, OUTSTANDING, SECRET_LEN, STATUS, Status};
use crate::wire::cursor::varint_len;
use crate::wire::{Error, Locator, MAX_COUNTER, Run, Space, Tag, Writer};

/// Writes the plaintext of a control frame, record by record.
///
/// ```
/// use iomt::time::{Duration, Instant};
/// use iomt::wire::control::{ControlRecord, ControlRecords, ControlWriter, Status};
///
/// let status = Status {
///     ticks: Instant::from_secs(5),
///     due_ms: core::num::NonZeroU32::new(30_000),
///     server_time_ms: None,
///     age: Duration::from_secs(0),
/// };
/// let mut buffer = [0; 64];
/// let mut writer = ControlWriter::new(&mut buffer);
/// writer.status(&status)?;
/// let plaintext = writer.finish();
///
/// let Some(Ok(ControlRecord::Status(read))) = ControlRecords::new(plaintext).next() else { panic!() };
/// assert_eq!(read, status);
/// # Ok::<(), iomt::wire::Error>(())
/// ```
#[derive(Debug)]
pub struct ControlWriter<'w> {
    writer: Writer<'w>,
}

/// One epoch of an `outstanding` record to be written.
///
/// `L` yields the losses of a space.
#[derive(Clone, Copy)]
pub struct EpochEntry<'a, L> {
    /// Names it on the wire.
    pub locator: Locator,
    /// Its secret, [`SECRET_LEN`] bytes; `None` for the epoch that seals the frame, and only for it.
    pub secret: Option<&'a [u8]>,
    /// Whether the power failed in it, so that nobody knows what was taken behind the ends.
    pub is_cut: bool,
    /// The boot that it belongs to.
    pub run: Run,
    /// What stands of its data space.
    pub data: Option<SpaceEntry<L>>,
    /// What stands of its alarm space.
    pub alarm: Option<SpaceEntry<L>>,
}

impl<L> core::fmt::Debug for EpochEntry<'_, L> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("EpochEntry")
            .field("locator", &self.locator)
            .finish_non_exhaustive()
    }
}

/// One space of an epoch to be written.
#[derive(Debug, Clone, Copy)]
pub struct SpaceEntry<L> {
    /// The lowest counter that is still held.
    pub floor: u32,
    /// One behind the last counter that was used; not below the floor.
    pub end: u32,
    /// What will never come: rising, none empty, none beyond `end`.
    pub losses: L,
}

impl<'w> ControlWriter<'w> {
    /// A writer at the start of `buffer`.
    #[must_use]
    pub const fn new(buffer: &'w mut [u8]) -> Self {
        Self {
            writer: Writer::new(buffer),
        }
    }

    /// Appends the clock: at most [`Status::MAX_LEN`] bytes and two. One that does not fit changes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`].
    pub fn status(&mut self, status: &Status) -> Result<(), Error> {
        let mut body = [0_u8; Status::MAX_LEN];
        let mut writer = Writer::new(&mut body);
        status.write(&mut writer)?;
        self.whole(STATUS, writer.finish())
    }

    /// Appends what has become of a command: at most [`Answer::MAX_LEN`] bytes and two. One that does not fit changes
    /// nothing.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`].
    pub fn answer(&mut self, answer: &Answer) -> Result<(), Error> {
        let mut body = [0_u8; Answer::MAX_LEN];
        let mut writer = Writer::new(&mut body);
        answer.write(&mut writer)?;
        self.whole(ANSWER, writer.finish())
    }

    /// Appends what is outstanding: 18 to 70 bytes an epoch, and what its losses take. One that
    /// does not fit changes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`], or [`Error::OutOfRange`] for an entry that breaks a rule of its type.
    pub fn outstanding<'e, L: Iterator<Item = Lost> + Clone>(
        &mut self,
        epochs: impl Iterator<Item = EpochEntry<'e, L>> + Clone,
    ) -> Result<(), Error> {
        let count = u64::try_from(epochs.clone().count()).unwrap_or(u64::MAX);
        let mut len = varint_len(count);
        let mut without_secret = 0_usize;
        for epoch in epochs.clone() {
            len = len.saturating_add(epoch.checked_len()?);
            without_secret += usize::from(epoch.secret.is_none());
        }
        if without_secret != 1 {
            return Err(Error::OutOfRange);
        }
        self.begin(OUTSTANDING, len)?;
        self.writer.varint(count)?;
        for epoch in epochs {
            epoch.write(&mut self.writer)?;
        }
        Ok(())
    }

    fn whole(&mut self, tag: Tag, body: &[u8]) -> Result<(), Error> {
        self.begin(tag, body.len())?;
        self.writer.put(body)
    }

    /// Writes a record's head, where the whole record has room.
    fn begin(&mut self, tag: Tag, body_len: usize) -> Result<(), Error> {
        let len_code = u64::try_from(body_len).unwrap_or(u64::MAX);
        let needed = varint_len(tag.0.into()) + varint_len(len_code);
        let needed = needed.saturating_add(body_len);
        if self.writer.room() < needed {
            return Err(Error::NoRoom {
                needed: self.writer.len().saturating_add(needed),
            });
        }
        self.writer.varint(tag.0.into())?;
        self.writer.varint(len_code)
    }

    /// The plaintext.
    #[must_use]
    pub fn finish(self) -> &'w mut [u8] {
        self.writer.finish()
    }
}

impl<L: Iterator<Item = Lost> + Clone> EpochEntry<'_, L> {
    fn spaces(&self) -> impl Iterator<Item = (Space, &SpaceEntry<L>)> {
        let data = self.data.iter().map(|entry| (Space::Data, entry));
        let alarm = self.alarm.iter().map(|entry| (Space::Alarm, entry));
        data.chain(alarm)
    }

    /// How many bytes it takes, where it keeps the rules.
    fn checked_len(&self) -> Result<usize, Error> {
        let secret_len = match self.secret {
            None => 0,
            Some(secret) if secret.len() == SECRET_LEN => SECRET_LEN,
            Some(_) => return Err(Error::OutOfRange),
        };
        let mut len = 8 + 1 + secret_len + 8 + 1;
        for (_, space) in self.spaces() {
            len = len.saturating_add(space.checked_len()?);
        }
        Ok(len)
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        let cut = if self.is_cut { IS_CUT } else { 0 };
        writer.put(&self.locator.0)?;
        writer.u8(self.secret.map_or(0, |_| HAS_SECRET) | cut)?;
        writer.put(self.secret.unwrap_or_default())?;
        writer.put(&self.run.0)?;
        writer.u8(u8::try_from(self.spaces().count()).unwrap_or(u8::MAX))?;
        for (space, entry) in self.spaces() {
            writer.u8(space.code())?;
            entry.write(writer)?;
        }
        Ok(())
    }
}

impl<L: Iterator<Item = Lost> + Clone> SpaceEntry<L> {
    /// The numbers that it is written as, where it keeps the rules.
    fn gaps(&self) -> impl Iterator<Item = Result<(u32, u32, u8), Error>> {
        let mut end = 0_u32;
        self.losses.clone().map(move |lost| {
            let gap = lost.range.start.checked_sub(end);
            let len = lost.range.end.checked_sub(lost.range.start);
            end = lost.range.end;
            match (gap, len) {
                (Some(gap), Some(len @ 1..)) if end <= self.end => Ok((gap, len, lost.why.code())),
                _ => Err(Error::OutOfRange),
            }
        })
    }

    fn span(&self) -> Result<u32, Error> {
        self.end
            .checked_sub(self.floor)
            .filter(|_| self.end <= MAX_COUNTER + 1)
            .ok_or(Error::OutOfRange)
    }

    /// How many bytes it takes, its code included.
    fn checked_len(&self) -> Result<usize, Error> {
        let count = u64::try_from(self.losses.clone().count()).unwrap_or(u64::MAX);
        let fields = [self.floor.into(), self.span()?.into(), count];
        let mut len = 1 + fields.into_iter().map(varint_len).sum::<usize>();
        for numbers in self.gaps() {
            let (gap, span, _) = numbers?;
            len = len.saturating_add(varint_len(gap.into()) + varint_len(span.into()) + 1);
        }
        Ok(len)
    }

    fn write(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        writer.varint(self.floor.into())?;
        writer.varint(self.span()?.into())?;
        writer.varint(u64::try_from(self.losses.clone().count()).unwrap_or(u64::MAX))?;
        for numbers in self.gaps() {
            let (gap, len, why) = numbers?;
            writer.varint(gap.into())?;
            writer.varint(len.into())?;
            writer.u8(why)?;
        }
        Ok(())
    }
}
