//! Every record that R4 has a resource for, and back.

use super::{back, context, observation};
use crate::fhir::*;
use crate::reading::draft::*;
use crate::reading::{self, Component, Compound, Decimal, Metric, Status, Timed, Unit};
use crate::time::{ClockQuality, Duration, Instant, Stamp, WallClock};
use crate::wire::Record;
use alloc::vec::Vec;
use proptest::prelude::*;

fn made(record: &Record<'_>) -> Vec<Resource> {
    let made = Resource::of_record(record, &context(1, Upload::Put)).unwrap();
    made.into_iter().map(back).collect()
}

fn only(record: &Record<'_>) -> Resource {
    let mut made = made(record);
    assert_eq!(made.len(), 1, "{record:?}");
    made.remove(0)
}

fn administration(record: &Record<'_>) -> MedicationAdministration {
    match only(record) {
        Resource::MedicationAdministration(read) => *read,
        other => panic!("{other:?}"),
    }
}

const fn now<T>(what: T) -> Timed<T> {
    Timed::new(Instant::ZERO, what)
}

fn dose(adherence: Adherence, reporter: Reporter) -> Dose<'static> {
    Dose {
        medicine: "metformin 500",
        amount_milli: 1_500,
        unit: Unit::MILLILITRE.code(),
        adherence,
        planned_before_s: -600,
        reporter,
    }
}

// IOMT-FHIR-009
#[test]
fn every_adherence_has_its_status_and_unknown_is_not_missed() {
    for (adherence, status) in [
        (Adherence::PLANNED, "unknown"),
        (Adherence::TAKEN, "completed"),
        (Adherence::MISSED, "not-done"),
        (Adherence::LATE, "completed"),
        (Adherence::REFUSED, "not-done"),
        (Adherence(0), "unknown"),
        (Adherence(200), "unknown"),
    ] {
        for reporter in 0..=5 {
            let dose = dose(adherence, Reporter(reporter));
            let written = administration(&Record::Dose(now(dose)));
            assert_eq!(written.status, status);
            assert_eq!(written.dose(), Some(dose));
        }
    }
}

// IOMT-FHIR-009
#[test]
fn every_outcome_of_insulin_has_its_status_and_unknown_is_not_failed() {
    for (outcome, status) in [
        (Outcome::DELIVERED, "completed"),
        (Outcome::FAILED, "not-done"),
        (Outcome::UNKNOWN, "unknown"),
        (Outcome::PARTIAL, "stopped"),
        (Outcome::RUNNING, "in-progress"),
        (Outcome(77), "unknown"),
    ] {
        let bolus = InsulinBolus {
            requested_milli_units: 4_000,
            delivered_milli_units: 1_250,
            outcome,
        };
        let written = administration(&Record::InsulinBolus(now(bolus)));
        assert_eq!(
            (written.status.as_str(), written.bolus()),
            (status, Some(bolus))
        );
        let basal = InsulinBasal {
            milli_units_per_hour: 850,
            duration_s: 1_800,
            outcome,
        };
        let written = administration(&Record::InsulinBasal(now(basal)));
        assert_eq!(
            (written.status.as_str(), written.basal()),
            (status, Some(basal))
        );
    }
}

proptest! {
    #[test]
    fn drafts_come_back(medicine in "[a-zäß0-9]{1,20}", codes: [u8; 3], numbers in proptest::array::uniform5(0_u32..=0x7FFF_FFFF), planned: i32, small: (u16, u16)) {
        let [a, b, c, d, unit] = numbers;
        let dose = Dose { medicine: &medicine, amount_milli: a, unit, adherence: Adherence(codes[0]), planned_before_s: planned, reporter: Reporter(codes[1]) };
        let written = administration(&Record::Dose(now(dose)));
        // UCUM has one word for two units of this crate.
        if unit != Unit::BREATHS_PER_MINUTE.code() {
            prop_assert_eq!(written.dose(), Some(dose));
        }
        let basal = InsulinBasal { milli_units_per_hour: a, duration_s: b, outcome: Outcome(codes[0]) };
        let bolus = InsulinBolus { requested_milli_units: a, delivered_milli_units: b, outcome: Outcome(codes[0]) };
        prop_assert_eq!(administration(&Record::InsulinBasal(now(basal))).basal(), Some(basal));
        prop_assert_eq!(administration(&Record::InsulinBolus(now(bolus))).bolus(), Some(bolus));
        let activity = Activity { kind: ActivityKind(codes[0]), duration_s: a, steps: b, distance_m: c, energy_kj: d };
        prop_assert_eq!(observation(only(&Record::Activity(now(activity)))).activity(), Some(activity));
        let fall = Fall { confidence_percent: codes[0], peak_milli_g: small.0, still_s: small.1 };
        prop_assert_eq!(observation(only(&Record::Fall(now(fall)))).fall(), Some(fall));
        let sleep = Sleep { stage: SleepStage(codes[0]), duration_s: a };
        prop_assert_eq!(observation(only(&Record::Sleep(now(sleep)))).sleep(), Some(sleep));
    }

    #[test]
    fn events_and_texts_come_back(kind: u16, subject: u32, source: u64, detail: u32, language in "(|de|pt-BR)", text in "[a-zäß.\"\\\\ ]{0,30}[a-z]") {
        let event = reading::Event { kind: reading::EventKind(kind), subject, source, detail };
        prop_assert_eq!(observation(only(&Record::Event(now(event)))).event(), Some(event));
        let said = reading::Text { language: &language, text: &text };
        let read = observation(only(&Record::Text(now(said))));
        prop_assert_eq!(read.text(), Some(said));
    }
}

#[test]
fn one_kind_is_not_read_as_another() {
    let sleep = Sleep {
        stage: SleepStage::REM,
        duration_s: 900,
    };
    let read = observation(only(&Record::Sleep(now(sleep))));
    assert_eq!(
        (read.activity(), read.fall(), read.event()),
        (None, None, None)
    );
    assert_eq!((read.text(), read.reading()), (None, None));
    let bolus = InsulinBolus {
        requested_milli_units: 1,
        delivered_milli_units: 1,
        outcome: Outcome::DELIVERED,
    };
    let read = administration(&Record::InsulinBolus(now(bolus)));
    assert_eq!((read.dose(), read.basal()), (None, None));
}

#[test]
fn a_component_keeps_its_status_and_hides_no_other() {
    let part = |metric, value: i32| Component::new(metric, Unit::MMHG, value.into());
    let whole = Compound::new(
        Metric::BLOOD_PRESSURE,
        Instant::ZERO,
        &[
            part(Metric::SYSTOLIC, 118),
            part(Metric::DIASTOLIC, 20).with_status(Status::INVALID),
        ],
    )
    .unwrap();
    let read = observation(only(&Record::Compound(whole)));
    let parts = read.parts().unwrap();
    assert_eq!(parts[0].usable(), Some(Decimal::from(118)));
    assert_eq!(
        (parts[1].usable(), parts[1].status),
        (None, Status::INVALID)
    );
    assert!(read.component[1].value_quantity.is_none());
}

#[test]
fn a_stamped_reading_has_its_own_time_where_its_clock_was_set() {
    let stamped = |quality| {
        let wall = WallClock {
            unix_millis: 1_700_000_000_000,
            quality,
            uncertainty: Duration::ZERO,
            utc_offset_minutes: Some(60),
        };
        let observation = reading::Observation::new(
            Metric::HEART_RATE,
            Unit::BEATS_PER_MINUTE,
            Instant::ZERO,
            72.into(),
        );
        Record::Stamped(reading::Stamped {
            observation,
            stamp: Stamp { wall, epoch: 0 },
        })
    };
    let time = |quality| {
        observation(only(&stamped(quality)))
            .effective_date_time
            .unwrap()
    };
    assert_eq!(
        time(ClockQuality::Synchronised),
        "2023-11-14T23:13:20+01:00"
    );
    assert_eq!(time(ClockQuality::Unset), "2024-03-15T14:30:45Z");
    let words = |quality, field: &str| {
        let made = observation(only(&stamped(quality)));
        let mut parts = made.component.into_iter();
        let found = parts.find(|part| part.code.code_of("urn:iomt:member") == Some(field))?;
        let concept = found
            .value_codeable_concept
            .and_then(|concept| concept.text);
        concept.or(found.value_string)
    };
    let set = ClockQuality::Synchronised;
    assert_eq!(words(set, "clock-quality").as_deref(), Some("synchronised"));
    assert_eq!(words(set, "clock-epoch").as_deref(), Some("0"));
    assert_eq!(words(set, "device-time"), None);
    let unset = words(ClockQuality::Unset, "device-time");
    assert_eq!(unset.as_deref(), Some("2023-11-14T23:13:20+01:00"));
}

fn series<'a>(
    metric: Metric,
    unit: Unit,
    cadence: reading::Cadence<'a>,
    data: &'a [u8],
) -> reading::Series<'a> {
    reading::Series {
        metric,
        unit,
        start: Instant::ZERO,
        cadence,
        exponent: -1,
        status: Status::VALID,
        codec: reading::codec::CodecId::SMALL,
        count: 3,
        data,
    }
}

#[test]
fn a_series_is_sampled_data_or_a_resource_for_each_value_at_its_time() {
    let (mut data, mut times) = ([0; 32], [0; 32]);
    let len = reading::codec::encode(&[980, 981, 979], &mut data).unwrap();
    let data = &data[..len];
    let len = reading::codec::encode(&[0, 1_500, 2_000], &mut times).unwrap();
    let every = reading::Cadence::Every(Duration::from_secs(300));

    let glucose = series(
        Metric::GLUCOSE_INTERSTITIAL,
        Unit::MILLIGRAM_PER_DECILITRE,
        every,
        data,
    );
    let read = observation(only(&Record::Series(glucose)));
    let sampled = read.value_sampled_data.unwrap();
    assert_eq!(sampled.samples(), Some(alloc::vec![980, 981, 979]));
    assert_eq!(sampled.factor, Some(Number(Decimal::new(1, -1))));
    assert_eq!(sampled.period, Number(Decimal::from(300_000)));
    assert!(read.value_quantity.is_none());

    let listed = reading::Cadence::Listed(&times[..len]);
    for (metric, cadence, last) in [
        (
            Metric::GLUCOSE_INTERSTITIAL,
            listed,
            "2024-03-15T14:30:48.500Z",
        ),
        (Metric::SPO2, every, "2024-03-15T14:40:45Z"),
    ] {
        let singles = made(&Record::Series(series(
            metric,
            Unit::PERCENT,
            cadence,
            data,
        )));
        let all: Vec<_> = singles.into_iter().map(observation).collect();
        let values: Vec<_> = all
            .iter()
            .filter_map(|one| one.reading()?.usable())
            .collect();
        assert_eq!(
            values,
            [
                Decimal::from(98),
                Decimal::new(981, -1),
                Decimal::new(979, -1)
            ]
        );
        assert_eq!(all[2].effective_date_time.as_deref(), Some(last));
        assert_ne!(all[0].id, all[1].id);
    }
    let refused = reading::Series {
        status: Status::CALIBRATING,
        ..glucose
    };
    for one in made(&Record::Series(refused)) {
        assert_eq!(observation(one).reading().unwrap().usable(), None);
    }
}

#[test]
fn a_context_says_where_and_how_and_by_what() {
    let pulse = reading::Observation::new(
        Metric::HEART_RATE,
        Unit::BEATS_PER_MINUTE,
        Instant::ZERO,
        72.into(),
    );
    let what = reading::Context {
        location: reading::SensorLocation::FINGER,
        method: reading::Method::CONTINUOUS,
        origin: reading::Origin::COMPUTED,
        algorithm: "beats",
        algorithm_version: "2.1",
        ..reading::Context::default()
    };
    let written = Observation::of(&pulse, &context(1, Upload::Put)).with_context(&what);
    let read = observation(back(written));
    assert_eq!(read.body_site.unwrap().text.as_deref(), Some("finger"));
    assert_eq!(read.method.unwrap().coding.len(), 2);
    assert_eq!(read.note[0].text, "by beats 2.1");
    let silent = reading::Context::default();
    let written = Observation::of(&pulse, &context(1, Upload::Put));
    assert_eq!(written.clone().with_context(&silent), written);
}

#[test]
fn a_device_tells_lot_and_dates_of_its_udi() {
    let pump = reading::Descriptor {
        udi_device: "(01)09506000134352",
        udi_production: "(11)240315(17)290300(10)A7(21)12",
        ..reading::Descriptor::default()
    };
    let Resource::Device(device) = only(&Record::Descriptor(pump)) else {
        panic!("a device");
    };
    assert_eq!(device.manufacture_date.as_deref(), Some("2024-03-15"));
    assert_eq!(device.expiration_date.as_deref(), Some("2029-03"));
    assert_eq!(device.lot_number.as_deref(), Some("A7"));
    assert_eq!(device.serial_number.as_deref(), Some("12"));
    assert_eq!(
        device.descriptor(),
        reading::Descriptor {
            serial: "12",
            ..pump
        }
    );
}
