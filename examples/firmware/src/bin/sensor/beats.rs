//! Beats from an ECG, as the samples come.

use core::hint::black_box;

use iomt::signal::ecg::{HeartRate, RPeakDetector};
use iomt::time::SampleRate;

/// The heart rate at the end of `samples`, which follow a gap.
pub fn heart_rate(rate: SampleRate, samples: &[i32]) -> Option<u16> {
    let mut detector = RPeakDetector::new(rate, black_box(200)).ok()?;
    let mut heart_rate = HeartRate::new(rate);
    detector.gap(black_box(3));
    heart_rate.gap();
    for sample in samples {
        if let Some(peak) = detector.push(*sample) {
            heart_rate.beat(peak.index);
        }
    }
    while let Some(peak) = detector.flush() {
        heart_rate.beat(peak.index);
    }
    heart_rate.bpm(black_box(7_200))
}
