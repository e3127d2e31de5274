//! What a side of a handshake refuses.

use serde_json::Value;

use super::area::Area;
use super::common::{bytes, flipped};
use super::pairing::{Run, damaged, public};
use crate::shim;
use crate::shim::text::{hex, unhex};

/// Packets of a side, all it ever gets.
pub(super) fn received(run: &Run<'_>, side: &str) -> Vec<Vec<u8>> {
    let all = run.packets();
    run.places(side)
        .iter()
        .map(|place| all[*place].clone())
        .collect()
}

/// Of the packets of a side, where the messages of Noise begin: those of CPace come first.
pub(super) fn first_noise(run: &Run<'_>, side: &str) -> usize {
    match (run.model.number, side) {
        (3, _) => 2,
        _ => 0,
    }
}

pub(super) fn forged(area: &mut Area, run: &Run<'_>) {
    let requirements: &[&str] = match (run.model.number, run.model.is_bare) {
        (4, true) => &["IOMT-CMP-003", "IOMT-PAIR-007", "IOMT-DATA-008"],
        (4, false) => &[
            "IOMT-CMP-003",
            "IOMT-CMP-007",
            "IOMT-PAIR-006",
            "IOMT-PAIR-007",
        ],
        _ => &["IOMT-PAIR-006", "IOMT-PAIR-007", "IOMT-DATA-008"],
    };
    let group = area
        .group(
            "pair_step",
            "messages that were changed",
            requirements,
            "Forged",
        )
        .judged("any_error");
    for side in ["responder", "initiator"] {
        let all = received(run, side);
        for place in first_noise(run, side)..all.len() {
            let bits = 8 * all[place].len();
            let step = bits / 11;
            for bit in (3..bits).step_by(step) {
                // A bit of the clear header is another packet, not a forged one.
                let header = if run.model.is_bare { 0 } else { 160 };
                if bit < header {
                    continue;
                }
                let asked = run.asks(side, &damaged(&all[..=place], place, bit));
                group.any(format!("to the {side}, packet {place}, bit {bit}"), asked);
                if run.model.number == 4 && side == "initiator" && place == 1 {
                    group.flagged("Commitment");
                }
                if !run.model.is_bare
                    && side == "responder"
                    && place == first_noise(run, side)
                    && bit < 288
                {
                    group.flagged("Mac1");
                }
            }
        }
    }
}

pub(super) fn foreign(area: &mut Area, run: &Run<'_>) {
    let group = area
        .group(
            "pair_step",
            "packets that do not belong here",
            &[
                "IOMT-PAIR-003",
                "IOMT-PAIR-004",
                "IOMT-PAIR-005",
                "IOMT-SEAL-001",
                "IOMT-SEAL-008",
            ],
            "Packet",
        )
        .judged("any_error");
    let other = Run {
        model: run.model,
        name: "another",
    };
    for side in ["responder", "initiator"] {
        let (all, theirs) = (received(run, side), received(&other, side));
        for place in first_noise(run, side)..all.len() {
            let mut with = |what: &str, packet: Vec<u8>| {
                let mut changed = all[..=place].to_vec();
                changed[place] = packet;
                group.any(
                    format!("to the {side}, packet {place}: {what}"),
                    run.asks(side, &changed),
                );
            };
            let packet = &all[place];
            with("nothing", Vec::new());
            with("cut in half", packet[..packet.len() / 2].to_vec());
            with("a byte less", packet[..packet.len() - 1].to_vec());
            with("a byte more", [&packet[..], &[0]].concat());
            with("of another handshake", theirs[place].clone());
            if run.model.is_bare {
                continue;
            }
            let other_model = if run.model.number == 1 { 2 } else { 1 };
            for (what, at, to) in [
                ("another kind", 0, 0x41),
                ("another version", 0, 0x82),
                ("another suite", 1, 2),
                ("another model", 2, other_model),
                ("another step", 3, 7),
                ("step 0", 3, 0),
                ("another hint", 14, packet[14] ^ 4),
            ] {
                let mut packet = packet.clone();
                packet[at] = to;
                with(what, packet);
            }
            if place > 0 {
                let mut packet = packet.clone();
                packet[6] ^= 1;
                with("another connection", packet);
            }
        }
    }
}

/// One fault in each field of a header, and the word that the text has for it.
pub(super) fn one_fault(area: &mut Area, run: &Run<'_>) {
    let group = area.group(
        "pair_step",
        "one fault in a header",
        &["IOMT-PAIR-004", "IOMT-PAIR-005", "IOMT-PAIR-050"],
        "Packet",
    );
    let number = run.model.number;
    let wrong_hint = match number {
        1 | 2 => "wrong_label",
        _ => "wrong_key",
    };
    let other_model = if number == 1 { 2 } else { 1 };
    for side in ["responder", "initiator"] {
        let place = first_noise(run, side);
        let packets = &received(run, side)[..=place];
        let mut with = |what: &str, word: &'static str, at: usize, to: u8| {
            let mut packets = packets.to_vec();
            packets[place][at] = to;
            group.invalid(
                format!("to the {side}: {what}"),
                word,
                run.asks(side, &packets),
            );
        };
        let due = packets[place][3];
        for bit in 2..6 {
            with(
                &format!("reserved bit {bit}"),
                "reserved",
                0,
                0x81 | 1 << bit,
            );
        }
        with("a receipt", "unexpected_packet", 0, 0x41);
        with("version 2", "unsupported_version", 0, 0x82);
        for suite in [0, 2, 3, 0xFF] {
            with(&format!("suite {suite}"), "unsupported_suite", 1, suite);
        }
        for model in [0, other_model, 7, 0xFF] {
            with(&format!("model {model}"), "unexpected_message", 2, model);
        }
        with("step 0", "reserved", 3, 0);
        with("the next step", "unexpected_message", 3, due + 1);
        with("step 255", "unexpected_message", 3, 0xFF);
        for at in [12, 19] {
            let other = packets[place][at] ^ 0x10;
            with(&format!("byte {at}, of the hint"), wrong_hint, at, other);
        }
    }
    if matches!(number, 1 | 2) {
        too_short(area, run);
    }
    at_once(area, run);
}

/// Whoever works on a message says so, or looks at the next when it has done.
fn at_once(area: &mut Area, run: &Run<'_>) {
    let other = Run {
        model: run.model,
        name: "another",
    };
    let group = area
        .group(
            "pair_step",
            "a second message 1 while the first is worked on",
            &["IOMT-PAIR-013", "IOMT-PAIR-043"],
            "TwoPending",
        )
        .judged("any_error");
    let place = first_noise(run, "responder");
    let (all, theirs) = (received(run, "responder"), received(&other, "responder"));
    for (what, second) in [("another one", &theirs[place]), ("the same", &all[place])] {
        let packets = [&all[..=place], std::slice::from_ref(second)].concat();
        let mut asked = run.asks("responder", &packets);
        asked["atOnce"] = true.into();
        group.acceptable(what, asked);
    }
}

fn too_short(area: &mut Area, run: &Run<'_>) {
    let group = area.group(
        "pair_step",
        "labels whose secret is too short",
        &["IOMT-PAIR-030"],
        "WrongSecret",
    );
    for side in ["responder", "initiator"] {
        let all = received(run, side);
        for len in [0, 1, 15] {
            let mut asked = run.asks(side, &all);
            asked["labelSecret"] = hex(&bytes::<16>("a short label")[..len]).into();
            group.invalid(
                format!("the {side} has a label of {len} bytes"),
                "secret_too_short",
                asked,
            );
        }
    }
}

/// Whoever has answered has one pending secret, and no more.
pub(super) fn second_hello(area: &mut Area, run: &Run<'_>) {
    let other = Run {
        model: run.model,
        name: "another",
    };
    let group = area.group(
        "pair_step",
        "a second message 1 behind the first",
        &["IOMT-PAIR-041", "IOMT-PAIR-043", "IOMT-PAIR-004"],
        "TwoPending",
    );
    let place = first_noise(run, "responder");
    let (all, theirs) = (received(run, "responder"), received(&other, "responder"));
    for (what, second) in [("another one", &theirs[place]), ("the same", &all[place])] {
        let packets = [&all[..=place], std::slice::from_ref(second)].concat();
        group.invalid(what, "unexpected", run.asks("responder", &packets));
    }
}

/// The same side asks again, with another ephemeral key: in this handshake there is one message 2, and it has been written.
pub(super) fn another_ephemeral_key(area: &mut Area, run: &Run<'_>) {
    let all = run.packets();
    let first = 2 * first_noise(run, "responder");
    let heard = run.places("initiator").iter();
    let heard: Vec<_> = heard
        .take_while(|place| **place < first)
        .map(|place| all[*place].clone())
        .collect();
    let mut asked = run.asks("initiator", &heard);
    *asked["random"].as_array_mut().unwrap().last_mut().unwrap() =
        hex(bytes::<32>("another ephemeral key")).into();
    let again = shim::outcome("pair_step", &asked)["result"]["packet"].clone();
    let again = unhex(again.as_str().unwrap()).unwrap();
    let group = area.group(
        "pair_step",
        "a second message 1 of the same side",
        &["IOMT-PAIR-010", "IOMT-PAIR-041", "IOMT-PAIR-004"],
        "TwoPending",
    );
    let mut packets = received(run, "responder");
    packets.truncate(first_noise(run, "responder") + 1);
    let place = packets.len() - 1;
    packets[place] = again.clone();
    group.valid("instead of the first", run.asks("responder", &packets));
    packets[place] = all[first].clone();
    packets.push(again);
    group.invalid(
        "behind the first",
        "unexpected",
        run.asks("responder", &packets),
    );
}

/// Points of small order on Curve25519, and keys that are not below the prime.
pub(super) const ZERO: [[u8; 32]; 3] = [[0; 32], one(), LOW];
const LOW: [u8; 32] = [
    0xE0, 0xEB, 0x7A, 0x7C, 0x3B, 0x41, 0xB8, 0xAE, 0x16, 0x56, 0xE3, 0xFA, 0xF1, 0x9F, 0xC4, 0x6A,
    0xDA, 0x09, 0x8D, 0xEB, 0x9C, 0x32, 0xB1, 0xFD, 0x86, 0x62, 0x05, 0x16, 0x5F, 0x49, 0xB8, 0x00,
];

const fn one() -> [u8; 32] {
    let mut key = [0; 32];
    key[0] = 1;
    key
}

pub(super) fn beyond(first: u8, last: u8) -> [u8; 32] {
    let mut key = [0xFF; 32];
    (key[0], key[31]) = (first, last);
    key
}

pub(super) fn keys(area: &mut Area, run: &Run<'_>) {
    ephemeral_keys(area, run);
    let group = area
        .group(
            "pair_step",
            "another secret or key",
            &[
                "IOMT-PAIR-006",
                "IOMT-PAIR-031",
                "IOMT-PAIR-049",
                "IOMT-CPACE-014",
            ],
            "WrongSecret",
        )
        .judged("any_error");
    for side in ["responder", "initiator"] {
        let all = received(run, side);
        let asked = run.asks(side, &all);
        let mut with = |what: &str, member: &str, to: Value| {
            if asked[member].is_null() {
                return;
            }
            let mut asked = asked.clone();
            asked[member] = to;
            group.any(format!("the {side} has {what}"), asked);
        };
        with(
            "another label",
            "labelSecret",
            hex(bytes::<20>("another label")).into(),
        );
        with(
            "a label of 15 bytes",
            "labelSecret",
            hex(bytes::<15>("another label")).into(),
        );
        with(
            "another token",
            "token",
            hex(bytes::<9>("another token")).into(),
        );
        with("another passcode", "passcode", "472914".into());
        with("another psk", "psk", hex(bytes::<32>("another psk")).into());
        with(
            "another static key",
            "staticSecret",
            hex(bytes::<32>("another static key")).into(),
        );
        with(
            "another key of its peer",
            "peer",
            hex(public(&bytes("another peer"))).into(),
        );
        with("a key of zeros for its peer", "peer", hex(ZERO[0]).into());
        with("a key of small order for its peer", "peer", hex(LOW).into());
        with(
            "a key that is not canonical for its peer",
            "peer",
            hex(beyond(0xED, 0x7F)).into(),
        );
        with("other random bytes", "random", asked_random(&asked));
    }
}

/// Each with its first byte another.
fn asked_random(asked: &Value) -> Value {
    let all = asked["random"].as_array().unwrap().iter();
    let changed = all.map(|random| format!("5c{}", &random.as_str().unwrap()[2..]));
    changed.collect::<Vec<_>>().into()
}

/// The ephemeral key of the other side's first message is in the clear, and no code of ours covers it but that of message 1.
fn ephemeral_keys(area: &mut Area, run: &Run<'_>) {
    let side = "initiator";
    let all = received(run, side);
    let place = first_noise(run, side);
    let at = if run.model.is_bare { 0 } else { 20 };
    let with = |key: &[u8; 32]| {
        let mut changed = all[..=place].to_vec();
        changed[place][at..at + 32].copy_from_slice(key);
        run.asks(side, &changed)
    };
    let group = area
        .group(
            "pair_step",
            "ephemeral keys that lead to zeros",
            &["IOMT-PAIR-009"],
            "ZeroSecret",
        )
        .judged("any_error");
    for (number, key) in ZERO.iter().enumerate() {
        group.refused(format!("point {number} of small order"), with(key));
    }
    let group = area.group(
        "pair_step",
        "ephemeral keys that are not canonical",
        &["IOMT-PAIR-008"],
        "Canonical",
    );
    for (what, key) in [
        ("the prime itself", beyond(0xED, 0x7F)),
        ("the prime and one", beyond(0xEE, 0x7F)),
        ("2^255 - 1", beyond(0xFF, 0x7F)),
        ("the highest bit", beyond(0xFF, 0xFF)),
    ] {
        group.refused(what, with(&key));
    }
}

/// A packet with one bit another, then the honest one: the first leaves the handshake as it was.
pub(super) fn still_finished(area: &mut Area, run: &Run<'_>) {
    let group = area.group(
        "pair_step",
        "a packet that was changed, and the honest one behind it",
        &["IOMT-PAIR-007", "IOMT-DATA-008"],
        "Forged",
    );
    for side in ["responder", "initiator"] {
        let all = received(run, side);
        for (place, honest) in all.iter().enumerate() {
            // A half of CPace's session id may be any; nothing but its hint is to be zero.
            let bit = match place < first_noise(run, side) {
                true => 8 * 12,
                false => 8 * honest.len() - 1,
            };
            let changed = flipped(honest, bit);
            let twice = [&all[..place], &[changed, honest.clone()]].concat();
            group.valid(
                format!("to the {side}, packet {place}"),
                run.asks(side, &twice),
            );
            let to_the_end = [&twice[..], &all[place + 1..]].concat();
            if place + 1 < all.len() {
                group.valid(
                    format!("to the {side}, packet {place}, then all the others"),
                    run.asks(side, &to_the_end),
                );
            }
        }
    }
}
