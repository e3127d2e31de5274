//! What went wrong with other systems in the field, each as a test of its name.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of a test"
)]

mod clocks;

use std::collections::BTreeMap;

use iomt::reading::draft::{Adherence, Dose, Reporter};
use iomt::reading::{
    Component, Compound, Context, ConvertError, Decimal, DeviceWord, Metric, Observation, Origin,
    Special, Status, Substance, Timed, Unit, Value,
};
use iomt::time::{Duration, Instant};
use iomt::wire::{
    Envelope, EnvelopeWriter, Error, Record, RecordId, RecordWriter, Records, Run, Tag,
};

const SECOND: Duration = Duration::from_secs(1);

fn pulse(time: Instant) -> Record<'static> {
    Record::Observation(Observation::new(
        Metric::HEART_RATE,
        Unit::BEATS_PER_MINUTE,
        time,
        72.into(),
    ))
}

fn written(records: &[Record<'_>]) -> Vec<u8> {
    let mut buffer = [0; 1_024];
    let mut writer = RecordWriter::new(&mut buffer, 7, None).unwrap();
    for record in records {
        writer.push(record).unwrap();
    }
    writer.finish().to_vec()
}

/// The device time of an observation.
fn time_of(record: &Record<'_>) -> Instant {
    match record {
        Record::Observation(reading) => reading.time,
        other => panic!("{other:?}"),
    }
}

fn read(plaintext: &[u8]) -> Vec<(u64, Result<Record<'_>, Error>)> {
    Records::new(&Envelope::parse(plaintext).unwrap()).collect()
}

// IOMT-DATA-032
#[test]
fn units_mixed_up() {
    let (mass, amount) = (Unit::MILLIGRAM_PER_DECILITRE, Unit::MILLIMOLE_PER_LITRE);
    let glucose = Observation::new(
        Metric::GLUCOSE,
        amount,
        Instant::ZERO,
        Decimal::new(54, -1).into(),
    );
    assert_eq!(
        amount.convert(Decimal::new(54, -1), mass),
        Err(ConvertError::DifferentDimension)
    );
    let milligrams = Substance::GLUCOSE.convert_rounded(Decimal::new(54, -1), amount, mass, 0);
    assert_eq!(milligrams, Ok(Decimal::from(97)));
    // Read under the other unit, the same number is no living patient's.
    assert_eq!(glucose.is_plausible(), Some(true));
    assert_eq!(
        Observation {
            unit: mass,
            ..glucose
        }
        .is_plausible(),
        Some(false)
    );
    let plaintext = written(&[Record::Observation(glucose)]);
    assert_eq!(read(&plaintext), [(7, Ok(Record::Observation(glucose)))]);
}

/// What a server that stores by identity has of these uploads.
fn stored(uploads: &[Vec<u8>]) -> BTreeMap<(Run, u64), String> {
    let mut store = BTreeMap::new();
    for plaintext in uploads {
        let run = Envelope::parse(plaintext).unwrap().run().unwrap();
        for (sequence, record) in read(plaintext) {
            let id = RecordId { run, sequence };
            store
                .entry((id.run, id.sequence))
                .or_insert_with(|| format!("{record:?}"));
        }
    }
    store
}

/// A frame of records, numbered from `first` on, of one run of the device.
fn upload(first: u64, records: &[Record<'_>]) -> Vec<u8> {
    let mut buffer = [0; 256];
    let mut writer = RecordWriter::new(&mut buffer, first, Some(Run([1; 8]))).unwrap();
    for record in records {
        writer.push(record).unwrap();
    }
    writer.finish().to_vec()
}

// IOMT-ENV-009
#[test]
fn two_doses_in_one_second() {
    let dose = Record::Dose(Timed::new(
        Instant::from_secs(60),
        Dose {
            medicine: "rapid insulin",
            amount_milli: 2_000,
            unit: Unit::INTERNATIONAL_UNIT.code(),
            adherence: Adherence::TAKEN,
            planned_before_s: 0,
            reporter: Reporter::DEVICE,
        },
    ));
    let both = upload(7, &[dose, dose]);
    assert_eq!(read(&both), [(7, Ok(dose)), (8, Ok(dose))]);
    assert_eq!(stored(&[both]).len(), 2, "equal to the byte, and two");
}

// IOMT-ENV-007
#[test]
fn same_reading_uploaded_twice() {
    let (first, second) = (pulse(Instant::from_secs(1)), pulse(Instant::from_secs(2)));
    let uploads = [
        upload(7, &[first, second]),
        // Again, as it was; and in another frame, alone, against another time base.
        upload(7, &[first, second]),
        upload(8, &[second]),
    ];
    assert_ne!(uploads[0], uploads[2]);
    assert_eq!(stored(&uploads), stored(&uploads[..1]));
    assert_eq!(stored(&uploads).len(), 2);
}

#[cfg(feature = "gatt")]
#[test]
fn annunciation_octets_swapped() {
    use iomt::gatt::Payload;
    // All three octets: status 0x02, calibration and temperature 0x14, warning 0xFF, in this order.
    let all = [
        0x0F, 0xE3, 0xD2, 0xE4, 5, 0, 0x02, 0x14, 0xFF, 2, 0xF0, 0xE5, 0xF3, 0x8E, 0x3F,
    ];
    let Ok(Payload::Cgm(cgm)) = Payload::decode(0x2AA7, &all) else {
        panic!("a record")
    };
    let record = cgm.records().next().unwrap();
    assert_eq!(
        (record.status, record.calibration, record.warning),
        (Some(0x02), Some(0x14), Some(0xFF))
    );
    // The same octet at another place says something else: as a warning, that the sensor can not measure so low.
    let value_of = |flags| {
        let bytes = [7, flags, 40, 0, 6, 0, 0x40];
        let payload = Payload::decode(0x2AA7, &bytes).unwrap();
        let mut values = Vec::new();
        payload.for_each_reading(Instant::ZERO, |reading| values.push(reading.parts[0].value));
        values[0]
    };
    let (warning, status) = (0x20, 0x80);
    assert_eq!(value_of(warning), Value::BelowRange(40.into()));
    assert_eq!(value_of(status), Value::Number(40.into()));
}

// IOMT-DATA-041
#[test]
fn warm_up_value() {
    let glucose = Observation::new(
        Metric::GLUCOSE_INTERSTITIAL,
        Unit::MILLIGRAM_PER_DECILITRE,
        Instant::ZERO,
        55.into(),
    );
    let warming = Observation {
        status: Status::CALIBRATING,
        ..glucose
    };
    assert_eq!(
        (glucose.usable(), warming.usable()),
        (Some(55.into()), None)
    );
    let context = Context {
        device: DeviceWord::WARM_UP.bits(),
        origin: Origin::MEASURED,
        ..Context::default()
    };
    assert!(!context.implied_status().permits_use());
    let plaintext = written(&[Record::Observation(warming)]);
    assert_eq!(
        read(&plaintext),
        [(7, Ok(Record::Observation(warming)))],
        "and no short code drops it"
    );
}

// IOMT-DATA-013
#[test]
fn value_below_range_shown_as_a_number() {
    let low = Value::BelowRange(Decimal::from(40));
    let observation = Observation::new(
        Metric::GLUCOSE_INTERSTITIAL,
        Unit::MILLIGRAM_PER_DECILITRE,
        Instant::ZERO,
        low,
    );
    assert_eq!((observation.usable(), low.number()), (None, None));
    assert_eq!(
        observation.to_string(),
        "interstitial glucose below 40 mg/dL"
    );
    let plaintext = written(&[Record::Observation(observation)]);
    assert_eq!(
        read(&plaintext),
        [(7, Ok(Record::Observation(observation)))]
    );
}

#[test]
fn reserved_sfloat() {
    assert_eq!(Decimal::from_sfloat(0x0801), Err(Special::Reserved));
    assert_eq!(Value::from_sfloat(0x0801).number(), None);
}

#[test]
fn battery_above_100() {
    let battery = |charge: i32| {
        Observation::new(
            Metric::BATTERY_CHARGE,
            Unit::PERCENT,
            Instant::ZERO,
            charge.into(),
        )
    };
    assert_eq!(
        (battery(100).is_plausible(), battery(101).is_plausible()),
        (Some(true), Some(false))
    );
}

// IOMT-ENV-010
#[test]
fn unknown_critical_record_among_good_ones() {
    let critical = Record::Unknown {
        tag: Tag(1_001),
        body: &[1],
    };
    let plaintext = written(&[pulse(Instant::ZERO), critical, pulse(Instant::ZERO)]);
    assert_eq!(
        read(&plaintext),
        [
            (7, Ok(pulse(Instant::ZERO))),
            (8, Err(Error::UnknownCritical(Tag(1_001)))),
            (9, Ok(pulse(Instant::ZERO))),
        ]
    );
}

// IOMT-REC-003, IOMT-REC-021
#[test]
fn list_of_grown_items_read_by_an_older_reader() {
    let pressure = |metric| Component::new(metric, Unit::MMHG, Decimal::new(1_205, -1).into());
    let components = [pressure(Metric::SYSTOLIC), pressure(Metric::DIASTOLIC)];
    let compound = Compound::new(Metric::BLOOD_PRESSURE, Instant::ZERO, &components).unwrap();
    let plaintext = written(&[Record::Compound(compound)]);
    let raw = Envelope::parse(&plaintext)
        .unwrap()
        .records()
        .last()
        .unwrap()
        .unwrap();
    assert_eq!(raw.tag, Tag::COMPOUND_IN_FULL);
    // A later version gives each item one field more, and does not take another tag for it, as it should.
    let (head, items) = raw.body.split_at(raw.body.len() - 2 * 11);
    let (length, head) = head.split_last().unwrap();
    assert_eq!(*length, 2 * 11);
    let mut grown = head.to_vec();
    grown.push(2 * 12);
    for item in items.chunks(11) {
        assert_eq!(item[0], 10, "an item says its length");
        grown.push(11);
        grown.extend(&item[1..]);
        grown.push(1);
    }
    let mut buffer = [0; 256];
    let mut writer = EnvelopeWriter::new(&mut buffer, 7, None).unwrap();
    writer.record(Tag::TIME_BASE, &[0]).unwrap();
    writer.record(raw.tag, &grown).unwrap();
    writer.record(raw.tag, raw.body).unwrap();
    let both = writer.finish();
    assert_eq!(
        read(both),
        [
            (7, Err(Error::MalformedBody)),
            (8, Ok(Record::Compound(compound)))
        ],
        "refused, and not taken for other values"
    );
}
