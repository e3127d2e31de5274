use super::area::{Area, Flag};
use super::common::{bytes, cuts};
use super::samples::{all, asks, last_body, plaintext, written};
use crate::shim::text::varint;

const FLAGS: &[Flag] = &[
    Flag {
        name: "CutBody",
        bug: "LENGTH",
        says: "takes a body that ends early",
        effect: "fields that nobody sent are made up",
    },
    Flag {
        name: "Trailing",
        bug: "LENGTH",
        says: "takes a body that goes on behind its last field",
        effect: "two programs read one body differently",
    },
    Flag {
        name: "LongVarint",
        bug: "ENCODING",
        says: "takes an over-long varint",
        effect: "one reading has several encodings, and is stored twice",
    },
    Flag {
        name: "VarintRange",
        bug: "OVERFLOW",
        says: "cuts a varint to the bits of its field",
        effect: "a number becomes another one",
    },
    Flag {
        name: "Kind",
        bug: "MISSING_CHECK",
        says: "takes a value of an unknown kind, or an absent one with a number",
        effect: "a measurement that failed is shown as a number",
    },
    Flag {
        name: "ShortCode",
        bug: "TABLE",
        says: "has another short code table",
        effect: "mmol/L is shown as mg/dL",
    },
    Flag {
        name: "Set",
        bug: "TABLE",
        says: "has another table of compounds",
        effect: "systolic and diastolic change places",
    },
    Flag {
        name: "TimeBase",
        bug: "STATE",
        says: "does not follow the time base",
        effect: "readings stand at another time",
    },
    Flag {
        name: "Sequence",
        bug: "STATE",
        says: "counts sequences wrongly",
        effect: "a reading is lost, or taken for another one",
    },
    Flag {
        name: "Head",
        bug: "ENCODING",
        says: "does not read the head of the plaintext",
        effect: "nothing can be read",
    },
    Flag {
        name: "Text",
        bug: "MISSING_CHECK",
        says: "takes a text that is too long or no UTF-8",
        effect: "a database refuses the whole frame",
    },
    Flag {
        name: "Items",
        bug: "LENGTH",
        says: "does not keep to the lengths of a compound's items",
        effect: "one item is taken for two",
    },
    Flag {
        name: "Sign",
        bug: "SIGN",
        says: "reads zigzag wrongly",
        effect: "-5 is shown as 9",
    },
];

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "reading_decode",
        "Plaintexts of data and alarm frames, and what is read from them.",
        FLAGS,
    );
    every_record(&mut area);
    every_cut(&mut area);
    numbers(&mut area);
    short_codes(&mut area);
    compounds(&mut area);
    time_bases(&mut area);
    heads(&mut area);
    sequences(&mut area);
    texts(&mut area);
    area
}

fn every_record(area: &mut Area) {
    let group = area.group(
        "decode",
        "one record of each kind",
        &["IOMT-REC-001", "IOMT-REC-013", "IOMT-ENV-012"],
        "",
    );
    for (name, record) in all() {
        group.valid(name, asks(&written(&[record])));
    }
    let everything: Vec<_> = all().into_iter().map(|(_, record)| record).collect();
    for (place, records) in everything.chunks(7).enumerate() {
        group.valid(
            format!("seven kinds in one frame, {}", place + 1),
            asks(&written(records)),
        );
    }
}

fn every_cut(area: &mut Area) {
    let group = area.group(
        "decode",
        "bodies cut short, the record alone is refused",
        &["IOMT-REC-001", "IOMT-ENV-015"],
        "CutBody",
    );
    let behind: &[u8] = &[1, 5, 0x90, 1];
    for (name, record) in all() {
        let (tag, body) = last_body(&written(&[record]));
        let step = (body.len() / 6).max(1);
        for cut in cuts(&body).step_by(step) {
            let comment = format!("{name}, {} of {} bytes", cut.len(), body.len());
            group.refused(
                comment,
                asks(&plaintext(true, &[(tag, &cut), (16, behind)])),
            );
        }
    }
    let group = area.group(
        "decode",
        "bodies with a byte more",
        &["IOMT-REC-001"],
        "Trailing",
    );
    for (name, record) in all() {
        let (tag, body) = last_body(&written(&[record]));
        let longer = [&body[..], &[0]].concat();
        group.any(
            name,
            asks(&plaintext(true, &[(tag, &longer), (16, behind)])),
        );
    }
}

fn numbers(area: &mut Area) {
    let full = |metric: &[u8], unit: &[u8], offset: &[u8], status: &[u8], rest: &[u8]| {
        [metric, unit, offset, status, rest].concat()
    };
    let (metric, unit) = (&varint(150_456)[..], &varint(262_688)[..]);
    let usual: &[u8] = &[0, 0x8C, 1, 0];
    let group = area.group(
        "decode",
        "over-long varints",
        &["IOMT-DATA-003", "IOMT-REC-001"],
        "LongVarint",
    );
    for (what, body) in [
        (
            "metric",
            full(&[0xB8, 0x97, 0x89, 0], unit, &[0], &[0], usual),
        ),
        (
            "unit",
            full(metric, &[0xA0, 0x84, 0x90, 0], &[0], &[0], usual),
        ),
        ("offset", full(metric, unit, &[0x80, 0], &[0], usual)),
        ("status", full(metric, unit, &[0], &[0x80, 0], usual)),
        (
            "mantissa",
            full(metric, unit, &[0], &[0], &[0, 0x8C, 0x81, 0, 0]),
        ),
    ] {
        group.refused(what, asks(&plaintext(true, &[(18, &body)])));
    }
    for (what, bytes) in [
        ("tag", vec![14, 0x90, 0, 4, 1, 0, 0x90, 1]),
        ("length", vec![14, 0x10, 0x84, 0, 1, 0, 0x90, 1]),
        ("head", vec![0x8E, 0, 0x10, 0]),
        ("time base", vec![14, 3, 2, 0x80, 0]),
        ("skip", vec![14, 5, 2, 0x81, 0]),
    ] {
        group.refused(what, asks(&bytes));
    }
    let group = area.group(
        "decode",
        "varints beyond their field",
        &["IOMT-DATA-004"],
        "VarintRange",
    );
    let beyond = [0x80, 0x80, 0x80, 0x80, 0x10];
    for (what, body) in [
        ("metric of 33 bits", full(&beyond, unit, &[0], &[0], usual)),
        ("unit of 33 bits", full(metric, &beyond, &[0], &[0], usual)),
        (
            "offset of 33 bits",
            full(metric, unit, &beyond, &[0], usual),
        ),
        (
            "status of 17 bits",
            full(metric, unit, &[0], &[0x80, 0x80, 4], usual),
        ),
        (
            "mantissa of 33 bits",
            full(
                metric,
                unit,
                &[0],
                &[0],
                &[0, 0x80, 0x80, 0x80, 0x80, 0x10, 0],
            ),
        ),
    ] {
        group.refused(what, asks(&plaintext(true, &[(18, &body)])));
    }
    let nine = [0xFF; 9];
    for (what, bytes) in [
        ("a tag of 33 bits", [&[14][..], &beyond, &[0]].concat()),
        (
            "a length of 64 bits",
            [&[14, 0x10][..], &nine, &[1]].concat(),
        ),
        ("a head of 65 bits", [&nine[..], &[2]].concat()),
        ("a head of eleven bytes", [&nine[..], &[0xFF, 1]].concat()),
    ] {
        group.refused(what, asks(&bytes));
    }
    let group = area.group(
        "decode",
        "signed numbers",
        &["IOMT-REC-013", "IOMT-DATA-012"],
        "Sign",
    );
    for number in [
        0_i64,
        -1,
        1,
        -2,
        63,
        -64,
        64,
        -65,
        8_191,
        -8_192,
        8_192,
        i32::MAX.into(),
        i32::MIN.into(),
        -5,
        1_000_003,
    ] {
        let zigzag = varint(((number << 1) ^ (number >> 63)).cast_unsigned());
        let body = [&[1, 0][..], &zigzag].concat();
        group.valid(number.to_string(), asks(&plaintext(true, &[(16, &body)])));
    }
    kinds(area, &|rest| full(metric, unit, &[0], &[0], rest));
}

fn kinds(area: &mut Area, full: &dyn Fn(&[u8]) -> Vec<u8>) {
    let group = area.group(
        "decode",
        "kinds of a value",
        &["IOMT-DATA-013", "IOMT-DATA-014", "IOMT-DATA-015"],
        "Kind",
    );
    for kind in 0..=6 {
        let rest = if (1..=4).contains(&kind) {
            [kind, 0, 0]
        } else {
            [kind, 0x53, 0xFE]
        };
        group.valid(
            format!("kind {kind}"),
            asks(&plaintext(true, &[(18, &full(&rest))])),
        );
    }
    for kind in [7, 8, 0x7F, 0x80, 0xFF] {
        group.invalid(
            format!("kind {kind}"),
            "out_of_range",
            asks(&plaintext(true, &[(18, &full(&[kind, 0, 0]))])),
        );
    }
    for kind in 1..=4 {
        for (what, number) in [("a mantissa", [2, 0]), ("an exponent", [0, 0xFF])] {
            let rest = [&[kind][..], &number].concat();
            group.invalid(
                format!("kind {kind} with {what}"),
                "out_of_range",
                asks(&plaintext(true, &[(18, &full(&rest))])),
            );
        }
    }
}

fn short_codes(area: &mut Area) {
    let group = area.group("decode", "every short code", &["IOMT-REC-010"], "ShortCode");
    for code in 1..=28 {
        group.valid(
            format!("code {code}"),
            asks(&plaintext(true, &[(16, &[code, 3, 0xD2, 9])])),
        );
    }
    let group = area.group(
        "decode",
        "short codes that nobody knows",
        &["IOMT-REC-011", "IOMT-ENV-015"],
        "ShortCode",
    );
    for code in [0, 29, 30, 64, 127, 128, 200, 255] {
        group.invalid(
            format!("code {code}"),
            "out_of_range",
            asks(&plaintext(
                true,
                &[(16, &[code, 3, 0xD2, 9]), (16, &[1, 0, 4])],
            )),
        );
    }
}

fn compounds(area: &mut Area) {
    let group = area.group("decode", "sets", &["IOMT-REC-010", "IOMT-REC-022"], "Set");
    group.valid(
        "set 1",
        asks(&plaintext(
            true,
            &[(26, &[1, 0, 0xF0, 1, 0xA2, 1, 0xBC, 1])],
        )),
    );
    group.valid(
        "set 2",
        asks(&plaintext(true, &[(26, &[2, 7, 0xF0, 1, 0xA2, 1])])),
    );
    group.valid(
        "set 3",
        asks(&plaintext(
            true,
            &[(26, &[3, 0, 0xC0, 2, 0xD8, 1, 0x86, 2])],
        )),
    );
    for set in [0, 4, 5, 0x80, 0xFF] {
        group.invalid(
            format!("set {set}"),
            "out_of_range",
            asks(&plaintext(true, &[(26, &[set, 0, 2, 4, 6])])),
        );
    }
    group.refused(
        "set 1 with two numbers",
        asks(&plaintext(true, &[(26, &[1, 0, 2, 4])])),
    );
    group.refused(
        "set 2 with three numbers",
        asks(&plaintext(true, &[(26, &[2, 0, 2, 4, 6])])),
    );
    let item = |mantissa: u8| vec![8, 0x85, 0x94, 9, 0xA0, 0x9E, 0x10, 0, mantissa, 0];
    let item = |mantissa| {
        let mut item = item(mantissa);
        item[0] = 9;
        item
    };
    let full = |items: &[u8]| {
        let head = [&varint(150_020)[..], &[0, 0]].concat();
        [&head[..], &varint(items.len() as u64), items].concat()
    };
    let group = area.group(
        "decode",
        "items of a compound in full",
        &["IOMT-REC-020", "IOMT-REC-021"],
        "Items",
    );
    for count in 1..=6_u8 {
        let items: Vec<_> = (0..count).flat_map(|place| item(2 * place + 4)).collect();
        group.valid(
            format!("{count} items"),
            asks(&plaintext(true, &[(28, &full(&items))])),
        );
    }
    let seven: Vec<_> = (0..7).flat_map(item).collect();
    group.invalid(
        "no item",
        "out_of_range",
        asks(&plaintext(true, &[(28, &full(&[]))])),
    );
    group.invalid(
        "seven items",
        "out_of_range",
        asks(&plaintext(true, &[(28, &full(&seven))])),
    );
    for (what, change) in [
        ("a length one less", 8),
        ("a length one more", 10),
        ("a length of zero", 0),
        ("a length of 255", 0xFF),
    ] {
        let mut items = [item(4), item(6)].concat();
        items[0] = change;
        group.refused(what, asks(&plaintext(true, &[(28, &full(&items))])));
    }
    let mut items = item(4);
    items[7] = 9;
    group.refused(
        "an item of an unknown kind",
        asks(&plaintext(true, &[(28, &full(&items))])),
    );
}

fn time_bases(area: &mut Area) {
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

fn heads(area: &mut Area) {
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

fn sequences(area: &mut Area) {
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

fn texts(area: &mut Area) {
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
