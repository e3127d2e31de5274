//! The plaintext of control frames.

use core::num::{NonZeroU32, NonZeroU64};

use iomt::wire::Space;
use iomt::wire::control::{ControlRecord, ControlRecords, ListedEpoch, ListedSpace};
use serde_json::{Value, json};

use crate::File;
use crate::text::{hex, varint};

fn record(tag: u64, body: &[u8]) -> Vec<u8> {
    [&varint(tag)[..], &varint(body.len() as u64), body].concat()
}

fn status([ticks, due, time, age]: [u64; 4]) -> Vec<u8> {
    record(2, &[ticks, due, time, age].map(varint).concat())
}

/// Code, floor and span, and the losses: gap, length, why.
type SpaceText<'a> = (u8, u64, u64, &'a [(u64, u64, u8)]);

/// Locator, flags, secret and run; then the spaces.
fn epoch(seed: u8, flags: u8, spaces: &[SpaceText<'_>]) -> Vec<u8> {
    let secret = [seed; 32];
    let secret = if flags & 1 == 1 { &secret[..] } else { &[] };
    let mut out = [&[seed + 1; 8][..], &[flags], secret, &[seed + 2; 8]].concat();
    out.push(spaces.len() as u8);
    for (code, floor, span, losses) in spaces {
        out.push(*code);
        for number in [*floor, *span, losses.len() as u64] {
            out.extend(varint(number));
        }
        for (gap, len, why) in *losses {
            out.extend([varint(*gap), varint(*len), vec![*why]].concat());
        }
    }
    out
}

fn list(epochs: &[Vec<u8>]) -> Vec<u8> {
    let count = varint(epochs.len() as u64);
    record(4, &[&count[..], &epochs.concat()].concat())
}

pub(crate) fn file() -> File {
    let own = || epoch(1, 0, &[(0, 0, 3, &[]), (1, 0, 0, &[])]);
    let bad = |flags, spaces: &[SpaceText<'_>]| list(&[epoch(1, flags, spaces)]);
    let full = [
        status([5_000_000, 30_000, 1_764_000_000_000, 250]),
        list(&[
            epoch(
                0x20,
                1,
                &[
                    (0, 7, 3, &[(0, 2, 1), (0, 1, 2), (4, 1, 4)]),
                    (1, 1, 0, &[]),
                ],
            ),
            epoch(0x30, 3, &[(0, 4, 6, &[])]),
            epoch(0x40, 1, &[(1, 2, 0, &[(1, 1, 5)])]),
            own(),
        ]),
    ]
    .concat();
    let cases: [(&str, &str, Vec<u8>); 26] = [
        ("nothing", "", Vec::new()),
        (
            "a clock",
            "",
            status([5_000_000, 30_000, 1_764_000_000_000, 250]),
        ),
        (
            "a clock, no promise, no server time",
            "",
            status([0, 0, 0, 0]),
        ),
        (
            "the largest numbers",
            "",
            status([u64::MAX, 0xFFFF_FFFF, u64::MAX, u64::MAX]),
        ),
        ("the epoch itself", "", list(&[own()])),
        (
            "clock, and epochs with losses, one of them cut",
            "",
            full.clone(),
        ),
        (
            "an epoch of which no space is said",
            "",
            list(&[epoch(1, 0, &[])]),
        ),
        (
            "an unknown record, to be skipped",
            "",
            [&record(6, b"later")[..], &full].concat(),
        ),
        (
            "counters up to the last",
            "",
            bad(0, &[(0, 0xFF_FF_FF, 0, &[(0, 0xFF_FF_FF, 3)])]),
        ),
        (
            "an unknown record that is critical",
            "Critical",
            record(7, b"later"),
        ),
        (
            "a clock that goes on",
            "Malformed",
            record(2, &[0, 0, 0, 0, 0]),
        ),
        (
            "a clock that ends early",
            "Malformed",
            record(2, &[0, 0, 0]),
        ),
        (
            "a promise of more than 32 bits",
            "Malformed",
            status([0, 1 << 32, 0, 0]),
        ),
        (
            "a varint that is too long",
            "Malformed",
            record(2, &[0x80, 0, 0, 0, 0]),
        ),
        ("a length behind the end", "Malformed", vec![2, 9, 0]),
        ("no epoch", "Malformed", record(4, &[0])),
        (
            "two epochs without a secret",
            "Malformed",
            list(&[own(), own()]),
        ),
        (
            "no epoch without a secret",
            "Malformed",
            list(&[epoch(1, 1, &[])]),
        ),
        ("a flag that is reserved", "Malformed", bad(4, &[])),
        (
            "alarm in front of data",
            "Malformed",
            bad(0, &[(1, 0, 0, &[]), (0, 0, 0, &[])]),
        ),
        (
            "data twice",
            "Malformed",
            bad(0, &[(0, 0, 0, &[]), (0, 0, 0, &[])]),
        ),
        (
            "control among the spaces",
            "Malformed",
            bad(0, &[(2, 0, 0, &[])]),
        ),
        (
            "an end behind the last counter",
            "Malformed",
            bad(0, &[(0, 0xFF_FF_FF, 1, &[])]),
        ),
        (
            "a loss of nothing",
            "Malformed",
            bad(0, &[(0, 5, 0, &[(1, 0, 1)])]),
        ),
        (
            "a loss behind the end",
            "Malformed",
            bad(0, &[(0, 5, 0, &[(5, 1, 1)])]),
        ),
        (
            "a reason that is not known",
            "Malformed",
            bad(0, &[(0, 5, 0, &[(1, 1, 6)])]),
        ),
    ];
    File {
        name: "control",
        about: "Plaintexts of control frames, and what they say.",
        notes: json!({
            "Critical": "a record that must not be passed over, and is not known",
            "Malformed": "a record that breaks a rule of its layout; it is refused, and it alone",
        }),
        groups: vec![json!({
            "type": "Control",
            "tests": cases.map(|(comment, flag, bytes)| case(comment, flag, &bytes)).to_vec(),
        })],
    }
}

fn case(comment: &str, flag: &str, plaintext: &[u8]) -> Value {
    let records: Vec<_> = ControlRecords::new(plaintext).collect();
    let is_valid = records.iter().all(Result::is_ok);
    assert_eq!(is_valid, flag.is_empty(), "{comment}: {records:?}");
    let flags: Vec<_> = Some(flag)
        .filter(|flag| !flag.is_empty())
        .into_iter()
        .collect();
    let mut test = json!({
        "comment": comment,
        "plaintext": hex(plaintext),
        "flags": flags,
        "result": if is_valid { "valid" } else { "invalid" },
    });
    if is_valid {
        test["records"] = records
            .into_iter()
            .map(|record| said(record.unwrap()))
            .collect();
    }
    test
}

fn said(record: ControlRecord<'_>) -> Value {
    match record {
        ControlRecord::Status(status) => json!({
            "status": {
                "ticks": status.ticks.as_micros(),
                "due": status.due_ms.map_or(0, NonZeroU32::get),
                "serverTime": status.server_time_ms.map_or(0, NonZeroU64::get),
                "age": status.age.as_micros(),
            }
        }),
        ControlRecord::Outstanding(list) => json!({
            "outstanding": list.epochs().map(|epoch| listed(&epoch)).collect::<Vec<_>>(),
        }),
        ControlRecord::Unknown { tag, body } => json!({ "unknown": tag.0, "body": hex(body) }),
        other => panic!("not known here: {other:?}"),
    }
}

fn listed(epoch: &ListedEpoch<'_>) -> Value {
    let spaces = [Space::Data, Space::Alarm].map(|space| epoch.space(space).map(listed_space));
    json!({
        "locator": hex(epoch.locator.0),
        "secret": epoch.secret.map(hex),
        "cut": epoch.is_cut,
        "run": hex(epoch.run.0),
        "data": spaces[0],
        "alarm": spaces[1],
    })
}

fn listed_space(space: &ListedSpace<'_>) -> Value {
    let losses = space.losses();
    json!({
        "floor": space.floor,
        "end": space.end,
        "losses": losses.map(|lost| (lost.range.start, lost.range.end, lost.why.code())).collect::<Vec<_>>(),
    })
}
