//! What a sample costs in four second-order sections, beside other crates, and what a recording costs to search.
//!
//! `cargo run --release --manifest-path benches/filters/Cargo.toml`: nanoseconds a sample, each the best of many
//! rounds in which all take turns, of the same band pass over the same samples; then the R peaks of 30 minutes.

use std::hint::black_box;
use std::time::Instant;

use biquad::{Biquad as _, Coefficients, DirectForm2Transposed};
use iomt::signal::ecg::RPeakDetector;
use iomt::signal::{Cascade, CascadeState, Design};
use iomt::time::SampleRate;
use sci_rs::signal::filter::design::Sos;
use sci_rs::signal::filter::sosfilt_item;

const SAMPLES: usize = 4_096;
const ROUNDS: usize = 2_000;
const BAND: Design<4> = Design::band_pass(SampleRate::hz(250), 0.5, 40.0);
const OURS_F32: Cascade<f32, 4> = BAND.to_f32();
const OURS_I32: Cascade<i32, 4> = BAND.to_i32();

/// A filter of one sample that is under test.
type Filter<T> = (&'static str, Box<dyn FnMut(&mut [T])>);

fn ours_f32(block: &mut [f32]) {
    OURS_F32.process_block(&mut CascadeState::new(), block);
}

fn ours_i32(block: &mut [i32]) {
    OURS_I32.process_block(&mut CascadeState::new(), block);
}

/// Numerator and denominator of each section.
fn sections() -> [[[f32; 3]; 2]; 4] {
    let of = |section: &iomt::signal::Biquad<f32>| {
        let [a1, a2] = section.a();
        [section.b(), [1.0, a1, a2]]
    };
    OURS_F32.sections().each_ref().map(of)
}

fn sci_rs_f32(block: &mut [f32]) {
    let mut sections = sections().map(|[b, a]| Sos::new(b, a));
    for sample in block {
        *sample = sosfilt_item(*sample, &mut sections);
    }
}

fn biquad_f32(block: &mut [f32]) {
    let mut sections = sections().map(|[[b0, b1, b2], [_, a1, a2]]| {
        DirectForm2Transposed::<f32>::new(Coefficients { a1, a2, b0, b1, b2 })
    });
    for sample in block {
        *sample = sections
            .iter_mut()
            .fold(*sample, |x, section| section.run(x));
    }
}

fn idsp_f32(block: &mut [f32]) {
    let sections = sections().map(|section| idsp::iir::Biquad::<f32>::from(&section));
    let mut states = [[0.0; 2]; 4];
    for sample in block {
        let stages = sections.iter().zip(&mut states);
        *sample = stages.fold(*sample, |x, (section, state)| section.update(state, x));
    }
}

fn idsp_i32(block: &mut [i32]) {
    let exact = sections().map(|section| section.map(|row| row.map(f64::from)));
    let sections = exact.map(|section| idsp::iir::Biquad::<i32>::from(&section));
    let mut states = [[0; 5]; 4];
    for sample in block {
        let stages = sections.iter().zip(&mut states);
        *sample = stages.fold(*sample, |x, (section, state)| section.update(state, x));
    }
}

/// The best time a sample of each, in ns.
fn race<T: Copy>(samples: &[T], filters: &mut [Filter<T>]) {
    let mut best = vec![f64::INFINITY; filters.len()];
    let mut block = samples.to_vec();
    for _ in 0..ROUNDS {
        for ((_, filter), best) in filters.iter_mut().zip(&mut best) {
            block.copy_from_slice(samples);
            let begin = Instant::now();
            filter(black_box(&mut block));
            let ns = begin.elapsed().as_secs_f64() * 1e9 / samples.len() as f64;
            *best = best.min(ns);
            black_box(&block);
        }
    }
    for ((name, _), best) in filters.iter().zip(best) {
        println!("{name:>14} {best:6.2} ns a sample");
    }
}

/// Something like an ECG in µV: a spike, a hump and a ripple.
fn ecg(n: usize, rate_hz: usize) -> i32 {
    let phase = (n % rate_hz * 1_000 / rate_hz) as i32;
    let spike = (1_000 - (phase - 300).abs() * 25).max(0);
    let hump = (300 - (phase - 560).abs() * 3).max(0);
    spike + hump + phase % 7
}

fn search_thirty_minutes() {
    const HZ: usize = 360;
    let samples: Vec<i32> = (0..30 * 60 * HZ).map(|n| ecg(n, HZ)).collect();
    let (mut best_ms, mut beats) = (f64::INFINITY, 0);
    for _ in 0..20 {
        let Ok(mut detector) = RPeakDetector::new(SampleRate::hz(HZ as u32), 1_000) else {
            return;
        };
        let begin = Instant::now();
        let found = black_box(&samples)
            .iter()
            .filter_map(|sample| detector.push(*sample));
        beats = found.count();
        best_ms = best_ms.min(begin.elapsed().as_secs_f64() * 1e3);
    }
    println!("R peaks of 30 minutes at {HZ} Hz: {best_ms:.1} ms, {beats} beats");
}

fn main() {
    let floats: Vec<f32> = (0..SAMPLES).map(|n| ecg(n, 250) as f32).collect();
    let integers: Vec<i32> = (0..SAMPLES).map(|n| ecg(n, 250)).collect();
    let mut of_floats: [Filter<f32>; 4] = [
        ("iomt f32", Box::new(ours_f32)),
        ("sci-rs f32", Box::new(sci_rs_f32)),
        ("biquad f32", Box::new(biquad_f32)),
        ("idsp f32", Box::new(idsp_f32)),
    ];
    let mut of_integers: [Filter<i32>; 2] = [
        ("iomt i32", Box::new(ours_i32)),
        ("idsp i32", Box::new(idsp_i32)),
    ];
    race(&floats, &mut of_floats);
    race(&integers, &mut of_integers);
    search_thirty_minutes();
}
