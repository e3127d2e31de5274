//! Noisy copies of a record, after the protocol of the MIT-BIH Noise Stress Test Database: five
//! clean minutes, then two minutes with noise and two without, in turn.
//!
//! The power of the signal is that of a sine as high as the QRS complexes, trimmed mean; that of
//! the noise its trimmed RMS over seconds.

use std::ops::Range;
use std::path::Path;

use super::wfdb::{self, Record};

const RATE: usize = 360;
const MINUTE: usize = 60 * RATE;
const CLEAN: usize = 5 * MINUTE;

/// A recording of noise, and its power in square units of a sample.
pub(crate) struct Noise {
    pub(crate) samples: Vec<i32>,
    pub(crate) power: f64,
}

impl Noise {
    /// That of moving electrodes, as it was recovered from record 118 with this noise at 0 dB.
    pub(crate) fn of_electrodes(records: &Path) -> Self {
        let bytes = std::fs::read(records.join("../nstdb/em_from_118e00.i16")).unwrap();
        let (pairs, _) = bytes.as_chunks();
        let samples = pairs
            .iter()
            .map(|pair| i32::from(i16::from_le_bytes(*pair)));
        Self {
            samples: samples.collect(),
            power: qrs_power(&wfdb::read(records, "118").unwrap()),
        }
    }

    pub(crate) fn of_muscles(records: &Path) -> Self {
        let bytes = std::fs::read(records.join("../nstdb/ma.dat")).unwrap();
        Self::measured(wfdb::first_channel(&bytes))
    }

    /// Noise whose power is that of its first five minutes.
    fn measured(samples: Vec<i32>) -> Self {
        let seconds = samples[..CLEAN].chunks_exact(RATE);
        let power = trimmed_mean(seconds.map(rms).collect()).powi(2);
        Self { samples, power }
    }

    /// The record with this noise, so many dB below the signal.
    pub(crate) fn mixed_into(&self, record: &Record, snr_db: f64) -> Vec<i32> {
        let power = qrs_power(record) / 10_f64.powf(snr_db / 10.0);
        let gain = (power / self.power).sqrt();
        let mut mixed = record.samples.clone();
        for noisy in noisy(mixed.len()) {
            let noise = &self.samples[noisy.clone()];
            let mean = mean(noise);
            for (sample, noise) in mixed[noisy].iter_mut().zip(noise) {
                *sample += (gain * (f64::from(*noise) - mean)).round() as i32;
            }
        }
        mixed
    }
}

/// Where noise is mixed in.
pub(crate) fn noisy(samples: usize) -> impl Iterator<Item = Range<usize>> {
    let starts = (CLEAN..samples).step_by(4 * MINUTE);
    starts.map(move |start| start..(start + 2 * MINUTE).min(samples))
}

/// Of 300 complexes after the first five minutes, 50 ms to both sides of their peaks.
fn qrs_power(record: &Record) -> f64 {
    let beats = record.beats.iter().map(|beat| *beat as usize);
    let heights = beats.filter(|beat| *beat > CLEAN).take(300);
    let heights = heights.filter_map(|beat| {
        let around = record.samples.get(beat - 18..beat + 19)?;
        Some(f64::from(around.iter().max()? - around.iter().min()?))
    });
    trimmed_mean(heights.collect()).powi(2) / 8.0
}

fn mean(samples: &[i32]) -> f64 {
    samples.iter().copied().map(f64::from).sum::<f64>() / samples.len() as f64
}

fn rms(samples: &[i32]) -> f64 {
    let mean = mean(samples);
    let squares = samples
        .iter()
        .map(|sample| (f64::from(*sample) - mean).powi(2));
    (squares.sum::<f64>() / samples.len() as f64).sqrt()
}

/// Without the lowest and the highest twentieth.
fn trimmed_mean(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let cut = values.len() / 20;
    let kept = &values[cut..values.len() - cut];
    kept.iter().sum::<f64>() / kept.len() as f64
}
