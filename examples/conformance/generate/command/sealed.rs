//! How commands are sealed by a server, and opened by a device.

use super::*;
use crate::generate::common::{Device, many};
use crate::shim::text::{Epoch, Side, hedge};

/// A session's server.
pub(super) fn server(side: Side) -> Device {
    Device {
        secret: bytes("a server's static"),
        ..Device::named("commands", side)
    }
}

fn asks(server: &Device, number: u32, random: [u8; 32], plaintext: &[u8]) -> Value {
    json!({
        "session": server.session(),
        "staticSecret": hex(server.secret),
        "random": hex(random),
        "number": number,
        "plaintext": hex(plaintext),
    })
}

pub(super) fn opens(server: &Device, packets: &[Vec<u8>]) -> Value {
    let packets: Vec<_> = packets.iter().map(hex).collect();
    json!({ "session": server.session(), "packets": packets })
}

pub(super) fn epoch(server: &Device, number: u32, plaintext: &[u8]) -> Epoch {
    let context = [&server.hash[..], plaintext].concat();
    let random = Device::random(number);
    let salt = hedge(&random, &server.secret, number.into(), ("salt", &context));
    let next = |chain, _| Epoch::new(chain, [0; 16]).next;
    Epoch::new((0..number).fold(server.keys().commands, next), salt)
}

/// Command `number` of the session.
pub(super) fn sealed(server: &Device, number: u32, plaintext: &[u8]) -> Vec<u8> {
    epoch(server, number, plaintext).unproved(3, 0, plaintext)
}

pub(super) fn seal(area: &mut Area) {
    let (answers, begins) = (server(Side::Responder), server(Side::Initiator));
    let group = area.group(
        "command",
        "commands that are sealed",
        &["IOMT-PAIR-075", "IOMT-PAIR-076"],
        "Direction",
    );
    for (what, text) in [
        ("introduce", introduce("a", 0, 1)),
        ("announce", introduce("b", 1, 0)),
        ("revoke", revoke("a")),
    ] {
        for (side, who) in [("answers", &answers), ("begins", &begins)] {
            group.valid(
                format!("{what}, the device {side}"),
                asks(who, 0, Device::random(0), &text),
            );
        }
    }
    for number in [1, 2, 3, 127, 128, 255, 256, 1_000] {
        let request = asks(&answers, number, Device::random(number), &revoke("b"));
        group
            .valid(format!("epoch {number}"), request)
            .flagged("Chain");
    }
    let plaintext = many("a command", 69);
    for len in [0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 67, 68] {
        group.valid(
            format!("{len} bytes"),
            asks(&answers, 0, Device::random(0), &plaintext[..len]),
        );
    }
    group
        .invalid(
            "69 bytes",
            "no_room",
            asks(&answers, 0, Device::random(0), &plaintext),
        )
        .flagged("CutPacket");
    hedged(area, &answers);
}

fn hedged(area: &mut Area, usual: &Device) {
    let group = area.group(
        "command",
        "equal random bytes under other circumstances",
        &["IOMT-PAIR-076", "IOMT-EPOCH-010"],
        "Hedge",
    );
    let dead = bytes("dead");
    for name in ["a", "b", "c"] {
        group.valid(
            format!("revoke {name}"),
            asks(usual, 0, dead, &revoke(name)),
        );
    }
    for number in [1, 2] {
        group.valid(
            format!("epoch {number}"),
            asks(usual, number, dead, &revoke("a")),
        );
    }
    let other = Device {
        secret: bytes("another server's static"),
        ..*usual
    };
    group.valid("another server", asks(&other, 0, dead, &revoke("a")));
    let other = Device {
        secret: usual.secret,
        ..Device::named("other commands", Side::Responder)
    };
    group.valid("another session", asks(&other, 0, dead, &revoke("a")));
    group.valid("zeros", asks(usual, 0, [0; 32], &revoke("a")));
    group.valid("ones", asks(usual, 0, [0xFF; 32], &revoke("a")));
}

pub(super) fn opened(area: &mut Area) {
    let usual = server(Side::Responder);
    let texts = [introduce("a", 0, 1), introduce("b", 1, 0), revoke("a")];
    let frame = |number: u32, place: usize| sealed(&usual, number, &texts[place]);
    let group = area.group(
        "command",
        "commands that a device takes, one behind the other",
        &["IOMT-PAIR-075", "IOMT-PAIR-076", "IOMT-PAIR-079"],
        "Chain",
    );
    for (place, what) in ["introduce", "announce", "revoke"].iter().enumerate() {
        group.valid(*what, opens(&usual, &[frame(0, place)]));
    }
    let begins = server(Side::Initiator);
    group.valid(
        "of a device that has begun the handshake",
        opens(&begins, &[sealed(&begins, 0, &texts[0])]),
    );
    let three = [frame(0, 0), frame(1, 1), frame(2, 2)];
    group.valid("three", opens(&usual, &three));
    group.valid("no packet", opens(&usual, &[]));
    let [a, b, c] = &three;
    for (what, packets) in [
        ("again", vec![a, a]),
        ("again behind the next", vec![a, b, a, b]),
        ("the second first", vec![b, a, b]),
        ("the third too soon", vec![a, c, b, c]),
        ("only the third", vec![c]),
    ] {
        let packets: Vec<_> = packets.into_iter().cloned().collect();
        group.invalid(what, "unknown_epoch", opens(&usual, &packets));
    }
    let other = sealed(&usual, 0, &revoke("c"));
    group.invalid(
        "another command in an epoch that is over",
        "unknown_epoch",
        opens(&usual, &[a.clone(), other]),
    );
    taken_alike(area, &usual);
}

/// What is authentic and not understood.
fn taken_alike(area: &mut Area, usual: &Device) {
    let group = area.group(
        "command",
        "authentic commands that are not understood, and one behind them",
        &["IOMT-PAIR-081"],
        "NotTaken",
    );
    let next = sealed(usual, 1, &revoke("a"));
    for (what, class, text) in [
        ("nothing", "truncated", Vec::new()),
        (
            "a cut introduction",
            "truncated",
            introduce("a", 0, 0)[..67].to_vec(),
        ),
        (
            "a body that is cut",
            "malformed",
            record(3, &introduction("a", 0, 0)[..65]),
        ),
        (
            "a revocation that goes on",
            "malformed",
            record(5, &[&key("a")[..], &[0]].concat()),
        ),
        (
            "a record behind it",
            "trailing_bytes",
            [revoke("a"), record(4, &[])].concat(),
        ),
        ("a role", "reserved", introduce("a", 2, 0)),
        ("a right", "reserved", introduce("a", 0, 2)),
        ("an unknown command", "unknown_critical", record(7, &[9, 8])),
        ("a key that is none", "bad_key", record(5, &[0xFF; 32])),
    ] {
        let packets = [sealed(usual, 0, &text), next.clone()];
        group.invalid(what, class, opens(usual, &packets));
    }
    let passed_over = sealed(usual, 0, &record(6, &[9, 8]));
    group
        .valid(
            "one that may be passed over",
            opens(usual, &[passed_over, next]),
        )
        .flagged("Unknown");
}
