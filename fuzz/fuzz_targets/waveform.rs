//! The waveform codecs: samples come back bit for bit, and foreign bytes are refused or decode to samples that do.
#![no_main]

use iomt::reading::codec::{EncodeError, SAMPLE_MAX, SAMPLE_MIN, Tier};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Trial<'a> {
    is_large: bool,
    input: Input<'a>,
}

#[derive(Debug, Arbitrary)]
enum Input<'a> {
    Block {
        count: u16,
        bytes: &'a [u8],
    },
    /// Any samples, many of them out of range.
    Samples(Vec<i32>),
    /// A signal: it wanders by small steps, in units of 2^shift.
    Walk {
        start: i16,
        shift: u8,
        steps: &'a [u8],
    },
}

fuzz_target!(|trial: Trial<'_>| {
    let tier = if trial.is_large {
        Tier::Large
    } else {
        Tier::Small
    };
    match trial.input {
        Input::Block { count, bytes } => {
            let mut samples = vec![0; usize::from(count % 2_048)];
            if tier.decode(bytes, &mut samples).is_ok() {
                assert_comes_back(tier, &samples);
            }
        }
        Input::Samples(samples) => match samples.iter().position(|&sample| !is_valid(sample)) {
            None => assert_comes_back(tier, &samples),
            Some(index) => {
                let mut out = vec![0; tier.max_encoded_len(samples.len())];
                let refused = tier.encode(&samples, &mut out);
                assert_eq!(refused, Err(EncodeError::OutOfRange { index }));
            }
        },
        Input::Walk {
            start,
            shift,
            steps,
        } => assert_comes_back(tier, &walk(start, shift % 8, steps)),
    }
});

fn is_valid(sample: i32) -> bool {
    (SAMPLE_MIN..=SAMPLE_MAX).contains(&sample)
}

fn walk(start: i16, shift: u8, steps: &[u8]) -> Vec<i32> {
    steps
        .iter()
        .scan(i32::from(start), |level, &step| {
            *level += i32::from(step.cast_signed());
            Some((*level << shift).clamp(SAMPLE_MIN, SAMPLE_MAX))
        })
        .collect()
}

fn assert_comes_back(tier: Tier, samples: &[i32]) {
    let mut block = vec![0; tier.max_encoded_len(samples.len())];
    let len = tier
        .encode(samples, &mut block)
        .expect("valid samples always have room");
    let mut back = vec![0; samples.len()];
    tier.decode(&block[..len], &mut back)
        .expect("an encoded block decodes");
    assert_eq!(back, samples);
    if let Some(short) = len.checked_sub(1) {
        let refused = tier.encode(samples, &mut block[..short]);
        assert_eq!(refused, Err(EncodeError::NoRoom { needed: len }));
    }
}
