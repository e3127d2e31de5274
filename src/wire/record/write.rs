use serde::Serialize;

use super::clock::{FullStamped, ShortStamped, StampBody};
use super::compound::{self, FullCompound};
use super::descriptor::DescriptorBody;
use super::observation::{FullObservation, ShortObservation};
use super::series::{self, FullSeries, ShortSeries};
use super::timed::TimedBody;
use super::waveform::{FullWaveform, ShortWaveform};
use super::{Record, body};
use crate::reading::{Cadence, CalibrationBody, Compound, Event, Series, Text, Timed, draft};
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

    /// Appends a record, behind a time base where it needs a new one.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`] when it does not fit, or [`Error::OutOfRange`] when a field is
    /// longer than its record allows, or an unknown record has a tag that takes no sequence:
    /// what shapes a frame is not the caller's. What was written before stays as it is.
    pub fn push(&mut self, record: &Record<'_>) -> Result<(), Error> {
        if !record.texts_fit() {
            return Err(Error::OutOfRange);
        }
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
            Record::Compound(compound) => self.write_compound(compound, base),
            Record::Series(series) => self.write_series(series, base),
            Record::Stamped(stamped) => match ShortStamped::from(stamped)? {
                Some(short) => self.write_body(Tag::STAMPED, &short),
                None => self.write_body(Tag::STAMPED_IN_FULL, &FullStamped::from(stamped)?),
            },
            Record::Gap(what) => self.write_body(Tag::GAP, what),
            Record::Context(what) => self.write_body(Tag::CONTEXT, what),
            Record::Event(timed) => self.write_timed::<Event>(Tag::EVENT, timed, base),
            Record::Calibration(timed) => {
                self.write_timed::<CalibrationBody>(Tag::CALIBRATION, timed, base)
            }
            Record::ClockSync(timed) => self.write_timed::<StampBody>(Tag::CLOCK_SYNC, timed, base),
            Record::Text(timed) => self.write_timed::<Text<'_>>(Tag::TEXT, timed, base),
            Record::Dose(timed) => self.write_timed::<draft::Dose<'_>>(Tag::DOSE, timed, base),
            Record::InsulinBasal(timed) => {
                self.write_timed::<draft::InsulinBasal>(Tag::INSULIN_BASAL, timed, base)
            }
            Record::InsulinBolus(timed) => {
                self.write_timed::<draft::InsulinBolus>(Tag::INSULIN_BOLUS, timed, base)
            }
            Record::Asset(timed) => self.write_timed::<draft::Asset<'_>>(Tag::ASSET, timed, base),
            Record::Activity(timed) => {
                self.write_timed::<draft::Activity>(Tag::ACTIVITY, timed, base)
            }
            Record::Fall(timed) => self.write_timed::<draft::Fall>(Tag::FALL, timed, base),
            Record::Sleep(timed) => self.write_timed::<draft::Sleep>(Tag::SLEEP, timed, base),
            Record::Consent(timed) => {
                self.write_timed::<draft::ConsentReference<'_>>(Tag::CONSENT, timed, base)
            }
            Record::Setting(timed) => {
                self.write_timed::<draft::Setting<'_>>(Tag::SETTING, timed, base)
            }
            Record::Stream(timed) => {
                self.write_timed::<draft::Stream<'_>>(Tag::STREAM, timed, base)
            }
            Record::Unknown { tag, body } if tag.is_numbered() => self.envelope.record(*tag, body),
            Record::Unknown { .. } => Err(Error::OutOfRange),
        }
    }

    fn write_compound(&mut self, compound: &Compound, base: Instant) -> Result<(), Error> {
        if let Some(short) = compound::write_short(compound, base, &mut compound::short_room())? {
            return self.envelope.record(Tag::COMPOUND, short);
        }
        let mut room = compound::items_room();
        let (tag, full) = FullCompound::from(compound, base, &mut room)?;
        self.write_body(tag, &full)
    }

    fn write_series(&mut self, series: &Series<'_>, base: Instant) -> Result<(), Error> {
        if let Some(short) = ShortSeries::from(series, base)? {
            return self.write_body(Tag::SERIES, &short);
        }
        match series.cadence {
            Cadence::Every(interval) => {
                let full = FullSeries::from(series, series::interval_ms(interval)?, base)?;
                self.write_body(Tag::SERIES_IN_FULL, &full)
            }
            Cadence::Listed(intervals) => {
                let full = FullSeries::from(series, intervals, base)?;
                self.write_body(Tag::IRREGULAR_SERIES, &full)
            }
        }
    }

    fn write_timed<T: Serialize>(
        &mut self,
        tag: Tag,
        timed: &Timed<impl Into<T> + Copy>,
        base: Instant,
    ) -> Result<(), Error> {
        self.write_body(tag, &TimedBody::<T>::from(timed, base)?)
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
