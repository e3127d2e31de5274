//! Forecasts that are wrong on the readings of real people.
//!
//! Reads the glucose of five subjects from `data/biosig/cgm` in the folder that `IOMT_SHARED` names;
//! without it, says that it is skipped. A forecast is compared with the reading nearest to its time,
//! within 2.5 minutes.

#![cfg(test)]
#![cfg(feature = "signal")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use iomt::signal::glucose::GlucoseForecaster;

type Readings = Vec<(f64, f32)>;

fn subjects() -> Option<Vec<Readings>> {
    let Some(shared) = std::env::var_os("IOMT_SHARED") else {
        println!("skipped: IOMT_SHARED is not set");
        return None;
    };
    let file = PathBuf::from(shared).join("data/biosig/cgm/example_data_5_subject.csv");
    let text = std::fs::read_to_string(file).unwrap();
    let mut subjects = BTreeMap::<&str, Readings>::new();
    for line in text.lines().skip(1) {
        let columns: Vec<&str> = line.split(',').collect();
        let seconds: f64 = columns[1].parse().unwrap();
        let reading = (seconds / 60.0, columns[2].parse().unwrap());
        subjects.entry(columns[0]).or_default().push(reading);
    }
    Some(subjects.into_values().collect())
}

fn after(readings: &Readings, minutes: f64) -> Option<f64> {
    let near = readings
        .iter()
        .filter(|(at, _)| (at - minutes).abs() <= 2.5);
    let nearest = near.min_by(|(a, _), (b, _)| (a - minutes).abs().total_cmp(&(b - minutes).abs()));
    nearest.map(|(_, mg_dl)| f64::from(*mg_dl))
}

#[test]
fn predicts_the_glucose_of_five_subjects() {
    let Some(subjects) = subjects() else { return };
    let (mut squares, mut counts) = ([0.0; 2], [0.0; 2]);
    for readings in &subjects {
        let mut forecaster = GlucoseForecaster::new();
        for (minutes, mg_dl) in readings {
            let Ok(forecast) = forecaster.reading(*minutes, *mg_dl) else {
                continue;
            };
            let forecasts = [(20.0, forecast.in_20_min), (30.0, forecast.in_30_min)];
            for (place, (horizon, forecast)) in forecasts.into_iter().enumerate() {
                if let Some(outcome) = after(readings, minutes + horizon) {
                    squares[place] += (f64::from(forecast) - outcome).powi(2);
                    counts[place] += 1.0;
                }
            }
        }
    }
    let rmse = [0, 1].map(|place| f64::sqrt(squares[place] / counts[place]));
    println!(
        "RMSE {:.2} mg/dL at 20, {:.2} at 30 minutes",
        rmse[0], rmse[1]
    );
    assert!(rmse[0] <= 12.0);
    assert!(rmse[1] <= 17.0);
}

/// A forecast at 20 minutes for each reading.
type Forecasts = Vec<f64>;

/// Twenty minutes on along half of the last change: the damped line.
fn damped_line(readings: &Readings) -> Forecasts {
    let before = std::iter::once(&readings[0]).chain(readings);
    let forecast = |((t0, a), (t1, b)): (&(f64, f32), &(f64, f32))| {
        let elapsed = t1 - t0;
        let is_near = elapsed > 0.0 && elapsed < 11.0;
        let slope = if is_near {
            f64::from(b - a) / elapsed
        } else {
            0.0
        };
        f64::from(*b) + 0.5 * 20.0 * slope
    };
    before.zip(readings).map(forecast).collect()
}

fn learnt(readings: &Readings) -> Forecasts {
    let mut forecaster = GlucoseForecaster::new();
    let forecast = |(minutes, mg_dl): &(f64, f32)| {
        let forecast = forecaster.reading(*minutes, *mg_dl);
        forecast.map_or(f64::from(*mg_dl), |forecast| f64::from(forecast.in_20_min))
    };
    readings.iter().map(forecast).collect()
}

/// Events found, events, alarms that were right, and alarms. An event is a reading below 70 mg/dL
/// after one that is not; found with an alarm in the 20 minutes before. An alarm begins at or above
/// 70 mg/dL; right with a reading below 70 within 30 minutes.
fn score(readings: &Readings, forecasts: &Forecasts, limit: f64) -> [u32; 4] {
    let is_alarm = |at: usize| readings[at].1 >= 70.0 && forecasts[at] < limit;
    let minutes = |from: usize, to: usize| readings[to].0 - readings[from].0;
    let mut counts = [0; 4];
    for at in 1..readings.len() {
        if readings[at].1 < 70.0 && readings[at - 1].1 >= 70.0 {
            let mut before = (0..at)
                .rev()
                .take_while(|other| minutes(*other, at) <= 22.5);
            counts[0] += u32::from(before.any(is_alarm));
            counts[1] += 1;
        }
        if is_alarm(at) && !is_alarm(at - 1) && readings[at - 1].1 >= 70.0 {
            let mut next = (at..readings.len()).take_while(|other| minutes(at, *other) <= 32.5);
            counts[2] += u32::from(next.any(|other| readings[other].1 < 70.0));
            counts[3] += 1;
        }
    }
    counts
}

/// For each number of events found, the largest share of right alarms over all limits.
fn best_precision(
    subjects: &[Readings],
    forecast: fn(&Readings) -> Forecasts,
) -> BTreeMap<u32, f64> {
    let forecasts: Vec<Forecasts> = subjects.iter().map(forecast).collect();
    let mut best = BTreeMap::new();
    for limit in (600..=1_000).map(|tenths| f64::from(tenths) / 10.0) {
        let mut sum = [0; 4];
        for (readings, forecasts) in subjects.iter().zip(&forecasts) {
            let counts = score(readings, forecasts, limit);
            sum.iter_mut()
                .zip(counts)
                .for_each(|(sum, count)| *sum += count);
        }
        let [found, _, right, alarms] = sum;
        let precision = 100.0 * f64::from(right) / f64::from(alarms.max(1));
        let entry = best.entry(found).or_insert(0.0_f64);
        *entry = entry.max(precision);
    }
    best
}

#[test]
fn alarms_are_right_more_often_than_those_of_a_damped_line() {
    let Some(subjects) = subjects() else { return };
    let events: u32 = subjects
        .iter()
        .map(|readings| score(readings, &learnt(readings), 74.0)[1])
        .sum();
    let ours = best_precision(&subjects, learnt);
    let line = best_precision(&subjects, damped_line);
    println!("{events} events below 70 mg/dL");
    assert_eq!(events, 6);
    for (found, precision) in &ours {
        let other = line.range(found..).map(|(_, p)| *p).fold(0.0, f64::max);
        println!("{found} found: right alarms {precision:.1} %, damped line {other:.1} %");
        // The sixth costs many false alarms with either.
        assert!(!(1..=5).contains(found) || *precision > other + 10.0);
    }
    assert!((1..=5).all(|found| ours.contains_key(&found)));
}
