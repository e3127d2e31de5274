//! Frames of three spaces, in three forms, and what is refused.

use iomt::seal::{Error, Opener, Opening};
use serde_json::{Value, json};

use crate::File;
use crate::keys::{first_epochs, session};
use crate::text::{Epoch, hex};

pub(crate) fn file() -> File {
    let epochs = first_epochs();
    File {
        name: "frame",
        about: "Frames at a server that has opened epoch 0 and stored data frame 7, alarm frame 7 and control frame 7 of it. Epoch 1 has not come yet.",
        notes: json!({
            "Malformed": "the clear header is not one of version 1",
            "Forged": "not authentic",
            "UnknownEpoch": "no epoch of the session has this locator",
            "Replayed": "authentic; a control frame that is not newer",
            "Duplicate": "authentic, and stored before: nothing is revealed",
            "OtherRoute": "the route is not authenticated: a forwarder may write another",
        }),
        groups: vec![json!({
            "type": "Frame",
            "epochs": epochs[..2].iter().map(|epoch| json!({
                "locator": hex(epoch.locator),
                "open": hex(epoch.open),
                "salt": hex(epoch.salt),
                "secret": hex(epoch.secret),
                "tag": hex(epoch.tag),
            })).collect::<Vec<_>>(),
            "tests": valid(&epochs).into_iter().chain(invalid(&epochs)).collect::<Vec<_>>(),
        })],
    }
}

/// A server to which frame 7 of each space has come.
fn server(epoch: &Epoch) -> Opener {
    let mut opener = session().0.into_opener();
    for space in 0..3 {
        let mut packet = epoch.unproved(space, 7, b"before");
        let Ok(Opening::Fresh(opened)) = opener.open(&mut packet) else {
            continue;
        };
        opener.commit(opened.stored()).unwrap();
    }
    opener
}

const PLAINTEXTS: [&[u8]; 3] = [b"", b"reading", &[0x5A; 300]];
const COUNTERS: [u32; 4] = [0, 8, 0x01_02_03, 0xFF_FF_FE];

fn valid(epochs: &[Epoch]) -> Vec<Value> {
    let mut tests = Vec::new();
    let (first, second) = (&epochs[0], &epochs[1]);
    for space in 0..3 {
        for (counter, plaintext) in COUNTERS.into_iter().zip(PLAINTEXTS.into_iter().cycle()) {
            if space == 2 && counter == 0 {
                continue;
            }
            let forms = [
                ("short", first.short(space, counter, plaintext)),
                ("routed", first.routed(space, counter, plaintext)),
                ("unproved", first.unproved(space, counter, plaintext)),
                (
                    "unproved, next epoch",
                    second.unproved(space, counter, plaintext),
                ),
            ];
            for (comment, packet) in forms {
                tests.push(opens(comment, &packet, (space, counter, plaintext), first));
            }
        }
    }
    tests
}

fn opens(
    comment: &str,
    packet: &[u8],
    (space, counter, plaintext): (u8, u32, &[u8]),
    first: &Epoch,
) -> Value {
    let mut opener = server(first);
    let mut buffer = packet.to_vec();
    let (text, made) = match opener.open(&mut buffer).unwrap() {
        Opening::Fresh(opened) => (opened.plaintext().to_vec(), opened.counter()),
        Opening::Control(control) => (control.plaintext().to_vec(), control.counter()),
        Opening::Duplicate => panic!("it was not stored before"),
    };
    assert_eq!((&text[..], made), (plaintext, counter));
    json!({
        "comment": comment,
        "packet": hex(packet),
        "space": space,
        "counter": counter,
        "plaintext": hex(plaintext),
        "flags": [],
        "result": "valid",
    })
}

fn invalid(epochs: &[Epoch]) -> Vec<Value> {
    let (first, second) = (&epochs[0], &epochs[1]);
    let short = first.short(0, 9, b"reading");
    let with = |at: usize, xor: u8| {
        let mut packet = short.clone();
        packet[at] ^= xor;
        packet
    };
    let mut end = first.short(0, 9, b"reading");
    end[1..4].copy_from_slice(&[0xFF; 3]);
    let mut salt_alone = first.unproved(0, 9, b"reading");
    salt_alone[0] ^= 8;
    let mut other_salt = second.unproved(0, 9, b"reading");
    other_salt[9] ^= 1;
    let mut stranger = first.routed(0, 9, b"reading");
    stranger[1] ^= 1;
    let cases = [
        ("a bit of the tag", "Forged", with(26, 1)),
        ("a bit of the ciphertext", "Forged", with(4, 0x80)),
        ("another counter", "Forged", with(1, 1)),
        ("another space", "Forged", with(0, 0x10)),
        ("a space that devices do not use", "Forged", with(0, 0x30)),
        ("another version", "Malformed", with(0, 3)),
        ("a counter behind the last", "Malformed", end),
        ("a salt without a locator", "Malformed", salt_alone),
        ("shorter than a tag", "Malformed", short[..19].to_vec()),
        ("nothing", "Malformed", Vec::new()),
        ("too long", "Malformed", first.short(0, 9, &[0; 1213])),
        ("another salt", "Forged", other_salt),
        (
            "the next epoch, without its salt",
            "UnknownEpoch",
            second.routed(0, 9, b"reading"),
        ),
        (
            "the next epoch, in short",
            "Forged",
            second.short(0, 9, b"reading"),
        ),
        ("a locator of nobody", "UnknownEpoch", stranger),
        (
            "control frame 7 again",
            "Replayed",
            first.routed(2, 7, b"before"),
        ),
        (
            "control frame 6 behind it",
            "Replayed",
            first.routed(2, 6, b"late"),
        ),
        (
            "data frame 7 again",
            "Duplicate",
            first.routed(0, 7, b"before"),
        ),
        (
            "alarm frame 7 again, in another form",
            "Duplicate",
            first.short(1, 7, b"before"),
        ),
    ];
    cases
        .map(|(comment, flag, packet)| refused(comment, flag, &packet, first))
        .to_vec()
}

fn refused(comment: &str, flag: &str, packet: &[u8], first: &Epoch) -> Value {
    let mut opener = server(first);
    let mut buffer = packet.to_vec();
    let made = match opener.open(&mut buffer) {
        Ok(Opening::Duplicate) => "Duplicate",
        Err(Error::Malformed(_)) => "Malformed",
        Err(Error::NotAuthentic | Error::UnexpectedPacket) => "Forged",
        Err(Error::UnknownEpoch) => "UnknownEpoch",
        Err(Error::Replayed) => "Replayed",
        other => panic!("{comment}: {other:?}"),
    };
    assert_eq!(made, flag, "{comment}");
    json!({
        "comment": comment,
        "packet": hex(packet),
        "flags": [flag],
        "result": "invalid",
    })
}
