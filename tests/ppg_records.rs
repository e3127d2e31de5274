//! Heart rates that are wrong in exercise, on real recordings.
//!
//! Reads the 12 records of the IEEE Signal Processing Cup 2015 from `data/biosig/ppg_spc2015` in the
//! folder that `IOMT_SHARED` names; without it, says that it is skipped.

#![cfg(test)]
#![cfg(feature = "signal")]

use std::path::PathBuf;

use iomt::signal::ppg::PpgHeartRate;
use iomt::time::SampleRate;

/// The mean error of the records, of which one sample in `nth` is taken.
fn mean_error(nth: u32) -> Option<f32> {
    let Some(shared) = std::env::var_os("IOMT_SHARED") else {
        println!("skipped: IOMT_SHARED is not set");
        return None;
    };
    let rate = SampleRate::from_millihertz(125_000 / nth).unwrap();
    let folder = PathBuf::from(shared).join("data/biosig/ppg_spc2015");
    let mut sum = 0.0;
    for record in 1..=12 {
        let read = |name: String| std::fs::read_to_string(folder.join(name)).unwrap();
        let samples = read(format!("{record:02}.csv"));
        let reference = read(format!("{record:02}_bpm.csv"));
        let mut tracker = PpgHeartRate::new(rate);
        let rates = samples.lines().skip(1).step_by(nth as usize);
        let rates = rates.filter_map(|line| {
            let mut columns = line.split(',').skip(1).map(|text| text.parse().unwrap());
            let [a, b, x, y, z] = std::array::from_fn(|_| columns.next().unwrap());
            tracker.push([a, b], [x, y, z])
        });
        let reference = reference.lines().map(|line| line.parse::<f32>().unwrap());
        let errors: Vec<f32> = rates.zip(reference).map(|(a, b)| (a - b).abs()).collect();
        let mean = errors.iter().sum::<f32>() / errors.len() as f32;
        println!("{record:02}: {mean:.2} beats a minute");
        sum += mean / 12.0;
    }
    println!("mean of the records: {sum:.2}; FFT with accelerometer 7.2, heartpy 17 (all 22)");
    Some(sum)
}

#[test]
fn follows_the_heart_of_runners() {
    for (nth, most) in [(1, 2.5), (2, 2.7), (3, 2.6), (4, 2.7)] {
        assert!(mean_error(nth).is_none_or(|mean| mean <= most));
    }
}
