//! Seconds of real recordings that are called good though they are not, and the other way round.
//!
//! Reads 24 records of the MIT-BIH Arrhythmia Database from `data/ecg/mitdb`, and noise from
//! `data/ecg/nstdb`, in the folder that `IOMT_SHARED` names; without it, says that it is skipped.

#![cfg(test)]
#![cfg(feature = "signal")]

#[allow(dead_code, reason = "each test uses a part")]
mod support {
    pub(crate) mod noise;
    pub(crate) mod scoring;
    pub(crate) mod wfdb;
}

use std::ops::Range;

use iomt::signal::ecg::{EcgQuality, EcgUsability, RPeakDetector, SecondQuality};
use iomt::time::SampleRate;
use support::noise::{Noise, noisy};
use support::scoring::matches;
use support::wfdb::{self, RECORDS, Record};

const RATE: SampleRate = SampleRate::hz(360);
const UNITS_PER_MV: u32 = 200;
const SECOND: usize = 360;
const WINDOW_150_MS: u64 = 54;

fn judged(samples: &[i32]) -> Vec<SecondQuality> {
    let quality = EcgQuality::new(RATE, UNITS_PER_MV).unwrap();
    // Eleven bits.
    let mut quality = quality.with_converter(0..=2_047);
    let seconds = samples.iter().filter_map(|sample| quality.push(*sample));
    seconds.collect()
}

/// Some seconds, of them the flagged and the unusable ones, and of the beats that are found in the others all and
/// the wrong ones, missed ones included.
#[derive(Default)]
struct Count {
    seconds: u32,
    flagged: u32,
    unusable: u32,
    trusted_beats: u32,
    wrong: u32,
}

impl Count {
    fn add(&mut self, record: &Record, samples: &[i32], counted: &[Range<usize>]) {
        let seconds = judged(samples);
        let is_good = |at: u64| {
            let second = seconds.get(at as usize / SECOND);
            second.is_some_and(|second| second.usability() == EcgUsability::Good)
        };
        let counts = |at: &u64| counted.iter().any(|range| range.contains(&(*at as usize)));
        for second in seconds.iter().filter(|second| counts(&second.since)) {
            self.seconds += 1;
            self.flagged += u32::from(second.usability() != EcgUsability::Good);
            self.unusable += u32::from(second.usability() == EcgUsability::Unusable);
        }
        let mut detector = RPeakDetector::new(RATE, UNITS_PER_MV).unwrap();
        let found = samples.iter().filter_map(|sample| detector.push(*sample));
        let found: Vec<u64> = found.map(|peak| peak.index).collect();
        let pairs = matches(&record.beats, &found, WINDOW_150_MS);
        let is_counted = |at: &&u64| counts(at) && is_good(**at);
        let matched_beat = |at: &u64| pairs.iter().any(|(beat, _)| beat == at);
        let matched_peak = |at: &u64| pairs.binary_search_by_key(at, |(_, peak)| *peak).is_ok();
        let extra = found
            .iter()
            .filter(is_counted)
            .filter(|at| !matched_peak(at));
        let beats = record.beats.iter().filter(is_counted);
        let missed = beats.clone().filter(|at| !matched_beat(at));
        self.trusted_beats += beats.count() as u32;
        self.wrong += (extra.count() + missed.count()) as u32;
    }

    /// Per cent of seconds flagged, of seconds unusable, and of wrong beats in the others.
    fn print(&self, name: &str) -> [f64; 3] {
        let share = |part: u32, of: u32| 100.0 * f64::from(part) / f64::from(of.max(1));
        let shares = [
            share(self.flagged, self.seconds),
            share(self.unusable, self.seconds),
            share(self.wrong, self.trusted_beats),
        ];
        let [flagged, unusable, wrong] = shares;
        println!(
            "{name:>8} {:6} seconds: {flagged:.2} % flagged, {unusable:.2} % unusable; in the others {wrong:.2} % of beats missed or made up",
            self.seconds
        );
        shares
    }
}

/// At 12 dB, 6 dB and 0 dB at least so many per cent are flagged, and of the beats in the others at most so many wrong.
fn assert_in_noise(noise: &Noise, name: &str, floors: [f64; 3], ceilings: [f64; 3]) {
    let Some(folder) = wfdb::folder() else { return };
    for (snr_db, (floor, ceiling)) in [12.0, 6.0, 0.0]
        .into_iter()
        .zip(floors.into_iter().zip(ceilings))
    {
        let mut count = Count::default();
        for name in RECORDS {
            let record = wfdb::read(&folder, name).unwrap();
            let counted: Vec<_> = noisy(record.samples.len()).collect();
            count.add(&record, &noise.mixed_into(&record, snr_db), &counted);
        }
        let [flagged, _, wrong] = count.print(&format!("{name} {snr_db}"));
        assert!(flagged >= floor && wrong <= ceiling);
    }
}

#[test]
fn few_seconds_of_clean_records_are_flagged() {
    let Some(folder) = wfdb::folder() else { return };
    let mut all = Count::default();
    for name in RECORDS {
        let record = wfdb::read(&folder, name).unwrap();
        let mut count = Count::default();
        let whole = 0..record.samples.len();
        count.add(&record, &record.samples, std::slice::from_ref(&whole));
        count.print(name);
        all.add(&record, &record.samples, &[whole]);
    }
    let [flagged, unusable, _] = all.print("clean");
    assert!(flagged <= 1.65);
    assert!(unusable <= 0.25);
}

#[test]
fn the_more_noise_of_electrodes_the_more_seconds_are_flagged() {
    let Some(folder) = wfdb::folder() else { return };
    let noise = Noise::of_electrodes(&folder);
    assert_in_noise(&noise, "em", [4.4, 20.6, 51.9], [3.3, 24.2, 71.9]);
}

#[test]
fn the_more_noise_of_muscles_the_more_seconds_are_flagged() {
    let Some(folder) = wfdb::folder() else { return };
    let noise = Noise::of_muscles(&folder);
    assert_in_noise(&noise, "ma", [19.6, 43.7, 62.9], [0.9, 2.3, 8.7]);
}
