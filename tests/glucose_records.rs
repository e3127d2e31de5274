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
