//! Heart rates and breaths that are wrong at rest, on a real recording.
//!
//! Reads record 01 of BIDMC from `data/biosig/bidmc` in the folder that `IOMT_SHARED` names; without
//! it, says that it is skipped. Every 2 s the rate of the pulses of the 8 s before is compared with
//! that of the R peaks of the same 8 s in lead II; and the breaths of 32 s with those that the
//! impedance of the chest shows, counted by hand-set thresholds of this test's own.

#![cfg(test)]
#![cfg(feature = "signal")]

use std::path::PathBuf;

use iomt::signal::ecg::{EcgRespiration, RPeakDetector};
use iomt::signal::ppg::{Pulse, PulseDetector, PulseRate, Respiration};
use iomt::time::SampleRate;

const RATE: SampleRate = SampleRate::hz(125);
const SECOND: u64 = 125;

/// Chest impedance, light, and lead II.
fn record() -> Option<Vec<[f32; 3]>> {
    let Some(shared) = std::env::var_os("IOMT_SHARED") else {
        println!("skipped: IOMT_SHARED is not set");
        return None;
    };
    let file = PathBuf::from(shared).join("data/biosig/bidmc/bidmc_01_Signals.csv");
    let text = std::fs::read_to_string(file).unwrap();
    let samples = text.lines().skip(1).map(|line| {
        let columns: Vec<f32> = line.split(',').map(|x| x.trim().parse().unwrap()).collect();
        [columns[1], columns[2], columns[5]]
    });
    Some(samples.collect())
}

fn mean(errors: &[f32]) -> f32 {
    errors.iter().sum::<f32>() / errors.len() as f32
}

/// 60 over the mean interval of the beats within the 8 s before `now`.
fn reference_rate(beats: &[u64], now: u64) -> f32 {
    let inside = |beat: &&u64| **beat >= now.saturating_sub(8 * SECOND) && **beat < now;
    let inside: Vec<u64> = beats.iter().filter(inside).copied().collect();
    let span = (inside[inside.len() - 1] - inside[0]) as f32 / SECOND as f32;
    60.0 * (inside.len() - 1) as f32 / span
}

#[test]
fn follows_the_heart_at_rest() {
    let Some(record) = record() else { return };
    let mut r_peaks = RPeakDetector::new(RATE, 1_000).unwrap();
    let beats: Vec<u64> = record
        .iter()
        .filter_map(|[.., ecg]| r_peaks.push((ecg * 1_000.0) as i32))
        .map(|peak| peak.index)
        .collect();
    let mut detector = PulseDetector::new(RATE);
    let mut rate = PulseRate::new(RATE);
    let (mut pulses, mut errors, mut windows) = (Vec::<Pulse>::new(), Vec::new(), 0);
    for (index, [_, light, _]) in (0_u64..).zip(&record) {
        if let Some(pulse) = detector.push(*light) {
            rate.pulse(&pulse);
            pulses.push(pulse);
        }
        let ended = index + 1;
        if ended >= 12 * SECOND && ended % (2 * SECOND) == 0 {
            windows += 1;
            if let Some(rate) = rate.per_minute(ended) {
                errors.push((rate - reference_rate(&beats, ended)).abs());
            }
        }
    }
    let trusted = pulses.iter().filter(|pulse| pulse.is_trusted()).count();
    println!(
        "{} pulses of {} beats, {trusted} trusted; {:.3} beats a minute in {} of {windows} windows; heartpy 0.38",
        pulses.len(),
        beats.len(),
        mean(&errors),
        errors.len()
    );
    assert!(errors.len() >= 231);
    assert!(mean(&errors) <= 0.31);
}

/// Breaths a minute in 32 s of impedance: crossings of the mean by a tenth of the span, smoothed over 0.4 s.
fn reference_breaths(impedance: &[f32]) -> f32 {
    let smooth: Vec<f32> = impedance.windows(50).map(mean).collect();
    let middle = mean(&smooth);
    let span = smooth
        .iter()
        .fold(0.0_f32, |a, b| a.max((b - middle).abs()));
    let (mut low, mut rises) = (false, Vec::new());
    for (at, value) in smooth.iter().enumerate() {
        if *value < middle - 0.1 * span {
            low = true;
        } else if *value > middle + 0.1 * span && std::mem::take(&mut low) {
            rises.push(at as f32);
        }
    }
    60.0 * 125.0 * (rises.len() - 1) as f32 / (rises[rises.len() - 1] - rises[0])
}

#[test]
fn counts_the_breaths_at_rest() {
    let Some(record) = record() else { return };
    let mut respiration = Respiration::new(RATE);
    let (mut errors, mut windows) = (Vec::new(), 0);
    for (index, [_, light, _]) in record.iter().enumerate() {
        respiration.push(*light);
        let ended = index + 1;
        if ended >= 40 * 125 && ended % (4 * 125) == 0 {
            windows += 1;
            let impedance: Vec<f32> = record[ended - 32 * 125..ended]
                .iter()
                .map(|s| s[0])
                .collect();
            if let Some(rate) = respiration.per_minute() {
                errors.push((rate - reference_breaths(&impedance)).abs());
            }
        }
    }
    println!(
        "{:.2} breaths a minute in {} of {windows} windows; counting 1.10, FFT 1.6 to 3.4",
        mean(&errors),
        errors.len()
    );
    assert!(mean(&errors) <= 1.71);
}

#[test]
fn counts_the_breaths_in_the_ecg() {
    let Some(record) = record() else { return };
    let mut r_peaks = RPeakDetector::new(RATE, 1_000).unwrap();
    let mut respiration = EcgRespiration::new(RATE);
    let (mut errors, mut windows) = (Vec::new(), 0);
    for (index, [.., ecg]) in record.iter().enumerate() {
        if let Some(peak) = r_peaks.push((ecg * 1_000.0) as i32) {
            respiration.beat(&peak);
        }
        let ended = index + 1;
        if ended >= 40 * 125 && ended % (4 * 125) == 0 {
            windows += 1;
            let before = &record[ended - 32 * 125..ended];
            let impedance: Vec<f32> = before.iter().map(|s| s[0]).collect();
            if let Some(rate) = respiration.per_minute() {
                errors.push((rate - reference_breaths(&impedance)).abs());
            }
        }
    }
    println!(
        "from the ECG: {:.2} breaths a minute in {} of {windows} windows",
        mean(&errors),
        errors.len()
    );
    assert!(errors.len() >= 103 && mean(&errors) <= 1.84);
}
