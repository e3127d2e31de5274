//! What is done with each sample of an ECG: beats are looked for, and a second of it is packed.

use core::hint::black_box;

use iomt::reading::codec;
use iomt::signal::ecg::RPeakDetector;
use iomt::time::SampleRate;

use crate::meter::measure_many;

const RATE_HZ: usize = 250;
const SECONDS: usize = 8;
const UNITS_PER_MV: u32 = 200;

/// One beat of 0.8 s: P, QRS and T as the distances from the baseline every 20 ms, in 1/200 mV.
const BEAT: [i32; 40] = [
    0, 2, 8, 18, 26, 24, 14, 4, 0, 0, -22, 90, 236, 40, -50, -6, 0, 2, 4, 8, 14, 22, 32, 44, 54,
    60, 58, 46, 30, 16, 6, 2, 0, 0, 0, 0, 0, 0, 0, 0,
];
/// Samples between two numbers of the table.
const STEP: usize = 5;

/// Beat after beat, the table's numbers joined by lines, with some noise of ±2 units.
struct Ecg {
    position: usize,
    noise: u32,
}

impl Iterator for Ecg {
    type Item = i32;

    fn next(&mut self) -> Option<i32> {
        let place = self.position / STEP;
        let part = i32::try_from(self.position % STEP).ok()?;
        let at = |place: usize| BEAT.get(place % BEAT.len()).copied();
        let (from, to) = (at(place)?, at(place + 1)?);
        self.position += 1;
        self.noise = self
            .noise
            .wrapping_mul(1_664_525)
            .wrapping_add(1_013_904_223);
        let noise = i32::try_from(self.noise >> 24).ok()? * 5 / 256 - 2;
        Some(1_024 + from + (to - from) * part / 5 + noise)
    }
}

/// Measures both over the same samples.
pub(super) fn run() -> Result<(), &'static str> {
    let mut ecg = Ecg {
        position: 0,
        noise: 1,
    };
    let mut detector =
        RPeakDetector::new(SampleRate::hz(250), UNITS_PER_MV).map_err(|_| "the rate")?;
    let mut second = [0; RATE_HZ];
    let mut beats = 0;
    for _ in 0..SECONDS {
        second.fill_with(|| ecg.next().unwrap_or(0));
        beats += measure_many("look for R peaks at 250 Hz, a sample", RATE_HZ, || {
            let samples = black_box(&second).iter();
            samples.filter_map(|sample| detector.push(*sample)).count()
        });
    }
    if beats + 2 < SECONDS {
        return Err("too few beats");
    }
    pack(&second)
}

fn pack(second: &[i32; RATE_HZ]) -> Result<(), &'static str> {
    let mut packed = [0; codec::max_encoded_len(RATE_HZ)];
    let len = measure_many("pack a second of ECG, a sample", RATE_HZ, || {
        codec::encode(black_box(second), &mut packed)
    })
    .map_err(|_| "packing")?;
    let mut unpacked = [0; RATE_HZ];
    let packed = packed.get(..len).unwrap_or_default();
    measure_many("unpack it, a sample", RATE_HZ, || {
        codec::decode(black_box(packed), &mut unpacked)
    })
    .map_err(|_| "unpacking")?;
    if unpacked == *second {
        Ok(())
    } else {
        Err("another second")
    }
}
