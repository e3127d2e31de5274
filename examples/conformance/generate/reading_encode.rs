use serde_json::{Value, json};

use super::area::{Area, Flag};
use super::common::many;
use super::padding;
use super::samples::{TIME, all, observation, stamp};
use crate::shim::text::hex;

const FLAGS: &[Flag] = &[
    Flag {
        name: "ShortForm",
        bug: "ENCODING",
        says: "writes the full form where the short one says all",
        effect: "a frame is twice as long",
    },
    Flag {
        name: "LostInShortForm",
        bug: "LOST_DIGITS",
        says: "writes the short form where it does not say all",
        effect: "a digit, a status or a kind is lost",
    },
    Flag {
        name: "TimeBase",
        bug: "STATE",
        says: "sets the time base elsewhere",
        effect: "a time can not be said, or costs bytes again and again",
    },
    Flag {
        name: "Rounding",
        bug: "ROUNDING",
        says: "rounds an offset up",
        effect: "a reading lies in the future",
    },
    Flag {
        name: "Head",
        bug: "ENCODING",
        says: "writes another head",
        effect: "sequences are those of other readings",
    },
    Flag {
        name: "OutOfRange",
        bug: "OVERFLOW",
        says: "cuts what no record can say",
        effect: "a number becomes another one",
    },
    Flag {
        name: "Padding",
        bug: "LENGTH",
        says: "fills plaintexts up to other lengths",
        effect: "who hears a frame sees what kind of reading is in it",
    },
    Flag {
        name: "NoRoom",
        bug: "LENGTH",
        says: "writes more than a datagram holds",
        effect: "the frame never arrives",
    },
];

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "reading_encode",
        "Records, and the plaintext that says them.",
        FLAGS,
    );
    every_record(&mut area);
    forms(&mut area);
    bases(&mut area);
    heads(&mut area);
    refused(&mut area);
    statuses(&mut area);
    padding::group(&mut area);
    area
}

fn asks(records: &[Value]) -> Value {
    json!({ "sequence": "7", "records": records })
}

fn every_record(area: &mut Area) {
    let group = area.group(
        "encode",
        "one record of each kind",
        &["IOMT-REC-001", "IOMT-DATA-002"],
        "",
    );
    for (name, record) in all() {
        group.valid(name, asks(&[record]));
    }
}

fn with(mut record: Value, name: &str, value: Value) -> Value {
    record[name] = value;
    record
}

fn forms(area: &mut Area) {
    let group = area.group(
        "encode",
        "the short form",
        &["IOMT-REC-010", "IOMT-DATA-002"],
        "ShortForm",
    );
    let of = |metric: u32, unit: u32, value: &str| json!({ "record": "observation", "metric": metric, "unit": unit, "time": TIME, "value": value, "status": 0 });
    for (metric, unit, value) in [
        (147_842, 264_864, "0e0"),
        (147_842, 264_864, "-3e0"),
        (150_456, 262_688, "98e0"),
        (150_456, 262_688, "975e-1"),
        (150_364, 268_192, "366e-1"),
        (150_364, 268_192, "3660e-2"),
        (160_184, 264_274, "104e0"),
        (160_020, 266_866, "58e-1"),
        (188_736, 263_875, "8123e-2"),
        (188_736, 263_875, "81230e-3"),
        (147_240, 264_338, "834e0"),
        (150_448, 262_688, "123e-2"),
        (4_294_934_531, 268_800, "8711e0"),
        (188_508, 268_192, "2150e-2"),
        (152_584, 265_216, "412e0"),
        (67_996, 262_688, "2147483647e0"),
        (67_996, 262_688, "-2147483648e0"),
    ] {
        group.valid(
            format!("{metric} in {unit}, {value}"),
            asks(&[of(metric, unit, value)]),
        );
    }
    let cuff = |unit: u32, values: &[(u32, &str)], status: u16| {
        let components: Vec<_> = values
            .iter()
            .map(|(metric, value)| json!({ "metric": metric, "unit": unit, "value": value }))
            .collect();
        json!({ "record": "compound", "metric": 150_020, "time": TIME, "status": status, "components": components })
    };
    let three = [(150_021, "138e0"), (150_022, "88e0"), (150_023, "104e0")];
    let kilo = [
        (150_021, "184e-1"),
        (150_022, "117e-1"),
        (150_023, "139e-1"),
    ];
    group.valid("set 1", asks(&[cuff(266_016, &three, 0)]));
    group.valid("set 2", asks(&[cuff(266_016, &three[..2], 0)]));
    group.valid("set 3", asks(&[cuff(265_987, &kilo, 0)]));
    let group = area.group(
        "encode",
        "what the short form would lose",
        &["IOMT-REC-012"],
        "LostInShortForm",
    );
    for value in [
        "720e-1", "7e1", "nan", "nres", "+inf", "-inf", "<30e0", ">300e0",
    ] {
        group.valid(value, asks(&[observation(value, 0)]));
    }
    for status in [
        1, 0x20, 0x40, 0x80, 0x400, 0x800, 0x1000, 0x2000, 0x4000, 0x8000, 0xC861,
    ] {
        group.valid(
            format!("status {status:#06x}"),
            asks(&[observation("72e0", status)]),
        );
    }
    group.valid("another unit", asks(&[of(147_842, 266_876, "72e0")]));
    group.valid("another metric", asks(&[of(147_843, 264_864, "72e0")]));
    group.valid(
        "a vendor's metric",
        asks(&[of(0x8000_0000 | 0x0059 << 15 | 7, 262_656, "3e0")]),
    );
    for (what, record) in [
        ("a status", cuff(266_016, &three, 0x8000)),
        ("kPa of whole numbers", cuff(265_987, &three, 0)),
        (
            "the second before the first",
            cuff(266_016, &[three[1], three[0]], 0),
        ),
        (
            "a part that is absent",
            cuff(266_016, &[three[0], (150_022, "nan")], 0),
        ),
        ("one part", cuff(266_016, &three[..1], 0)),
        (
            "four parts",
            cuff(
                266_016,
                &[three[0], three[1], three[2], (149_546, "71e0")],
                0,
            ),
        ),
        (
            "a part with another exponent",
            cuff(266_016, &[three[0], (150_022, "880e-1"), three[2]], 0),
        ),
    ] {
        group.valid(format!("a cuff with {what}"), asks(&[record]));
    }
}

fn bases(area: &mut Area) {
    let group = area.group(
        "encode",
        "time bases",
        &["IOMT-REC-013", "IOMT-REC-014", "IOMT-ENV-022"],
        "TimeBase",
    );
    let at = |micros: u64| with(observation("72e0", 0), "time", micros.to_string().into());
    let longest = u64::from(u32::MAX);
    for (what, times) in [
        ("one time", vec![5_000_000]),
        ("two equal times", vec![5_000_000, 5_000_000]),
        ("1 s later", vec![5_000_000, 6_000_000]),
        ("before the base", vec![5_000_000, 4_000_000]),
        (
            "before the base, then behind it",
            vec![5_000_000, 4_000_000, 5_000_000],
        ),
        ("as far behind as the offset holds", vec![7, 7 + longest]),
        ("one µs further", vec![7, 8 + longest]),
        ("an hour and more", vec![0, 4_300_000_000, 4_301_000_000]),
        ("zero", vec![0]),
        ("the last", vec![u64::MAX]),
    ] {
        let records: Vec<_> = times.into_iter().map(at).collect();
        group.valid(what, asks(&records));
    }
    let gap = json!({ "record": "gap", "firstSequence": "3", "count": 1, "reason": 1 });
    group.valid(
        "a record without a time asks for none",
        asks(std::slice::from_ref(&gap)),
    );
    group.valid(
        "a record without a time between two",
        asks(&[at(9), gap, at(9_000_009)]),
    );
    let group = area.group(
        "encode",
        "offsets are rounded down",
        &["IOMT-REC-013"],
        "Rounding",
    );
    for micros in [1, 499, 500, 999, 1_000, 1_001, 1_999, 123_456_789] {
        group.valid(format!("{micros} µs"), asks(&[at(0), at(micros)]));
    }
    let mut synced = json!({ "record": "clock_sync", "time": TIME, "stamp": stamp() });
    synced["stamp"]["utcOffset"] = Value::Null;
    group
        .valid("a stamp without an offset", asks(&[synced.clone()]))
        .flagged("ShortForm");
    synced["stamp"]["unix"] = "-1".into();
    group
        .valid("a stamp before 1970", asks(&[synced]))
        .flagged("ShortForm");
}

fn heads(area: &mut Area) {
    let group = area.group("encode", "heads", &["IOMT-ENV-003", "IOMT-ENV-005"], "Head");
    for sequence in [
        "0",
        "1",
        "63",
        "64",
        "16383",
        "4294967296",
        "9223372036854775807",
    ] {
        group.valid(sequence, json!({ "sequence": sequence, "records": [] }));
        group.valid(format!("{sequence}, with a run"), json!({ "sequence": sequence, "run": "b1f2039a7c6d4e58", "records": [observation("72e0", 0)] }));
    }
    group
        .invalid(
            "a sequence of 64 bits",
            "out_of_range",
            json!({ "sequence": "9223372036854775808", "records": [] }),
        )
        .flagged("OutOfRange");
    group
        .invalid(
            "the last of 64 bits",
            "out_of_range",
            json!({ "sequence": "18446744073709551615", "records": [] }),
        )
        .flagged("OutOfRange");
}

fn refused(area: &mut Area) {
    let group = area.group(
        "encode",
        "what no record can say",
        &["IOMT-REC-002", "IOMT-REC-020", "IOMT-REC-036"],
        "OutOfRange",
    );
    let samples: Vec<_> = all();
    let sample = |name: &str| {
        samples
            .iter()
            .find(|(known, _)| *known == name)
            .unwrap()
            .1
            .clone()
    };
    let long = |len: usize| Value::from("x".repeat(len));
    for (record, member, longest) in [
        ("text", "text", 255),
        ("text", "language", 255),
        ("context", "algorithm", 32),
        ("context", "algorithmVersion", 32),
        ("device descriptor", "manufacturer", 64),
        ("device descriptor", "udiProduction", 64),
        ("dose", "medicine", 64),
        ("asset", "item", 64),
        ("asset", "location", 64),
        ("consent reference", "reference", 64),
        ("setting", "name", 64),
        ("setting", "value", 64),
    ] {
        group.any(
            format!("{member} of {record}, {longest} bytes"),
            asks(&[with(sample(record), member, long(longest))]),
        );
        group.any(
            format!("{member} of {record}, {} bytes", longest + 1),
            asks(&[with(sample(record), member, long(longest + 1))]),
        );
    }
    let none = json!({ "record": "compound", "metric": 150_020, "time": TIME, "status": 0, "components": [] });
    group.invalid("a compound of nothing", "out_of_range", asks(&[none]));
    let part = json!({ "metric": 150_021, "unit": 266_016, "value": "138e0" });
    let seven = json!({ "record": "compound", "metric": 150_020, "time": TIME, "status": 0, "components": vec![part; 7] });
    group.invalid("a compound of seven", "out_of_range", asks(&[seven]));
    group.invalid(
        "a rate of zero",
        "out_of_range",
        asks(&[with(sample("waveform"), "rate", 0.into())]),
    );
    for tag in [0, 3, 5, 15] {
        group.invalid(
            format!("an unknown record with tag {tag}"),
            "out_of_range",
            asks(&[json!({ "record": "unknown", "tag": tag, "body": "07" })]),
        );
    }
    group.valid(
        "an unknown record",
        asks(&[json!({ "record": "unknown", "tag": 4_000, "body": "07a9" })]),
    );
    let group = area.group(
        "encode",
        "more than a datagram holds",
        &["IOMT-SEAL-001"],
        "NoRoom",
    );
    let stream = |len: usize| {
        with(
            sample("stream"),
            "data",
            Value::from(hex(many("a stream", len))),
        )
    };
    let fits = |len: usize| shim_len(&asks(&[stream(len)]));
    let longest = (1_100..1_232).rev().find(|len| fits(*len)).unwrap();
    group.valid("1,232 bytes", asks(&[stream(longest)]));
    group.invalid("a byte more", "no_room", asks(&[stream(longest + 1)]));
    group.invalid(
        "a record more",
        "no_room",
        asks(&[stream(longest), observation("72e0", 0)]),
    );
}

fn statuses(area: &mut Area) {
    let group = area.group(
        "encode",
        "a status of each component",
        &["IOMT-REC-023"],
        "LostInShortForm",
    );
    let cuff = |statuses: [u16; 3]| {
        let parts = [(150_021, "138e0"), (150_022, "88e0"), (150_023, "104e0")];
        let parts: Vec<_> = parts
            .iter()
            .zip(statuses)
            .map(|((metric, value), status)| {
                let part = json!({ "metric": metric, "unit": 266_016, "value": value });
                match status {
                    0 => part,
                    status => with(part, "status", status.into()),
                }
            })
            .collect();
        json!({ "record": "compound", "metric": 150_020, "time": TIME, "status": 0, "components": parts })
    };
    for statuses in [[1, 0, 0], [0, 0, 0x4000], [1, 2, 4], [0xFFFF, 0x80, 0x7F]] {
        group.valid(format!("{statuses:x?}"), asks(&[cuff(statuses)]));
    }
}

fn shim_len(request: &Value) -> bool {
    crate::shim::outcome("encode", request)
        .get("result")
        .is_some()
}
