use super::*;
use crate::reading::{Decimal, Metric, Status, Unit, Value, codec};
use crate::time::Duration;
use crate::time::Instant;
use crate::time::SampleRate;
use crate::wire::{Envelope, EnvelopeWriter, Error};
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

// IOMT-REC-010, IOMT-REC-013
#[test]
fn a_heart_rate_takes_seven_bytes() {
    let one = written(&[pulse(BASE, 98)]);
    let two = written(&[pulse(BASE, 98), pulse(BASE + Duration::from_secs(1), 98)]);
    assert_eq!(two.len() - one.len(), 7);
    assert_eq!(two[one.len()..], [16, 5, 1, 0xE8, 0x07, 0xC4, 0x01]);
}

// IOMT-REC-010, IOMT-REC-013, IOMT-ENV-022
#[test]
fn the_worked_example_of_the_specification() {
    let page = include_str!("../../guide/specification/envelope.md");
    let mut blocks = page.split("```");
    let example = blocks.find(|block| block.starts_with("text\n0e ")).unwrap();
    let columns = example.lines().filter_map(|line| line.get(..19));
    let bytes: Vec<u8> = columns
        .flat_map(str::split_whitespace)
        .filter_map(|byte| u8::from_str_radix(byte, 16).ok())
        .collect();
    assert_eq!(written(&[pulse(BASE, 98)]), bytes);
}

// IOMT-REC-012
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

// IOMT-REC-014, IOMT-ENV-022
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

// IOMT-ENV-010, IOMT-VER-004
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

// IOMT-DATA-003, IOMT-DATA-006, IOMT-REC-001, IOMT-ENV-015
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

// IOMT-ENV-023
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

// IOMT-REC-002
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
    // IOMT-DATA-030, IOMT-DATA-042
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

    // IOMT-ERR-004
    #[test]
    fn reading_any_bytes_never_panics_and_ends(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(envelope) = Envelope::parse(&bytes) {
            prop_assert!(Records::new(&envelope).count() <= bytes.len());
        }
    }
}

// IOMT-ENV-012, IOMT-ENV-025
#[test]
fn an_unknown_record_that_shapes_the_frame_takes_nobodys_identity() {
    let mut buffer = [0_u8; 64];
    let mut writer = EnvelopeWriter::new(&mut buffer, 40, None).unwrap();
    writer.record(Tag(2), &[1]).unwrap();
    writer.record(Tag(1_000), &[2]).unwrap();
    let plain = writer.finish();
    let mut records = Records::new(&Envelope::parse(plain).unwrap());
    let tag = Tag(1_000);
    assert_eq!(
        records.next(),
        Some((40, Ok(Record::Unknown { tag, body: &[2] })))
    );
    assert_eq!(records.next(), None);
}

#[test]
fn a_record_that_shapes_the_frame_is_not_the_callers_to_write() {
    for tag in [Tag::PADDING, Tag::TIME_BASE, Tag::SKIP, Tag(15)] {
        let mut buffer = [0_u8; 64];
        let mut writer = RecordWriter::new(&mut buffer, 0, None).unwrap();
        let shaping = Record::Unknown { tag, body: &[2] };
        assert_eq!(writer.push(&shaping), Err(Error::OutOfRange));
        assert_eq!(writer.finish(), [0]);
    }
}
