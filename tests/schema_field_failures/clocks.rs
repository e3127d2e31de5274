//! What clocks did to readings: wrong ones, ones that jumped, and none at all.

use core::num::NonZeroU64;

use iomt::fhir::{self, Identity, Resource, Upload};
use iomt::gatt::{Cgm, Payload, SessionStart};
use iomt::link::{Clock, ClockEvent, ClockSample, StatusTimes};
use iomt::reading::Timed;
use iomt::time::{ClockModel, ClockQuality, Duration, Instant, Stamp, TickUnwrapper, WallClock};
use iomt::wire::Record;
use iomt::wire::control::{ControlRecord, ControlRecords, ControlWriter, Status};

use super::{SECOND, pulse, read, time_of, written};

fn wall(unix_millis: i64) -> WallClock {
    WallClock {
        unix_millis,
        quality: ClockQuality::Synchronised,
        uncertainty: SECOND,
        utc_offset_minutes: Some(60),
    }
}

/// When a device says that it measured, of a thermometer's value with a time: 36.4 °C.
fn told([year, month, day, hour, minute]: [u16; 5], utc_offset_minutes: i16) -> Option<WallClock> {
    let [low, high] = year.to_le_bytes();
    let [month, day, hour, minute] = [month, day, hour, minute].map(|part| part as u8);
    let number = [0x6C, 1, 0, 0xFF];
    let value = [
        &[0x02][..],
        &number,
        &[low, high, month, day, hour, minute, 0],
    ]
    .concat();
    let payload = Payload::decode(0x2A1C, &value).unwrap();
    let mut stamps = Vec::new();
    payload.for_each_record(Instant::ZERO, |_, stamp| stamps.push(stamp));
    stamps[0].wall_clock(utc_offset_minutes)
}

#[test]
fn future_dated_reading() {
    // Received on 2025-11-24T16:00:00 UTC.
    let received = wall(1_764_000_000_000);
    let tomorrow = told([2025, 11, 25, 16, 0], 0).unwrap();
    assert_eq!(tomorrow.unix_millis, received.unix_millis + 86_400_000);
    assert!(tomorrow.is_after(&received), "and so no time of a reading");
    // Nor is it one where the device's clock runs in another zone than the caller thinks.
    let elsewhere = told([2025, 11, 24, 17, 0], 0).unwrap();
    assert!(elsewhere.is_after(&received));
    assert!(!told([2025, 11, 24, 17, 0], 60).unwrap().is_after(&received));
    // Both clocks admit a second.
    let within = WallClock {
        unix_millis: received.unix_millis + 2_000,
        ..received
    };
    assert!(!within.is_after(&received));
    // A reading that carries its own time goes to the hospital as of its receipt, and what its clock said beside it.
    for (ahead, time) in [
        (2_000, "2025-11-24T16:00:02Z"),
        (86_400_000, "2025-11-24T16:00:00Z"),
    ] {
        let Record::Observation(observation) = pulse(Instant::ZERO) else {
            panic!("an observation")
        };
        let wall = WallClock {
            unix_millis: received.unix_millis + ahead,
            utc_offset_minutes: None,
            ..received
        };
        let record = Record::Stamped(iomt::reading::Stamped {
            observation,
            stamp: stamp(wall, 0),
        });
        let context = fhir::Context {
            subject: "Patient/7",
            effective: "2025-11-24T16:00:00Z",
            device: None,
            identity: Identity::of_parts(&[b"clinic"]),
            upload: Upload::Put,
        };
        let made = Resource::of_record(&record, &context).unwrap()[0].to_json();
        assert!(
            made.contains(&format!(r#""effectiveDateTime":"{time}""#)),
            "{made}"
        );
        assert_eq!(
            made.contains("2025-11-25T16:00:00Z"),
            ahead > 2_000,
            "{made}"
        );
    }
    // Of a clock that nobody has set no reading is placed, whatever it says.
    let unset = WallClock {
        quality: ClockQuality::Unset,
        ..wall(9_999_999_999_999)
    };
    let sync = Record::ClockSync(Timed::new(Instant::ZERO, stamp(unset, 0)));
    let (clock, placed) = placed(&written(&[sync, pulse(Instant::from_secs(1))]));
    assert!(clock.is_some());
    assert_eq!(placed, [None]);
}

const fn stamp(wall: WallClock, epoch: u32) -> Stamp {
    Stamp { wall, epoch }
}

/// What a server makes of a frame: each clock record is given to the model, each reading placed by what it says then.
fn placed(plaintext: &[u8]) -> (Option<ClockModel>, Vec<Option<i64>>) {
    let (mut clock, mut times) = (None::<ClockModel>, Vec::new());
    for (_, record) in read(plaintext) {
        match record.unwrap() {
            Record::ClockSync(sync) => match &mut clock {
                Some(clock) => clock.synchronise(sync.time, sync.what),
                None => clock = Some(ClockModel::new(sync.time, sync.what)),
            },
            record => {
                let wall = clock.and_then(|clock| clock.place(time_of(&record)));
                times.push(wall.map(|wall| wall.unix_millis));
            }
        }
    }
    (clock, times)
}

#[test]
fn local_time_without_offset_across_a_daylight_saving_change() {
    // 02:30 happens twice in that night: before the change at UTC+2, after it at UTC+1.
    let night = [2025, 10, 26, 2, 30];
    let [first, second] = [120, 60].map(|offset| told(night, offset).unwrap());
    assert_eq!(second.unix_millis - first.unix_millis, 3_600_000);
    // Who receives it says which: the hospital is told the local time and its offset.
    let effective = |at: &str| {
        let value = [0x02, 0x6C, 1, 0, 0xFF, 0xE9, 0x07, 10, 26, 2, 30, 0];
        let received = fhir::Received {
            subject: "Patient/7",
            at: fhir::parse_date_time(at).unwrap(),
            measured: iomt::gatt::Stamp::None,
            device: None,
            identity: Identity::of_parts(&[b"clinic", b"thermometer 7", &value]),
            upload: Upload::Put,
        };
        let made = Resource::of_payload(&Payload::decode(0x2A1C, &value).unwrap(), &received);
        made[0].to_json()
    };
    let summer = effective("2025-10-26T02:31:00+02:00");
    assert!(summer.contains("2025-10-26T02:30:00+02:00"), "{summer}");
    let winter = effective("2025-10-26T02:31:00+01:00");
    assert!(winter.contains("2025-10-26T02:30:00+01:00"), "{winter}");
    // Where nobody knows the offset it is no instant, and nothing is placed by it.
    let half_past_two = first.unix_millis + 2 * 3_600_000;
    let bare = WallClock::from_local(half_past_two, None, SECOND);
    assert_eq!(
        (bare.quality, bare.utc_offset_minutes),
        (ClockQuality::Unset, None)
    );
    assert!(bare.uncertainty >= WallClock::LARGEST_UTC_OFFSET);
    let sync = Record::ClockSync(Timed::new(Instant::ZERO, stamp(bare, 0)));
    assert_eq!(placed(&written(&[sync, pulse(Instant::ZERO)])).1, [None]);
}

// IOMT-LINK-012, IOMT-LINK-014
#[test]
fn clock_jump() {
    let at = |secs| Instant::from_secs(secs);
    let sync =
        |secs, unix, epoch| Record::ClockSync(Timed::new(at(secs), stamp(wall(unix), epoch)));
    // An hour later by the ticks, a day by the wall: somebody has set the clock, and the device says so.
    let plaintext = written(&[
        sync(0, 1_000_000, 0),
        pulse(at(1)),
        sync(3_600, 90_000_000, 1),
        pulse(at(3_601)),
    ]);
    let (clock, times) = placed(&plaintext);
    let mut clock = clock.unwrap();
    assert_eq!(clock.drift_ppm(), None, "a jump is not a drift");
    assert_eq!(times, [Some(1_001_000), Some(90_001_000)]);
    // One that nobody has told of: no crystal runs ten per cent fast.
    clock.synchronise(at(7_200), stamp(wall(94_000_000), 1));
    assert_eq!(clock.drift_ppm(), None);
    // Back by a day: order is that of the sequence and of the device's clock, whatever the wall says.
    let plaintext = written(&[
        sync(5, 90_000_000, 1),
        pulse(at(6)),
        sync(7, 1_000_000, 2),
        pulse(at(8)),
    ]);
    let (_, times) = placed(&plaintext);
    assert_eq!(times, [Some(90_001_000), Some(1_001_000)]);
    let records = read(&plaintext);
    let sequences: Vec<u64> = records.iter().map(|(sequence, _)| *sequence).collect();
    assert_eq!(sequences, [7, 8, 9, 10]);
    let [(_, Ok(first)), (_, Ok(second))] = [records[1], records[3]] else {
        panic!("{records:?}")
    };
    assert!(time_of(&first) < time_of(&second));
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
    // On the wall each is where its own ticks say, the old ones an hour before.
    let clock = ClockModel::new(
        now,
        Stamp {
            wall: wall(1_764_000_000_000),
            epoch: 0,
        },
    );
    let placed: Vec<_> = back
        .into_iter()
        .filter_map(|(_, record)| clock.place(time_of(&record.unwrap())))
        .map(|wall| wall.unix_millis - 1_764_000_000_000)
        .collect();
    assert_eq!(placed, [0, -3_600_000, -3_599_000]);
    // A glucose sensor that was replaced sends what it had kept: minutes of its own session, not of the present one.
    let start = |day| SessionStart::decode(&[0xE9, 0x07, 11, day, 8, 0, 0, 4, 0]).unwrap();
    let backfill = [6, 0, 120, 0, 10, 0, 6, 0, 121, 0, 15, 0];
    let Ok(Payload::Cgm(cgm)) = Payload::decode(0x2AA7, &backfill) else {
        panic!("two records")
    };
    let times = |cgm: Cgm<'_>| {
        let stamps = cgm.readings(now).map(|reading| reading.time);
        let clocks = stamps.map(|stamp| stamp.wall_clock(0));
        let unix: Vec<_> = clocks.map(|clock| clock.map(|c| c.unix_millis)).collect();
        unix
    };
    let old = times(cgm.with_start(start(10)));
    // 2025-11-10T07:10:00 and 07:15:00 UTC.
    assert_eq!(old, [Some(1_762_758_600_000), Some(1_762_758_900_000)]);
    assert_ne!(old, times(cgm.with_start(start(24))));
    assert_eq!(times(cgm), [None; 2], "not placed without its start");
}

#[test]
fn tick_counter_wrapped() {
    let mut ticks = TickUnwrapper::new(32);
    let before = ticks.unwrap(u64::from(u32::MAX) - 5);
    assert_eq!(ticks.unwrap(4) - before, 10);
}

/// What a device with no clock at all sends, and how a server places it.
// IOMT-LINK-012
#[test]
fn a_device_with_no_clock_at_all() {
    // Readings carry ticks since the boot and nothing else: no wall clock, no clock record.
    let (taken, sent) = (Instant::from_secs(3_600), Instant::from_secs(7_200));
    let plaintext = written(&[pulse(taken)]);
    let records = read(&plaintext);
    let [(_, Ok(Record::Observation(reading)))] = &records[..] else {
        panic!("{records:?}")
    };
    assert_eq!(reading.time, taken);
    // Its status says its ticks, the server's own time from the last receipt, and how many ticks ago that came.
    let server_said = 1_764_000_000_000;
    let status = Status {
        ticks: sent,
        due_ms: None,
        server_time_ms: NonZeroU64::new(server_said),
        age: Duration::from_secs(20),
    };
    let mut buffer = [0; 64];
    let mut writer = ControlWriter::new(&mut buffer);
    writer.status(&status).unwrap();
    let plaintext = writer.finish();
    let Some(Ok(ControlRecord::Status(heard))) = ControlRecords::new(plaintext).next() else {
        panic!("a status was written")
    };
    // The server adds when it came: all that it needs.
    let came = server_said + 20_400;
    let times = StatusTimes {
        ticks: heard.ticks,
        server_unix_millis: heard.server_time_ms.unwrap().get(),
        age: heard.age,
    };
    let mut clock = Clock::default();
    assert_eq!(clock.at(reading.time), None, "nothing is placed by a guess");
    let sample = ClockSample::on_server(times, came).unwrap();
    assert_eq!(clock.handle_sample(sample), Some(ClockEvent::Set));
    let placed = clock.at(reading.time).unwrap();
    let truth = i64::try_from(server_said).unwrap() + 20_200 - 3_600_000;
    let off = Duration::from_millis(placed.unix_millis.abs_diff(truth));
    assert!(off <= placed.uncertainty, "{placed:?}");
    assert!(
        placed.uncertainty <= SECOND + SECOND,
        "an hour of drift and the way"
    );
    // One that never heard the server is placed by its receipt: its age before it, earlier by the way, and by what an
    // hour of ticks may drift.
    let received = WallClock::received(
        wall(1_764_000_000_000),
        sent - taken,
        Duration::from_secs(10),
    );
    assert_eq!(received.unix_millis, 1_764_000_000_000 - 3_600_000);
    let drift = Duration::from_millis(360);
    assert_eq!(received.uncertainty, Duration::from_secs(11) + drift);
}

#[test]
fn no_clock_at_all_and_ticks_that_drift() {
    const DAY_MS: i64 = 86_400_000;
    const RECEIVED: i64 = 1_764_000_000_000;
    // A day by the device's ticks, which ran a hundred parts of a million too fast or too slow, and a way of ten seconds.
    for (gained_ms, way_ms) in [(8_640, 0), (-8_640, 0), (8_640, 10_000), (-8_640, 10_000)] {
        let taken = RECEIVED - way_ms - DAY_MS;
        let age = Duration::from_millis(u64::try_from(DAY_MS + gained_ms).unwrap());
        let placed = WallClock::received(wall(RECEIVED), age, Duration::from_secs(10));
        let off = Duration::from_millis(placed.unix_millis.abs_diff(taken));
        assert!(off <= placed.uncertainty, "{off} off: {placed:?}");
    }
    // The clock's own second apart, the way makes a reading earlier and never later.
    let placed = WallClock::received(wall(RECEIVED), Duration::ZERO, Duration::from_secs(10));
    assert_eq!(placed.unix_millis, RECEIVED);
    assert_eq!(placed.uncertainty, Duration::from_secs(11));
}

#[test]
fn leap_seconds() {
    // 2016-12-31T23:59:59 UTC; the second behind it was 23:59:60, which Unix time does not count.
    const LAST: i64 = 1_483_228_799_000;
    let at = Instant::from_secs(1_000);
    let stamp = |unix| Stamp {
        wall: wall(unix),
        epoch: 0,
    };
    let mut clock = ClockModel::new(at, stamp(LAST));
    // Two seconds later by the ticks it is 2017-01-01T00:00:00: the model is off by the second, and admits as much.
    let placed = clock.place(at + SECOND + SECOND).unwrap();
    let truth = LAST + 1_000;
    let off = Duration::from_millis(placed.unix_millis.abs_diff(truth));
    assert!(off <= SECOND && off <= placed.uncertainty, "{placed:?}");
    assert!(!placed.is_after(&wall(truth)), "no reading of the future");
    // The next synchronisation takes the second back, and order was never that of the wall.
    clock.synchronise(at + Duration::from_secs(60), stamp(LAST + 59_000));
    let later = clock.place(at + Duration::from_secs(60)).unwrap();
    assert_eq!(later.unix_millis, LAST + 59_000);
    let times = [at, at + SECOND, at + SECOND + SECOND];
    let plaintext = written(&times.map(pulse));
    let back = read(&plaintext);
    assert!(
        back.iter()
            .map(|(_, record)| time_of(&record.unwrap()))
            .is_sorted()
    );
    // Nobody is shown a sixty-first second, or another one in its place.
    assert_eq!(fhir::parse_date_time("2016-12-31T23:59:60Z"), None);
    {
        let leap = [0x02, 0x6C, 1, 0, 0xFF, 0xE0, 0x07, 12, 31, 23, 59, 60];
        let field = "Seconds";
        let refused = Payload::decode(0x2A1C, &leap);
        assert_eq!(refused, Err(iomt::gatt::Error::OutOfRange { field }));
    }
}

#[test]
fn before_1970() {
    let born = wall(-315_619_200_001); // 1959-12-31T23:59:59.999
    let record = Record::ClockSync(Timed::new(
        Instant::from_secs(5),
        Stamp {
            wall: born,
            epoch: 0,
        },
    ));
    assert_eq!(read(&written(&[record])), [(7, Ok(record))]);
    let clock = ClockModel::new(
        Instant::from_secs(5),
        Stamp {
            wall: born,
            epoch: 0,
        },
    );
    let before = clock.place(Instant::from_secs(4)).unwrap();
    let after = clock.place(Instant::from_secs(6)).unwrap();
    assert_eq!(
        (before.unix_millis, after.unix_millis),
        (-315_619_201_001, -315_619_199_001)
    );
    assert!(after.is_after(&WallClock {
        uncertainty: Duration::ZERO,
        ..before
    }));
    {
        let utc = WallClock {
            utc_offset_minutes: None,
            ..born
        };
        let text = fhir::date_time(&utc);
        assert_eq!(text, "1959-12-31T23:59:59.999Z");
        let read = fhir::parse_date_time(&text).unwrap();
        assert_eq!(read.unix_millis, born.unix_millis);
    }
}
