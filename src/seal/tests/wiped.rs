//! What is left in memory of a session that is dropped.

use super::*;
use crate::crypto::memory::{Named, assert_wiped, copies};
use crate::seal::export::{OpenedRow, Row, RowKey, RowOwner};
use core::ops::Range;

const OWNER: RowOwner<'static> = RowOwner {
    tenant: b"clinic",
    device: b"device",
};

/// Where the chain and the receipt key lie in a saved session, and the chain of commands.
const CHAIN: Range<usize> = 58..90;
const RECEIPT_KEY: Range<usize> = 90..122;
const COMMANDS: Range<usize> = 126..158;

/// What a device saves before it seals: the secrets of its session.
fn saved_secrets() -> Vec<Named> {
    let saved = begin(
        &mut secrets(1).into_sealer(&STATIC_SECRET).unwrap(),
        &mut Counting(0),
    );
    let part = |name, range: Range<usize>| (name, saved[range].to_vec());
    Vec::from([
        part("chain", CHAIN),
        part("receipt key", RECEIPT_KEY),
        part("chain of commands", COMMANDS),
    ])
}

fn psk() -> Named {
    let psk = secrets(1).resumption().unwrap();
    ("psk", psk.secret_bytes().to_vec())
}

fn without(secrets: Vec<Named>, name: &str) -> Vec<Named> {
    secrets
        .into_iter()
        .filter(|(known, _)| *known != name)
        .collect()
}

// IOMT-SEC-001
#[test]
fn of_what_a_handshake_leaves_behind() {
    // Its chain is the first one: that which was saved is the next.
    let roots = without(saved_secrets(), "chain");
    assert_wiped(
        "SessionSecrets",
        secrets(1),
        &[roots, Vec::from([psk()])].concat(),
    );
    assert_wiped(
        "ResumptionSecret",
        secrets(1).resumption().unwrap(),
        &[psk()],
    );
    let commands = without(roots_of_commands(), "receipt key");
    assert_wiped("CommandSealer", secrets(1).command_sealer(), &commands);
}

fn roots_of_commands() -> Vec<Named> {
    without(saved_secrets(), "chain")
}

// IOMT-SEC-001
#[test]
fn of_who_seals() {
    let (mut sealer, _) = pair();
    let mut known = saved_secrets();
    known.push(("static secret", STATIC_SECRET.to_vec()));
    let (_, handed) = sealer.opened().unwrap();
    known.push(("epoch", handed.expose().to_vec()));
    let _ = sealed(&mut sealer, Space::Data, b"a reading");
    let _ = sealed(&mut sealer, Space::Alarm, b"an alarm");
    assert_wiped("Sealer", sealer, &known);
    assert_wiped("HandedEpoch", handed, &known[known.len() - 1..]);
}

// IOMT-SEC-001, IOMT-EPOCH-032
#[test]
fn of_who_opens_and_of_its_rows() {
    let (mut sealer, mut opener) = pair();
    receive(&mut opener, &sealed(&mut sealer, Space::Data, b"a reading")).unwrap();
    let (_, handed) = sealer.opened().unwrap();
    let mut known = without(saved_secrets(), "chain of commands");
    known.push(("epoch", handed.expose().to_vec()));
    let key = RowKey::from_bytes(&[0x6B; 32]).unwrap();
    let row = Row {
        opener: &opener,
        psk: None,
        note: b"",
    };
    let mut buffer = [0; MAX_ROW];
    let row = key
        .seal(&OWNER, row, &mut Counting(30), &mut buffer)
        .unwrap();
    let OpenedRow { opener: read, .. } = key.open(&OWNER, row).unwrap();
    assert_wiped("Opener", opener, &known);
    assert_wiped("Opener of a row", read, &known[..2]);
    let mut bytes = [0; 32];
    bytes.copy_from_slice(b"thirty-two bytes, none twice 123");
    let named = ("key", bytes.to_vec());
    assert_wiped("RowKey", RowKey::from_bytes(&bytes).unwrap(), &[named]);
}

/// The chain of an epoch that is open has no business in the opener any more, nor has an epoch that gave way in the sealer.
// IOMT-EPOCH-024, IOMT-EPOCH-032
#[test]
fn of_keys_that_were_used_while_the_session_goes_on() {
    let (mut sealer, mut opener) = pair();
    let first = opener.chain_for_tests().to_vec();
    let before = copies(&opener, &first);
    receive(&mut opener, &sealed(&mut sealer, Space::Data, b"a reading")).unwrap();
    assert!(copies(&opener, &first) < before);
    let (_, handed) = sealer.opened().unwrap();
    let before = copies(&sealer, handed.expose());
    begin(&mut sealer, &mut Counting(40));
    assert!(copies(&sealer, handed.expose()) < before);
}

/// Of a session that gives its place to the next nothing is left but the epochs that it hands on.
// IOMT-EPOCH-033, IOMT-SEC-001
#[test]
fn of_a_session_whose_place_was_taken_or_closed() {
    let (mut sealer, opener) = pair();
    let mut place = std::boxed::Box::new(opener);
    receive(&mut place, &sealed(&mut sealer, Space::Data, b"a reading")).unwrap();
    let open_key = secrets(1).chain.open_key().expose().to_vec();
    let old = [
        place.receipt_key.expose().to_vec(),
        place.chain_for_tests().to_vec(),
        open_key,
    ];
    let count = |place: &Opener, secret: &[u8]| copies(place, secret);
    assert!(old.iter().all(|secret| count(&place, secret) == 1));

    let agreed = Agreed::new(secrets(40));
    let mut sealer = secrets(40).into_sealer(&STATIC_SECRET).unwrap();
    begin(&mut sealer, &mut Counting(60));
    let mut first = sealed(&mut sealer, Space::Data, b"the first");
    let (epoch, _) = agreed.authenticate(&mut first).unwrap();
    place.restart(&agreed, epoch);
    assert!(old.iter().all(|secret| count(&place, secret) == 0));
    let (_, new) = sealer.opened().unwrap();
    let kept = [
        new.expose().to_vec(),
        place.receipt_key.expose().to_vec(),
        place.chain_for_tests().to_vec(),
    ];
    let before: Vec<_> = kept.iter().map(|secret| count(&place, secret)).collect();
    place.close();
    for (secret, before) in kept.iter().zip(before) {
        assert!(count(&place, secret) < before);
    }
}
