//! Where the first weights come from, and how good they are for a person whom they were not fitted to.
//!
//! Reads the readings of `tests/glucose_records.rs`, and counts as that does.

use super::{Features, GlucoseForecaster, HORIZONS_MINUTES, Learner, SLACK_MINUTES};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::println;
use std::string::String;
use std::vec::Vec;

type Readings = Vec<(f64, f32)>;
/// What is known at a reading, and how much glucose changes until each horizon.
type Change = (Features, [Option<f64>; 2]);

fn people() -> Option<Vec<Readings>> {
    let Some(shared) = std::env::var_os("IOMT_SHARED") else {
        println!("skipped: IOMT_SHARED is not set");
        return None;
    };
    let file = PathBuf::from(shared).join("data/biosig/cgm/example_data_5_subject.csv");
    let text = std::fs::read_to_string(file).unwrap();
    let mut people = BTreeMap::<String, Readings>::new();
    for line in text.lines().skip(1) {
        let columns: Vec<&str> = line.split(',').collect();
        let seconds: f64 = columns[1].parse().unwrap();
        let reading = (seconds / 60.0, columns[2].parse().unwrap());
        people.entry(columns[0].into()).or_default().push(reading);
    }
    Some(people.into_values().collect())
}

/// The reading nearest to a time.
fn at(readings: &Readings, minutes: f64) -> Option<f64> {
    let distance = |at: &f64| (at - minutes).abs();
    let near = readings
        .iter()
        .filter(|(at, _)| distance(at) <= SLACK_MINUTES);
    let nearest = near.min_by(|(a, _), (b, _)| distance(a).total_cmp(&distance(b)));
    nearest.map(|(_, mg_dl)| f64::from(*mg_dl))
}

fn changes(readings: &Readings) -> Vec<Change> {
    let mut forecaster = GlucoseForecaster::new();
    let mut changes = Vec::new();
    for (minutes, mg_dl) in readings {
        if forecaster.reading(*minutes, *mg_dl).is_err() {
            continue;
        }
        let mg_dl = f64::from(*mg_dl);
        let kept = forecaster.readings.back();
        let Some(kept) = kept.filter(|kept| kept.minutes.to_bits() == minutes.to_bits()) else {
            continue;
        };
        let features = kept.features;
        let until = |horizon| at(readings, minutes + horizon).map(|outcome| outcome - mg_dl);
        changes.push((features, HORIZONS_MINUTES.map(until)));
    }
    changes
}

/// Least squares over the people that are `used`.
fn fitted(people: &[Vec<Change>], used: impl Fn(usize) -> bool) -> [Features; 2] {
    let mut fitted = [[0.0; 3]; 2];
    for (horizon, weights) in fitted.iter_mut().enumerate() {
        let mut normal = [[0.0; 4]; 3];
        let used = people
            .iter()
            .enumerate()
            .filter(|(person, _)| used(*person));
        for (features, changes) in used.flat_map(|(_, changes)| changes) {
            let Some(change) = changes[horizon] else {
                continue;
            };
            let row = [features[0], features[1], features[2], change];
            for (sums, feature) in normal.iter_mut().zip(features) {
                sums.iter_mut()
                    .zip(row)
                    .for_each(|(sum, value)| *sum += feature * value);
            }
        }
        *weights = solved(normal);
    }
    fitted
}

/// Gauss and Jordan.
fn solved(mut rows: [[f64; 4]; 3]) -> Features {
    for pivot in 0..3 {
        let scale = rows[pivot][pivot];
        rows[pivot] = rows[pivot].map(|value| value / scale);
        for other in (0..3).filter(|other| *other != pivot) {
            let (factor, whole) = (rows[other][pivot], rows[pivot]);
            rows[other]
                .iter_mut()
                .zip(whole)
                .for_each(|(cell, value)| *cell -= factor * value);
        }
    }
    rows.map(|row| row[3])
}

/// Sum and count of the squared errors at 20 and 30 minutes.
fn errors(readings: &Readings, [in_20, in_30]: [Features; 2]) -> [[f64; 2]; 2] {
    let mut forecaster = GlucoseForecaster::new();
    forecaster.learners = [Learner::new(in_20, 144.0), Learner::new(in_30, 289.0)];
    let mut sums = [[0.0; 2]; 2];
    for (minutes, mg_dl) in readings {
        let Ok(forecast) = forecaster.reading(*minutes, *mg_dl) else {
            continue;
        };
        let forecasts = [forecast.in_20_min, forecast.in_30_min];
        for ((sum, horizon), forecast) in sums.iter_mut().zip(HORIZONS_MINUTES).zip(forecasts) {
            if let Some(outcome) = at(readings, minutes + horizon) {
                sum[0] += (f64::from(forecast) - outcome).powi(2);
                sum[1] += 1.0;
            }
        }
    }
    sums
}

#[test]
fn predicts_the_glucose_of_people_whom_it_was_not_fitted_to() {
    let Some(people) = people() else { return };
    let changes: Vec<_> = people.iter().map(changes).collect();
    let shipped = GlucoseForecaster::new().learners;
    for (learner, weights) in shipped.iter().zip(fitted(&changes, |_| true)) {
        let of_each =
            [0, 1, 2].map(|one| core::array::from_fn(|at| f64::from(u8::from(at == one))));
        for (only, weight) in of_each.iter().zip(weights) {
            assert!((learner.predict(only) - weight).abs() < 6e-4, "{weights:?}");
        }
    }
    let mut sums = [[0.0; 2]; 2];
    for (left_out, readings) in people.iter().enumerate() {
        let weights = fitted(&changes, |person| person != left_out);
        for (sum, error) in sums.iter_mut().zip(errors(readings, weights)) {
            sum[0] += error[0];
            sum[1] += error[1];
        }
    }
    let rmse = sums.map(|[squares, count]| f64::sqrt(squares / count));
    println!(
        "held out: RMSE {:.2} mg/dL at 20, {:.2} at 30 minutes",
        rmse[0], rmse[1]
    );
    assert!(rmse[0] <= 11.71 && rmse[1] <= 16.71, "{rmse:?}");
}
