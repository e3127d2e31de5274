//! One record of each kind, by the name of its line in `tests/vectors/records/golden.json`.

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
use iomt::wire::Record;

const TIME: Instant = Instant::from_secs(5);

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

/// The diastolic pressure alone is in doubt.
fn unsure_diastolic() -> Compound {
    let components: Vec<_> = cuff(Status::VALID)
        .components()
        .map(|component| match component.metric {
            Metric::DIASTOLIC => component.with_status(Status::QUESTIONABLE),
            _ => component,
        })
        .collect();
    Compound::new(Metric::BLOOD_PRESSURE, TIME, &components).unwrap()
}

/// What the codec makes of them, for as long as the test runs.
fn compressed(samples: &[i32]) -> &'static [u8] {
    let mut block = vec![0; codec::max_encoded_len(samples.len())];
    let len = codec::encode(samples, &mut block).unwrap();
    block.truncate(len);
    block.leak()
}

/// All of them.
pub(crate) fn samples() -> Vec<(&'static str, Record<'static>)> {
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
        (
            "compound with statuses",
            Record::Compound(unsure_diastolic()),
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
