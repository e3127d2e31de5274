//! A session as a row of the server's store: the bytes of `tests/vectors/storage/row_v1.json`, by the text of the
//! protocol and by the crate.
//!
//! ```text
//! cargo test --test stored_rows                        compares
//! IOMT_WRITE_VECTORS=1 cargo test --test stored_rows   writes the file anew: it is frozen, so only for new cases
//! python3 tests/vectors/storage/row.py                 computes every value again
//! ```
#![cfg(feature = "server")]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

#[allow(dead_code, reason = "a part is enough here")]
#[path = "../examples/conformance/shim/text.rs"]
mod text;

use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{AeadInOut, KeyInit as _};
use iomt::seal::{
    Direction, Entropy, EntropyFailed, MAX_ROW, Opening, Row, RowKey, RowOwner, SessionSecrets,
};
use serde_json::{Value, json};

use text::{Epoch, Session, Side, hedge, hex, lv, u24, varint};

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/vectors/storage/row_v1.json"
);

// IOMT-SEC-005
#[test]
fn rows_are_the_bytes_of_the_file() {
    let tests = numbered(tests());
    let file = json!({
        "algorithm": "iomt version 1, suite 1",
        "header": ["Rows of a server that has stored frames of epochs 0 and 2; epoch 1 was skipped."],
        "notes": { "Forged": "the row, or whose row it is, was changed" },
        "numberOfTests": tests.len(),
        "testGroups": [{
            "type": "Row",
            "key": hex(KEY),
            "tenant": hex(OWNER.tenant),
            "device": hex(OWNER.device),
            "tests": tests,
        }],
    });
    let made = format!("{}\n", serde_json::to_string_pretty(&file).unwrap());
    if std::env::var_os("IOMT_WRITE_VECTORS").is_some() {
        std::fs::write(FILE, &made).unwrap();
    }
    assert!(
        made == std::fs::read_to_string(FILE).unwrap(),
        "{FILE} says something else"
    );
}

fn numbered(mut tests: Vec<Value>) -> Vec<Value> {
    for (test, number) in tests.iter_mut().zip(1..) {
        test["tcId"] = Value::from(number);
    }
    tests
}

/// The n-th draw is n in every byte.
struct Counting(u8);

impl Entropy for Counting {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        self.0 += 1;
        out.fill(self.0);
        Ok(())
    }
}

const STATIC_SECRET: [u8; 32] = [4; 32];
/// Of the handshake: hash, `k_ir`, `k_ri`.
const ROOTS: [[u8; 32]; 3] = [[1; 32], [2; 32], [3; 32]];

fn secrets() -> SessionSecrets {
    let [hash, k_ir, k_ri] = &ROOTS;
    SessionSecrets::derive(hash, k_ir, k_ri, Direction::DeviceResponded).unwrap()
}

fn session() -> Session {
    let [hash, k_ir, k_ri] = &ROOTS;
    Session::new(hash, [k_ir, k_ri], Side::Responder)
}

/// Epochs 0, 1 and 2: each draws its salt from the next random bytes.
fn first_epochs() -> Vec<Epoch> {
    let mut chain = session().chain;
    let mut epochs = Vec::new();
    for number in 0..3_u8 {
        let random = [number + 1; 32];
        let salt = hedge(&random, &STATIC_SECRET, number.into(), ("salt", &ROOTS[0]));
        let epoch = Epoch::new(chain, salt);
        chain = epoch.next;
        epochs.push(epoch);
    }
    epochs
}

fn seal_row(key: &[u8; 32], nonce: &[u8; 24], associated: &[u8], content: &[u8]) -> Vec<u8> {
    let cipher = XChaCha20Poly1305::new(&(*key).into());
    let mut text = content.to_vec();
    let tag = cipher
        .encrypt_inout_detached(&(*nonce).into(), associated, (&mut text[..]).into())
        .unwrap();
    [&text[..], &tag].concat()
}

const KEY: [u8; 32] = [7; 32];
const OWNER: RowOwner<'static> = RowOwner {
    tenant: b"tenant",
    device: b"device",
};
const RUN: [u8; 8] = *b"one boot";

/// Data frame 0 and 2, and control frame 4, of epoch 0; alarm frame 0 of epoch 2.
fn content(epochs: &[Epoch]) -> Vec<u8> {
    let session = session();
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
    let mut opener = secrets().into_opener();
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
