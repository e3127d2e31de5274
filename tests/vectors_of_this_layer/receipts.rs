//! Receipts: what is believed, and what is not.

use iomt::seal::{Error, SAVED_SESSION_LEN, Sealer};
use serde_json::{Value, json};

use crate::File;
use crate::keys::{Counting, STATIC_SECRET, first_epochs, session};
use crate::text::{Epoch, Session, hex, hmac, u24, varint};

const NO_ECHO: u32 = 0xFF_FF_FF;

/// One space of one epoch: floor, and gap and length of each range.
struct Entry<'a>(&'a Epoch, u8, u64, &'a [(u64, u64)]);

fn body(echo: u32, [time, wait]: [u64; 2], entries: &[Entry<'_>]) -> Vec<u8> {
    let count = varint(entries.len() as u64);
    let mut body = [&u24(echo)[..], &varint(time), &varint(wait), &count].concat();
    for Entry(epoch, space, floor, ranges) in entries {
        body.extend_from_slice(&epoch.tag[..8]);
        body.push(*space);
        body.extend(varint(*floor));
        body.extend(varint(ranges.len() as u64));
        for (gap, len) in *ranges {
            body.extend(varint(*gap));
            body.extend(varint(*len));
        }
    }
    body
}

/// `echoed`: the tag that the proof is made with.
fn receipt(session: &Session, epoch: &Epoch, echoed: &[u8; 16], body: &[u8]) -> Vec<u8> {
    let proof = hmac(
        &session.receipt_key,
        &[&[0x41], &epoch.locator, echoed, body],
    );
    [&[0x41], &epoch.locator[..], body, &proof[..16]].concat()
}

pub(crate) fn file() -> File {
    let (_, session) = session();
    let epochs = first_epochs();
    let (first, second) = (&epochs[0], &epochs[1]);
    let none = [0; 16];
    let hole = [
        Entry(first, 0, 5, &[(1, 2), (3, 1)]),
        Entry(first, 1, 0, &[]),
        Entry(second, 0, 0, &[(1, 1)]),
        Entry(second, 1, 0xFF_FF_FF, &[]),
    ];
    let dated = [1_764_000_000_000, 30_000];
    let fields = [
        &body(NO_ECHO, [0, 0], &[])[..],
        &[9, 2, 0xAA, 0xBB, 0x81, 1, 0],
    ]
    .concat();
    let mut forged = receipt(&session, first, &none, &body(NO_ECHO, [0, 0], &hole));
    *forged.last_mut().unwrap() ^= 1;
    let mut moved = receipt(&session, first, &first.tag, &body(3, dated, &hole));
    moved[1..9].copy_from_slice(&second.locator);
    let mut stranger = receipt(&session, first, &first.tag, &body(3, dated, &[]));
    stranger[1] ^= 1;
    let cut = &body(NO_ECHO, [0, 0], &hole)[..20];
    let bad = |entry| body(NO_ECHO, [0, 0], &[entry]);
    let of = |body: &[u8]| receipt(&session, first, &none, body);
    let cases: [(&str, &str, Vec<u8>); 18] = [
        ("nothing is stored", "", of(&body(NO_ECHO, [0, 0], &[]))),
        (
            "two epochs, with holes",
            "",
            of(&body(NO_ECHO, [0, 0], &hole)),
        ),
        (
            "time and wait without an echo",
            "Undated",
            of(&body(NO_ECHO, dated, &[])),
        ),
        ("unknown fields", "", of(&fields)),
        (
            "echo 3 of epoch 0",
            "",
            receipt(&session, first, &first.tag, &body(3, dated, &hole)),
        ),
        (
            "echo 0 of epoch 1",
            "",
            receipt(&session, second, &second.tag, &body(0, [0, 0], &hole)),
        ),
        ("a forged proof", "Forged", forged),
        (
            "the echo of another epoch",
            "Forged",
            receipt(&session, first, &second.tag, &body(3, dated, &hole)),
        ),
        (
            "an echo without its tag",
            "Forged",
            receipt(&session, first, &none, &body(3, dated, &hole)),
        ),
        (
            "no echo, and a tag",
            "Forged",
            receipt(&session, first, &first.tag, &body(NO_ECHO, [0, 0], &hole)),
        ),
        ("moved to another epoch", "Forged", moved),
        ("the echo of an epoch of nobody", "UnknownEpoch", stranger),
        ("cut", "Malformed", of(cut)),
        (
            "a gap of zero",
            "Malformed",
            of(&bad(Entry(first, 0, 5, &[(0, 1)]))),
        ),
        (
            "a length of zero",
            "Malformed",
            of(&bad(Entry(first, 0, 5, &[(1, 0)]))),
        ),
        (
            "a range behind the last counter",
            "Malformed",
            of(&bad(Entry(first, 0, 0xFF_FF_FE, &[(1, 1)]))),
        ),
        ("space 2", "Malformed", of(&bad(Entry(first, 2, 5, &[])))),
        (
            "a varint that is too long",
            "Malformed",
            of(&[&u24(NO_ECHO)[..], &[0x80, 0, 0, 0]].concat()),
        ),
    ];
    File {
        name: "receipt",
        about: "Receipts at a device that has opened epochs 0 and 1.",
        notes: json!({
            "Undated": "authentic; what it says of time and wait is passed over",
            "Forged": "the proof is another",
            "UnknownEpoch": "it echoes a control frame of an epoch that the device has not opened",
            "Malformed": "the body is not one of version 1",
        }),
        groups: vec![json!({
            "type": "Receipt",
            "receiptKey": hex(session.receipt_key),
            "epochs": epochs[..2].iter().map(|epoch| json!({
                "locator": hex(epoch.locator),
                "tag": hex(epoch.tag),
            })).collect::<Vec<_>>(),
            "tests": cases.map(|(comment, flag, packet)| case(comment, flag, &packet, first)).to_vec(),
        })],
    }
}

fn device() -> Sealer {
    let mut sealer = session().0.into_sealer(&STATIC_SECRET).unwrap();
    let mut entropy = Counting(0);
    for _ in 0..2 {
        let mut saved = [0; SAVED_SESSION_LEN];
        sealer.begin_epoch(&mut entropy, &mut saved).unwrap();
        sealer.epoch_stored().unwrap();
    }
    sealer
}

fn case(comment: &str, flag: &str, packet: &[u8], first: &Epoch) -> Value {
    let mut device = device();
    let tag = iomt::seal::EpochTag::from_bytes(first.tag);
    let known = |locator: iomt::wire::Locator| (locator.0 == first.locator).then_some(tag);
    let flags: Vec<_> = Some(flag)
        .filter(|flag| !flag.is_empty())
        .into_iter()
        .collect();
    let mut test = json!({ "comment": comment, "packet": hex(packet), "flags": flags });
    let made = match device.verify(packet, known) {
        Ok(report) => {
            test["echo"] = report.echo().into();
            test["time"] = report.server_time_ms().into();
            test["wait"] = report.wait_ms().into();
            test["entries"] = report.acknowledgements().map(|entry| json!({
                "tag": hex(entry.epoch),
                "space": entry.space.code(),
                "floor": entry.floor,
                "ranges": entry.ranges().map(|range| [range.start, range.end]).collect::<Vec<_>>(),
            })).collect();
            "valid"
        }
        Err(Error::Malformed(_)) => "Malformed",
        Err(Error::NotAuthentic) => "Forged",
        Err(Error::UnknownEpoch) => "UnknownEpoch",
        other => panic!("{comment}: {other:?}"),
    };
    let is_valid = matches!(flag, "" | "Undated");
    assert_eq!(made, if is_valid { "valid" } else { flag }, "{comment}");
    test["result"] = if is_valid { "valid" } else { "invalid" }.into();
    test
}
