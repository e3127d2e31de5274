//! Where the weights come from, and how good they are on a record that they were not fitted to.
//!
//! Reads the records of `tests/ventricular_records.rs`, and counts as that does.

#[path = "../../../../tests/support/scoring.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod scoring;
#[path = "../../../../tests/support/wfdb.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod wfdb;

use super::evidence::{FEATURES, LIMIT, WEIGHTS};
use super::{BeatClassifier, ONE, RPeak};
use crate::signal::ecg::RPeakDetector;
use crate::time::SampleRate;
use scoring::matches;
use std::path::Path;
use std::println;
use std::vec::Vec;
use wfdb::Record;

const PACED: [&str; 2] = ["102", "107"];
const RATE: SampleRate = SampleRate::hz(360);
const LEARNING: u64 = 300 * 360;
const WINDOW: u64 = 54;

/// Features, and one for the constant.
const TERMS: usize = FEATURES + 1;
type Terms = [f64; TERMS];

/// What is known of a beat that was found: nothing where the reference could not tell.
struct Beat {
    terms: Option<Terms>,
    is_ventricular: Option<bool>,
}

/// A record's beats, and how many ventricular ones were not found.
struct Judged {
    beats: Vec<Beat>,
    lost: usize,
}

/// The beats are found in the first channel, and classified in what is `seen`.
fn judged(record: &Record, seen: &[i32]) -> Judged {
    let counts = |at: &u64| {
        let mut flutter = record.flutter.iter();
        *at >= LEARNING && !flutter.any(|(begin, end)| (begin..=end).contains(&at))
    };
    let found = told(&record.samples, seen);
    let found = || found.iter().filter(|(peak, _)| counts(&peak.index));
    let beats: Vec<u64> = record.beats.iter().copied().filter(counts).collect();
    let peaks: Vec<u64> = found().map(|(peak, _)| peak.index).collect();
    let pairs = matches(&beats, &peaks, WINDOW);
    let is_in = |list: &[u64], at: u64| list.binary_search(&at).is_ok();
    let label = |peak: u64| {
        let pair = pairs.binary_search_by_key(&peak, |(_, peak)| *peak).ok();
        let beat = pair.and_then(|at| pairs.get(at)).map(|(beat, _)| *beat);
        let is_undecided = beat.is_some_and(|beat| is_in(&record.undecided, beat));
        (!is_undecided).then(|| beat.is_some_and(|beat| is_in(&record.ventricular, beat)))
    };
    let all = beats.iter().filter(|at| is_in(&record.ventricular, **at));
    let beat = |(peak, terms): &(RPeak, Option<Terms>)| Beat {
        terms: *terms,
        is_ventricular: label(peak.index),
    };
    let judged: Vec<Beat> = found().map(beat).collect();
    let matched = judged
        .iter()
        .filter(|beat| beat.is_ventricular == Some(true));
    Judged {
        lost: all.count() - matched.count(),
        beats: judged,
    }
}

fn told(samples: &[i32], seen: &[i32]) -> Vec<(RPeak, Option<Terms>)> {
    let mut detector = RPeakDetector::new(RATE, 200).unwrap();
    let mut classifier = BeatClassifier::new(RATE, 200).unwrap();
    let mut told = Vec::new();
    for (sample, seen) in samples.iter().zip(seen) {
        classifier.push(*seen);
        let peak = detector.push(*sample);
        told.extend(peak.and_then(|peak| classifier.advance(&peak)));
    }
    let one = f64::from(ONE);
    let told = told.into_iter().map(|(peak, evidence)| {
        let terms = evidence.map(|evidence| {
            let mut terms = [1.0; TERMS];
            let features = evidence.features().into_iter();
            for (term, feature) in terms.iter_mut().zip(features) {
                *term = f64::from(feature) / one;
            }
            terms
        });
        (peak, terms)
    });
    told.collect()
}

/// A logistic regression by Newton's method, with a ridge of one standard deviation's square.
#[allow(clippy::needless_range_loop, reason = "rows and columns")]
fn fitted<'a>(records: impl Iterator<Item = &'a Judged>) -> Terms {
    let beats = records.flat_map(|record| &record.beats);
    let known = beats.filter_map(|beat| Some((beat.terms?, beat.is_ventricular?)));
    let known: Vec<(Terms, bool)> = known.collect();
    let ridge = variances(&known);
    let mut weights = [0.0; TERMS];
    for _ in 0..25 {
        let mut slope: Terms = core::array::from_fn(|at| ridge[at] * weights[at]);
        let mut curve = [[0.0; TERMS]; TERMS];
        for at in 0..TERMS {
            curve[at][at] = ridge[at];
        }
        for (terms, is_ventricular) in &known {
            let chance = 1.0 / (1.0 + (-logit(&weights, terms)).exp());
            let error = chance - f64::from(u8::from(*is_ventricular));
            for row in 0..TERMS {
                slope[row] += error * terms[row];
                let share = chance * (1.0 - chance) * terms[row];
                for column in 0..TERMS {
                    curve[row][column] += share * terms[column];
                }
            }
        }
        let step = solved(curve, slope);
        let longest = step
            .iter()
            .zip(ridge)
            .map(|(step, ridge)| step.abs() * ridge.sqrt());
        let longest = longest.fold(0.0, f64::max);
        for (weight, step) in weights.iter_mut().zip(step) {
            *weight -= step * 3.0 / longest.max(3.0);
        }
        if longest < 1e-4 {
            break;
        }
    }
    weights
}

/// Of each term; that of the constant is nearly none.
fn variances(known: &[(Terms, bool)]) -> Terms {
    let count = known.len() as f64;
    core::array::from_fn(|at| {
        let mean = known.iter().map(|(terms, _)| terms[at]).sum::<f64>() / count;
        let squares = known.iter().map(|(terms, _)| (terms[at] - mean).powi(2));
        squares.sum::<f64>() / count + 1e-9
    })
}

fn logit(weights: &Terms, terms: &Terms) -> f64 {
    weights
        .iter()
        .zip(terms)
        .map(|(weight, term)| weight * term)
        .sum()
}

/// x of Ax = b, A positive definite.
#[allow(clippy::needless_range_loop, reason = "rows and columns")]
fn solved(mut a: [Terms; TERMS], mut b: Terms) -> Terms {
    for pivot in 0..TERMS {
        for row in pivot + 1..TERMS {
            let share = a[row][pivot] / a[pivot][pivot];
            for column in pivot..TERMS {
                a[row][column] -= share * a[pivot][column];
            }
            b[row] -= share * b[pivot];
        }
    }
    for row in (0..TERMS).rev() {
        let known: f64 = (row + 1..TERMS)
            .map(|column| a[row][column] * b[column])
            .sum();
        b[row] = (b[row] - known) / a[row][row];
    }
    b
}

/// The logit above which a beat is called ventricular: missing one is worse than a false one.
const LIMIT_LOGIT: f64 = -0.5;

/// Ventricular beats called so, missed, and false ones.
fn counts(record: &Judged, weights: &Terms) -> [usize; 3] {
    let called = |beat: &&Beat| {
        let terms = beat.terms.as_ref();
        terms.is_some_and(|terms| logit(weights, terms) > LIMIT_LOGIT)
    };
    let of = |kind: bool| {
        let beats = record.beats.iter();
        beats.filter(move |beat| beat.is_ventricular == Some(kind))
    };
    let right = of(true).filter(called).count();
    let missed = of(true).count() - right + record.lost;
    [right, missed, of(false).filter(called).count()]
}

fn per_cent(counts: impl Iterator<Item = [usize; 3]>) -> [f64; 2] {
    let sum =
        |sums: [usize; 3], counts: [usize; 3]| core::array::from_fn(|at| sums[at] + counts[at]);
    let [right, missed, wrong] = counts.fold([0; 3], sum).map(|count| count as f64);
    [missed, wrong].map(|other| 100.0 * right / (right + other))
}

/// Of the records without paced beats: what is seen of each is made of its samples and its file.
fn judged_all(folder: &Path, seen: impl Fn(&Record, &[u8]) -> Vec<i32>) -> Vec<Judged> {
    let names = wfdb::RECORDS.iter().filter(|name| !PACED.contains(name));
    let records = names.map(|name| {
        let record = wfdb::read(folder, name).unwrap();
        let file = std::fs::read(folder.join(std::format!("{name}.dat"))).unwrap();
        judged(&record, &seen(&record, &file))
    });
    records.collect()
}

fn second_channel(file: &[u8]) -> Vec<i32> {
    let (triples, _) = file.as_chunks();
    let sample = |[_, high, low]: &[u8; 3]| {
        let twelve_bits = u16::from(high >> 4) << 12 | u16::from(*low) << 4;
        i32::from(twelve_bits.cast_signed() >> 4)
    };
    triples.iter().map(sample).collect()
}

/// With half of the motion of an electrode that record 118e00 of the Noise Stress Test has.
fn noisy(record: &Record, noise: &[u8]) -> Vec<i32> {
    let (pairs, _) = noise.as_chunks();
    let noise = pairs
        .iter()
        .map(|pair| i32::from(i16::from_le_bytes(*pair)) / 2);
    let both = record.samples.iter().zip(noise);
    both.map(|(sample, noise)| sample + noise).collect()
}

/// The weights of the code, as they come of [`fitted`].
fn shipped() -> Terms {
    let mut weights = [LIMIT_LOGIT - f64::from(LIMIT) / 256.0; TERMS];
    for (weight, shipped) in weights.iter_mut().zip(WEIGHTS) {
        *weight = f64::from(shipped) / 256.0;
    }
    weights
}

#[test]
fn the_weights_are_the_fitted_ones_and_hold_on_records_left_out() {
    let Some(folder) = wfdb::folder() else { return };
    let records = judged_all(&folder, |record, _| record.samples.clone());
    let weights = fitted(records.iter());
    println!(
        "fitted, in 1/256: {:.1?}",
        weights.map(|weight| 256.0 * weight)
    );
    for (shipped, fitted) in shipped().into_iter().zip(weights) {
        assert!(
            (shipped - fitted).abs() <= 1.0 / 256.0,
            "{shipped} is not {fitted}"
        );
    }
    let held_out = records.iter().enumerate().map(|(out, record)| {
        let others = records.iter().enumerate().filter(|(at, _)| *at != out);
        counts(record, &fitted(others.map(|(_, other)| other)))
    });
    let [sensitivity, predictivity] = per_cent(held_out);
    println!("held out: Se {sensitivity:.2} PPV {predictivity:.2}");
    assert!(sensitivity >= 95.6 && predictivity >= 96.9);
}

#[test]
fn the_weights_hold_on_the_channel_turned_over_and_in_part_in_noise_and_on_the_second_one() {
    let Some(folder) = wfdb::folder() else { return };
    let of = |records: Vec<Judged>| {
        let [sensitivity, predictivity] =
            per_cent(records.iter().map(|record| counts(record, &shipped())));
        println!("Se {sensitivity:.2} PPV {predictivity:.2}");
        (sensitivity, predictivity)
    };
    let over = |record: &Record, _: &[u8]| record.samples.iter().map(|sample| -sample).collect();
    let (sensitivity, predictivity) = of(judged_all(&folder, over));
    assert!(sensitivity >= 95.5 && predictivity >= 97.0);
    let noise = std::fs::read(folder.join("../nstdb/em_from_118e00.i16")).unwrap();
    let (sensitivity, predictivity) = of(judged_all(&folder, |record, _| noisy(record, &noise)));
    assert!(sensitivity >= 84.0 && predictivity >= 83.0);
    let (sensitivity, predictivity) = of(judged_all(&folder, |_, file| second_channel(file)));
    assert!(sensitivity >= 80.0 && predictivity >= 96.0);
}
