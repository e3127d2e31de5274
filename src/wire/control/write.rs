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
        let mut counted = Body::default();
        counted.epochs(epochs.clone())?;
        self.begin(OUTSTANDING, counted.len)?;
        let mut written = Body {
            len: 0,
            writer: Some(&mut self.writer),
        };
        written.epochs(epochs)
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

/// The body of an `outstanding` record, gone through twice: its bytes are counted, then written.
#[derive(Default)]
struct Body<'b, 'w> {
    len: usize,
    writer: Option<&'b mut Writer<'w>>,
}

impl Body<'_, '_> {
    #[inline(never)] // Once, for both ways through it.
    fn epochs<'e, L: Iterator<Item = Lost> + Clone>(
        &mut self,
        epochs: impl Iterator<Item = EpochEntry<'e, L>> + Clone,
    ) -> Result<(), Error> {
        self.count(epochs.clone())?;
        let mut without_secret = 0_usize;
        for epoch in epochs {
            self.epoch(&epoch)?;
            without_secret += usize::from(epoch.secret.is_none());
        }
        match without_secret {
            1 => Ok(()),
            _ => Err(Error::OutOfRange),
        }
    }

    fn epoch<L: Iterator<Item = Lost> + Clone>(
        &mut self,
        epoch: &EpochEntry<'_, L>,
    ) -> Result<(), Error> {
        let cut = if epoch.is_cut { IS_CUT } else { 0 };
        let (has_secret, secret) = match epoch.secret {
            None => (0, &[][..]),
            Some(secret) if secret.len() == SECRET_LEN => (HAS_SECRET, secret),
            Some(_) => return Err(Error::OutOfRange),
        };
        self.put(&epoch.locator.0)?;
        self.put(&[has_secret | cut])?;
        self.put(secret)?;
        self.put(&epoch.run.0)?;
        let spaces = [(Space::Data, &epoch.data), (Space::Alarm, &epoch.alarm)];
        self.count(spaces.iter().filter(|(_, entry)| entry.is_some()))?;
        for (space, entry) in spaces {
            if let Some(entry) = entry {
                self.put(&[space.code()])?;
                self.space(entry)?;
            }
        }
        Ok(())
    }

    fn space<L: Iterator<Item = Lost> + Clone>(
        &mut self,
        space: &SpaceEntry<L>,
    ) -> Result<(), Error> {
        let span = space
            .end
            .checked_sub(space.floor)
            .filter(|_| space.end <= MAX_COUNTER + 1)
            .ok_or(Error::OutOfRange)?;
        self.varint(space.floor.into())?;
        self.varint(span.into())?;
        self.count(space.losses.clone())?;
        let mut end = 0_u32;
        for Lost { range, why } in space.losses.clone() {
            let gap = range.start.checked_sub(end);
            let len = range.end.checked_sub(range.start);
            let (Some(gap), Some(len @ 1..)) = (gap, len) else {
                return Err(Error::OutOfRange);
            };
            end = range.end;
            self.varint(gap.into())?;
            self.varint(len.into())?;
            self.put(&[why.code()])?;
        }
        match end <= space.end {
            true => Ok(()),
            false => Err(Error::OutOfRange),
        }
    }

    fn count(&mut self, things: impl Iterator) -> Result<(), Error> {
        self.varint(u64::try_from(things.count()).unwrap_or(u64::MAX))
    }

    fn varint(&mut self, value: u64) -> Result<(), Error> {
        let mut bytes = [0; 10];
        let mut varint = Writer::new(&mut bytes);
        varint.varint(value)?;
        self.put(varint.finish())
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.len = self.len.saturating_add(bytes.len());
        match &mut self.writer {
            Some(writer) => writer.put(bytes),
            None => Ok(()),
        }
    }
}
