//! Blocks of each predictor, whose samples differ so much that each of its weights shows; and forms that no encoder writes.

use iomt::reading::codec::{CodecId, DecodeError};

use super::*;

/// Each weight reaches this far, and is seen in the samples behind.
const COUNT: usize = 24;
const ATTEMPTS: u32 = 5_000;

/// Every predictor of both codecs.
pub(super) fn every_mode(area: &mut Area) {
    for (codec, start, about) in [
        (1, 6, "every predictor of codec 1"),
        (2, 12, "every predictor of codec 2"),
    ] {
        let requirements: &[&str] = if codec == 1 {
            &["IOMT-REC-030", "IOMT-REC-033"]
        } else {
            &["IOMT-REC-031"]
        };
        let group = area.group("waveform_decode", about, requirements, "Weights");
        for mode in 0..29 {
            let block = random_block(codec, mode, start, COUNT);
            group.valid(format!("mode {mode}"), asks(codec, COUNT, &block));
        }
    }
    let group = area.group(
        "waveform_decode",
        "every start",
        &["IOMT-REC-030", "IOMT-REC-031"],
        "Weights",
    );
    for (codec, starts) in [(1, 0..8), (2, 0..32)] {
        for start in starts {
            // What is wider than a sample fits it by chance, seldom.
            let count = if start < 24 { COUNT } else { 2 };
            let block = random_block(codec, 25, start, count);
            group.valid(
                format!("start {start} of codec {codec}"),
                asks(codec, count, &block),
            );
        }
    }
}

/// A block of this predictor and start, and of bits that look random behind them: what they decode to is the crate's to say.
fn random_block(codec: u8, mode: u32, start: u32, count: usize) -> Vec<u8> {
    let bits_of_start = if codec == 1 { 3 } else { 5 };
    (0..ATTEMPTS)
        .find_map(|attempt| {
            let tail: [u8; 160] = bytes(&format!("mode {mode} {start} {attempt}"));
            let mut fields = vec![(mode, 5), (start, bits_of_start), (9, 5)];
            fields.extend(tail.map(|byte| (byte.into(), 8)));
            whole(codec, &bits(&fields), count)
        })
        .unwrap()
}

/// The beginning that is a block: as short as it goes, and filled with zeros.
fn whole(codec: u8, random: &[u8], count: usize) -> Option<Vec<u8>> {
    let tier = CodecId::new(codec).tier()?;
    let decoded = |block: &[u8]| tier.decode(block, &mut [0; COUNT][..count]);
    let ends_early = |len: &usize| decoded(&random[..*len]) == Err(DecodeError::Truncated);
    let lens: Vec<_> = (0..random.len()).collect();
    let len = lens.partition_point(ends_early);
    (0..8)
        .map(|zeros| {
            let mut block = random[..len].to_vec();
            if let Some(last) = block.last_mut() {
                *last = *last >> zeros << zeros;
            }
            block
        })
        .find(|block| decoded(block).is_ok())
}

/// Escapes of codec 1: what needs none, and values around the width of a sample.
pub(super) fn escapes(area: &mut Area) {
    let group = area.group(
        "waveform_decode",
        "escapes",
        &["IOMT-REC-034", "IOMT-REC-030"],
        "Escape",
    );
    // Predictor 0 from 1: the first residual has k = 0 behind start 0, and k = 14 behind start 7.
    let begin = |start: u32| vec![(0, 5), (start, 3), (2, 5), (0, 1)];
    let escape = |start: u32, value: u32| [begin(start), vec![(0, 16), (value, 24)]].concat();
    let coded =
        |start: u32, q: u32, rest: (u32, u32)| [begin(start), vec![(0, q), (1, 1), rest]].concat();
    for (what, fields) in [
        ("q of 15 without one", coded(0, 15, (0, 0))),
        ("the least escape", escape(0, 16)),
        ("the greatest escape", escape(0, 0xFF_FFFF)),
        ("the least escape of k = 14", escape(7, 16 << 14)),
        ("the greatest of k = 14", escape(7, 0xFF_FFFF)),
    ] {
        group.valid(what, asks(1, 2, &bits(&fields)));
    }
    for (what, fields) in [
        ("an escape for q = 15", escape(0, 15)),
        ("an escape for q = 0 of k = 14", escape(7, 77)),
        ("an escape for q = 15 of k = 14", escape(7, (16 << 14) - 1)),
        ("an escape for q = 1 of k = 14", escape(7, 1 << 14 | 1)),
    ] {
        group.invalid(what, "not_canonical", asks(1, 2, &bits(&fields)));
    }
    // Behind a step of 2^s samples have 24 − s bits: a residual of k = 14 passes them with a small q.
    let stepped = |step: u32, q: u32, rest: u32| {
        let fields = [vec![(30, 5), (step, 5)], coded(7, q, (rest, 14))].concat();
        asks(1, 2, &bits(&fields))
    };
    group.valid("the greatest residual of 15 bits", stepped(9, 1, 0x3FFD));
    group.valid("the greatest residual of 16 bits", stepped(8, 3, 0x3FFD));
    for (what, step, q, rest) in [
        ("a residual of 2^15 in 15 bits", 9, 2, 0),
        ("a residual of 2^15 + 1 in 15 bits", 9, 2, 1),
        ("a residual of 2^16 + 1 in 16 bits", 8, 4, 1),
        ("a residual above 16 bits", 8, 15, 77),
        ("a residual of 2^14 + 1 in 14 bits", 10, 1, 1),
        ("a residual of 13 bits in 1", 23, 0, 8_191),
    ] {
        group.invalid(what, "out_of_range", stepped(step, q, rest));
    }
}
