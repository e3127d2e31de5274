use super::clock::{FullStamped, ShortStamped, StampBody};
use super::compound::{self, FullCompound};
use super::content::Content;
use super::descriptor::DescriptorBody;
use super::observation::{FullObservation, ShortObservation};
use super::series::{self, FullSeries, ShortSeries};
use super::waveform::{FullWaveform, ShortWaveform};
use super::{Record, body, timed};
use crate::reading::{Cadence, CalibrationBody, Event, Text, draft};
use crate::time::Instant;
use crate::wire::{Envelope, Error, RawRecord, RawRecords, Reader, Tag};

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
            Tag::COMPOUND_WITH_STATUSES => body::decode::<FullCompound<'_>>(raw.body)?
                .read_with_statuses(base()?)
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
