//! What clocks did to readings: wrong ones, ones that jumped, and none at all.

use core::num::NonZeroU64;

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
    // One that never heard the server is placed by its receipt: no earlier than its age, no later than the way took.
    let received = WallClock::received(
        wall(1_764_000_000_000),
        sent - taken,
        Duration::from_secs(10),
    );
    assert_eq!(received.unix_millis, 1_764_000_000_000 - 3_600_000);
    assert_eq!(received.uncertainty, Duration::from_secs(11));
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
    #[cfg(feature = "fhir")]
    assert_eq!(iomt::fhir::parse_date_time("2016-12-31T23:59:60Z"), None);
    #[cfg(feature = "gatt")]
    {
        let leap = [0x02, 0x6C, 1, 0, 0xFF, 0xE0, 0x07, 12, 31, 23, 59, 60];
        let field = "Seconds";
        let refused = iomt::gatt::Payload::decode(0x2A1C, &leap);
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
    #[cfg(feature = "fhir")]
    {
        let utc = WallClock {
            utc_offset_minutes: None,
            ..born
        };
        let text = iomt::fhir::date_time(&utc);
        assert_eq!(text, "1959-12-31T23:59:59.999Z");
        let read = iomt::fhir::parse_date_time(&text).unwrap();
        assert_eq!(read.unix_millis, born.unix_millis);
    }
}
