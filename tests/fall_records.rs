//! Falls that are missed, and daily life that is taken for a fall, on real recordings.
//!
//! Reads the odd subjects of `SisFall` from `data/biosig/sisfall` in the folder that
//! `IOMT_SHARED` names; without it, says that it is skipped. Each recording is streamed whole into a
//! detector of its own; a fall is found by an alarm in it, and an activity is right without one.

#![cfg(test)]
#![cfg(feature = "signal")]

use std::num::NonZeroU32;
use std::path::PathBuf;

use iomt::signal::motion::FallDetector;
use iomt::time::SampleRate;

fn alarms(bytes: &[u8]) -> bool {
    let mut detector = FallDetector::new(SampleRate::hz(200), NonZeroU32::new(256).unwrap());
    let mut samples = bytes.chunks_exact(6).map(|sample| {
        let axis = |at: usize| i32::from(i16::from_le_bytes([sample[at], sample[at + 1]]));
        [axis(0), axis(2), axis(4)]
    });
    samples.any(|sample| detector.push(sample).is_some())
}

#[test]
fn finds_the_falls_of_sisfall() {
    let Some(shared) = std::env::var_os("IOMT_SHARED") else {
        println!("skipped: IOMT_SHARED is not set");
        return;
    };
    let folder = PathBuf::from(shared).join("data/biosig/sisfall");
    let (mut right, mut all) = ([0_u32; 2], [0_u32; 2]);
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        let bytes = std::fs::read(path.with_extension("i16")).unwrap();
        for line in std::fs::read_to_string(path).unwrap().lines().skip(1) {
            let columns: Vec<&str> = line.split(',').collect();
            let [begin, samples] = [1, 2].map(|column| columns[column].parse::<usize>().unwrap());
            let class = usize::from(line.starts_with('D'));
            let found = alarms(&bytes[6 * begin..6 * (begin + samples)]);
            all[class] += 1;
            right[class] += u32::from(found == (class == 0));
        }
    }
    let rates = [0, 1].map(|class| 100.0 * f64::from(right[class]) / f64::from(all[class]));
    println!(
        "falls found {:.2} %, activities left alone {:.2} %",
        rates[0], rates[1]
    );
    assert!(rates[0] >= 98.4);
    assert!(rates[1] >= 98.6);
}
