//! Every record: the bytes that do not change, in both directions, and any content of it.
//!
//! `tests/data/records.json` has one line for each record. A body that was in a numbered release never
//! changes: a new fact is a new tag, and a new line.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of a test")]

use iomt::reading::draft::{
    Activity, ActivityKind, Adherence, Asset, Availability, ConsentReference, Dose, Fall,
    InsulinBasal, InsulinBolus, Outcome, Reporter, Setting, Sleep, SleepStage, Stream,
};
use iomt::reading::{
    Cadence, Calibration, Component, Compound, Context, Decimal, Descriptor, DeviceWord, Event,
    EventKind, Gap, GapReason, Method, Metric, Observation, Origin, SensorLocation, Series,
    Stamped, Status, Text, Timed, Unit, Value, Waveform, codec, codec::CodecId,
};
use iomt::time::{ClockQuality, Duration, Instant, SampleRate, Stamp, WallClock};
use iomt::wire::{Envelope, Record, RecordWriter, Records};
use proptest::prelude::*;

const TIME: Instant = Instant::from_secs(5);

fn written(record: &Record<'_>) -> Vec<u8> {
    let mut buffer = [0; 1_200];
    let mut writer = RecordWriter::new(&mut buffer, 7, None).unwrap();
    writer.push(record).unwrap();
    writer.finish().to_vec()
}

fn assert_comes_back(record: &Record<'_>) {
    let bytes = written(record);
    let back: Vec<_> = Records::new(&Envelope::parse(&bytes).unwrap()).collect();
    assert_eq!(back, [(7, Ok(*record))]);
}

fn stamp() -> Stamp {
    Stamp {
        wall: WallClock {
            unix_millis: 1_764_000_000_000,
            quality: ClockQuality::Synchronised,
            uncertainty: Duration::from_millis(50),
            utc_offset_minutes: Some(-210),
        },
        epoch: 2,
    }
}

fn cuff(status: Status) -> Compound {
    let pressure = |metric, value: i32| Component::new(metric, Unit::MMHG, value.into());
    let components = [
        pressure(Metric::SYSTOLIC, 138),
        pressure(Metric::DIASTOLIC, 88),
        pressure(Metric::MEAN_PRESSURE, 104),
    ];
    let compound = Compound::new(Metric::BLOOD_PRESSURE, TIME, &components).unwrap();
    compound.with_status(status)
}

/// What the codec makes of them, for as long as the test runs.
fn compressed(samples: &[i32]) -> &'static [u8] {
    let mut block = vec![0; codec::max_encoded_len(samples.len())];
    let len = codec::encode(samples, &mut block).unwrap();
    block.truncate(len);
    block.leak()
}

/// One record of each kind, by the name of its line.
fn samples() -> Vec<(&'static str, Record<'static>)> {
    let pulse = Observation::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, TIME, 72.into());
    let low = Observation {
        metric: Metric::SPO2,
        unit: Unit::PERCENT,
        value: Value::BelowRange(Decimal::from(70)),
        ..pulse
    };
    let waveform = Waveform {
        metric: Metric::ECG_LEAD_II,
        unit: Unit::MILLIVOLT,
        start: TIME,
        rate: SampleRate::hz(360),
        first_index: 1_800,
        scale: Decimal::new(5, -3),
        zero: 1_024,
        codec: CodecId::SMALL,
        count: 4,
        data: compressed(&[1_024, 1_030, 1_041, 1_029]),
    };
    let series = Series {
        metric: Metric::HEART_RATE,
        unit: Unit::BEATS_PER_MINUTE,
        start: TIME,
        cadence: Cadence::Every(Duration::from_secs(1)),
        exponent: 0,
        status: Status::VALID,
        codec: CodecId::SMALL,
        count: 4,
        data: compressed(&[72, 72, 73, 74]),
    };
    let finer = Waveform {
        scale: Decimal::new(5, -6),
        ..waveform
    };
    let unsure = Series {
        status: Status::QUESTIONABLE,
        ..series
    };
    let listed = Series {
        cadence: Cadence::Listed(compressed(&[0, 1_000, 2_000, 500])),
        ..series
    };
    let descriptor = Descriptor {
        manufacturer: "Maker",
        model: "Model",
        serial: "SN 1",
        firmware: "1.0",
        udi_device: "(01)0",
        udi_production: "(21)1",
    };
    vec![
        ("observation", Record::Observation(pulse)),
        ("observation in full", Record::Observation(low)),
        ("waveform", Record::Waveform(waveform)),
        ("waveform in full", Record::Waveform(finer)),
        ("device descriptor", Record::Descriptor(descriptor)),
        ("compound", Record::Compound(cuff(Status::VALID))),
        (
            "compound in full",
            Record::Compound(cuff(Status::QUESTIONABLE)),
        ),
        ("series", Record::Series(series)),
        ("series in full", Record::Series(unsure)),
        ("irregular series", Record::Series(listed)),
        (
            "event",
            Record::Event(at(Event {
                kind: EventKind::ALARM_RAISED,
                subject: Metric::HEART_RATE.code(),
                source: 6,
                detail: 130,
            })),
        ),
        (
            "calibration",
            Record::Calibration(at(Calibration {
                metric: Metric::GLUCOSE_INTERSTITIAL,
                unit: Unit::MILLIGRAM_PER_DECILITRE,
                reference: Decimal::from(104),
                slope: Decimal::new(103, -2),
                intercept: Decimal::from(-3),
                valid_for_s: 43_200,
            })),
        ),
        ("clock sync", Record::ClockSync(at(stamp()))),
        (
            "gap",
            Record::Gap(Gap {
                first_sequence: 300,
                count: 12,
                reason: GapReason::NO_ROOM,
            }),
        ),
        (
            "text",
            Record::Text(at(Text {
                language: "de",
                text: "Schwindel",
            })),
        ),
        (
            "stamped observation",
            Record::Stamped(Stamped {
                observation: pulse,
                stamp: stamp(),
            }),
        ),
        (
            "stamped in full",
            Record::Stamped(Stamped {
                observation: low,
                stamp: stamp(),
            }),
        ),
        (
            "context",
            Record::Context(Context {
                back: 1,
                device: (DeviceWord::LOW_PERFUSION | DeviceWord::MOTION).bits(),
                location: SensorLocation::FINGER,
                method: Method::CONTINUOUS,
                origin: Origin::COMPUTED,
                algorithm: "beats",
                algorithm_version: "2.1",
            }),
        ),
        (
            "dose",
            Record::Dose(at(Dose {
                medicine: "metformin 500",
                amount_milli: 1_000,
                unit: Unit::ONE.code(),
                adherence: Adherence::LATE,
                planned_before_s: 5_400,
                reporter: Reporter::PATIENT,
            })),
        ),
        (
            "basal insulin",
            Record::InsulinBasal(at(InsulinBasal {
                milli_units_per_hour: 850,
                duration_s: 1_800,
                outcome: Outcome::RUNNING,
            })),
        ),
        (
            "bolus insulin",
            Record::InsulinBolus(at(InsulinBolus {
                requested_milli_units: 4_000,
                delivered_milli_units: 1_250,
                outcome: Outcome::UNKNOWN,
            })),
        ),
        (
            "asset",
            Record::Asset(at(Asset {
                item: "pump 17",
                location: "ward 3",
                availability: Availability::IN_USE,
                quantity: 1,
                expires_day: 21_000,
            })),
        ),
        (
            "activity",
            Record::Activity(at(Activity {
                kind: ActivityKind::WALK,
                duration_s: 600,
                steps: 870,
                distance_m: 640,
                energy_kj: 130,
            })),
        ),
        (
            "fall",
            Record::Fall(at(Fall {
                confidence_percent: 87,
                peak_milli_g: 3_400,
                still_s: 30,
            })),
        ),
        (
            "sleep",
            Record::Sleep(at(Sleep {
                stage: SleepStage::REM,
                duration_s: 900,
            })),
        ),
        (
            "consent reference",
            Record::Consent(at(ConsentReference {
                reference: "study 5",
                version: 3,
            })),
        ),
        (
            "setting",
            Record::Setting(at(Setting {
                name: "low limit",
                value: "50",
            })),
        ),
        (
            "stream",
            Record::Stream(at(Stream {
                channel: 2,
                position: 4_096,
                data: &[1, 2, 3],
            })),
        ),
    ]
}

const fn at<T>(what: T) -> Timed<T> {
    Timed::new(TIME, what)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.as_bytes().chunks(2).map(digits).collect()
}

// IOMT-REC-003, IOMT-VER-003
#[test]
fn the_bytes_of_every_record_do_not_change_in_either_direction() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("data/records.json")).unwrap();
    let lines = vectors.as_array().unwrap();
    let samples = samples();
    for (name, record) in &samples {
        let line = lines.iter().find(|line| line["record"] == *name);
        let golden = line.unwrap_or_else(|| panic!("{name}: {}", hex(&written(record))));
        let golden = golden["plaintext"].as_str().unwrap();
        assert_eq!(hex(&written(record)), golden, "{name}");
        let plaintext = bytes(golden);
        let envelope = Envelope::parse(&plaintext).unwrap();
        let back: Vec<_> = Records::new(&envelope).collect();
        assert_eq!(back, [(7, Ok(*record))], "{name}");
        let last = envelope.records().last().unwrap().unwrap();
        assert_eq!(
            lines
                .iter()
                .filter(|line| line["tag"] == last.tag.0)
                .count(),
            1,
            "{name}"
        );
    }
    assert_eq!(lines.len(), samples.len());
}

// IOMT-REC-001, IOMT-ENV-015
#[test]
fn every_cut_and_every_longer_body_is_refused_alone() {
    for (name, record) in samples() {
        let whole = written(&record);
        let envelope = Envelope::parse(&whole).unwrap();
        let raw = envelope.records().last().unwrap().unwrap();
        let mut longer = raw.body.to_vec();
        longer.push(0);
        let cuts = (0..raw.body.len()).map(|len| raw.body[..len].to_vec());
        for body in cuts.chain([longer]) {
            let mut buffer = [0; 512];
            let mut writer = iomt::wire::EnvelopeWriter::new(&mut buffer, 7, None).unwrap();
            writer.record(iomt::wire::Tag::TIME_BASE, &[0]).unwrap();
            writer.record(raw.tag, &body).unwrap();
            let plaintext = writer.finish();
            let mut records = Records::new(&Envelope::parse(plaintext).unwrap());
            assert!(records.next().unwrap().1.is_err(), "{name} {body:?}");
        }
    }
}

fn decimal() -> impl Strategy<Value = Decimal> {
    (any::<i32>(), any::<i8>()).prop_map(|(mantissa, exponent)| Decimal::new(mantissa, exponent))
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        decimal().prop_map(Value::Number),
        decimal().prop_map(Value::BelowRange),
        decimal().prop_map(Value::AboveRange),
        Just(Value::NotANumber),
        Just(Value::NotAtThisResolution),
        Just(Value::PositiveInfinity),
        Just(Value::NegativeInfinity),
    ]
}

fn any_stamp() -> impl Strategy<Value = Stamp> {
    let quality = prop_oneof![
        Just(ClockQuality::Unset),
        Just(ClockQuality::DeviceSet),
        Just(ClockQuality::Synchronised)
    ];
    (
        any::<i64>(),
        quality,
        any::<u32>(),
        any::<Option<i16>>(),
        any::<u32>(),
    )
        .prop_map(
            |(unix_millis, quality, uncertainty, utc_offset_minutes, epoch)| Stamp {
                wall: WallClock {
                    unix_millis,
                    quality,
                    uncertainty: Duration::from_millis(uncertainty.into()),
                    utc_offset_minutes,
                },
                epoch,
            },
        )
}

fn time() -> impl Strategy<Value = Instant> {
    (0_u64..1 << 53).prop_map(Instant::from_millis)
}

proptest! {
    // IOMT-REC-020
    #[test]
    fn compounds_come_back(metric: u32, time in time(), status: u16, parts in proptest::collection::vec((any::<u32>(), any::<u32>(), value()), 1..=6)) {
        let components: Vec<_> = parts.iter().map(|(metric, unit, value)| Component::new(Metric::from_code(*metric), Unit::from_code(*unit), *value)).collect();
        let compound = Compound::new(Metric::from_code(metric), time, &components).unwrap();
        assert_comes_back(&Record::Compound(compound.with_status(Status::from_bits(status))));
    }

    // IOMT-REC-010
    #[test]
    fn cuffs_come_back(time in time(), values: [i32; 3], exponent in -1_i8..=0) {
        let metrics = [Metric::SYSTOLIC, Metric::DIASTOLIC, Metric::MEAN_PRESSURE];
        let unit = if exponent == 0 { Unit::MMHG } else { Unit::KILOPASCAL };
        let components: Vec<_> = metrics.into_iter().zip(values).map(|(metric, value)| Component::new(metric, unit, Decimal::new(value, exponent).into())).collect();
        assert_comes_back(&Record::Compound(Compound::new(Metric::BLOOD_PRESSURE, time, &components).unwrap()));
    }

    // IOMT-REC-033
    #[test]
    fn series_come_back(metric in prop_oneof![Just(147_842_u32), any::<u32>()], start in time(), interval: u32, exponent in -1_i8..=1, status in prop_oneof![Just(0_u16), any::<u16>()], count: u16, data in proptest::collection::vec(any::<u8>(), 0..200), intervals in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..100))) {
        let cadence = intervals.as_deref().map_or(Cadence::Every(Duration::from_millis(interval.into())), Cadence::Listed);
        let series = Series { metric: Metric::from_code(metric), unit: Unit::BEATS_PER_MINUTE, start, cadence, exponent, status: Status::from_bits(status), codec: CodecId::SMALL, count, data: &data };
        assert_comes_back(&Record::Series(series));
        let mut room = vec![0; usize::from(count)];
        let _ = (series.decode(&mut room).is_ok(), series.times_ms(&mut room).is_ok());
    }

    // IOMT-REC-013
    #[test]
    fn stamped_observations_come_back(time in time(), value in value(), stamp in any_stamp(), metric in prop_oneof![Just(147_842_u32), any::<u32>()], status in prop_oneof![Just(0_u16), any::<u16>()]) {
        let observation = Observation { metric: Metric::from_code(metric), unit: Unit::BEATS_PER_MINUTE, time, value, status: Status::from_bits(status) };
        assert_comes_back(&Record::Stamped(Stamped { observation, stamp }));
    }

    // IOMT-REC-004
    #[test]
    fn timed_facts_come_back(time in time(), numbers: [u32; 4], kind: u16, small: [u8; 3], wide: u64, before: i32, stamp in any_stamp(), text in "[a-zäß€ ]{0,20}", other in "[a-z0-9]{0,20}", decimals in (decimal(), decimal(), decimal())) {
        let [a, b, c, d] = numbers;
        let [x, y, z] = small;
        let (text, other) = (text.as_str(), other.as_str());
        let (reference, slope, intercept) = decimals;
        let (metric, unit) = (Metric::from_code(a), Unit::from_code(b));
        let records = [
            Record::Event(Timed::new(time, Event { kind: EventKind(kind), subject: a, source: wide, detail: b })),
            Record::Calibration(Timed::new(time, Calibration { metric, unit, reference, slope, intercept, valid_for_s: c })),
            Record::ClockSync(Timed::new(time, stamp)),
            Record::Gap(Gap { first_sequence: wide, count: a, reason: GapReason(x) }),
            Record::Text(Timed::new(time, Text { language: other, text })),
            Record::Context(Context { back: a, device: b, location: SensorLocation(x), method: Method(y), origin: Origin(z), algorithm: &other[..other.len().min(32)], algorithm_version: "" }),
            Record::Dose(Timed::new(time, Dose { medicine: text, amount_milli: a, unit: b, adherence: Adherence(x), planned_before_s: before, reporter: Reporter(y) })),
            Record::InsulinBasal(Timed::new(time, InsulinBasal { milli_units_per_hour: a, duration_s: b, outcome: Outcome(x) })),
            Record::InsulinBolus(Timed::new(time, InsulinBolus { requested_milli_units: a, delivered_milli_units: b, outcome: Outcome(x) })),
            Record::Asset(Timed::new(time, Asset { item: text, location: other, availability: Availability(x), quantity: a, expires_day: b })),
            Record::Activity(Timed::new(time, Activity { kind: ActivityKind(x), duration_s: a, steps: b, distance_m: c, energy_kj: d })),
            Record::Fall(Timed::new(time, Fall { confidence_percent: x, peak_milli_g: kind, still_s: kind })),
            Record::Sleep(Timed::new(time, Sleep { stage: SleepStage(x), duration_s: a })),
            Record::Consent(Timed::new(time, ConsentReference { reference: text, version: a })),
            Record::Setting(Timed::new(time, Setting { name: other, value: text })),
            Record::Stream(Timed::new(time, Stream { channel: kind, position: wide, data: text.as_bytes() })),
        ];
        for record in &records {
            assert_comes_back(record);
        }
    }
}
