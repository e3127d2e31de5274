//! How good it is on a record that its constants were not chosen on.
//!
//! Reads the intervals of `tests/rhythm_records.rs`, and counts as that does.

use super::{CERTAIN, FEWEST, FibrillationScreen, NEUTRAL, ORDER};
use std::path::PathBuf;
use std::println;
use std::vec::Vec;

/// The three constants that were chosen on the records.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Setting {
    neutral: f32,
    order: f32,
    certain: f32,
}

const SHIPPED: Setting = Setting {
    neutral: NEUTRAL,
    order: ORDER,
    certain: CERTAIN,
};
/// Sensitivity and specificity on AFDB, and on MIT-BIH, in per cent.
const AIMS: [f64; 4] = [97.0, 96.0, 96.0, 93.0];

/// Of a beat: entropy and order, where there are intervals enough, and whether the atria fibrillate.
type Beat = (Option<[f32; 2]>, bool);

struct Record {
    is_of_afdb: bool,
    beats: Vec<Beat>,
}

fn settings() -> Vec<Setting> {
    let mut settings = Vec::new();
    for neutral in 0..10_u8 {
        for order in [0.2, 0.3, ORDER, 0.5] {
            for certain in [10.0, 15.0, CERTAIN, 25.0, 30.0] {
                settings.push(Setting {
                    neutral: NEUTRAL + 0.025 * (f32::from(neutral) - 4.0),
                    order,
                    certain,
                });
            }
        }
    }
    settings
}

fn records() -> Option<Vec<Record>> {
    let Some(shared) = std::env::var_os("IOMT_SHARED") else {
        println!("skipped: IOMT_SHARED is not set");
        return None;
    };
    let folder = PathBuf::from(shared).join("data/ecg/rr");
    let mut records = Vec::new();
    for database in ["afdb", "mitdb"] {
        for file in std::fs::read_dir(folder.join(database)).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            records.push(Record {
                is_of_afdb: database == "afdb",
                beats: beats(&text),
            });
        }
    }
    Some(records)
}

fn beats(text: &str) -> Vec<Beat> {
    let mut screen = FibrillationScreen::new();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let beat = |line: &str| {
        let mut columns = line.split(',').skip(1);
        let rr_s: f64 = columns.next().unwrap().parse().unwrap();
        screen.interval_us((rr_s * 1e6).round() as u32);
        let is_known = usize::from(screen.filled) >= FEWEST;
        let seen = is_known.then(|| [screen.entropy, screen.order()]);
        (seen, columns.next() == Some("AFIB"))
    };
    lines.map(beat).collect()
}

/// Beats told rightly, and all, with fibrillation and without.
fn counts(record: &Record, setting: Setting) -> [[f64; 2]; 2] {
    let mut evidence = -setting.certain / 4.0;
    let mut counts = [[0.0; 2]; 2];
    for (seen, fibrillates) in &record.beats {
        if let Some([entropy, order]) = seen {
            let sum = evidence + entropy - setting.neutral - (order - setting.order).max(0.0);
            evidence = sum.clamp(-setting.certain, setting.certain);
        }
        let [right, all] = &mut counts[usize::from(!fibrillates)];
        *all += 1.0;
        *right += f64::from(u8::from((evidence > 0.0) == *fibrillates));
    }
    counts
}

/// Sensitivity and specificity of each database, over the records that are `used`.
fn rates(records: &[Record], counts: &[[[f64; 2]; 2]], used: impl Fn(usize) -> bool) -> [f64; 4] {
    let mut sums = [[0.0; 2]; 4];
    for (at, (record, counts)) in records.iter().zip(counts).enumerate() {
        for (class, count) in counts.iter().enumerate().filter(|_| used(at)) {
            let sum = &mut sums[2 * usize::from(!record.is_of_afdb) + class];
            sum[0] += count[0];
            sum[1] += count[1];
        }
    }
    sums.map(|[right, all]| 100.0 * right / all)
}

fn misses(rates: [f64; 4]) -> [f64; 4] {
    core::array::from_fn(|at| AIMS[at] - rates[at])
}

/// The mean exponential: what is nearest to its aim, or misses it most, counts most.
fn exponential(misses: [f64; 4]) -> f64 {
    misses.map(f64::exp).iter().sum()
}

fn worst(misses: [f64; 4]) -> f64 {
    misses.into_iter().fold(f64::NEG_INFINITY, f64::max)
}

fn sum(misses: [f64; 4]) -> f64 {
    misses.iter().sum()
}

/// The rates where each record is judged by the setting that costs least on the others, and how often that is the one
/// of the code.
fn held_out(records: &[Record], cost: fn([f64; 4]) -> f64) -> ([f64; 4], usize) {
    let settings = settings();
    let of = |setting: &Setting| -> Vec<_> {
        let records = records.iter();
        records.map(|record| counts(record, *setting)).collect()
    };
    let counted: Vec<_> = settings.iter().map(of).collect();
    let mut told = Vec::new();
    let mut shipped = 0;
    for left_out in 0..records.len() {
        let others = |counts| rates(records, counts, |at| at != left_out);
        let costs = counted.iter().map(|counts| cost(misses(others(counts))));
        let all = costs.zip(&settings).zip(&counted);
        let ((_, setting), counts) = all
            .min_by(|((a, _), _), ((b, _), _)| a.total_cmp(b))
            .unwrap();
        shipped += usize::from(*setting == SHIPPED);
        told.push(counts[left_out]);
    }
    (rates(records, &told, |_| true), shipped)
}

#[test]
fn finds_fibrillation_in_records_that_it_was_not_chosen_on() {
    let Some(records) = records() else { return };
    println!(
        "held out, AFDB Se and Sp, MIT-BIH Se and Sp; records judged by the code's own constants"
    );
    for (name, cost, least) in [
        (
            "exponential",
            exponential as fn(_) -> _,
            [97.1, 96.0, 97.4, 94.0],
        ),
        ("worst", worst, [96.8, 96.1, 98.4, 93.1]),
        ("sum", sum, [97.3, 95.8, 97.0, 94.9]),
    ] {
        let (rates, shipped) = held_out(&records, cost);
        println!("{name}: {rates:.2?}; {shipped} of {}", records.len());
        let is_met = rates.iter().zip(least).all(|(rate, least)| *rate >= least);
        assert!(is_met, "{name}: {rates:?}");
    }
}
