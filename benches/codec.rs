//! Encoding and decoding a waveform block: time for 1,800 samples (5 s at 360 Hz) and for 360.
//!
//! `cargo bench --bench codec`; the throughput line gives samples a second.

#![allow(clippy::expect_used, reason = "a bench fails by panicking")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use iomt::reading::codec::Tier;

/// A coarse ECG: a pulse each 300 samples over a slow wave, and noise of ±4.
fn signal(count: usize) -> Vec<i32> {
    let mut noise = 1_u32;
    (0..count as i32)
        .map(|n| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let beat = n % 300;
            let pulse = (40 - 4 * (beat - 100).abs()).max(0) * 8;
            let wave = (beat - 150) * (beat - 150) / 400;
            1_024 + pulse + wave + (noise >> 29) as i32 - 4
        })
        .collect()
}

fn blocks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("codec");
    for (tier, count) in [
        (Tier::Small, 360),
        (Tier::Small, 1_800),
        (Tier::Large, 360),
        (Tier::Large, 1_800),
    ] {
        let samples = signal(count);
        let mut bytes = vec![0; tier.max_encoded_len(count)];
        let len = tier.encode(&samples, &mut bytes).expect("samples in range");
        let block = bytes.get(..len).expect("the encoded block").to_vec();
        let mut back = vec![0; count];
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(format!("{tier:?} encode {count}"), |bencher| {
            bencher.iter(|| tier.encode(black_box(&samples), &mut bytes));
        });
        group.bench_function(format!("{tier:?} decode {count}"), |bencher| {
            bencher.iter(|| tier.decode(black_box(&block), &mut back));
        });
    }
    group.finish();
}

criterion_group!(benches, blocks);
criterion_main!(benches);
