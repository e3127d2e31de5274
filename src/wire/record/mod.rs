//! Records to and from their bodies.
//!
//! A body is postcard of a small struct that never changes once it is in a numbered
//! release; a new fact is a new tag. Each body has exactly one encoding: what decodes
//! is encoded again and compared, so that over-long varints and trailing bytes are refused.

mod body;
mod descriptor;
mod observation;
mod short_code;
mod waveform;

#[cfg(test)]
mod tests;

use self::descriptor::DescriptorBody;
use self::observation::{FullObservation, ShortObservation};
use self::waveform::{FullWaveform, ShortWaveform};
use serde::Serialize;

use super::{Envelope, EnvelopeWriter, Error, RawRecord, RawRecords, Reader, Run, Tag, Writer};
use crate::reading::{Descriptor, Observation, Waveform};
use crate::time::{Duration, Instant};

/// How far behind its time base a record's time may lie: what 32 bits of microseconds hold, 71 minutes.
const MAX_OFFSET: Duration = Duration::from_micros(u32::MAX as u64);

/// A record, by what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Record<'a> {
    /// One value.
    Observation(Observation),
    /// Samples.
    Waveform(Waveform<'a>),
    /// Who made the device and which one it is.
    Descriptor(Descriptor<'a>),
    /// A record that this version does not know, to be carried as it is.
    Unknown {
        /// Its kind.
        tag: Tag,
        /// Its content.
        body: &'a [u8],
    },
}

impl Record<'_> {
    const fn time(&self) -> Option<Instant> {
        match self {
            Self::Observation(observation) => Some(observation.time),
            Self::Waveform(waveform) => Some(waveform.start),
            Self::Descriptor(_) | Self::Unknown { .. } => None,
        }
    }
}

/// Reads the records of a frame, with their sequences.
///
/// A record that can not be read is refused alone: its place holds the error, and the
/// reading goes on behind it. Only a broken envelope ends it.
#[derive(Debug, Clone)]
pub struct Records<'a> {
    raw: RawRecords<'a>,
    base: Option<Instant>,
}

impl<'a> Records<'a> {
    /// The records of an opened frame.
    #[must_use]
    pub const fn new(envelope: &Envelope<'a>) -> Self {
        Self {
            raw: envelope.records(),
            base: None,
        }
    }

    /// Takes note of records that shape the frame; hands on the others.
    ///
    /// One that shapes it in a way not known here, and may be ignored, has no sequence of its own
    /// to be handed on under.
    fn read(&mut self, raw: RawRecord<'a>) -> Option<Result<Record<'a>, Error>> {
        match raw.tag {
            Tag::PADDING | Tag::SKIP => None,
            Tag::TIME_BASE => match read_time_base(raw.body) {
                Ok(base) => {
                    self.base = Some(base);
                    None
                }
                Err(error) => {
                    self.base = None;
                    Some(Err(error))
                }
            },
            tag if !tag.is_numbered() && !tag.is_critical() => None,
            _ => Some(self.decode(raw)),
        }
    }

    fn decode(&self, raw: RawRecord<'a>) -> Result<Record<'a>, Error> {
        let base = || self.base.ok_or(Error::OutOfRange);
        match raw.tag {
            Tag::OBSERVATION => body::decode::<ShortObservation>(raw.body)?
                .read(base()?)
                .map(Record::Observation),
            Tag::OBSERVATION_IN_FULL => body::decode::<FullObservation>(raw.body)?
                .read(base()?)
                .map(Record::Observation),
            Tag::WAVEFORM => body::decode::<ShortWaveform<'_>>(raw.body)?
                .read(base()?)
                .map(Record::Waveform),
            Tag::WAVEFORM_IN_FULL => body::decode::<FullWaveform<'_>>(raw.body)?
                .read(base()?)
                .map(Record::Waveform),
            Tag::DESCRIPTOR => body::decode::<DescriptorBody<'_>>(raw.body)?
                .read()
                .map(Record::Descriptor),
            tag if tag.is_critical() => Err(Error::UnknownCritical(tag)),
            tag => Ok(Record::Unknown {
                tag,
                body: raw.body,
            }),
        }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = (u64, Result<Record<'a>, Error>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.raw.next()? {
                Ok(raw) => {
                    if let Some(record) = self.read(raw) {
                        return Some((raw.sequence, record));
                    }
                }
                Err(error) => return Some((self.raw.next_sequence(), Err(error))),
            }
        }
    }
}

fn read_time_base(body: &[u8]) -> Result<Instant, Error> {
    let mut reader = Reader::new(body);
    let base = Instant::from_micros(reader.varint()?);
    reader.finish()?;
    Ok(base)
}

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

impl<'a> RecordWriter<'a> {
    /// Writes the head of the plaintext.
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

    /// Appends a record, behind a time base where it needs a new one.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`] when it does not fit, or [`Error::OutOfRange`] when a field is
    /// longer than its record allows, or an unknown record has a tag that takes no sequence:
    /// what shapes a frame is not the caller's. What was written before stays as it is.
    pub fn push(&mut self, record: &Record<'_>) -> Result<(), Error> {
        let mark = self.envelope.mark();
        let base = self.base_for(record);
        let written = self
            .write_base(base)
            .and_then(|()| self.write(record, base.unwrap_or(Instant::ZERO)));
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

    fn write(&mut self, record: &Record<'_>, base: Instant) -> Result<(), Error> {
        match record {
            Record::Observation(observation) => match ShortObservation::from(observation, base)? {
                Some(short) => self.write_body(Tag::OBSERVATION, &short),
                None => self.write_body(
                    Tag::OBSERVATION_IN_FULL,
                    &FullObservation::from(observation, base)?,
                ),
            },
            Record::Waveform(waveform) => match ShortWaveform::from(waveform, base)? {
                Some(short) => self.write_body(Tag::WAVEFORM, &short),
                None => {
                    self.write_body(Tag::WAVEFORM_IN_FULL, &FullWaveform::from(waveform, base)?)
                }
            },
            Record::Descriptor(descriptor) => {
                self.write_body(Tag::DESCRIPTOR, &DescriptorBody::from(descriptor)?)
            }
            Record::Unknown { tag, body } if tag.is_numbered() => self.envelope.record(*tag, body),
            Record::Unknown { .. } => Err(Error::OutOfRange),
        }
    }

    fn write_body(&mut self, tag: Tag, body: &impl Serialize) -> Result<(), Error> {
        let slot = self.envelope.reserve(tag, body::encoded_len(body)?)?;
        body::encode(body, slot)
    }

    /// The base that `record` is written against: the one that stands, where it is near enough.
    fn base_for(&self, record: &Record<'_>) -> Option<Instant> {
        let Some(time) = record.time() else {
            return self.base;
        };
        match self.base {
            Some(base) if time >= base && (time - base) <= MAX_OFFSET => Some(base),
            _ => Some(time),
        }
    }

    /// The plaintext.
    #[must_use]
    pub fn finish(self) -> &'a mut [u8] {
        self.envelope.finish()
    }
}
