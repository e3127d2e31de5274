//! Steps, activity and posture that are wrong on real recordings.
//!
//! Reads the odd subjects of `SisFall` from `data/biosig/sisfall` in the folder that `IOMT_SHARED`
//! names; without it, says that it is skipped. Nobody counted the steps there: the pace of a
//! walk is compared with the strongest period of the acceleration itself.

#![cfg(test)]
#![cfg(feature = "signal")]

use std::num::NonZeroU32;
use std::path::PathBuf;

use iomt::signal::motion::{Activity, ActivityMeter, Posture, PostureTracker, StepCounter};
use iomt::time::SampleRate;

const RATE: SampleRate = SampleRate::hz(200);

fn per_g() -> NonZeroU32 {
    NonZeroU32::new(256).unwrap()
}

/// Trial and samples.
fn trials() -> Option<Vec<(String, Vec<[i32; 3]>)>> {
    let Some(shared) = std::env::var_os("IOMT_SHARED") else {
        println!("skipped: IOMT_SHARED is not set");
        return None;
    };
    let folder = PathBuf::from(shared).join("data/biosig/sisfall");
    let mut trials = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        let bytes = std::fs::read(path.with_extension("i16")).unwrap();
        for line in std::fs::read_to_string(path).unwrap().lines().skip(1) {
            let columns: Vec<&str> = line.split(',').collect();
            let [begin, count] = [1, 2].map(|column| columns[column].parse::<usize>().unwrap());
            let samples = bytes[6 * begin..6 * (begin + count)].chunks_exact(6);
            let axis =
                |sample: &[u8], at| i32::from(i16::from_le_bytes([sample[at], sample[at + 1]]));
            let samples = samples.map(|s| [axis(s, 0), axis(s, 2), axis(s, 4)]);
            trials.push((columns[0].to_owned(), samples.collect()));
        }
    }
    Some(trials)
}

fn is_of(trial: &str, activities: &[&str]) -> bool {
    activities
        .iter()
        .any(|activity| trial.starts_with(activity))
}

/// Steps a minute by the largest autocorrelation of the magnitude, lags from 0.25 s to 1 s.
fn pace(samples: &[[i32; 3]]) -> f64 {
    let magnitudes: Vec<f64> = samples
        .chunks_exact(4)
        .map(|four| {
            four.iter()
                .map(|s| f64::from(s.iter().map(|v| v * v).sum::<i32>()).sqrt())
                .sum()
        })
        .collect();
    let mean = magnitudes.iter().sum::<f64>() / magnitudes.len() as f64;
    let correlation = |lag: usize| -> f64 {
        let pairs = magnitudes.iter().zip(magnitudes.iter().skip(lag));
        pairs.map(|(a, b)| (a - mean) * (b - mean)).sum()
    };
    let best = (13..=50).max_by(|a, b| correlation(*a).total_cmp(&correlation(*b)));
    3_000.0 / best.unwrap() as f64
}

#[test]
fn counts_the_steps_of_walks_and_none_of_sitters() {
    let Some(trials) = trials() else { return };
    let (mut errors, mut still) = (Vec::new(), Vec::new());
    for (trial, samples) in &trials {
        let mut counter = StepCounter::new(RATE, per_g());
        samples.iter().for_each(|sample| {
            counter.push(*sample);
        });
        if is_of(trial, &["D01", "D02", "D03", "D04"]) {
            let expected = pace(samples) * samples.len() as f64 / 12_000.0;
            errors.push(100.0 * (f64::from(counter.steps()) / expected - 1.0).abs());
        } else if is_of(
            trial,
            &["D07", "D08", "D09", "D10", "D11", "D12", "D13", "D14"],
        ) {
            still.push(counter.steps());
        }
    }
    errors.sort_by(f64::total_cmp);
    let median = errors[errors.len() / 2];
    let near = errors.iter().filter(|error| **error < 10.0).count();
    let stray = f64::from(still.iter().sum::<u32>()) / still.len() as f64;
    println!(
        "{} walks: median error {median:.1} %, {near} within 10 %; {stray:.2} steps in each of {} trials without a walk",
        errors.len(),
        still.len()
    );
    assert!(median < 1.8);
    assert!(stray < 0.3);
}

#[test]
fn grades_walking_and_jogging() {
    let Some(trials) = trials() else { return };
    let share = |activities: &[&str], wanted: Activity| {
        let (mut right, mut all) = (0.0, 0.0);
        for (_, samples) in trials.iter().filter(|(trial, _)| is_of(trial, activities)) {
            let mut meter = ActivityMeter::new(RATE, per_g());
            for epoch in samples.iter().filter_map(|sample| meter.push(*sample)) {
                all += 1.0;
                right += f64::from(u8::from(epoch.activity == wanted));
            }
        }
        100.0 * right / all
    };
    let walking = share(&["D01", "D02"], Activity::Moderate);
    let jogging = share(&["D03", "D04"], Activity::Vigorous);
    println!("walks graded moderate {walking:.1} %, jogs vigorous {jogging:.1} %");
    assert!(walking > 85.0);
    assert!(jogging > 96.0);
}

#[test]
fn tells_upright_walkers_from_those_who_lie() {
    let Some(trials) = trials() else { return };
    let told = |activity: &[&str], wanted: Posture, from: usize, to: usize| {
        let (mut right, mut all) = (0.0, 0.0);
        for (_, samples) in trials.iter().filter(|(trial, _)| is_of(trial, activity)) {
            // The sensor hangs with y down.
            let mut tracker = PostureTracker::new(RATE, per_g(), [0, -256, 0]);
            for (at, sample) in samples.iter().enumerate() {
                tracker.push(*sample);
                if (from..to).contains(&at) && at % 200 == 0 {
                    all += 1.0;
                    right += f64::from(u8::from(tracker.posture() == Some(wanted)));
                }
            }
        }
        100.0 * right / all
    };
    let walking = told(&["D01", "D02"], Posture::Upright, 400, usize::MAX);
    // D12, D13: sits, lies for some seconds, sits again: the middle of 12 s.
    let lying = told(&["D12", "D13"], Posture::Lying, 1_000, 1_400);
    println!("walkers upright {walking:.1} %, lying told {lying:.1} %");
    assert!(walking > 99.9);
    assert!(lying > 88.0);
}
