//! The clock, and records that nobody knows.

use super::*;

pub(super) fn status(area: &mut Area) {
    let body = |fields: [u64; 4]| fields.map(varint).concat();
    let usual = body([5_000_000, 30_000, 1_764_000_000_123, 250_000]);
    let group = area.group(
        "outstanding",
        "status",
        &["IOMT-OUT-010", "IOMT-OUT-012"],
        "Absent",
    );
    for fields in [
        [5_000_000, 30_000, 1_764_000_000_123, 250_000],
        [0, 0, 0, 0],
        [1, 0, 1_764_000_000_123, 0],
        [7, 1, 0, 0],
        [9, 30_000, 0, 77],
        [u64::MAX, u32::MAX.into(), u64::MAX, u64::MAX],
        [127, 128, 16_383, 16_384],
    ] {
        group.valid(format!("{fields:?}"), asks(&record(2, &body(fields))));
    }
    group.valid("nothing", asks(&[]));
    group.valid(
        "two",
        asks(&[record(2, &usual), record(2, &body([6, 7, 8, 9]))].concat()),
    );
    let group = area.group(
        "outstanding",
        "a status that was cut, and another behind it",
        &["IOMT-OUT-002"],
        "CutRecord",
    );
    for cut in cuts(&usual) {
        group.refused(
            format!("{} bytes", cut.len()),
            asks(&[record(2, &cut), record(2, &body([6, 7, 8, 9]))].concat()),
        );
    }
    for len in [1, 2, 3, 9] {
        group.invalid(
            format!("the frame ends behind {len} bytes"),
            "truncated",
            asks(&record(2, &usual)[..len]),
        );
    }
    let group = area.group(
        "outstanding",
        "a status that goes on",
        &["IOMT-OUT-002", "IOMT-DATA-006"],
        "Trailing",
    );
    group.invalid(
        "a byte more",
        "trailing_bytes",
        asks(&record(2, &[&usual[..], &[0]].concat())),
    );
    group.invalid(
        "a status more",
        "trailing_bytes",
        asks(&record(2, &[&usual[..], &usual[..]].concat())),
    );
    let group = area.group(
        "outstanding",
        "a status with varints that are none",
        &["IOMT-DATA-003", "IOMT-DATA-004"],
        "LongVarint",
    );
    for place in 0..4 {
        let long: Vec<u8> = (0..4)
            .flat_map(|at| if at == place { vec![0x85, 0] } else { vec![5] })
            .collect();
        group.invalid(
            format!("field {place} over-long"),
            "malformed_varint",
            asks(&record(2, &long)),
        );
    }
    group.invalid(
        "due of 33 bits",
        "malformed_varint",
        asks(&record(2, &body([5, 1 << 32, 6, 7]))),
    );
    group.invalid(
        "ticks of 65 bits",
        "malformed_varint",
        asks(&record(2, &[&[0xFF; 9][..], &[2, 5, 6, 7]].concat())),
    );
    let group = area.group(
        "outstanding",
        "records that nobody knows",
        &["IOMT-OUT-001"],
        "Unknown",
    );
    for tag in [0, 6, 8, 16, 126, 128, 4_000] {
        group.valid(
            format!("tag {tag}"),
            asks(&[record(tag, &[7, 0xA9]), record(2, &usual)].concat()),
        );
    }
    for tag in [1, 3, 5, 7, 17, 127, 129, 4_001] {
        group
            .invalid(
                format!("tag {tag}"),
                "unknown_critical",
                asks(&[record(tag, &[7]), record(2, &usual)].concat()),
            )
            .flagged("UnknownCritical");
    }
}
