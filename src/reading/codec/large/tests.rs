use super::model::{Forecast, Model};
use super::range::{RangeDecoder, RangeEncoder};
use super::*;
use proptest::collection::vec;
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

fn encoded(samples: &[i32]) -> Vec<u8> {
    let mut out = vec![0; max_encoded_len(samples.len())];
    let len = encode(samples, &mut out).unwrap();
    out.truncate(len);
    out
}

fn decoded(bytes: &[u8], count: usize) -> Result<Vec<i32>, DecodeError> {
    let mut samples = vec![0; count];
    decode(bytes, &mut samples).map(|()| samples)
}

fn assert_round_trip(samples: &[i32]) {
    let bytes = encoded(samples);
    assert_eq!(decoded(&bytes, samples.len()).as_deref(), Ok(samples));
}

/// A generator for golden signals: the state times 1,664,525 plus 1,013,904,223, its upper half.
fn noise(seed: u32) -> impl Iterator<Item = i32> {
    let mut state = seed;
    core::iter::repeat_with(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16).cast_signed()
    })
}

fn random_walk(seed: u32, count: usize, reach: i32) -> Vec<i32> {
    let steps = noise(seed).map(|value| value % (2 * reach + 1) - reach);
    steps
        .scan(1_024, |level, step| {
            *level = (*level + step).clamp(SAMPLE_MIN, SAMPLE_MAX);
            Some(*level)
        })
        .take(count)
        .collect()
}

fn fnv(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811C_9DC5, |hash, &byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

#[test]
fn encoder_and_decoder_each_have_less_than_a_kibibyte() {
    let shared = size_of::<Model>() + size_of::<Forecast>();
    assert!(shared + size_of::<RangeEncoder<'_>>() < 1_024);
    assert!(shared + size_of::<RangeDecoder<'_>>() < 1_024);
}

#[test]
fn no_samples_take_no_bytes() {
    assert_eq!(encode(&[], &mut []), Ok(0));
    assert_eq!(decode(&[], &mut []), Ok(()));
    assert_eq!(decode(&[0], &mut []), Err(DecodeError::TrailingBytes));
}

#[test]
fn flat_lines_and_noise_of_full_range_stand_as_in_the_small_tier() {
    let white: Vec<i32> = noise(1)
        .zip(noise(2))
        .map(|(a, b)| (a << 8 ^ b) - 0x80_0000)
        .take(300)
        .collect();
    let stepped: Vec<i32> = white.iter().map(|sample| sample & !15).collect();
    for samples in [&[7; 40][..], &[SAMPLE_MIN], &white, &stepped] {
        let mut small = vec![0; max_encoded_len(samples.len())];
        let len = super::super::small::encode(samples, &mut small).unwrap();
        assert_eq!(encoded(samples), small[..len]);
        assert_round_trip(samples);
    }
}

#[test]
fn extremes_and_alternation_come_back() {
    for (low, high) in [
        (SAMPLE_MIN, SAMPLE_MAX),
        (SAMPLE_MIN, 0),
        (-1, 0),
        (0, 1 << 22),
    ] {
        for count in [2, 3, 13, 17, 19, 500] {
            let alternating: Vec<i32> = (0..count)
                .map(|n| if n & 1 == 0 { low } else { high })
                .collect();
            assert_round_trip(&alternating);
            let step: Vec<i32> = (0..count)
                .map(|n| if n < count / 2 { low } else { high })
                .collect();
            assert_round_trip(&step);
        }
    }
}

/// All sums of the adaptive predictor at their limits, for longer than its memory.
#[test]
fn long_blocks_of_extreme_signals_come_back() {
    for period in [1, 2, 3, 7, 12, 50] {
        for (low, high) in [(SAMPLE_MIN, SAMPLE_MAX), (-1_000, 1_000)] {
            let mut square: Vec<i32> = (0..6_000)
                .map(|n| if n / period % 2 == 0 { low } else { high })
                .collect();
            assert_round_trip(&square);
            square.splice(0..20, [0; 20]);
            assert_round_trip(&square);
        }
    }
}

#[test]
fn rare_spikes_pass_through_the_escape() {
    let mut samples = random_walk(3, 360, 2);
    for sample in samples.iter_mut().step_by(60) {
        *sample = SAMPLE_MAX;
    }
    assert_round_trip(&samples);
    // 1,080 bytes packed, 130 without the spikes; each echoes in 16 predictions.
    assert!(encoded(&samples).len() < 700);
}

#[test]
fn learns_what_no_fixed_predictor_knows() {
    let mut past = [0_i32; 2];
    let resonance: Vec<i32> = noise(5)
        .take(2_000)
        .map(|value| {
            let excitation = value % 17 - 8;
            past = [(-120 * past[0] - 60 * past[1]) / 64 + excitation, past[0]];
            past[0]
        })
        .collect();
    let mut small = vec![0; max_encoded_len(2_000)];
    let small_len = super::super::small::encode(&resonance, &mut small).unwrap();
    assert!(encoded(&resonance).len() * 10 < small_len * 8);
    assert_round_trip(&resonance);
}

#[test]
fn refuses_a_sample_of_25_bits_and_names_it() {
    let mut out = [0xAA; 32];
    for sample in [SAMPLE_MIN - 1, SAMPLE_MAX + 1, i32::MIN, i32::MAX] {
        let result = encode(&[0, 1, sample], &mut out);
        assert_eq!(result, Err(EncodeError::OutOfRange { index: 2 }));
        assert_eq!(out, [0xAA; 32]);
    }
}

#[test]
fn a_short_output_is_told_the_exact_length() {
    for samples in [&random_walk(5, 360, 20)[..], &[5; 9], &[1, 2]] {
        let needed = encoded(samples).len();
        for room in 0..needed {
            let result = encode(samples, &mut vec![0; room]);
            assert_eq!(result, Err(EncodeError::NoRoom { needed }));
        }
        assert_eq!(encode(samples, &mut vec![0; needed]), Ok(needed));
    }
}

// IOMT-REC-034
#[test]
fn an_extension_is_refused_and_a_truncation_is_never_taken_for_the_whole() {
    for samples in [random_walk(9, 200, 30), random_walk(9, 3, 1 << 14)] {
        let mut bytes = encoded(&samples);
        for len in 0..bytes.len() {
            if let Ok(other) = decoded(&bytes[..len], samples.len()) {
                assert_ne!(other, samples);
                assert_round_trip(&other);
            }
        }
        bytes.push(0);
        let refused = decoded(&bytes, samples.len());
        assert_eq!(refused, Err(DecodeError::TrailingBytes));
    }
}

// IOMT-REC-031, IOMT-REC-034
#[test]
fn golden_blocks_do_not_change() {
    let sine: Vec<i32> = (0..250)
        .scan((0_i32, 1_000_i32), |(sine, cosine), _| {
            *sine += *cosine >> 4;
            *cosine -= *sine >> 4;
            Some(*sine)
        })
        .collect();
    let golden = |samples: &[i32]| (encoded(samples).len(), fnv(&encoded(samples)));
    assert_eq!(golden(&random_walk(1, 360, 10)), (217, 0x18AD_E0F2));
    assert_eq!(golden(&random_walk(2, 1_800, 100)), (1_815, 0x3AEA_C49C));
    assert_eq!(golden(&random_walk(3, 600, 1 << 14)), (1_155, 0x9BAC_6816));
    assert_eq!(golden(&sine), (70, 0x4E51_FAD5));
    assert_eq!(encoded(&[3, -3, 3, -3]), [0xE8, 0xF5, 0xD4]);
}

#[test]
fn the_worked_example_of_the_documentation() {
    let samples = [100, 110, 120, 128, 135, 141, 146, 148];
    let bytes = [0xC9, 0x91, 0x23, 0xDB, 0xA3, 0x62];
    assert_eq!(encoded(&samples), bytes);
    assert_eq!(decoded(&bytes, 8).as_deref(), Ok(&samples[..]));
}

fn signal() -> impl Strategy<Value = Vec<i32>> {
    let any_sample = SAMPLE_MIN..=SAMPLE_MAX;
    let walk = (any::<u32>(), 0_usize..=2_048, 0_u32..20)
        .prop_map(|(seed, count, reach)| random_walk(seed, count, 1 << reach));
    let scaled = (vec(-2_000_i32..2_000, 0..300), 0_u32..12)
        .prop_map(|(samples, step)| samples.iter().map(|&sample| sample << step).collect());
    let extremes = vec(
        prop_oneof![Just(SAMPLE_MIN), Just(SAMPLE_MAX), Just(0)],
        0..100,
    );
    let sparse = vec(prop_oneof![9 => Just(0), 1 => any_sample.clone()], 0..400);
    prop_oneof![walk, vec(any_sample, 0..300), scaled, extremes, sparse]
}

proptest! {
    #[test]
    fn every_signal_comes_back_within_the_bound(samples in signal()) {
        let bytes = encoded(&samples);
        prop_assert!(bytes.len() <= max_encoded_len(samples.len()));
        prop_assert_eq!(decoded(&bytes, samples.len()), Ok(samples));
    }

    #[test]
    fn a_flipped_bit_is_refused_or_changes_the_samples(
        samples in signal(),
        position in any::<prop::sample::Index>(),
    ) {
        prop_assume!(!samples.is_empty());
        let mut bytes = encoded(&samples);
        let bit = position.index(bytes.len() * 8);
        bytes[bit / 8] ^= 0x80 >> (bit % 8);
        if let Ok(other) = decoded(&bytes, samples.len()) {
            assert_round_trip(&other);
        }
    }

    #[test]
    fn foreign_bytes_never_panic_and_what_they_hold_is_encodable(
        bytes in vec(any::<u8>(), 0..200),
        count in 0_usize..300,
    ) {
        if let Ok(samples) = decoded(&bytes, count) {
            assert_round_trip(&samples);
        }
    }
}
