#[path = "waveform_modes.rs"]
mod modes;

use serde_json::{Value, json};

use super::area::{Area, Flag};
use super::common::{bytes, cuts, flipped, many};
use crate::shim;
use crate::shim::text::{hex, unhex};

const FLAGS: &[Flag] = &[
    Flag {
        name: "CutBlock",
        bug: "LENGTH",
        says: "takes a block that ends early",
        effect: "samples that nobody measured",
    },
    Flag {
        name: "Trailing",
        bug: "LENGTH",
        says: "takes a block that goes on",
        effect: "one signal has several encodings",
    },
    Flag {
        name: "Padding",
        bug: "MISSING_CHECK",
        says: "does not look at the filling of the last byte",
        effect: "one signal has several encodings",
    },
    Flag {
        name: "Canonical",
        bug: "MISSING_CHECK",
        says: "takes a block that is not in its one form",
        effect: "one signal has several encodings",
    },
    Flag {
        name: "Extremes",
        bug: "OVERFLOW",
        says: "loses the highest or lowest samples",
        effect: "a spike turns its sign",
    },
    Flag {
        name: "Predictor",
        bug: "ARITHMETIC",
        says: "predicts another sample",
        effect: "a signal drifts away, and nothing tells",
    },
    Flag {
        name: "Weights",
        bug: "ARITHMETIC",
        says: "weighs the differences before otherwise",
        effect: "a signal drifts away, and nothing tells",
    },
    Flag {
        name: "Escape",
        bug: "MISSING_CHECK",
        says: "does not look whether a residual needs its escape, and whether it fits its samples",
        effect: "one signal has several encodings",
    },
    Flag {
        name: "Step",
        bug: "ARITHMETIC",
        says: "does not scale by the step",
        effect: "a signal is smaller than it was",
    },
    Flag {
        name: "SingleBit",
        bug: "MISSING_CHECK",
        says: "decodes a damaged block otherwise",
        effect: "two programs show two signals",
    },
    Flag {
        name: "Codec",
        bug: "EVOLUTION",
        says: "takes one codec for another",
        effect: "noise is shown as a signal",
    },
];

/// Signals that differ in what they ask of a coder.
fn signals() -> Vec<(&'static str, Vec<i32>)> {
    let wave = |count: usize, step: i32| -> Vec<i32> {
        let mut phase = 7_i32;
        (0..count)
            .map(|n| {
                phase = (phase.wrapping_mul(31) + i32::try_from(n).unwrap() * 17) % 211;
                let slope = i32::try_from(n).unwrap() % 60 - 30;
                (slope * slope + phase % 9) * step
            })
            .collect()
    };
    let noise = |count: usize, shift: u32| -> Vec<i32> {
        let block = many("noise", 4 * count);
        let words = block
            .chunks(4)
            .map(|word| i32::from_le_bytes(word.try_into().unwrap()));
        words.map(|word| word >> shift).collect()
    };
    let (top, bottom) = (8_388_607, -8_388_608);
    vec![
        ("nothing", vec![]),
        ("one sample of zero", vec![0]),
        ("one sample", vec![-4_711]),
        ("a flat line", vec![1_024; 20]),
        ("a flat line at the top", vec![top; 9]),
        ("a flat line at the bottom", vec![bottom; 9]),
        ("two samples", vec![5, -7]),
        (
            "the example of the text",
            vec![100, 110, 120, 128, 135, 141, 146, 148],
        ),
        ("a ramp", (0..40).map(|n| 3 * n - 17).collect()),
        ("a parabola", (0..40).map(|n| n * n - 5 * n).collect()),
        (
            "a square wave",
            (0..40)
                .map(|n| if n / 5 % 2 == 0 { 900 } else { -850 })
                .collect(),
        ),
        (
            "one spike",
            (0..30)
                .map(|n| if n == 13 { 30_000 } else { 12 + n % 2 })
                .collect(),
        ),
        (
            "the extremes in turn",
            (0..12)
                .map(|n| if n % 2 == 0 { top } else { bottom })
                .collect(),
        ),
        ("from the top down", vec![top, top - 1, top - 5, 0, bottom]),
        ("noise of all bits", noise(20, 8)),
        ("noise of eight bits", noise(40, 24)),
        ("noise of one bit", noise(64, 31)),
        ("a wave", wave(60, 1)),
        ("a wave of even numbers", wave(60, 2)),
        ("a wave of multiples of 16", wave(60, 16)),
        ("a wave of multiples of 4,096", wave(30, 4_096)),
        ("steps of the largest power", vec![0, bottom, 0, 0, bottom]),
        ("a long wave", wave(360, 1)),
    ]
}

fn encoded(codec: u8, values: &[i32]) -> Vec<u8> {
    let answer = shim::outcome(
        "waveform_encode",
        &json!({ "codec": codec, "values": values }),
    );
    unhex(answer["result"]["samples"].as_str().unwrap()).unwrap()
}

fn asks(codec: u8, count: usize, samples: &[u8]) -> Value {
    json!({ "codec": codec, "count": count, "samples": hex(samples) })
}

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "waveform",
        "Blocks of compressed samples, codec 1 (small) and codec 2 (large, an option).",
        FLAGS,
    );
    for (codec, group) in [(1, "blocks of codec 1"), (2, "blocks of codec 2")] {
        let requirements: &[&str] = if codec == 1 {
            &["IOMT-REC-030", "IOMT-REC-033", "IOMT-REC-035"]
        } else {
            &["IOMT-REC-031", "IOMT-REC-035"]
        };
        let group = area.group("waveform_decode", group, requirements, "Predictor");
        for (what, values) in signals() {
            group.valid(what, asks(codec, values.len(), &encoded(codec, &values)));
            match what {
                _ if what.contains("extremes")
                    || what.contains("top")
                    || what.contains("bottom") =>
                {
                    group.flagged("Extremes")
                }
                _ if what.contains("multiples")
                    || what.contains("even")
                    || what.contains("steps") =>
                {
                    group.flagged("Step")
                }
                _ => group,
            };
        }
    }
    for (codec, group) in [(1, "samples for codec 1"), (2, "samples for codec 2")] {
        let requirements: &[&str] = if codec == 1 {
            &["IOMT-REC-030", "IOMT-REC-035"]
        } else {
            &["IOMT-REC-031", "IOMT-REC-035"]
        };
        let group = area
            .group("waveform_encode", group, requirements, "Predictor")
            .judged("decodes");
        for (what, values) in signals() {
            group.acceptable(what, json!({ "codec": codec, "values": values }));
        }
        for value in [8_388_608, -8_388_609, i32::MAX, i32::MIN] {
            group
                .invalid(
                    format!("a sample of {value}"),
                    "out_of_range",
                    json!({ "codec": codec, "values": [3, value, 5] }),
                )
                .flagged("Extremes");
        }
    }
    damaged(&mut area);
    forms(&mut area);
    let group = area.group(
        "waveform_decode",
        "other codecs",
        &["IOMT-REC-032"],
        "Codec",
    );
    for codec in [0, 3, 4, 127, 255] {
        group.invalid(
            format!("codec {codec}"),
            "unknown_codec",
            asks(
                codec,
                8,
                &encoded(1, &[100, 110, 120, 128, 135, 141, 146, 148]),
            ),
        );
    }
    large_blocks_cut_short(&mut area);
    modes::every_mode(&mut area);
    modes::escapes(&mut area);
    area
}

fn damaged(area: &mut Area) {
    let values = [100, 110, 120, 128, 135, 141, 146, 148];
    let block = encoded(1, &values);
    let long = encoded(1, &signals().last().unwrap().1);
    let group = area.group(
        "waveform_decode",
        "blocks cut short",
        &["IOMT-REC-034"],
        "CutBlock",
    );
    for cut in cuts(&block) {
        group.invalid(
            format!("{} of {} bytes", cut.len(), block.len()),
            "truncated",
            asks(1, values.len(), &cut),
        );
    }
    for len in [1, 7, long.len() / 2, long.len() - 1] {
        group.invalid(
            format!("{len} of {} bytes", long.len()),
            "truncated",
            asks(1, 360, &long[..len]),
        );
    }
    group.invalid(
        "a sample more than are there",
        "truncated",
        asks(1, 9, &block),
    );
    group.invalid("nothing for one sample", "truncated", asks(1, 1, &[]));
    let group = area.group(
        "waveform_decode",
        "blocks that go on",
        &["IOMT-REC-034"],
        "Trailing",
    );
    group.invalid(
        "a byte more",
        "trailing_bytes",
        asks(1, 8, &[&block[..], &[0]].concat()),
    );
    group.invalid("a byte for no sample", "trailing_bytes", asks(1, 0, &[0]));
    group.refused("a sample less than are there", asks(1, 7, &block));
    group.invalid(
        "a flat line and a byte",
        "trailing_bytes",
        asks(1, 20, &[&encoded(1, &[1_024; 20])[..], &[7]].concat()),
    );
    let group = area
        .group(
            "waveform_decode",
            "every bit of a block",
            &["IOMT-REC-034", "IOMT-REC-033"],
            "SingleBit",
        )
        .judged("any_error");
    for bit in 0..8 * block.len() {
        group.any(
            format!("bit {bit}"),
            asks(1, values.len(), &flipped(&block, bit)),
        );
    }
}

/// Bits, most significant first, and zeros to the end of the byte.
fn bits(fields: &[(u32, u32)]) -> Vec<u8> {
    let text: String = fields
        .iter()
        .filter(|(_, width)| *width > 0)
        .map(|(value, width)| format!("{value:0width$b}", width = *width as usize))
        .collect();
    let digits: Vec<_> = text.bytes().collect();
    digits
        .chunks(8)
        .map(|byte| {
            (0..8).fold(0, |all, place| {
                all << 1 | byte.get(place).map_or(0, |digit| digit - b'0')
            })
        })
        .collect()
}

fn forms(area: &mut Area) {
    let group = area.group(
        "waveform_decode",
        "forms that are not the one form",
        &["IOMT-REC-034"],
        "Canonical",
    );
    let flat = |size: u32, rest: u32| vec![(31, 5), (size, 5), (rest, size.saturating_sub(1))];
    group.valid("a flat line of zeros", asks(1, 4, &bits(&flat(0, 0))));
    group.valid("a flat line of 5", asks(1, 4, &bits(&flat(4, 2))));
    for (what, count, fields) in [
        (
            "a step of zero",
            2,
            vec![(30, 5), (0, 5), (29, 5), (3, 5), (2, 3), (7, 3)],
        ),
        ("a step of 24", 2, vec![(30, 5), (24, 5), (29, 5), (0, 5)]),
        ("a step of 31", 2, vec![(30, 5), (31, 5), (29, 5), (0, 5)]),
        (
            "two steps",
            2,
            vec![
                (30, 5),
                (1, 5),
                (30, 5),
                (1, 5),
                (29, 5),
                (3, 5),
                (2, 3),
                (7, 3),
            ],
        ),
        (
            "a step before a flat line",
            4,
            [vec![(30, 5), (1, 5)], flat(3, 1)].concat(),
        ),
        (
            "equal samples that are packed",
            3,
            vec![(29, 5), (3, 5), (6, 3), (6, 3), (6, 3)],
        ),
        (
            "one sample that is packed",
            1,
            vec![(29, 5), (3, 5), (6, 3)],
        ),
        (
            "even samples without a step",
            2,
            vec![(29, 5), (4, 5), (8, 4), (12, 4)],
        ),
        (
            "a packed size that is not the least",
            2,
            vec![(29, 5), (6, 5), (2, 6), (7, 6)],
        ),
    ] {
        group.invalid(what, "not_canonical", asks(1, count, &bits(&fields)));
    }
    group.valid(
        "a packed block",
        asks(1, 2, &bits(&[(29, 5), (3, 5), (2, 3), (7, 3)])),
    );
    for (what, count, fields) in [
        (
            "a first of 25 bits",
            2,
            vec![(0, 5), (0, 3), (25, 5), (0, 24), (1, 1)],
        ),
        (
            "a packed size of 25",
            2,
            vec![(29, 5), (25, 5), (1, 25), (2, 25)],
        ),
        (
            "a packed size of 24 behind a step",
            2,
            vec![(30, 5), (1, 5), (29, 5), (24, 5), (1, 24), (2, 24)],
        ),
    ] {
        group.invalid(what, "out_of_range", asks(1, count, &bits(&fields)));
    }
    let group = area.group(
        "waveform_decode",
        "filling of the last byte",
        &["IOMT-REC-034"],
        "Padding",
    );
    for place in 0..6 {
        let mut block = bits(&flat(0, 0));
        block[1] |= 1 << place;
        group.invalid(
            format!("bit {place} of a flat line"),
            "padding",
            asks(1, 4, &block),
        );
    }
    let group = area
        .group(
            "waveform_decode",
            "bytes that look random",
            &["IOMT-REC-034", "IOMT-ERR-004"],
            "SingleBit",
        )
        .judged("any_error");
    for number in 0..20 {
        let block: [u8; 12] = bytes(&format!("block {number}"));
        group.any(format!("block {number} of codec 1"), asks(1, 6, &block));
    }
    for number in 0..6 {
        let block: [u8; 9] = bytes(&format!("block {number}"));
        group.any(format!("block {number} of codec 2"), asks(2, 6, &block));
    }
}

/// A block of codec 2 that ends early is refused, or is another block: never the whole one.
fn large_blocks_cut_short(area: &mut Area) {
    let values = [100, 110, 120, 128, 135, 141, 146, 148, 139, 122, 96, 71];
    let block = encoded(2, &values);
    let group = area.group(
        "waveform_decode",
        "blocks of codec 2 cut short",
        &["IOMT-REC-031", "IOMT-REC-034"],
        "CutBlock",
    );
    for cut in cuts(&block) {
        group.any(
            format!("{} of {} bytes", cut.len(), block.len()),
            asks(2, values.len(), &cut),
        );
    }
}
