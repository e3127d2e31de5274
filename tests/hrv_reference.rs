//! Heart-rate variability that differs from what others compute.
//!
//! Reads `data/ecg/hrv_reference.json` in the folder that `IOMT_SHARED` names; without it, says that
//! it is skipped.

#![cfg(test)]
#![cfg(feature = "signal")]

use iomt::signal::hrv::{BandPowers, TimeDomain, sample_entropy};
use serde_json::Value;

#[track_caller]
fn assert_near(ours: Option<f32>, theirs: &Value, name: &str) {
    let (ours, theirs) = (f64::from(ours.unwrap()), theirs.as_f64().unwrap());
    assert!(
        (ours - theirs).abs() <= 1e-3 * theirs.abs().max(0.1),
        "{name}: {ours} {theirs}"
    );
}

#[test]
fn agrees_with_the_reference() {
    let Some(shared) = std::env::var_os("IOMT_SHARED") else {
        println!("skipped: IOMT_SHARED is not set");
        return;
    };
    let file = std::path::PathBuf::from(shared).join("data/ecg/hrv_reference.json");
    // The file has numbers that JSON has not.
    let text = std::fs::read_to_string(file)
        .unwrap()
        .replace("NaN", "null");
    let reference: Value = serde_json::from_str(&text).unwrap();
    let mut windows = 0;
    for (name, window) in reference.as_object().unwrap() {
        let Some(intervals) = window["rr_ms"].as_array() else {
            continue;
        };
        let value = |value: &Value| value.as_f64().unwrap() as f32;
        let intervals: Vec<f32> = intervals.iter().map(value).collect();
        let mut ours = TimeDomain::new();
        intervals
            .iter()
            .for_each(|interval| ours.interval_ms(*interval));
        let theirs = &window["own"];
        assert_near(ours.mean(), &theirs["mean_nn"], name);
        assert_near(ours.sdnn(), &theirs["sdnn"], name);
        assert_near(ours.rmssd(), &theirs["rmssd"], name);
        // At 360 Hz, 18 samples are 50 ms: such ties fall on either side by rounding.
        let theirs_pnn50 = value(&theirs["pnn50_over_diffs"]);
        assert!((ours.pnn50().unwrap() - theirs_pnn50).abs() < 1.0, "{name}");
        assert_near(ours.sd1(), &theirs["sd1"], name);
        assert_near(ours.sd2(), &theirs["sd2"], name);
        let entropy = sample_entropy(&intervals, value(&theirs["sampen_r"]));
        assert_near(entropy, &theirs["sampen_m2_r02sd"], name);
        let times = window["t_s"].as_array().unwrap().iter();
        let times = times.map(|time| time.as_f64().unwrap());
        let timed: Vec<(f64, f32)> = times.zip(intervals).collect();
        let ours = BandPowers::of(&timed).unwrap();
        let lomb = &theirs["lomb"];
        assert_near(Some(ours.low), &lomb["lf"], name);
        assert_near(Some(ours.high), &lomb["hf"], name);
        windows += 1;
    }
    assert!(windows >= 6, "{windows} windows");
}
