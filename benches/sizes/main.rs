//! How small records are, and how fast: `cargo bench --bench sizes`.
//!
//! The same content in four other encodings. Each is written as tightly as it allows: no display texts, no
//! subject and no narrative in FHIR, base name and base unit once in `SenML`, packed varints in protobuf.
//!
//! A record counts with its envelope (tag and length) and an offset from a time base one second before; the time
//! base (6 bytes) and the head of a plaintext (1 byte) are the frame's, shared by all that it holds.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a bench is its own world"
)]

mod others;
mod series;

use std::hint::black_box;
use std::time::Instant as Clock;

use iomt::reading::codec::{self, CodecId};
use iomt::reading::{
    Cadence, Component, Compound, Metric, Observation, Series, Stamped, Status, Unit,
};
use iomt::time::{ClockQuality, Duration, Instant, Stamp, WallClock};
use iomt::wire::{Envelope, Record, RecordWriter, Records};

const BASE: Instant = Instant::from_secs(86_400);
const TIME: Instant = Instant::from_secs(86_401);
const UNIX_MILLIS: i64 = 1_764_000_000_000;

fn pulse(time: Instant) -> Observation {
    Observation::new(Metric::HEART_RATE, Unit::BEATS_PER_MINUTE, time, 72.into())
}

fn cuff() -> Compound {
    let pressure = |metric, value: i32| Component::new(metric, Unit::MMHG, value.into());
    let components = [
        pressure(Metric::SYSTOLIC, 138),
        pressure(Metric::DIASTOLIC, 88),
        pressure(Metric::MEAN_PRESSURE, 104),
    ];
    Compound::new(Metric::BLOOD_PRESSURE, TIME, &components).unwrap()
}

fn stamped() -> Stamped {
    let wall = WallClock {
        unix_millis: UNIX_MILLIS,
        quality: ClockQuality::Synchronised,
        uncertainty: Duration::from_millis(50),
        utc_offset_minutes: Some(60),
    };
    Stamped {
        observation: pulse(TIME),
        stamp: Stamp { wall, epoch: 2 },
    }
}

/// What the second record of a frame adds to it.
fn bytes_of(record: &Record<'_>) -> usize {
    let mut buffer = [0; 1_200];
    let mut writer = RecordWriter::new(&mut buffer, 1_000, None).unwrap();
    writer.push(&Record::Observation(pulse(BASE))).unwrap();
    let before = writer.len();
    writer.push(record).unwrap();
    writer.len() - before
}

/// Nanoseconds for writing it into a frame, and for reading it back.
fn nanoseconds_of(record: &Record<'_>) -> (f64, f64) {
    let mut buffer = [0; 1_200];
    let writing = timed(|| {
        let mut writer = RecordWriter::new(black_box(&mut buffer), 1_000, None).unwrap();
        writer.push(black_box(record)).unwrap();
        black_box(writer.finish());
    });
    let mut writer = RecordWriter::new(&mut buffer, 1_000, None).unwrap();
    writer.push(record).unwrap();
    let plaintext = writer.finish().to_vec();
    let reading = timed(|| {
        let envelope = Envelope::parse(black_box(&plaintext)).unwrap();
        black_box(Records::new(&envelope).next());
    });
    (writing, reading)
}

/// The best of ten rounds.
fn timed(mut work: impl FnMut()) -> f64 {
    const TIMES: u32 = 1_000;
    let round = |_| {
        let start = Clock::now();
        (0..TIMES).for_each(|_| work());
        start.elapsed().as_secs_f64() * 1e9 / f64::from(TIMES)
    };
    (0..10).map(round).fold(f64::INFINITY, f64::min)
}

/// The page that has the table; the bytes there are these.
const PAGE: &str = include_str!("../../src/guide/wire_format.md");

fn row(name: &str, limit: usize, record: &Record<'_>, others: others::Others) {
    let bytes = bytes_of(record);
    let (write, read) = nanoseconds_of(record);
    let others = [others.postcard, others.protobuf, others.senml, others.fhir];
    let times = others.each_ref().map(|other| {
        let (writing, reading) = (other.write / write, other.read / read);
        format!(
            "{:.0} / {:.0} ({writing:.1} / {reading:.1})",
            other.write, other.read
        )
    });
    let sizes = others.map(|other| grouped(other.bytes)).join(" | ");
    println!(
        "| {name} | {bytes} of {limit} | {write:.0} / {read:.0} | {} | {sizes} |",
        times.join(" | ")
    );
    assert!(
        bytes <= limit,
        "{name} takes {bytes} bytes, {limit} were promised"
    );
    let documented = PAGE.lines().any(|line| {
        line.starts_with(&format!("| {name} | {bytes} | "))
            && line.ends_with(&format!(" | {sizes} |"))
    });
    assert!(documented, "the page has other bytes for {name}");
}

/// `22440` as `22,440`.
fn grouped(number: usize) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", number / 1_000, number % 1_000),
    }
}

fn main() {
    println!(
        "| content | bytes, of at most | ns to write / read | postcard, ns (times ours) | protobuf, the same | SenML CBOR, the same | FHIR JSON, the same | postcard, bytes | protobuf | SenML CBOR | FHIR JSON |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    row(
        "heart rate, relative time",
        7,
        &Record::Observation(pulse(TIME)),
        others::heart_rate(),
    );
    row(
        "blood pressure, three components",
        12,
        &Record::Compound(cuff()),
        others::blood_pressure(),
    );
    let rates = series::committed();
    let mut room = [0; codec::max_encoded_len(series::COUNT)];
    let len = codec::encode(&rates, &mut room).unwrap();
    let minute = Series {
        metric: Metric::HEART_RATE,
        unit: Unit::BEATS_PER_MINUTE,
        start: TIME,
        cadence: Cadence::Every(Duration::from_secs(1)),
        exponent: 0,
        status: Status::VALID,
        codec: CodecId::SMALL,
        count: 60,
        data: &room[..len],
    };
    row(
        "60 heart rates at 1/s, 0.9 bit a difference",
        22,
        &Record::Series(minute),
        others::heart_rates(&rates),
    );
    row(
        "heart rate, standalone, wall clock and quality",
        24,
        &Record::Stamped(stamped()),
        others::stamped(),
    );
    series::print_spread(|rates| {
        let mut room = [0; codec::max_encoded_len(series::COUNT)];
        let len = codec::encode(rates, &mut room).unwrap();
        bytes_of(&Record::Series(Series {
            data: &room[..len],
            ..minute
        }))
    });
}
