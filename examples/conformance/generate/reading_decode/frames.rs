//! Heads, sequences, time bases and texts.

use super::*;

pub(super) fn time_bases(area: &mut Area) {
    let group = area.group(
        "decode",
        "time bases",
        &[
            "IOMT-REC-013",
            "IOMT-ENV-022",
            "IOMT-ENV-023",
            "IOMT-ENV-024",
        ],
        "TimeBase",
    );
    let pulse: (u32, &[u8]) = (16, &[1, 0xE8, 7, 0x90, 1]);
    let base = |micros: u64| varint(micros);
    group.valid("an offset of 1 s", asks(&plaintext(true, &[pulse])));
    group.valid(
        "two bases",
        asks(&plaintext(true, &[pulse, (3, &base(77_000_001)), pulse])),
    );
    group.valid(
        "a base before the one in force",
        asks(&plaintext(true, &[pulse, (3, &base(1)), pulse])),
    );
    group.valid(
        "a base that nothing follows",
        asks(&plaintext(true, &[pulse, (3, &base(9))])),
    );
    group.valid(
        "the longest offset",
        asks(&plaintext(
            true,
            &[(16, &[1, 0xFF, 0xFF, 0xFF, 0xFF, 0xF, 2])],
        )),
    );
    group.valid(
        "a base of microseconds",
        asks(&plaintext(false, &[(3, &base(1_234_567)), pulse])),
    );
    group.any(
        "the last base",
        asks(&plaintext(false, &[(3, &base(u64::MAX)), (16, &[1, 0, 4])])),
    );
    group.invalid("no base", "out_of_range", asks(&plaintext(false, &[pulse])));
    group.invalid(
        "no base, then one",
        "out_of_range",
        asks(&plaintext(false, &[pulse, (3, &base(9)), pulse])),
    );
    group.refused("an empty base", asks(&plaintext(true, &[(3, &[]), pulse])));
    group.refused(
        "a base with a byte more",
        asks(&plaintext(true, &[(3, &[9, 0]), pulse])),
    );
    group.refused(
        "an over-long base ends the one before",
        asks(&plaintext(true, &[(3, &[0x89, 0]), pulse])),
    );
    group.refused(
        "behind a base that is refused another one",
        asks(&plaintext(true, &[(3, &[0x89, 0]), (3, &base(9)), pulse])),
    );
    let wave: &[u8] = &[8, 0x87, 0xAD, 0x4B, 0xC0, 0xFC, 0x15, 0, 0xA, 0, 1, 0, 0];
    group.valid(
        "an offset of a waveform is in µs",
        asks(&plaintext(true, &[(20, wave)])),
    );
}

pub(super) fn heads(area: &mut Area) {
    let group = area.group(
        "decode",
        "heads",
        &[
            "IOMT-ENV-005",
            "IOMT-ENV-012",
            "IOMT-ENV-016",
            "IOMT-ENV-017",
        ],
        "Head",
    );
    let run: [u8; 8] = bytes("run");
    let gap: &[u8] = &[42, 4, 0xAC, 2, 0xC, 2];
    for sequence in [0_u64, 1, 63, 64, 8_191, 1 << 32, (1 << 62) + 5] {
        let head = varint(sequence << 1);
        group.valid(
            format!("sequence {sequence}"),
            asks(&[&head[..], gap].concat()),
        );
        let head = varint(sequence << 1 | 1);
        group.valid(
            format!("sequence {sequence} and a run"),
            asks(&[&head[..], &run, gap].concat()),
        );
    }
    group.valid("a head alone", asks(&[14]));
    group.valid("a head and a run alone", asks(&[&[15][..], &run].concat()));
    group.invalid("nothing", "truncated", asks(&[]));
    for cut in [0, 1, 4, 7] {
        group.invalid(
            format!("{cut} bytes of a run"),
            "truncated",
            asks(&[&[15][..], &run[..cut]].concat()),
        );
    }
    group.invalid("half a varint", "truncated", asks(&[0x8E]));
}

pub(super) fn sequences(area: &mut Area) {
    let group = area.group(
        "decode",
        "sequences",
        &[
            "IOMT-ENV-004",
            "IOMT-ENV-012",
            "IOMT-ENV-020",
            "IOMT-ENV-021",
            "IOMT-ENV-014",
        ],
        "Sequence",
    );
    let pulse: (u32, &[u8]) = (16, &[1, 0, 4]);
    let skip = |step: u64| varint(step);
    group.valid(
        "three records",
        asks(&plaintext(true, &[pulse, pulse, pulse])),
    );
    group.valid(
        "a skip between",
        asks(&plaintext(true, &[pulse, (5, &skip(3)), pulse])),
    );
    group.valid(
        "two skips",
        asks(&plaintext(true, &[(5, &skip(1)), (5, &skip(300)), pulse])),
    );
    group.valid(
        "padding takes no sequence",
        asks(&plaintext(true, &[pulse, (0, &[0; 9]), pulse])),
    );
    group.valid(
        "padding holds anything",
        asks(&plaintext(true, &[(0, &[0xA5, 0, 7]), pulse])),
    );
    group.valid("empty padding", asks(&plaintext(true, &[(0, &[]), pulse])));
    group.refused(
        "a refused record takes its sequence",
        asks(&plaintext(true, &[(16, &[0xEE, 0, 4]), pulse])),
    );
    group.invalid(
        "a skip of zero",
        "out_of_range",
        asks(&plaintext(true, &[pulse, (5, &[0]), pulse])),
    );
    group.refused(
        "a skip without a number",
        asks(&plaintext(true, &[pulse, (5, &[]), pulse])),
    );
    group.refused(
        "a skip with a byte more",
        asks(&plaintext(true, &[pulse, (5, &[2, 0]), pulse])),
    );
    group.invalid(
        "a skip past the last sequence",
        "out_of_range",
        asks(&plaintext(true, &[pulse, (5, &skip(u64::MAX)), pulse])),
    );
    group.any(
        "a skip to the last sequence",
        asks(&plaintext(true, &[(5, &skip(u64::MAX - 8)), pulse])),
    );
    let whole = plaintext(true, &[pulse, pulse]);
    for missing in [1, 2, 3, 4] {
        group.invalid(
            format!("the frame ends {missing} bytes early"),
            "truncated",
            asks(&whole[..whole.len() - missing]),
        );
    }
    group.invalid(
        "a length beyond the frame",
        "truncated",
        asks(&[&whole[..], &[16, 0x7F, 1]].concat()),
    );
}

pub(super) fn texts(area: &mut Area) {
    let group = area.group(
        "decode",
        "texts",
        &["IOMT-DATA-007", "IOMT-REC-002"],
        "Text",
    );
    let text = |text: &[u8]| [&[0, 2][..], b"en", &varint(text.len() as u64), text].concat();
    for len in [0, 1, 127, 128, 255] {
        group.valid(
            format!("{len} bytes"),
            asks(&plaintext(true, &[(44, &text(&vec![b'x'; len]))])),
        );
    }
    group.valid(
        "four scripts",
        asks(&plaintext(
            true,
            &[(44, &text("Ärger, δύσπνοια, 眩暈, 🫀".as_bytes()))],
        )),
    );
    for len in [256, 300] {
        group.invalid(
            format!("{len} bytes"),
            "out_of_range",
            asks(&plaintext(true, &[(44, &text(&vec![b'x'; len]))])),
        );
    }
    for (what, bad) in [
        ("a byte of no character", &[b'a', 0xFF, b'b'][..]),
        ("half a character", &[0xE2, 0x82]),
        ("an over-long character", &[0xC0, 0xAF]),
        ("a surrogate", &[0xED, 0xA0, 0x80]),
        ("above U+10FFFF", &[0xF4, 0x90, 0x80, 0x80]),
    ] {
        group.refused(what, asks(&plaintext(true, &[(44, &text(bad))])));
    }
    let descriptor = |len: usize| {
        let mut body = varint(len as u64);
        body.extend(vec![b'm'; len]);
        body.extend([0; 5]);
        body
    };
    group.valid(
        "a maker of 64 bytes",
        asks(&plaintext(false, &[(24, &descriptor(64))])),
    );
    group.refused(
        "a maker of 65 bytes",
        asks(&plaintext(false, &[(24, &descriptor(65))])),
    );
}

/// A whole plaintext at every byte: the records in front of the cut stand.
pub(super) fn cut(area: &mut Area) {
    let group = area.group(
        "decode",
        "plaintexts that are cut",
        &["IOMT-ENV-014", "IOMT-ENV-016", "IOMT-DATA-005"],
        "CutPlaintext",
    );
    let pulse: (u32, &[u8]) = (16, &[1, 0, 0xC4, 1]);
    let full: (u32, &[u8]) = (16, &[1, 0xE8, 7, 0x90, 1]);
    let records = plaintext(true, &[pulse, full]);
    let whole = [&[0x0F], &bytes::<8>("run of a cut")[..], &records[1..]].concat();
    for cut in cuts(&whole) {
        group.any(
            format!("{} of {} bytes", cut.len(), whole.len()),
            asks(&cut),
        );
    }
}
