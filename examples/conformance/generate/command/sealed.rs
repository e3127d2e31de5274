//! How commands are sealed by a server, and opened by a device.

use super::*;
use crate::generate::common::{Device, cuts, flipped, many};
use crate::shim;
use crate::shim::text::{Epoch, Side, hedge};

/// A session's server.
fn server(side: Side) -> Device {
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

fn opens(server: &Device, packets: &[Vec<u8>]) -> Value {
    let packets: Vec<_> = packets.iter().map(hex).collect();
    json!({ "session": server.session(), "packets": packets })
}

fn epoch(server: &Device, number: u32, plaintext: &[u8]) -> Epoch {
    let context = [&server.hash[..], plaintext].concat();
    let random = Device::random(number);
    let salt = hedge(&random, &server.secret, number.into(), ("salt", &context));
    let next = |chain, _| Epoch::new(chain, [0; 16]).next;
    Epoch::new((0..number).fold(server.keys().commands, next), salt)
}

/// Command `number` of the session.
fn sealed(server: &Device, number: u32, plaintext: &[u8]) -> Vec<u8> {
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

pub(super) fn refused(area: &mut Area) {
    let usual = server(Side::Responder);
    let text = revoke("a");
    let keys = epoch(&usual, 0, &text);
    let honest = sealed(&usual, 0, &text);
    let group = area.group(
        "command",
        "packets that are no command, and an honest one behind them",
        &[
            "IOMT-PAIR-079",
            "IOMT-SEAL-002",
            "IOMT-SEAL-004",
            "IOMT-SEAL-005",
        ],
        "Place",
    );
    let mut refuse = |what: &str, class: &str, packet: Vec<u8>| {
        group.invalid(what, class, opens(&usual, &[packet, honest.clone()]));
    };
    for (space, what) in ["data", "alarm", "control"].iter().enumerate() {
        let packet = keys.unproved(space as u8, 0, &text);
        refuse(
            &format!("a frame of {what} in the epoch"),
            "unexpected",
            packet,
        );
    }
    refuse("the short form", "unknown_epoch", keys.short(3, 0, &text));
    refuse("the routed form", "unknown_epoch", keys.routed(3, 0, &text));
    for counter in [1, 2, 0x01_00_00, 0xFF_FF_FE] {
        refuse(
            &format!("counter {counter}"),
            "unknown_epoch",
            keys.unproved(3, counter, &text),
        );
    }
    let long = many("a command", 69);
    refuse(
        "69 bytes, that is 113",
        "unexpected",
        epoch(&usual, 0, &long).unproved(3, 0, &long),
    );
    let up = Epoch::new(usual.keys().chain, keys.salt);
    refuse(
        "sealed by the device's chain",
        "unknown_epoch",
        up.unproved(3, 0, &text),
    );
    let other = Device {
        hash: bytes("another hash"),
        ..usual
    };
    refuse(
        "of another session",
        "unknown_epoch",
        sealed(&other, 0, &text),
    );
    let begins = server(Side::Initiator);
    refuse(
        "where the device has begun",
        "unknown_epoch",
        sealed(&begins, 0, &text),
    );
    let as_data = [&[0x3D][..], &keys.unproved(0, 0, &text)[1..]].concat();
    refuse("sealed as data", "not_authentic", as_data);
    let receipt = [&[0x41][..], &honest[1..]].concat();
    refuse("a receipt", "unexpected", receipt);
    refuse(
        "a handshake",
        "unexpected",
        [&[0x81][..], &honest[1..]].concat(),
    );
    refuse(
        "a refusal",
        "unexpected",
        [&[0xC1][..], &honest[1..9]].concat(),
    );
    for byte in [0x3C, 0x3E, 0x3F] {
        let packet = [&[byte][..], &honest[1..]].concat();
        refuse(
            &format!("version {}", byte & 3),
            "unsupported_version",
            packet,
        );
    }
    refuse(
        "a salt without a locator",
        "malformed",
        [&[0x35][..], &honest[1..]].concat(),
    );
    let mut full = honest.clone();
    full[25..28].copy_from_slice(&[0xFF; 3]);
    refuse("counter FFFFFF", "malformed", full);
    refuse("an empty packet", "malformed", Vec::new());
    refuse(
        "1,233 bytes",
        "malformed",
        [&honest[..], &many("more", 1_155)].concat(),
    );
}

pub(super) fn forged(area: &mut Area) {
    let usual = server(Side::Responder);
    let honest = sealed(&usual, 0, &revoke("a"));
    let group = area.group(
        "command",
        "each bit of a command, and the honest one behind it",
        &["IOMT-PAIR-079"],
        "ForgedCommand",
    );
    for bit in 0..honest.len() * 8 {
        let request = opens(&usual, &[flipped(&honest, bit), honest.clone()]);
        let answer = shim::outcome("command", &request);
        let outcomes = &answer["result"]["outcomes"];
        assert!(outcomes[0]["error"].is_string() && outcomes[1]["taken"] == 1);
        group.refused(format!("byte {}, bit {}", bit / 8, bit % 8), request);
        match bit / 8 {
            0..9 => _ = group.flagged("Place"),
            9..28 => _ = group.flagged("OtherRoute"),
            62.. => _ = group.flagged("ForgedTag"),
            _ => {}
        }
    }
    let group = area.group(
        "command",
        "a command that was cut, and one that goes on",
        &["IOMT-PAIR-079", "IOMT-SEAL-006"],
        "CutPacket",
    );
    for cut in cuts(&honest) {
        let comment = format!("{} bytes", cut.len());
        group.refused(comment, opens(&usual, &[cut, honest.clone()]));
    }
    for more in [1, 2, 34] {
        let longer = [&honest[..], &many("more", more)].concat();
        group.invalid(
            format!("{more} bytes more"),
            "not_authentic",
            opens(&usual, &[longer, honest.clone()]),
        );
    }
    let group = area.group(
        "command",
        "forgeries between honest commands",
        &["IOMT-PAIR-079"],
        "TakenBeforeOpened",
    );
    let next = sealed(&usual, 1, &introduce("b", 0, 0));
    for (what, packets) in [
        (
            "twice before",
            vec![
                flipped(&honest, 400),
                flipped(&honest, 401),
                honest.clone(),
                next.clone(),
            ],
        ),
        (
            "between",
            vec![honest.clone(), flipped(&next, 400), next.clone()],
        ),
        (
            "another salt",
            vec![flipped(&honest, 9 * 8), honest.clone(), next.clone()],
        ),
    ] {
        group.invalid(what, "not_authentic", opens(&usual, &packets));
    }
}
