//! Ventricular beats that are missed, or seen where there are none, on real recordings.
//!
//! Reads the 22 records without paced beats of `data/ecg/mitdb` in the folder that `IOMT_SHARED` names; without
//! it, says that it is skipped. Counted after EC57, from the sixth minute on, outside of flutter: a beat called
//! ventricular is false where the annotation within 150 ms is of another kind, or where there is none; fusion beats
//! and what could not be classified count as neither.

#![cfg(test)]
#![cfg(feature = "signal")]

#[allow(dead_code, reason = "each test uses a part")]
mod support {
    pub(crate) mod scoring;
    pub(crate) mod wfdb;
}

use iomt::signal::ecg::{BeatClass, BeatClassifier, RPeak, RPeakDetector};
use iomt::time::SampleRate;
use support::scoring::matches;
use support::wfdb::{self, Record};

const RECORDS: [&str; 22] = [
    "100", "103", "105", "108", "109", "112", "118", "119", "121", "123", "200", "202", "203",
    "205", "207", "208", "212", "215", "221", "222", "228", "234",
];
const RATE: SampleRate = SampleRate::hz(360);
const UNITS_PER_MV: u32 = 200;
const LEARNING: u64 = 300 * 360;
const WINDOW: u64 = 54;

type Beat = (RPeak, BeatClass);
/// What is asked of the classifier after each sample.
type Ask = fn(&mut BeatClassifier) -> Option<Beat>;

fn classified(samples: &[i32], ask: Ask) -> Vec<Beat> {
    let mut detector = RPeakDetector::new(RATE, UNITS_PER_MV).unwrap();
    let mut classifier = BeatClassifier::new(RATE, UNITS_PER_MV).unwrap();
    let mut found = Vec::new();
    for sample in samples {
        classifier.push(*sample);
        let peak = detector.push(*sample);
        found.extend(peak.and_then(|peak| classifier.beat(&peak)));
        found.extend(ask(&mut classifier));
    }
    while let Some(peak) = detector.flush() {
        found.extend(classifier.beat(&peak));
    }
    found.extend(classifier.flush());
    found
}

/// Ventricular beats called so, called otherwise or missed, and false ones.
fn count(record: &Record) -> [usize; 3] {
    let counts = |at: &u64| {
        let mut flutter = record.flutter.iter();
        *at >= LEARNING && !flutter.any(|(begin, end)| (begin..=end).contains(&at))
    };
    let beats: Vec<u64> = record.beats.iter().copied().filter(counts).collect();
    let of = |class: BeatClass| move |(_, found): &&Beat| *found == class;
    let found = classified(&record.samples, |_| None);
    let peaks: Vec<u64> = found
        .iter()
        .map(|(peak, _)| peak.index)
        .filter(counts)
        .collect();
    let called = found.iter().filter(of(BeatClass::Ventricular));
    let called: Vec<u64> = called.map(|(peak, _)| peak.index).filter(counts).collect();
    let pairs = matches(&beats, &peaks, WINDOW);
    let is_called = |peak: &u64| called.binary_search(peak).is_ok();
    let is_in = |list: &[u64], beat: &u64| list.binary_search(beat).is_ok();
    let both = |list: &[u64]| {
        let pairs = pairs.iter();
        pairs
            .filter(|(beat, peak)| is_in(list, beat) && is_called(peak))
            .count()
    };
    let right = both(&record.ventricular);
    let all = beats
        .iter()
        .filter(|beat| is_in(&record.ventricular, beat))
        .count();
    [
        right,
        all - right,
        called.len() - right - both(&record.undecided),
    ]
}

#[test]
fn finds_the_ventricular_beats_of_the_mit_bih_records() {
    let Some(folder) = wfdb::folder() else { return };
    let mut sums = [0; 3];
    for name in RECORDS {
        let counts = count(&wfdb::read(&folder, name).unwrap());
        println!("{name}: {counts:?}");
        sums.iter_mut()
            .zip(counts)
            .for_each(|(sum, count)| *sum += count);
    }
    let [right, missed, wrong] = sums.map(|count| count as f64);
    let [sensitivity, predictivity] = [missed, wrong].map(|other| 100.0 * right / (right + other));
    println!("ventricular beats: Se {sensitivity:.2} PPV {predictivity:.2}; OSEA: 94.0, 96.2");
    assert!(sensitivity >= 96.1);
    assert!(predictivity >= 97.8);
}

/// In pauses of more than two seconds a beat is told before the next one comes.
#[test]
fn a_beat_that_does_not_wait_is_of_the_same_class() {
    let Some(folder) = wfdb::folder() else { return };
    let (mut beats, mut others) = (0, 0);
    for name in RECORDS {
        let record = wfdb::read(&folder, name).unwrap();
        let waiting = classified(&record.samples, |_| None);
        let settled = classified(&record.samples, BeatClassifier::settle);
        assert_eq!(waiting.len(), settled.len());
        beats += waiting.len();
        let pairs = waiting.iter().zip(&settled);
        others += pairs
            .filter(|(waiting, settled)| waiting != settled)
            .count();
    }
    println!("of {beats} beats {others} are of another class where they do not wait");
    assert_eq!(others, 0);
}
