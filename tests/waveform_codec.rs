//! The waveform codecs on real ECG: bits per sample, header bytes included.
//!
//! Reads the 24 MIT-BIH records in the folder that `IOMT_SHARED` names; without it the
//! test says so and passes.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};
use std::{env, fs};

use iomt::reading::codec::Tier;

const SAMPLES_PER_SECOND: usize = 360;

fn records() -> Option<Vec<PathBuf>> {
    let Some(shared) = env::var_os("IOMT_SHARED") else {
        println!("skipped: IOMT_SHARED does not name the folder with data/ecg/mitdb");
        return None;
    };
    let folder = Path::new(&shared).join("data/ecg/mitdb");
    let list = fs::read_to_string(folder.join("RECORDS")).expect("the list of records");
    let paths = list
        .split_whitespace()
        .map(|name| folder.join(name).with_extension("dat"));
    Some(paths.collect())
}

/// WFDB format 212: two 12-bit samples of two channels in three bytes.
fn channels(path: &Path) -> [Vec<i32>; 2] {
    let bytes = fs::read(path).expect("a record");
    let sign_extend = |value: i32| value << 20 >> 20;
    let pairs = bytes.chunks_exact(3).map(|chunk| {
        let [a, b, c] = [chunk[0], chunk[1], chunk[2]].map(i32::from);
        (
            sign_extend(a | (b & 0x0F) << 8),
            sign_extend(c | (b & 0xF0) << 4),
        )
    });
    let (first, second) = pairs.unzip();
    [first, second]
}

fn bits_per_sample(tier: Tier, samples: &[i32], block: usize) -> f64 {
    let mut bytes = vec![0; tier.max_encoded_len(block)];
    let mut back = vec![0; block];
    let (mut bits, mut count) = (0, 0);
    for samples in samples.chunks_exact(block) {
        let len = tier.encode(samples, &mut bytes).expect("11-bit samples");
        tier.decode(&bytes[..len], &mut back)
            .expect("a block just encoded");
        assert_eq!(back, samples);
        bits += 8 * len;
        count += block;
    }
    bits as f64 / count as f64
}

#[test]
fn the_small_tier_stays_below_its_bits_per_sample_on_24_records() {
    assert_below(Tier::Small, [(1, 3.89), (5, 3.84)]);
}

#[test]
fn the_large_tier_stays_below_its_bits_per_sample_on_24_records() {
    assert_below(Tier::Large, [(1, 3.75), (5, 3.68)]);
}

fn assert_below(tier: Tier, ceilings: [(usize, f64); 2]) {
    let Some(records) = records() else { return };
    assert_eq!(records.len(), 24);
    for (secs, ceiling) in ceilings {
        let mut sum = 0.0;
        println!("{tier:?}, {secs} s blocks, bits per sample");
        for path in &records {
            let block = secs * SAMPLES_PER_SECOND;
            let bits = channels(path).map(|x| bits_per_sample(tier, &x, block));
            println!(
                "  {:?}  {:.3}  {:.3}",
                path.file_stem().unwrap(),
                bits[0],
                bits[1]
            );
            sum += (bits[0] + bits[1]) / 2.0;
        }
        let mean = sum / 24.0;
        println!("  mean   {mean:.4}");
        println!(
            "  others, of all 48 records, 1 s / 5 s: FLAC -8 4.47 / 4.15, prototype 3.80 / 3.76, bound 3.71 / 3.67"
        );
        assert!(mean <= ceiling, "{mean} > {ceiling}");
    }
}
