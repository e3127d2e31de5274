//! Every integer of every record at the greatest value of each width, and one above it.

use super::*;

/// The page of every field, which the guide is made of, too.
const RECORDS: &str = include_str!("../../../../src/guide/records.json");

/// Values by their width in bits; a signed one is written by zigzag, so that both signs are among them.
const GREATEST: [(&str, u64); 4] = [
    ("16 bits", u16::MAX as u64),
    ("32 bits", u32::MAX as u64),
    ("63 bits", i64::MAX as u64),
    ("64 bits", u64::MAX),
];

pub(super) fn widths(area: &mut Area) {
    let group = area.group(
        "decode",
        "each integer of each record at the greatest value of a width, and one above",
        &["IOMT-DATA-004", "IOMT-REC-001", "IOMT-REC-013"],
        "Width",
    );
    let described: Value = serde_json::from_str(RECORDS).unwrap();
    let described = described.as_array().unwrap();
    for (name, record) in all() {
        let (tag, body) = last_body(&written(&[record]));
        let fields = described
            .iter()
            .find(|record| record["tag"] == tag)
            .unwrap();
        for (field, place) in integers(fields["body"].as_array().unwrap(), &body) {
            for (width, greatest) in GREATEST {
                let above = greatest.checked_add(1).map(|above| (" and one", above));
                for (more, value) in [("", greatest)].into_iter().chain(above) {
                    let front = &body[..place.start];
                    let body = [front, &varint(value), &body[place.end..]].concat();
                    group.any(
                        format!("{name}, {field}: {width}{more}"),
                        asks(&plaintext(true, &[(tag, &body)])),
                    );
                }
            }
        }
    }
}

/// The names of the varints in a body, and where each stands.
fn integers(fields: &[Value], body: &[u8]) -> Vec<(String, std::ops::Range<usize>)> {
    let (mut found, mut at) = (Vec::new(), 0);
    for field in fields {
        let end_of_varint = |at: usize| {
            let last = body[at..].iter().position(|byte| byte & 0x80 == 0);
            at + last.unwrap() + 1
        };
        let kind = field["type"].as_str().unwrap();
        let end = match kind {
            "u8" | "i8" => at + 1,
            "varint" | "zigzag" => end_of_varint(at),
            "option" if body[at] == 0 => at + 1,
            "option" => end_of_varint(at + 1),
            "text" | "bytes" if at < body.len() => end_of_varint(at) + usize::from(body[at]),
            _ => body.len(),
        };
        if matches!(kind, "varint" | "zigzag") {
            found.push((field["field"].as_str().unwrap().to_owned(), at..end));
        }
        at = end;
    }
    found
}

/// A sequence that a skip takes to the last one, and records behind it.
pub(super) fn last_sequence(area: &mut Area) {
    let group = area.group(
        "decode",
        "a skip to the last sequence, and records behind it",
        &["IOMT-ENV-021", "IOMT-ENV-012", "IOMT-ENV-004"],
        "Width",
    );
    let gap: (u32, &[u8]) = (42, &[5, 2, 1]);
    // The head says sequence 7, which a record in front takes.
    for (what, step, before, behind) in [
        ("one record in front of it, none behind", u64::MAX - 8, 1, 0),
        ("none in front, none behind", u64::MAX - 7, 0, 0),
        ("to the last, which a record takes", u64::MAX - 7, 0, 1),
        ("to the last, then two records", u64::MAX - 7, 0, 2),
        (
            "to one before the last, then two records",
            u64::MAX - 8,
            0,
            2,
        ),
        (
            "to one before the last, then three records",
            u64::MAX - 8,
            0,
            3,
        ),
        ("one further than the last", u64::MAX - 6, 0, 1),
        ("as far as a varint goes", u64::MAX, 0, 1),
    ] {
        let step = varint(step);
        let records = [vec![gap; before], vec![(5, &step[..])], vec![gap; behind]].concat();
        group.any(what, asks(&plaintext(false, &records)));
    }
}
