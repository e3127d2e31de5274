//! The server is killed at any moment, over and over; every reading is in the database exactly once.

mod support;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use iomt::reading::Value;
use iomt::wire::{Envelope, Record, Records};
use rusqlite::Connection;
use support::{Folder, Process, count};

const SECRET: &str = "sixteen or more random bytes";
const READINGS: i32 = 1_500;
const KILLS: u32 = 60;
/// As many of them at once, without waiting for a first record.
const EARLY_KILLS: u32 = 5;
/// For all of it.
const PATIENCE: Duration = Duration::from_secs(55);

fn random(state: &mut u64) -> u64 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

/// How often each reading is in the database, by its value.
fn readings(database: &str) -> BTreeMap<i64, u32> {
    let connection = Connection::open(database).unwrap();
    let mut records = connection.prepare("SELECT content FROM records").unwrap();
    let mut rows = records.query([]).unwrap();
    let mut counts = BTreeMap::new();
    while let Some(row) = rows.next().unwrap() {
        let content: Vec<u8> = row.get(0).unwrap();
        let envelope = Envelope::parse(&content).unwrap();
        for (_, record) in Records::new(&envelope) {
            if let Record::Observation(reading) = record.unwrap() {
                let Value::Number(number) = reading.value else {
                    panic!("{reading:?}")
                };
                *counts.entry(i64::from(number.mantissa())).or_default() += 1;
            }
        }
    }
    counts
}

/// The server dies at `KILLS` moments drawn from `seed`.
fn survive(name: &str, seed: u64, paths: &str, session_ms: &str) {
    let (begin, mut state) = (Instant::now(), seed);
    let folder = Folder::new(name);
    let database = folder.database();
    let many = READINGS.to_string();
    let mut device = Process::start(
        env!("CARGO_BIN_EXE_device"),
        &[
            "--secret",
            SECRET,
            "--readings",
            &many,
            "--paths",
            paths,
            "--session-ms",
            session_ms,
        ],
    );
    let pair = format!("patch={}={SECRET}", device.says("waiting at "));
    let start = |listen: &str| {
        let arguments = [
            "--db",
            &database,
            "--listen",
            listen,
            "--workers",
            "2",
            "--pair",
            &pair,
        ];
        let server = Process::start(env!("CARGO_BIN_EXE_ingest"), &arguments);
        let address = server.says("listening on ");
        (server, address)
    };
    let (mut server, address) = start("127.0.0.1:0");
    let (mut kills, mut under_way) = (0, 0);
    // In the midst of the first pairing, wherever that is.
    while kills < EARLY_KILLS {
        std::thread::sleep(Duration::from_micros(random(&mut state) % 60_000));
        server.kill();
        kills += 1;
        server = start(&address).0;
    }
    while count(&database, "records") == 0 {
        assert!(begin.elapsed() < PATIENCE, "no pairing");
        std::thread::sleep(Duration::from_millis(5));
    }
    let (mut is_settled, mut reconnections) = (false, String::new());
    while !is_settled {
        if kills < KILLS {
            std::thread::sleep(Duration::from_micros(random(&mut state) % 250_000));
            server.kill();
            under_way += u32::from(count(&database, "records") <= READINGS.unsigned_abs());
            kills += 1;
            server = start(&address).0;
        } else {
            std::thread::sleep(Duration::from_millis(20));
        }
        while let Ok(line) = device.output.try_recv() {
            if let Some(after) = line.strip_prefix("settled ") {
                (is_settled, reconnections) = (true, after.to_owned());
            }
        }
        assert!(
            begin.elapsed() < PATIENCE,
            "{kills} kills, {} records",
            count(&database, "records")
        );
    }
    assert!(device.child.wait().unwrap().success());
    server.kill();
    let stored = readings(&database);
    let expected: BTreeMap<_, _> = (0..i64::from(READINGS)).map(|value| (value, 1)).collect();
    assert_eq!(stored, expected);
    for table in ["conflicts", "poison", "losses"] {
        assert_eq!(count(&database, table), 0, "{table}");
    }
    println!(
        "{name}, seed {seed}: {kills} kills, {under_way} of them while readings were on their way; \
         {READINGS} readings, each once, {reconnections}; {:.1} s",
        begin.elapsed().as_secs_f32()
    );
    assert!(
        under_way >= 20,
        "the readings were there too soon: {under_way}"
    );
}

#[test]
fn a_server_that_is_killed_at_any_moment_has_every_reading_once() {
    survive("one_path", 1, "1", "86400000");
}

#[test]
fn two_workers_and_daily_reconnections_that_are_killed_lose_and_double_nothing() {
    survive("two_paths", 2, "2", "4000");
}
