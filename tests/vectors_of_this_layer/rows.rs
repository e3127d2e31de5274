//! A session as a row of the server's store.

use iomt::seal::{MAX_ROW, Opening, Row, RowKey, RowOwner};
use serde_json::{Value, json};

use crate::File;
use crate::keys::{Counting, first_epochs, session};
use crate::text::{Epoch, hedge, hex, lv, seal_row, u24, varint};

const KEY: [u8; 32] = [7; 32];
const OWNER: RowOwner<'static> = RowOwner {
    tenant: b"tenant",
    device: b"device",
};
const RUN: [u8; 8] = *b"one boot";

pub(crate) fn file() -> File {
    File {
        name: "row",
        about: "Rows of a server that has stored frames of epochs 0 and 2; epoch 1 was skipped.",
        notes: json!({
            "Forged": "the row, or whose row it is, was changed",
        }),
        groups: vec![json!({
            "type": "Row",
            "key": hex(KEY),
            "tenant": hex(OWNER.tenant),
            "device": hex(OWNER.device),
            "tests": tests(),
        })],
    }
}

/// Data frame 0 and 2, and control frame 4, of epoch 0; alarm frame 0 of epoch 2.
fn content(epochs: &[Epoch]) -> Vec<u8> {
    let (_, session) = session();
    let [first, skipped, newest] = epochs else {
        panic!("three epochs")
    };
    let key = |epoch: &Epoch| [&epoch.open[..], &epoch.salt, &epoch.locator].concat();
    // number 2 before the newest, open key, run, echo, ranges
    let flags = 0b101_1110;
    let of_first = [
        &[flags][..],
        &key(first),
        &varint(2),
        &RUN,
        &varint(4),
        &[1, 1, 0],
        &u24(2),
        &u24(3),
        &[0, 0, 0],
    ];
    // number of the newest, open key
    let of_newest = [&[0b101][..], &key(newest), &[0], &[1]];
    let of_skipped = [&varint(1)[..], &skipped.locator, &skipped.open];
    let shape = 2 | 1 << 4;
    [
        &session.receipt_key[..],
        &newest.next,
        &varint(3),
        &[shape],
        &of_first.concat(),
        &of_newest.concat(),
        &of_skipped.concat(),
        b"note",
    ]
    .concat()
}

fn tests() -> Vec<Value> {
    let epochs = first_epochs();
    let (content, random) = (content(&epochs), [9; 32]);
    let associated = [&[1, 1][..], &lv(OWNER.tenant), &lv(OWNER.device)].concat();
    let bound = [&associated[..], &content].concat();
    let nonce: [u8; 24] = hedge(&random, &KEY, 0, ("row", &bound));
    let sealed = seal_row(&KEY, &nonce, &associated, &content);
    let row = [&[1, 1][..], &nonce, &sealed].concat();

    let key = RowKey::from_bytes(&KEY).unwrap();
    let opener = opener(&epochs);
    let made = Row {
        opener: &opener,
        psk: None,
        note: b"note",
    };
    let mut out = [0; MAX_ROW];
    let made = key.seal(&OWNER, made, &mut Counting(8), &mut out).unwrap();
    assert_eq!(hex(&*made), hex(&row));
    let read = key.open(&OWNER, &row).unwrap();
    let [mut before, mut after] = [[0; 1_232]; 2];
    let receipts = [
        opener.receipt(None, &mut before).unwrap(),
        read.opener.receipt(None, &mut after).unwrap(),
    ];
    assert_eq!(receipts[0], receipts[1]);

    let mut flipped = row.clone();
    flipped[30] ^= 1;
    let mut later = row.clone();
    later[0] = 2;
    let refused = [
        ("a flipped bit", flipped),
        ("another version", later),
        ("cut", row[..row.len() - 1].to_vec()),
    ]
    .map(|(comment, row)| {
        assert!(key.open(&OWNER, &row).is_err());
        json!({ "comment": comment, "row": hex(row), "flags": ["Forged"], "result": "invalid" })
    });
    let valid = json!({
        "comment": "two epochs, one of them with a hole, and one that was skipped",
        "random": hex(random),
        "nonce": hex(nonce),
        "content": hex(content),
        "row": hex(&row),
        "receipt": hex(&*receipts[1]),
        "flags": [],
        "result": "valid",
    });
    [vec![valid], refused.to_vec()].concat()
}

fn opener(epochs: &[Epoch]) -> iomt::seal::Opener {
    let mut opener = session().0.into_opener();
    let with_run = [&[1][..], &RUN].concat();
    let mut packets = [
        epochs[0].unproved(0, 0, &with_run),
        epochs[0].unproved(0, 2, &[2]),
        epochs[0].unproved(2, 4, &[]),
        epochs[2].unproved(1, 0, b"\xFF"),
    ];
    for packet in &mut packets {
        if let Opening::Fresh(opened) = opener.open(packet).unwrap() {
            let stored = opened.stored();
            opener.commit(stored).unwrap();
        }
    }
    opener
}
