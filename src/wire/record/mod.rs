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
    /// longer than its record allows. What was written before stays as it is.
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
            Record::Unknown { tag, body } => self.envelope.record(*tag, body),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::{Decimal, Metric, Status, Unit, Value, codec};
    use crate::time::SampleRate;
    use proptest::prelude::*;
    use std::vec::Vec;

    const BASE: Instant = Instant::from_secs(5);

    fn pulse(time: Instant, rate: i32) -> Record<'static> {
        Record::Observation(Observation::new(
            Metric::HEART_RATE,
            Unit::BEATS_PER_MINUTE,
            time,
            rate.into(),
        ))
    }

    fn ecg(data: &[u8]) -> Waveform<'_> {
        Waveform {
            metric: Metric::ECG_LEAD_II,
            unit: Unit::MILLIVOLT,
            start: BASE,
            rate: SampleRate::hz(360),
            first_index: 1_800,
            scale: Decimal::new(5, -3),
            zero: 1_024,
            codec: codec::CodecId::SMALL,
            count: 360,
            data,
        }
    }

    fn written(records: &[Record<'_>]) -> Vec<u8> {
        let mut buffer = [0_u8; 1_024];
        let mut writer = RecordWriter::new(&mut buffer, 7, None).unwrap();
        for record in records {
            writer.push(record).unwrap();
        }
        writer.finish().to_vec()
    }

    fn read(plaintext: &[u8]) -> Vec<(u64, Result<Record<'_>, Error>)> {
        Records::new(&Envelope::parse(plaintext).unwrap()).collect()
    }

    #[test]
    fn a_heart_rate_takes_seven_bytes() {
        let one = written(&[pulse(BASE, 98)]);
        let two = written(&[pulse(BASE, 98), pulse(BASE + Duration::from_secs(1), 98)]);
        assert_eq!(two.len() - one.len(), 7);
        assert_eq!(two[one.len()..], [16, 5, 1, 0xE8, 0x07, 0xC4, 0x01]);
    }

    #[test]
    fn a_short_code_is_not_used_where_it_would_lose_a_digit_or_a_status() {
        let half = Observation::new(
            Metric::HEART_RATE,
            Unit::BEATS_PER_MINUTE,
            BASE,
            Decimal::new(725, -1).into(),
        );
        let unsure = Observation {
            status: Status::QUESTIONABLE,
            ..half
        };
        let absent = Observation {
            value: Value::NotANumber,
            ..half
        };
        let vendor = Observation {
            metric: Metric::from_code(0xFFFF_0001),
            ..half
        };
        for observation in [half, unsure, absent, vendor] {
            let bytes = written(&[Record::Observation(observation)]);
            assert_eq!(read(&bytes), [(7, Ok(Record::Observation(observation)))]);
        }
    }

    #[test]
    fn times_before_the_base_or_far_behind_it_get_a_base_of_their_own() {
        let records = [
            pulse(BASE, 60),
            pulse(Instant::from_secs(1), 61),
            pulse(Instant::from_secs(90_000), 62),
            pulse(Instant::from_micros(u64::MAX), 63),
        ];
        let bytes = written(&records);
        let back: Vec<_> = read(&bytes)
            .into_iter()
            .map(|(_, record)| record.unwrap())
            .collect();
        assert_eq!(back, records);
    }

    #[test]
    fn an_unknown_critical_record_is_refused_alone() {
        let critical = Record::Unknown {
            tag: Tag(1_001),
            body: &[1, 2],
        };
        let harmless = Record::Unknown {
            tag: Tag(1_000),
            body: &[3],
        };
        let bytes = written(&[pulse(BASE, 60), critical, harmless, pulse(BASE, 61)]);
        assert_eq!(
            read(&bytes),
            [
                (7, Ok(pulse(BASE, 60))),
                (8, Err(Error::UnknownCritical(Tag(1_001)))),
                (9, Ok(harmless)),
                (10, Ok(pulse(BASE, 61))),
            ]
        );
    }

    #[test]
    fn a_body_with_an_over_long_varint_or_a_trailing_byte_is_refused_alone() {
        let plain = [
            14, 3, 1, 0, // head, time base
            16, 4, 1, 0x80, 0x00, 120, // an offset of zero in two bytes
            16, 4, 1, 0, 120, 0, // one byte too many
            16, 3, 1, 0, 120,
        ];
        let records = read(&plain);
        assert_eq!(records[0], (7, Err(Error::MalformedBody)));
        assert_eq!(records[1], (8, Err(Error::MalformedBody)));
        assert_eq!(records[2], (9, Ok(pulse(Instant::ZERO, 60))));
    }

    #[test]
    fn a_time_without_a_base_is_refused() {
        assert_eq!(read(&[14, 16, 3, 1, 0, 120]), [(7, Err(Error::OutOfRange))]);
    }

    #[test]
    fn a_record_that_does_not_fit_leaves_no_time_base_behind() {
        let mut buffer = [0_u8; 24];
        let mut writer = RecordWriter::new(&mut buffer, 7, None).unwrap();
        let far = Record::Waveform(Waveform {
            start: Instant::from_secs(90_000),
            ..ecg(&[0; 40])
        });
        writer.push(&pulse(BASE, 60)).unwrap();
        assert!(matches!(writer.push(&far), Err(Error::NoRoom { .. })));
        writer.push(&pulse(BASE, 61)).unwrap();
        let plain = writer.finish().to_vec();
        assert_eq!(
            read(&plain),
            [(7, Ok(pulse(BASE, 60))), (8, Ok(pulse(BASE, 61)))]
        );
    }

    #[test]
    fn a_descriptor_field_beyond_its_limit_is_refused() {
        let long = "x".repeat(Descriptor::MAX_FIELD + 1);
        let mut buffer = [0_u8; 256];
        let mut writer = RecordWriter::new(&mut buffer, 0, None).unwrap();
        let descriptor = Descriptor {
            model: &long,
            ..Descriptor::default()
        };
        assert_eq!(
            writer.push(&Record::Descriptor(descriptor)),
            Err(Error::OutOfRange)
        );
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let decimal = (any::<i32>(), any::<i8>())
            .prop_map(|(mantissa, exponent)| Decimal::new(mantissa, exponent));
        (0_u8..7, decimal).prop_map(|(kind, decimal)| match kind {
            0 => Value::NotANumber,
            1 => Value::NotAtThisResolution,
            2 => Value::PositiveInfinity,
            3 => Value::NegativeInfinity,
            4 => Value::BelowRange(decimal),
            5 => Value::AboveRange(decimal),
            _ => Value::Number(decimal),
        })
    }

    proptest! {
        #[test]
        fn observations_come_back(metric: u32, unit: u32, millis in 0_u64..1 << 53, status: u16, value in any_value()) {
            let observation = Observation {
                metric: Metric::from_code(metric),
                unit: Unit::from_code(unit),
                time: Instant::from_millis(millis),
                status: Status::from_bits(status),
                value,
            };
            let bytes = written(&[Record::Observation(observation)]);
            prop_assert_eq!(read(&bytes), [(7, Ok(Record::Observation(observation)))]);
        }

        #[test]
        fn waveforms_come_back(data in proptest::collection::vec(any::<u8>(), 0..600), first_index: u64, zero: i32, count: u16, mantissa: i32, exponent: i8) {
            let scale = Decimal::new(mantissa, exponent);
            let waveform = Waveform { first_index, zero, count, scale, ..ecg(&data) };
            let bytes = written(&[Record::Waveform(waveform)]);
            prop_assert_eq!(read(&bytes), [(7, Ok(Record::Waveform(waveform)))]);
        }

        #[test]
        fn descriptors_come_back(fields in proptest::collection::vec("[a-zA-Z0-9 äß€]{0,20}", 6)) {
            let descriptor = Descriptor {
                manufacturer: &fields[0],
                model: &fields[1],
                serial: &fields[2],
                firmware: &fields[3],
                udi_device: &fields[4],
                udi_production: &fields[5],
            };
            let bytes = written(&[Record::Descriptor(descriptor)]);
            prop_assert_eq!(read(&bytes), [(7, Ok(Record::Descriptor(descriptor)))]);
        }

        #[test]
        fn reading_any_bytes_never_panics_and_ends(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(envelope) = Envelope::parse(&bytes) {
                prop_assert!(Records::new(&envelope).count() <= bytes.len());
            }
        }
    }
}
