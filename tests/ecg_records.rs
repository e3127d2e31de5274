//! Beats that are missed or made up on real recordings.
//!
//! Reads 24 records of the MIT-BIH Arrhythmia Database from `data/ecg/mitdb` in the folder that
//! `IOMT_SHARED` names; without it, says that it is skipped.

#![cfg(test)]
#![cfg(feature = "signal")]

mod support {
    pub(crate) mod scoring;
    pub(crate) mod wfdb;
}

use std::path::{Path, PathBuf};

use iomt::signal::ecg::RPeakDetector;
use iomt::time::SampleRate;
use support::scoring::{Score, score};
use support::wfdb::{self, Record};

const RECORDS: [&str; 24] = [
    "100", "102", "103", "105", "107", "108", "109", "112", "118", "119", "121", "123", "200",
    "202", "203", "205", "207", "208", "212", "215", "221", "222", "228", "234",
];
const RATE: SampleRate = SampleRate::hz(360);
const UNITS_PER_MV: u32 = 200;
/// EC57 lets a detector learn for five minutes.
const LEARNING: u64 = 300 * 360;
const WINDOW_150_MS: u64 = 54;
const WINDOW_50_MS: u64 = 18;

fn folder() -> Option<PathBuf> {
    let Some(shared) = std::env::var_os("IOMT_SHARED") else {
        println!("skipped: IOMT_SHARED is not set");
        return None;
    };
    let folder = PathBuf::from(shared).join("data/ecg/mitdb");
    assert!(folder.is_dir(), "no folder {}", folder.display());
    Some(folder)
}

fn peaks(samples: &[i32]) -> Vec<u64> {
    let mut detector = RPeakDetector::new(RATE, UNITS_PER_MV).unwrap();
    let mut peaks: Vec<u64> = samples
        .iter()
        .filter_map(|sample| detector.push(*sample))
        .map(|peak| peak.index)
        .collect();
    peaks.extend(std::iter::from_fn(|| detector.flush()).map(|peak| peak.index));
    assert!(peaks.is_sorted_by(|a, b| a < b), "peaks out of order");
    peaks
}

/// Scores from sample `from` on, outside of ventricular flutter.
fn score_from(record: &Record, peaks: &[u64], from: u64, window: u64) -> Score {
    let counts = |at: &u64| {
        let in_flutter = |(begin, end): &(u64, u64)| (begin..=end).contains(&at);
        !record.flutter.iter().any(in_flutter)
    };
    let beats = record.beats.iter().copied().filter(|at| *at >= from);
    let beats: Vec<u64> = beats.filter(counts).collect();
    let first = match from {
        0 => 0,
        _ => beats.first().map_or(0, |beat| beat - window),
    };
    let peaks = peaks.iter().copied().filter(|at| *at >= first);
    let peaks: Vec<u64> = peaks.filter(counts).collect();
    score(&beats, &peaks, window)
}

fn print(name: &str, score: &Score) {
    let [sensitivity, predictivity, f1] = score.per_cent();
    let Score {
        matched,
        extra,
        missed,
    } = score;
    println!(
        "{name:>8} {matched:7} {extra:6} {missed:7} {sensitivity:8.3} {predictivity:8.3} {f1:8.3}"
    );
}

fn read(folder: &Path, name: &str) -> Record {
    wfdb::read(folder, name).unwrap_or_else(|error| panic!("record {name}: {error}"))
}

#[test]
fn finds_the_beats_of_the_mit_bih_records() {
    let Some(folder) = folder() else { return };
    let [mut learnt, mut whole, mut narrow] = [Score::default(); 3];
    println!("  record   found  extra  missed       Se      PPV       F1");
    for name in RECORDS {
        let record = read(&folder, name);
        let peaks = peaks(&record.samples);
        let of_record = score_from(&record, &peaks, LEARNING, WINDOW_150_MS);
        print(name, &of_record);
        learnt += of_record;
        whole += score_from(&record, &peaks, 0, WINDOW_150_MS);
        narrow += score_from(&record, &peaks, LEARNING, WINDOW_50_MS);
    }
    print("all", &learnt);
    print("from 0 s", &whole);
    print("50 ms", &narrow);
    assert!(learnt.per_cent()[2] >= 99.80);
    assert!(whole.per_cent()[2] >= 99.80);
    assert!(narrow.per_cent()[2] >= 99.0);
}

#[test]
fn finds_the_beats_of_the_first_five_minutes_of_record_208() {
    let Some(folder) = folder() else { return };
    let mut record = read(&folder, "208");
    record.samples.truncate(LEARNING as usize);
    record.beats.retain(|beat| *beat < LEARNING);
    let score = score_from(&record, &peaks(&record.samples), 0, WINDOW_150_MS);
    print("208", &score);
    assert!(score.per_cent()[2] >= 99.5);
}
