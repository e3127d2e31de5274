//! What went wrong with other systems in the field, each as a test of its name, by the way that a reading takes: from a
//! device's bytes to records, over the wire, into a store and to a hospital.
#![cfg(all(feature = "gatt", feature = "fhir"))]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of a test"
)]

mod clocks;

use std::collections::BTreeMap;

use iomt::fhir::{self, Identity, Resource, Upload};
use iomt::gatt::{self, Payload};
use iomt::reading::draft::{Adherence, Dose, Reporter};
use iomt::reading::{
    Component, Compound, Context, Contexts, ConvertError, Decimal, DeviceWord, Metric, Observation,
    Origin, Special, Status, Substance, Timed, Unit, Value,
};
use iomt::time::{Duration, Instant};
use iomt::wire::{
    Envelope, EnvelopeWriter, Error, Record, RecordId, RecordWriter, Records, Run, Tag,
};
use serde_json::Value as Json;

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

/// What a Bluetooth device has sent, as records.
fn measured(uuid: u16, value: &[u8]) -> Vec<Record<'static>> {
    let mut records = Vec::new();
    let payload = Payload::decode(uuid, value).unwrap();
    payload.for_each_record(Instant::ZERO, |record, _| records.push(record));
    records
}

/// What a hospital gets of one that has arrived.
fn resources(sequence: u64, record: &Record<'_>) -> Vec<Json> {
    let context = fhir::Context {
        subject: "Patient/7",
        effective: "2024-03-15T14:30:45Z",
        device: None,
        identity: Identity::of_record(b"clinic", b"device 7", 1, sequence),
        upload: Upload::Put,
    };
    let made = Resource::of_record(record, &context).unwrap();
    let json = |resource: &Resource| serde_json::from_str(&resource.to_json()).unwrap();
    made.iter().map(json).collect()
}

/// The same of all records of a frame.
fn hospital(plaintext: &[u8]) -> Vec<Json> {
    let records = read(plaintext).into_iter();
    records
        .flat_map(|(sequence, record)| resources(sequence, &record.unwrap()))
        .collect()
}

/// Number, unit and comparator of an Observation.
fn quantity(resource: &Json) -> (String, &str, Option<&str>) {
    let quantity = &resource["valueQuantity"];
    let number = quantity["value"].to_string();
    let unit = quantity["code"].as_str().unwrap_or("none");
    (number, unit, quantity["comparator"].as_str())
}

// IOMT-DATA-032
#[test]
fn units_mixed_up() {
    // The same meter in both of its units: flag 2 tells which, 0.0054 mol/L or 0.00097 kg/L.
    let value = |flags, low, high| {
        let time = [0xE8, 0x07, 3, 15, 14, 30, 45];
        let value = [&[flags, 1, 0][..], &time, &[low, high, 0x11]].concat();
        measured(0x2A18, &value)
    };
    let (amounts, masses) = (value(0x06, 0x36, 0xC0), value(0x02, 0x61, 0xB0));
    let plaintext = written(&[amounts[0], masses[0]]);
    let made = hospital(&plaintext);
    assert_eq!(quantity(&made[0]), ("5.4".into(), "mmol/L", None));
    assert_eq!(quantity(&made[1]), ("97".into(), "mg/dL", None));
    let has_loinc = |resource: &Json, code: &str| {
        let codings = resource["code"]["coding"].as_array().unwrap();
        codings.iter().any(|coding| coding["code"] == code)
    };
    assert!(has_loinc(&made[0], "15074-8") && !has_loinc(&made[1], "15074-8"));
    // Nothing converts one into the other but through the substance.
    let (mass, amount) = (Unit::MILLIGRAM_PER_DECILITRE, Unit::MILLIMOLE_PER_LITRE);
    let Record::Observation(glucose) = amounts[0] else {
        panic!("{amounts:?}")
    };
    let number = glucose.value.number().unwrap();
    assert_eq!(
        amount.convert(number, mass),
        Err(ConvertError::DifferentDimension)
    );
    let milligrams = Substance::GLUCOSE.convert_rounded(number, amount, mass, 0);
    assert_eq!(milligrams, Ok(Decimal::from(97)));
    // Read under the other unit, the same number is no living patient's.
    assert_eq!(glucose.is_plausible(), Some(true));
    let mixed_up = Observation {
        unit: mass,
        ..glucose
    };
    assert_eq!(mixed_up.is_plausible(), Some(false));
    // The hospital gets the number, marked.
    let shown = |glucose| {
        let made = hospital(&written(&[Record::Observation(glucose)]));
        made[0]["interpretation"][0]["coding"][0]["code"].clone()
    };
    assert_eq!(shown(mixed_up), "implausible");
    assert_eq!(shown(glucose), Json::Null);
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
    // A server that is given both keeps both: they have different names.
    let made = hospital(&both);
    assert_eq!(made[0]["resourceType"], "MedicationAdministration");
    assert_ne!(made[0]["id"], made[1]["id"]);
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
    // And in a hospital: the second upload of a reading puts what is there already.
    let [both, again, alone] = &uploads;
    assert_eq!(hospital(both), hospital(again));
    assert_eq!(hospital(both)[1], hospital(alone)[0]);
}

#[test]
fn annunciation_octets_swapped() {
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
    let (warning, status) = (0x20, 0x80);
    let told = |flags| {
        let records = measured(0x2AA7, &[7, flags, 40, 0, 6, 0, 0x40]);
        hospital(&written(&records)).remove(0)
    };
    assert_eq!(quantity(&told(warning)), ("40".into(), "mg/dL", Some("<")));
    assert_eq!(quantity(&told(status)), ("40".into(), "mg/dL", None));
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
    // No short code drops the status on the way, and the hospital is given no number.
    let plaintext = written(&[Record::Observation(warming)]);
    assert_eq!(read(&plaintext), [(7, Ok(Record::Observation(warming)))]);
    let made = hospital(&plaintext);
    assert!(made[0].get("valueQuantity").is_none(), "{}", made[0]);
    assert!(made[0].get("dataAbsentReason").is_some(), "{}", made[0]);
    // A device that says it once for all readings behind: the server has it of each of them.
    let context = Context {
        device: DeviceWord::WARM_UP.bits(),
        origin: Origin::MEASURED,
        ..Context::default()
    };
    let plaintext = written(&[Record::Context(context), Record::Observation(glucose)]);
    let mut contexts = Contexts::<4>::new();
    for (sequence, record) in read(&plaintext) {
        match record.unwrap() {
            Record::Context(context) => assert!(contexts.insert(sequence, &context).is_some()),
            Record::Observation(reading) => {
                let status = reading.status | contexts.status_of(sequence);
                assert_eq!(Observation { status, ..reading }.usable(), None);
            }
            other => panic!("{other:?}"),
        }
    }
}

// IOMT-DATA-013
#[test]
fn value_below_range_shown_as_a_number() {
    // A continuous meter whose sensor can not measure so low: 40 mg/dL is where its range ends.
    let records = measured(0x2AA7, &[7, 0x20, 40, 0, 6, 0, 0x40]);
    let plaintext = written(&records);
    let [(_, Ok(Record::Observation(observation)))] = read(&plaintext)[..] else {
        panic!("{records:?}")
    };
    assert_eq!(observation.value, Value::BelowRange(40.into()));
    assert_eq!(
        (observation.usable(), observation.value.number()),
        (None, None)
    );
    assert_eq!(
        observation.to_string(),
        "interstitial glucose below 40 mg/dL"
    );
    let made = hospital(&plaintext);
    assert_eq!(quantity(&made[0]), ("40".into(), "mg/dL", Some("<")));
    let json = iomt::wire::RecordJson::from(&Record::Observation(observation)).to_json();
    assert!(json.contains(r#""value":"<40e0""#), "{json}");
}

#[test]
fn reserved_sfloat() {
    assert_eq!(Decimal::from_sfloat(0x0801), Err(Special::Reserved));
    assert_eq!(Value::from_sfloat(0x0801).number(), None);
    // In any field that has one, and then nothing of the value is taken.
    for (uuid, value) in [
        (0x2A35, &[0, 0x76, 0, 0x01, 0x08, 0x5A, 0][..]),
        (0x2A5F, &[0, 0x64, 0, 0x01, 0x08]),
        (0x2AA7, &[6, 0, 0x01, 0x08, 6, 0]),
    ] {
        let refused = Payload::decode(uuid, value);
        let is_named = matches!(refused, Err(gatt::Error::Reserved { value: 0x0801, .. }));
        assert!(is_named, "{uuid:04X}: {refused:?}");
    }
}

#[test]
fn battery_above_100() {
    // The characteristic: refused by its field and value, nothing of it is taken.
    let field = "Battery Level";
    let refused = Payload::decode(0x2A19, &[0x65]);
    assert_eq!(refused, Err(gatt::Error::Reserved { field, value: 101 }));
    assert_eq!(hospital(&written(&measured(0x2A19, &[0x64]))).len(), 1);
    // A device of ours that sends it: the record arrives, and is called not plausible.
    let battery = |charge: i32| {
        let (metric, unit) = (Metric::BATTERY_CHARGE, Unit::PERCENT);
        let plaintext = written(&[Record::Observation(Observation::new(
            metric,
            unit,
            Instant::ZERO,
            charge.into(),
        ))]);
        let [(_, Ok(Record::Observation(read)))] = read(&plaintext)[..] else {
            panic!("{charge}")
        };
        read.is_plausible()
    };
    assert_eq!((battery(100), battery(101)), (Some(true), Some(false)));
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
