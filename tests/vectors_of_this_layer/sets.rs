//! Sequences of counters, and the receipts that follow.

use iomt::seal::{Error, Opening};
use iomt::wire;
use serde_json::{Value, json};

use crate::File;
use crate::keys::{first_epochs, session};
use crate::text::hex;

/// Counters with odd numbers up to this many: each needs a range.
fn odd(count: u32) -> Vec<u32> {
    (0..count).map(|number| 2 * number + 1).collect()
}

pub(crate) fn file() -> File {
    let full = odd(16);
    let then = |more: &[u32]| [&full[..], more].concat();
    let sequences: [(&str, u8, Vec<u32>); 11] = [
        ("in order", 0, (0..5).collect()),
        ("backwards", 0, (0..5).rev().collect()),
        ("a hole that is filled later", 0, vec![0, 1, 3, 4, 2]),
        ("two ranges that become one", 0, vec![2, 4, 3]),
        ("sixteen ranges, and one too many", 0, then(&[33, 40])),
        (
            "a full set takes what touches a range",
            0,
            then(&[32, 31, 30]),
        ),
        ("a full set takes its floor", 0, then(&[0, 2, 33])),
        (
            "four ranges of alarms, and one too many",
            1,
            [odd(4), vec![9, 8, 0, 9]].concat(),
        ),
        ("the last counter", 0, vec![0xFF_FF_FE, 0]),
        ("large steps", 0, vec![100, 20_000, 3_000_000, 0, 101]),
        ("a counter twice", 0, vec![3, 0, 3, 0]),
    ];
    File {
        name: "received_set",
        about: "Frames of epoch 0, opened and stored in this order: a counter that has no room is refused, one that was stored is a duplicate. Then the receipt's body.",
        notes: json!({}),
        groups: vec![json!({
            "type": "ReceivedSet",
            "limits": { "data": 16, "alarm": 4 },
            "tests": sequences.map(|(comment, space, counters)| case(comment, space, &counters)).to_vec(),
        })],
    }
}

fn case(comment: &str, space: u8, counters: &[u32]) -> Value {
    let (secrets, epoch) = (session().0, &first_epochs()[0]);
    let mut opener = secrets.into_opener();
    let mut steps = Vec::new();
    for counter in counters {
        let mut packet = epoch.unproved(space, *counter, b"reading");
        let said = match opener.open(&mut packet) {
            Ok(Opening::Fresh(opened)) => {
                let stored = opened.stored();
                opener.commit(stored).unwrap();
                "stored"
            }
            Ok(Opening::Duplicate) => "duplicate",
            Err(Error::Malformed(wire::Error::SetFull)) => "full",
            other => panic!("{comment}: {other:?}"),
        };
        steps.push(json!([counter, said]));
    }
    let mut out = [0; wire::MAX_DATAGRAM];
    let receipt = opener.receipt(None, &mut out).unwrap();
    let Ok(wire::Packet::Receipt(receipt)) = wire::Packet::parse(receipt) else {
        panic!("a receipt")
    };
    json!({
        "comment": comment,
        "space": space,
        "epochTag": hex(epoch.tag),
        "steps": steps,
        "body": hex(receipt.body),
        "result": "valid",
    })
}
