use serde::Serialize;

use super::body;
use super::content::{Content, WriteRecord};
use crate::time::{Duration, Instant};
use crate::wire::{EnvelopeWriter, Error, Run, Tag, Writer};

/// How far behind its time base a record's time may lie: what 32 bits of microseconds hold, 71 minutes.
const MAX_OFFSET: Duration = Duration::from_micros(u32::MAX as u64);

/// Writes a frame's plaintext record by record, and the time bases between them.
///
/// ```
/// use iomt::reading::{Metric, Observation, Unit};
/// use iomt::time::Instant;
/// use iomt::wire::{Envelope, Record, RecordWriter, Records};
///
/// let pulse = Observation::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, Instant::from_secs(1), 72.into());
/// let mut buffer = [0; 64];
/// let mut writer = RecordWriter::new(&mut buffer, 0, None)?;
/// writer.push(&Record::Observation(pulse))?;
/// let plaintext = writer.finish();
///
/// let mut records = Records::new(&Envelope::parse(plaintext)?);
/// assert_eq!(records.next(), Some((0, Ok(Record::Observation(pulse)))));
/// # Ok::<(), iomt::wire::Error>(())
/// ```
#[derive(Debug)]
pub struct RecordWriter<'a> {
    envelope: EnvelopeWriter<'a>,
    base: Option<Instant>,
}

/// Where the body of a record goes, when [`RecordWriter::push`] has looked at the record: nobody else has one.
#[derive(Debug)]
pub struct Bodies<'w, 'a>(&'w mut EnvelopeWriter<'a>);

impl Bodies<'_, '_> {
    pub(super) fn write_body(&mut self, tag: Tag, body: &impl Serialize) -> Result<(), Error> {
        let slot = self.0.reserve(tag, body::encoded_len(body)?)?;
        body::encode(body, slot)
    }

    pub(super) fn write_raw(&mut self, tag: Tag, body: &[u8]) -> Result<(), Error> {
        self.0.record(tag, body)
    }
}

impl<'a> RecordWriter<'a> {
    /// Writes the head of the plaintext: the sequence that its first record has, and the run.
    ///
    /// # Errors
    ///
    /// As [`EnvelopeWriter::new`].
    pub fn new(buffer: &'a mut [u8], first_sequence: u64, run: Option<Run>) -> Result<Self, Error> {
        EnvelopeWriter::new(buffer, first_sequence, run).map(|envelope| Self {
            envelope,
            base: None,
        })
    }

    /// The sequence that the next record takes.
    #[must_use]
    pub const fn next_sequence(&self) -> u64 {
        self.envelope.next_sequence()
    }

    /// Appends a record, behind a time base where it needs a new one: a [`Record`](super::Record), or what one holds.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`] when it does not fit, or [`Error::OutOfRange`] when a field is
    /// longer than its record allows, or an unknown record has a tag that takes no sequence:
    /// what shapes a frame is not the caller's. What was written before stays as it is.
    pub fn push<R: WriteRecord>(&mut self, record: &R) -> Result<(), Error> {
        self.push_content(record)
    }

    fn push_content(&mut self, content: &dyn Content) -> Result<(), Error> {
        if !content.texts_fit() {
            return Err(Error::OutOfRange);
        }
        let mark = self.envelope.mark();
        let base = self.base_for(content.time());
        let written = self.write_base(base).and_then(|()| {
            let mut bodies = Bodies(&mut self.envelope);
            content.write(&mut bodies, base.unwrap_or(Instant::ZERO))
        });
        match written {
            Ok(()) => self.base = base,
            Err(_) => self.envelope.rewind(mark),
        }
        written
    }

    fn write_base(&mut self, base: Option<Instant>) -> Result<(), Error> {
        let Some(base) = base.filter(|_| base != self.base) else {
            return Ok(());
        };
        let mut varint = [0_u8; 10];
        let mut writer = Writer::new(&mut varint);
        writer.varint(base.as_micros())?;
        self.envelope.record(Tag::TIME_BASE, writer.finish())
    }

    /// Fills the plaintext up with a padding record of `body_len` zeros; its length is hidden then, not its time.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`]; nothing is changed then.
    pub fn pad(&mut self, body_len: usize) -> Result<(), Error> {
        self.envelope
            .reserve(Tag::PADDING, body_len)
            .map(|zeros| zeros.fill(0))
    }

    /// The base that a record of this time is written against: the one that stands, where it is near enough.
    fn base_for(&self, time: Option<Instant>) -> Option<Instant> {
        let Some(time) = time else {
            return self.base;
        };
        match self.base {
            Some(base) if time >= base && (time - base) <= MAX_OFFSET => Some(base),
            _ => Some(time),
        }
    }

    /// How many bytes the plaintext has so far.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.envelope.len()
    }

    /// Whether nothing was written; never so, for the head comes first.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The plaintext.
    #[must_use]
    pub fn finish(self) -> &'a mut [u8] {
        self.envelope.finish()
    }
}
