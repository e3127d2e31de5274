//! What a sample costs: filters and the R-peak detector.
//!
//! `cargo bench --bench signal`; one element is one sample.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput};
use iomt::signal::ecg::RPeakDetector;
use iomt::signal::{Cascade, CascadeState, Design, Sample};
use iomt::time::SampleRate;

const BLOCK: usize = 4_096;
const RATE: SampleRate = SampleRate::hz(250);
const BAND: Design<4> = Design::band_pass(RATE, 0.5, 40.0);
const BAND_F32: Cascade<f32, 4> = BAND.to_f32();
const BAND_I32: Cascade<i32, 4> = BAND.to_i32();

/// Something like an ECG in µV: a spike, a hump and a ripple.
fn sample(n: usize, rate_hz: usize) -> i32 {
    let phase = i32::try_from(n % rate_hz * 1_000 / rate_hz).unwrap_or(0);
    let spike = (1_000 - (phase - 300).abs() * 25).max(0);
    let hump = (300 - (phase - 560).abs() * 3).max(0);
    spike + hump + phase % 7
}

fn filter<T: Sample>(filter: &Cascade<T, 4>, state: &mut CascadeState<T, 4>, samples: &[T]) {
    for sample in samples {
        black_box(filter.process(state, *sample));
    }
}

fn filters(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("four sections");
    group.throughput(Throughput::Elements(BLOCK as u64));
    let mut state = CascadeState::new();
    let floats: Vec<f32> = (0..BLOCK).map(|n| sample(n, 250) as f32).collect();
    group.bench_function("f32", |bencher| {
        bencher.iter(|| filter(&BAND_F32, &mut state, &floats));
    });
    let mut state = CascadeState::new();
    let integers: Vec<i32> = (0..BLOCK).map(|n| sample(n, 250)).collect();
    group.bench_function("i32", |bencher| {
        bencher.iter(|| filter(&BAND_I32, &mut state, &integers));
    });
    group.finish();
}

fn r_peaks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("R peaks");
    group.throughput(Throughput::Elements(BLOCK as u64));
    for hz in [250, 360, 1_000] {
        let Ok(mut detector) = RPeakDetector::new(SampleRate::hz(hz), 1_000) else {
            continue;
        };
        let samples: Vec<i32> = (0..BLOCK).map(|n| sample(n, hz as usize)).collect();
        group.bench_function(BenchmarkId::from_parameter(hz), |bencher| {
            bencher.iter(|| {
                let peaks = samples.iter().filter_map(|sample| detector.push(*sample));
                peaks.count()
            });
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    filters(&mut criterion);
    r_peaks(&mut criterion);
    criterion.final_summary();
}
