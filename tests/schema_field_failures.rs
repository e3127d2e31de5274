//! What went wrong with other systems in the field, each as a test of its name.
#![allow(clippy::unwrap_used, reason = "helpers of a test")]

use iomt::reading::draft::{Adherence, Dose, Reporter};
use iomt::reading::{
    Component, Compound, Context, ConvertError, Decimal, DeviceWord, Metric, Observation, Origin,
    Special, Status, Substance, Timed, Unit, Value,
};
use iomt::time::{ClockModel, ClockQuality, Duration, Instant, Stamp, TickUnwrapper, WallClock};
use iomt::wire::{
    Envelope, EnvelopeWriter, Error, Record, RecordId, RecordWriter, Records, Run, Tag,
};

const SECOND: Duration = Duration::from_secs(1);

fn wall(unix_millis: i64) -> WallClock {
    WallClock {
        unix_millis,
        quality: ClockQuality::Synchronised,
        uncertainty: SECOND,
        utc_offset_minutes: Some(60),
    }
}

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

#[test]
fn future_dated_reading() {
    let now = wall(1_764_000_000_000);
    assert!(wall(1_764_000_060_000).is_after(&now));
    assert!(
        !wall(1_764_000_002_000).is_after(&now),
        "within what both clocks admit"
    );
    // An unset clock is not asked at all.
    let unset = WallClock {
        quality: ClockQuality::Unset,
        ..wall(9_999_999_999_999)
    };
    let clock = ClockModel::new(
        Instant::ZERO,
        Stamp {
            wall: unset,
            epoch: 0,
        },
    );
    assert_eq!(clock.place(Instant::from_secs(1)), None);
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
    let plaintext = written(&[dose, dose]);
    assert_eq!(read(&plaintext), [(7, Ok(dose)), (8, Ok(dose))]);
    let run = Run([1; 8]);
    assert_ne!(RecordId { run, sequence: 7 }, RecordId { run, sequence: 8 });
}

// IOMT-ENV-007
#[test]
fn same_reading_uploaded_twice() {
    let plaintext = written(&[pulse(Instant::from_secs(1))]);
    let run = Run([1; 8]);
    let ids = |plaintext| -> Vec<_> {
        read(plaintext)
            .into_iter()
            .map(|(sequence, _)| RecordId { run, sequence })
            .collect()
    };
    assert_eq!(
        ids(&plaintext),
        ids(&plaintext),
        "the identity is the record's, not the upload's"
    );
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

#[test]
fn local_time_without_offset_across_a_daylight_saving_change() {
    // 02:30 happens twice in that night: before the change at UTC+2, after it at UTC+1.
    let half_past_two = 1_761_446_400_000 + 9_000_000;
    let first = WallClock::from_local(half_past_two, Some(120), SECOND);
    let second = WallClock::from_local(half_past_two, Some(60), SECOND);
    assert_eq!(second.unix_millis - first.unix_millis, 3_600_000);
    let bare = WallClock::from_local(half_past_two, None, SECOND);
    assert_eq!(
        (bare.quality, bare.utc_offset_minutes),
        (ClockQuality::Unset, None)
    );
    assert!(bare.uncertainty >= WallClock::LARGEST_UTC_OFFSET);
    let clock = ClockModel::new(
        Instant::ZERO,
        Stamp {
            wall: bare,
            epoch: 0,
        },
    );
    assert_eq!(clock.place(Instant::ZERO), None);
}

// IOMT-LINK-012, IOMT-LINK-014
#[test]
fn clock_jump() {
    let mut clock = ClockModel::new(
        Instant::from_secs(0),
        Stamp {
            wall: wall(1_000_000),
            epoch: 0,
        },
    );
    clock.synchronise(
        Instant::from_secs(3_600),
        Stamp {
            wall: wall(90_000_000),
            epoch: 1,
        },
    );
    assert_eq!(clock.drift_ppm(), None, "a jump is not a drift");
    let placed = clock.place(Instant::from_secs(3_601)).unwrap();
    assert_eq!(placed.unix_millis, 90_001_000);
    // One that nobody has told of: no crystal runs ten per cent fast.
    clock.synchronise(
        Instant::from_secs(7_200),
        Stamp {
            wall: wall(94_000_000),
            epoch: 1,
        },
    );
    assert_eq!(clock.drift_ppm(), None);
    // Order is that of the sequence and of the device's clock, whatever the wall says.
    let stamp = |unix| {
        Record::ClockSync(Timed::new(
            Instant::from_secs(5),
            Stamp {
                wall: wall(unix),
                epoch: 1,
            },
        ))
    };
    let plaintext = written(&[
        stamp(9_000),
        pulse(Instant::from_secs(6)),
        stamp(1_000),
        pulse(Instant::from_secs(7)),
    ]);
    let sequences: Vec<u64> = read(&plaintext)
        .into_iter()
        .map(|(sequence, _)| sequence)
        .collect();
    assert_eq!(sequences, [7, 8, 9, 10]);
}

// IOMT-LINK-014
#[test]
fn backfilled_old_sensor_session() {
    // Readings of an hour ago come behind one of now: each keeps its own time and identity.
    let (now, ago) = (Instant::from_secs(7_200), Instant::from_secs(3_600));
    let plaintext = written(&[pulse(now), pulse(ago), pulse(ago + SECOND)]);
    let back = read(&plaintext);
    assert_eq!(
        back,
        [
            (7, Ok(pulse(now))),
            (8, Ok(pulse(ago))),
            (9, Ok(pulse(ago + SECOND)))
        ]
    );
    // A device that has no clock at all says how long ago; the server's receipt is the anchor.
    let received = wall(1_764_000_000_000);
    let placed = WallClock::received(received, now - ago, Duration::from_secs(10));
    assert_eq!(placed.unix_millis, 1_764_000_000_000 - 3_600_000);
    assert_eq!(placed.uncertainty, Duration::from_secs(11));
}

#[test]
fn tick_counter_wrapped() {
    let mut ticks = TickUnwrapper::new(32);
    let before = ticks.unwrap(u64::from(u32::MAX) - 5);
    assert_eq!(ticks.unwrap(4) - before, 10);
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
