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
            *level += step;
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
fn no_samples_take_no_bytes() {
    assert_eq!(encode(&[], &mut []), Ok(0));
    assert_eq!(decode(&[], &mut []), Ok(()));
    assert_eq!(decode(&[0], &mut []), Err(DecodeError::TrailingBytes));
}

#[test]
fn a_flat_line_takes_at_most_five_bytes_at_any_length() {
    for (level, len) in [(0, 2), (-1, 2), (1_024, 3), (SAMPLE_MIN, 5)] {
        for count in [1, 2, 360, 4_096] {
            let samples = vec![level; count];
            assert_eq!(encoded(&samples).len(), len, "{level}");
            assert_round_trip(&samples);
        }
    }
}

#[test]
fn unused_low_bits_cost_ten_bits_a_block() {
    let fine = random_walk(7, 360, 9);
    let coarse: Vec<i32> = fine.iter().map(|&sample| sample << 4).collect();
    assert_round_trip(&coarse);
    assert!(encoded(&coarse).len() <= encoded(&fine).len() + 2);
}

// IOMT-REC-035
#[test]
fn extremes_and_alternation_come_back() {
    for (low, high) in [
        (SAMPLE_MIN, SAMPLE_MAX),
        (SAMPLE_MIN, 0),
        (-1, 0),
        (0, 1 << 22),
    ] {
        for count in [2, 3, 17, 18, 19, 500] {
            let samples: Vec<i32> = (0..count)
                .map(|n| if n & 1 == 0 { low } else { high })
                .collect();
            assert_round_trip(&samples);
            let step: Vec<i32> = (0..count)
                .map(|n| if n < count / 2 { low } else { high })
                .collect();
            assert_round_trip(&step);
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
    // 130 bytes without the spikes; each echoes in 16 predictions.
    assert!(encoded(&samples).len() < 400);
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
    let walk = random_walk(5, 360, 20);
    let white: Vec<i32> = noise(1)
        .zip(noise(2))
        .map(|(a, b)| (a << 8 ^ b) - 0x80_0000)
        .take(50)
        .collect();
    for samples in [&walk[..], &white, &[5; 9]] {
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
fn every_truncation_and_extension_is_refused() {
    for samples in [
        random_walk(9, 200, 30),
        vec![77; 20],
        random_walk(9, 3, 1 << 14),
    ] {
        let mut bytes = encoded(&samples);
        for len in 0..bytes.len() {
            let result = decoded(&bytes[..len], samples.len());
            assert_eq!(result, Err(DecodeError::Truncated), "{len}");
        }
        bytes.push(0);
        assert_eq!(
            decoded(&bytes, samples.len()),
            Err(DecodeError::TrailingBytes)
        );
    }
}

// IOMT-REC-034
#[test]
fn refuses_what_has_a_shorter_form() {
    // Predictor 0, start 0, first sample 0, then a residual of 0: a flat line in long form.
    assert_eq!(
        decoded(&[0, 0b0000_0100], 2),
        Err(DecodeError::NotCanonical)
    );
    // The same with a residual of −4: both samples are multiples of 4, so the step is missing.
    assert_eq!(
        decoded(&[0, 0, 0b0000_1000], 2),
        Err(DecodeError::NotCanonical)
    );
    // A step of 0, and a step before a flat line.
    assert_eq!(decoded(&[0xF0, 0], 2), Err(DecodeError::NotCanonical));
    assert_eq!(
        decoded(&[0xF0, 0b0111_1110, 0], 2),
        Err(DecodeError::NotCanonical)
    );
    // Packed in 2 bits although 1 is enough: 0, −1.
    assert_eq!(
        decoded(&[0b1110_1000, 0b1000_0100], 2),
        Err(DecodeError::NotCanonical)
    );
    assert_eq!(decoded(&[0b1110_1000, 0b0101_0000], 2), Ok(vec![0, -1]));
}

// IOMT-REC-034
#[test]
fn refuses_fields_out_of_range() {
    let too_long = Err(DecodeError::OutOfRange { index: 0 });
    assert_eq!(decoded(&[0b1111_1110, 0b0100_0000, 0, 0, 0], 1), too_long);
    assert_eq!(
        decoded(&[0b1110_1110, 0b0100_0000, 0, 0, 0, 0, 0, 0], 2),
        too_long
    );
    assert_eq!(
        decoded(&[0b1111_0110, 0b0000_0000], 2),
        Err(DecodeError::NotCanonical)
    );
}

// IOMT-REC-030
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
    assert_eq!(golden(&random_walk(1, 360, 10)), (220, 0xEBC1_177E));
    assert_eq!(golden(&random_walk(2, 1_800, 100)), (1_833, 0xEC74_D900));
    assert_eq!(golden(&sine), (76, 0xC740_1C16));
    assert_eq!(encoded(&[3, -3, 3, -3]), [0xE8, 0xF5, 0xD4]);
    assert_eq!(
        encoded(&[SAMPLE_MIN, SAMPLE_MAX]),
        [0x00, 0xC7, 0xFF, 0xFF, 0xF4]
    );
}

#[test]
fn the_worked_example_of_the_documentation() {
    let samples = [100, 110, 120, 128, 135, 141, 146, 148];
    let bytes = [0xC9, 0x44, 0x80, 0x44, 0x59, 0xB7];
    assert_eq!(encoded(&samples), bytes);
    assert_eq!(decoded(&bytes, 8).as_deref(), Ok(&samples[..]));
}

#[test]
fn the_documented_weights_are_those_of_the_code() {
    let (_, table) = include_str!("format.md").rsplit_once("# Weights").unwrap();
    let rows = table.lines().filter_map(|line| {
        let cells = line
            .split('|')
            .map(|cell| cell.trim().replace('−', "-").parse().ok());
        let numbers: Vec<i8> = cells.flatten().collect();
        (!numbers.is_empty()).then_some(numbers)
    });
    let documented: Vec<Vec<i8>> = rows.collect();
    assert_eq!(documented.len(), predictor::COUNT);
    for (number, (documented, row)) in documented.iter().zip(predictor::WEIGHTS).enumerate() {
        assert_eq!(usize::try_from(documented[0]), Ok(number));
        assert_eq!(documented[1..], row);
    }
}

fn signal() -> impl Strategy<Value = Vec<i32>> {
    let any_sample = SAMPLE_MIN..=SAMPLE_MAX;
    let walk = (any::<u32>(), 0_usize..=4_096, 1_i32..2_000)
        .prop_map(|(seed, count, reach)| random_walk(seed, count, reach));
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
    // IOMT-REC-033, IOMT-REC-035
    #[test]
    fn every_signal_comes_back_within_the_bound(samples in signal()) {
        let bytes = encoded(&samples);
        prop_assert!(bytes.len() <= max_encoded_len(samples.len()));
        prop_assert_eq!(decoded(&bytes, samples.len()), Ok(samples));
    }

    // IOMT-REC-034
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
            // Only the encoder's own choices, in the first 26 bits, may differ without effect.
            prop_assert!(other != samples || bit < 26);
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
