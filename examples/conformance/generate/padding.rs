//! Plaintexts that are filled up, so that lengths say less.

use serde_json::{Value, json};

use super::area::Area;
use super::common::many;
use super::samples::observation;
use crate::shim::text::hex;

/// Bytes of a plaintext beside the body of its one record: head, tag, length.
const AROUND_SHORT: usize = 3;
const AROUND_LONG: usize = 4;
/// The longest body whose length is one byte.
const SHORT: usize = 127;

pub(super) fn group(area: &mut Area) {
    let group = area.group(
        "encode",
        "filled up by a padding record",
        &["IOMT-ENV-026", "IOMT-ENV-020"],
        "Padding",
    );
    for unit in [32, 64, 128] {
        for len in [unit - 3, unit - 2, unit - 1, unit, unit + 1, 2 * unit + 5] {
            group.valid(
                format!("{len} bytes to a multiple of {unit}"),
                asks(unit, &[of_len(len)]),
            );
        }
        group.valid(
            format!("a heart rate to {unit}"),
            asks(unit, &[observation("72e0", 0)]),
        );
    }
    for len in [1_215, 1_216, 1_229, 1_230, 1_231, 1_232] {
        group.valid(
            format!("{len} bytes, of which there is no multiple that fits"),
            asks(64, &[of_len(len)]),
        );
    }
}

fn asks(unit: usize, records: &[Value]) -> Value {
    json!({ "sequence": "7", "padTo": unit, "records": records })
}

/// The record that makes a plaintext of so many bytes.
fn of_len(len: usize) -> Value {
    let around = match len - AROUND_SHORT {
        ..=SHORT => AROUND_SHORT,
        _ => AROUND_LONG,
    };
    let body = many(&format!("a record for {len}"), len - around);
    json!({ "record": "unknown", "tag": 100, "body": hex(body) })
}
