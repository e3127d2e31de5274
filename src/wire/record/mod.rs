//! Records to and from their bodies.
//!
//! A body is postcard of a small struct that never changes once it is in a numbered
//! release; a new fact is a new tag. Each body has exactly one encoding: what decodes
//! is encoded again and compared, so that over-long varints and trailing bytes are refused.

mod body;
mod clock;
mod compound;
mod descriptor;
mod observation;
mod series;
mod short_code;
mod timed;
mod waveform;

#[cfg(test)]
mod tests;

use self::clock::{FullStamped, ShortStamped, StampBody};
use self::compound::FullCompound;
use self::descriptor::DescriptorBody;
use self::observation::{FullObservation, ShortObservation};
use self::series::{FullSeries, ShortSeries};
use self::timed::TimedBody;
use self::waveform::{FullWaveform, ShortWaveform};
use serde::Serialize;

use super::{Envelope, EnvelopeWriter, Error, RawRecord, RawRecords, Reader, Run, Tag, Writer};
use crate::reading::{
    Cadence, Calibration, CalibrationBody, Compound, Context, Descriptor, Event, Gap, Observation,
    Series, Stamped, Text, Timed, Waveform, draft,
};
use crate::time::{Duration, Instant, Stamp};

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
    /// Several values of one measurement.
    Compound(Compound),
    /// Many values.
    Series(Series<'a>),
    /// One value with its own wall-clock time.
    Stamped(Stamped),
    /// Records are missing.
    Gap(Gap),
    /// How and where an earlier record was measured.
    Context(Context<'a>),
    /// Something that happened.
    Event(Timed<Event>),
    /// A sensor was compared with a reference.
    Calibration(Timed<Calibration>),
    /// What the wall clock said at a device time.
    ClockSync(Timed<Stamp>),
    /// A short text.
    Text(Timed<Text<'a>>),
    /// A dose and what became of it; a draft.
    Dose(Timed<draft::Dose<'a>>),
    /// Insulin at a rate; a draft.
    InsulinBasal(Timed<draft::InsulinBasal>),
    /// Insulin at once; a draft.
    InsulinBolus(Timed<draft::InsulinBolus>),
    /// A thing that is counted or found; a draft.
    Asset(Timed<draft::Asset<'a>>),
    /// A stretch of activity; a draft.
    Activity(Timed<draft::Activity>),
    /// A fall; a draft.
    Fall(Timed<draft::Fall>),
    /// A stretch of sleep; a draft.
    Sleep(Timed<draft::Sleep>),
    /// Which consent the records that follow are sent under; a draft.
    Consent(Timed<draft::ConsentReference<'a>>),
    /// A setting of the device; a draft.
    Setting(Timed<draft::Setting<'a>>),
    /// A piece of the application's own bytes; a draft.
    Stream(Timed<draft::Stream<'a>>),
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
            Self::Compound(compound) => Some(compound.time),
            Self::Series(series) => Some(series.start),
            Self::Event(timed) => Some(timed.time),
            Self::Calibration(timed) => Some(timed.time),
            Self::ClockSync(timed) => Some(timed.time),
            Self::Text(timed) => Some(timed.time),
            Self::Dose(timed) => Some(timed.time),
            Self::InsulinBasal(timed) => Some(timed.time),
            Self::InsulinBolus(timed) => Some(timed.time),
            Self::Asset(timed) => Some(timed.time),
            Self::Activity(timed) => Some(timed.time),
            Self::Fall(timed) => Some(timed.time),
            Self::Sleep(timed) => Some(timed.time),
            Self::Consent(timed) => Some(timed.time),
            Self::Setting(timed) => Some(timed.time),
            Self::Stream(timed) => Some(timed.time),
            Self::Descriptor(_)
            | Self::Stamped(_)
            | Self::Gap(_)
            | Self::Context(_)
            | Self::Unknown { .. } => None,
        }
    }

    /// Whether every text is as short as its record allows.
    fn texts_fit(&self) -> bool {
        let fit = |texts: &[&str], max: usize| texts.iter().all(|text| text.len() <= max);
        match self {
            Self::Text(Timed { what, .. }) => fit(&[what.language, what.text], Text::MAX_TEXT),
            Self::Context(what) => {
                fit(&[what.algorithm, what.algorithm_version], Context::MAX_TEXT)
            }
            Self::Dose(Timed { what, .. }) => fit(&[what.medicine], draft::Dose::MAX_TEXT),
            Self::Asset(Timed { what, .. }) => {
                fit(&[what.item, what.location], draft::Asset::MAX_TEXT)
            }
            Self::Consent(Timed { what, .. }) => {
                fit(&[what.reference], draft::ConsentReference::MAX_TEXT)
            }
            Self::Setting(Timed { what, .. }) => {
                fit(&[what.name, what.value], draft::Setting::MAX_TEXT)
            }
            _ => true,
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
        let record = self.decode_body(raw)?;
        if record.texts_fit() {
            Ok(record)
        } else {
            Err(Error::OutOfRange)
        }
    }

    fn decode_body(&self, raw: RawRecord<'a>) -> Result<Record<'a>, Error> {
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
            Tag::COMPOUND => compound::read_short(raw.body, base()?).map(Record::Compound),
            Tag::COMPOUND_IN_FULL => body::decode::<FullCompound<'_>>(raw.body)?
                .read(base()?)
                .map(Record::Compound),
            Tag::SERIES => body::decode::<ShortSeries<'_>>(raw.body)?
                .read(base()?)
                .map(Record::Series),
            Tag::SERIES_IN_FULL => {
                let full: FullSeries<'_, u32> = body::decode(raw.body)?;
                Ok(Record::Series(full.read(base()?, series::every)))
            }
            Tag::IRREGULAR_SERIES => {
                let full: FullSeries<'_, &[u8]> = body::decode(raw.body)?;
                Ok(Record::Series(full.read(base()?, Cadence::Listed)))
            }
            Tag::STAMPED => body::decode::<ShortStamped>(raw.body)?
                .read()
                .map(Record::Stamped),
            Tag::STAMPED_IN_FULL => body::decode::<FullStamped>(raw.body)?
                .read()
                .map(Record::Stamped),
            Tag::GAP => body::decode(raw.body).map(Record::Gap),
            Tag::CONTEXT => body::decode(raw.body).map(Record::Context),
            Tag::EVENT => timed::read::<Event, _>(raw.body, base()).map(Record::Event),
            Tag::CALIBRATION => {
                timed::read::<CalibrationBody, _>(raw.body, base()).map(Record::Calibration)
            }
            Tag::CLOCK_SYNC => timed::read::<StampBody, _>(raw.body, base()).map(Record::ClockSync),
            Tag::TEXT => timed::read::<Text<'_>, _>(raw.body, base()).map(Record::Text),
            Tag::DOSE => timed::read::<draft::Dose<'_>, _>(raw.body, base()).map(Record::Dose),
            Tag::INSULIN_BASAL => {
                timed::read::<draft::InsulinBasal, _>(raw.body, base()).map(Record::InsulinBasal)
            }
            Tag::INSULIN_BOLUS => {
                timed::read::<draft::InsulinBolus, _>(raw.body, base()).map(Record::InsulinBolus)
            }
            Tag::ASSET => timed::read::<draft::Asset<'_>, _>(raw.body, base()).map(Record::Asset),
            Tag::ACTIVITY => {
                timed::read::<draft::Activity, _>(raw.body, base()).map(Record::Activity)
            }
            Tag::FALL => timed::read::<draft::Fall, _>(raw.body, base()).map(Record::Fall),
            Tag::SLEEP => timed::read::<draft::Sleep, _>(raw.body, base()).map(Record::Sleep),
            Tag::CONSENT => {
                timed::read::<draft::ConsentReference<'_>, _>(raw.body, base()).map(Record::Consent)
            }
            Tag::SETTING => {
                timed::read::<draft::Setting<'_>, _>(raw.body, base()).map(Record::Setting)
            }
            Tag::STREAM => {
                timed::read::<draft::Stream<'_>, _>(raw.body, base()).map(Record::Stream)
            }
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
        let full = FullCompound::from(compound, base, &mut room)?;
        self.write_body(Tag::COMPOUND_IN_FULL, &full)
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
