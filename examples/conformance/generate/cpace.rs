use serde_json::{Value, json};

use super::area::{Area, Flag};
use super::common::{bytes, cuts};
use super::two_faults;
use crate::shim;
use crate::shim::text::{hex, unhex};

const FLAGS: &[Flag] = &[
    Flag {
        name: "CutPacket",
        bug: "LENGTH",
        says: "takes a packet that is cut",
        effect: "what was not received is read as something",
    },
    two_faults::FLAG,
    Flag {
        name: "Generator",
        bug: "KEY",
        says: "computes another generator",
        effect: "no passcode ever fits",
    },
    Flag {
        name: "NoPoint",
        bug: "MISSING_CHECK",
        says: "takes a share that is no point, or the neutral one",
        effect: "a stranger agrees on a key without the passcode",
    },
    Flag {
        name: "Downgraded",
        bug: "MISSING_CHECK",
        says: "takes another offer",
        effect: "a stranger chooses a weaker version",
    },
    Flag {
        name: "Passcode",
        bug: "MISSING_CHECK",
        says: "treats groups, letters or lengths of a passcode otherwise",
        effect: "what a person typed does not fit",
    },
    Flag {
        name: "Packet",
        bug: "MISSING_CHECK",
        says: "takes a packet of another step, model or length",
        effect: "a stranger confuses a pairing",
    },
    Flag {
        name: "Transcript",
        bug: "KEY",
        says: "binds the handshake to something else",
        effect: "the two sides have no key in common",
    },
];

/// One run of both sides.
pub(super) struct Run {
    name: &'static str,
    passcode: &'static str,
}

impl Run {
    pub(super) fn asks(&self, role: &str, received: &[Vec<u8>]) -> Value {
        let part = |what: &str| hex(bytes::<32>(&format!("cpace {} {role} {what}", self.name)));
        let received: Vec<_> = received.iter().map(hex).collect();
        let connection = (role == "initiator")
            .then(|| hex(bytes::<8>(&format!("cpace {} connection", self.name))));
        json!({
            "role": role, "passcode": self.passcode, "staticSecret": part("static"), "connection": connection,
            "random": [part("half"), part("scalar")], "received": received,
        })
    }

    fn packet(&self, role: &str, received: &[Vec<u8>]) -> Vec<u8> {
        let answer = shim::outcome("cpace", &self.asks(role, received));
        unhex(
            answer["result"]["packet"]
                .as_str()
                .unwrap_or_else(|| panic!("{answer}")),
        )
        .unwrap()
    }

    /// The four packets.
    pub(super) fn packets(&self) -> [Vec<u8>; 4] {
        let first = self.packet("initiator", &[]);
        let second = self.packet("responder", std::slice::from_ref(&first));
        let third = self.packet("initiator", std::slice::from_ref(&second));
        let fourth = self.packet("responder", &[first.clone(), third.clone()]);
        [first, second, third, fourth]
    }
}

pub(super) const USUAL: Run = Run {
    name: "usual",
    passcode: "123456",
};

pub(super) fn area() -> Area {
    let mut area = Area::new(
        "cpace",
        "The four messages before a passcode's handshake, every value of them.",
        FLAGS,
    );
    let group = area.group(
        "cpace",
        "whole runs",
        &["IOMT-CPACE-011", "IOMT-CPACE-015", "IOMT-CPACE-016"],
        "Generator",
    );
    let runs = [
        USUAL,
        Run {
            name: "letters",
            passcode: "aB3xY9",
        },
        Run {
            name: "longest",
            passcode: "0123456789abcdefghijklmnopqrstuv",
        },
        Run {
            name: "grouped",
            passcode: "98-76 54 32",
        },
    ];
    for run in &runs {
        let [first, second, third, fourth] = run.packets();
        group.valid(format!("{}, 0x41", run.name), run.asks("initiator", &[]));
        group.valid(
            format!("{}, 0x42", run.name),
            run.asks("responder", std::slice::from_ref(&first)),
        );
        group.valid(
            format!("{}, 0x43", run.name),
            run.asks("initiator", std::slice::from_ref(&second)),
        );
        group
            .valid(
                format!("{}, 0x44", run.name),
                run.asks("responder", &[first, third]),
            )
            .flagged("Transcript");
        group
            .valid(
                format!("{}, the end", run.name),
                run.asks("initiator", &[second, fourth]),
            )
            .flagged("Transcript");
    }
    passcodes(&mut area);
    points(&mut area);
    packets(&mut area);
    two_faults::cpace(&mut area);
    every_cut(&mut area);
    area
}

fn passcodes(area: &mut Area) {
    let [_, second, ..] = USUAL.packets();
    let group = area.group("cpace", "passcodes", &["IOMT-CPACE-010"], "Passcode");
    for passcode in [
        "123456",
        "12 34 56",
        "12-34-56",
        "123456  ",
        "-123456",
        "ABCDEF",
        "abcdef",
        "00000000",
        "Zz9Zz9Zz9",
    ] {
        let run = Run { passcode, ..USUAL };
        group.valid(
            format!("“{passcode}”"),
            run.asks("initiator", std::slice::from_ref(&second)),
        );
    }
    for passcode in [
        "",
        "12345",
        "12345 ",
        "     ",
        "12345_",
        "12345é",
        "１２３４５６",
        "123.456",
        "0123456789abcdefghijklmnopqrstuvw",
    ] {
        let run = Run { passcode, ..USUAL };
        group.invalid(
            format!("“{passcode}”"),
            "bad_passcode",
            run.asks("initiator", std::slice::from_ref(&second)),
        );
    }
}

/// Encodings that RFC 9496 refuses, and the neutral element.
pub(super) fn bad_points() -> Vec<(&'static str, [u8; 32])> {
    let mut all = Vec::new();
    let mut point = |what, first: u8, middle: u8, last: u8| {
        let mut point = [middle; 32];
        (point[0], point[31]) = (first, last);
        all.push((what, point));
    };
    point("the neutral element", 0, 0, 0);
    point("one", 1, 0, 0);
    point("the prime itself", 0xED, 0xFF, 0x7F);
    point("above the prime", 0xFF, 0xFF, 0x7F);
    point("a negative number", 1, 0, 0x80);
    point("all ones", 0xFF, 0xFF, 0xFF);
    point("minus one", 0xEC, 0xFF, 0x7F);
    point("two", 2, 0, 0);
    all
}

fn points(area: &mut Area) {
    let [first, second, third, fourth] = USUAL.packets();
    let with = |packet: &[u8], point: &[u8]| {
        let mut packet = packet.to_vec();
        packet[20..52].copy_from_slice(point);
        packet
    };
    let group = area.group(
        "cpace",
        "shares that are no points",
        &["IOMT-CPACE-012"],
        "NoPoint",
    );
    for (what, point) in bad_points() {
        group.any(
            format!("{what}, to the responder"),
            USUAL.asks("responder", &[first.clone(), with(&third, &point)]),
        );
        group.any(
            format!("{what}, to the initiator"),
            USUAL.asks("initiator", &[second.clone(), with(&fourth, &point)]),
        );
    }
    let group = area.group("cpace", "other offers", &["IOMT-CPACE-013"], "Downgraded");
    for (what, offer) in [
        ("no version", [0, 2, 8, 0]),
        ("another version too", [6, 2, 8, 0]),
        ("another suite", [2, 4, 8, 0]),
        ("another model", [2, 2, 4, 0]),
        ("more models", [2, 2, 8, 1]),
        ("nothing", [0; 4]),
    ] {
        let mut third = third.clone();
        third[52..].copy_from_slice(&offer);
        group.invalid(
            what,
            "downgraded",
            USUAL.asks("responder", &[first.clone(), third]),
        );
    }
}

fn packets(area: &mut Area) {
    let [first, second, third, fourth] = USUAL.packets();
    let changed = |packet: &[u8], place: usize, to: u8| {
        let mut packet = packet.to_vec();
        packet[place] = to;
        packet
    };
    let group = area
        .group(
            "cpace",
            "packets that do not belong here",
            &["IOMT-PAIR-004", "IOMT-PAIR-005", "IOMT-SEAL-002"],
            "Packet",
        )
        .judged("any_error");
    for (what, packet) in [
        ("another kind", changed(&first, 0, 0x41)),
        ("another version", changed(&first, 0, 0x82)),
        ("a reserved bit", changed(&first, 0, 0x89)),
        ("another suite", changed(&first, 1, 2)),
        ("another model", changed(&first, 2, 2)),
        ("another step", changed(&first, 3, 0x42)),
        ("step 0", changed(&first, 3, 0)),
        ("a hint", changed(&first, 12, 1)),
        ("the answer", second.clone()),
        ("a byte more", [&first[..], &[0]].concat()),
    ] {
        group.refused(
            format!("for 0x41: {what}"),
            USUAL.asks("responder", &[packet]),
        );
    }
    for cut in cuts(&first).step_by(5) {
        group.refused(
            format!("for 0x41: {} bytes", cut.len()),
            USUAL.asks("responder", &[cut]),
        );
    }
    for (what, packet) in [
        ("another connection", changed(&third, 5, 0xEE)),
        ("another step", changed(&third, 3, 0x44)),
        ("the first again", first.clone()),
        ("a byte more", [&third[..], &[0]].concat()),
        ("a byte less", third[..third.len() - 1].to_vec()),
    ] {
        group.refused(
            format!("for 0x43: {what}"),
            USUAL.asks("responder", &[first.clone(), packet]),
        );
    }
    for (what, packet) in [
        ("another connection", changed(&second, 5, 0xEE)),
        ("a byte less", second[..second.len() - 1].to_vec()),
        ("one's own", first),
    ] {
        group.refused(
            format!("for 0x42: {what}"),
            USUAL.asks("initiator", &[packet]),
        );
    }
    for (what, packet) in [
        ("another connection", changed(&fourth, 5, 0xEE)),
        ("a byte less", fourth[..fourth.len() - 1].to_vec()),
        ("one's own", third),
    ] {
        group.refused(
            format!("for 0x44: {what}"),
            USUAL.asks("initiator", &[second.clone(), packet]),
        );
    }
}

fn every_cut(area: &mut Area) {
    let group = area
        .group(
            "cpace",
            "packets that are cut",
            &["IOMT-PAIR-004", "IOMT-DATA-005"],
            "CutPacket",
        )
        .judged("any_error");
    let [first, second, third, fourth] = USUAL.packets();
    for (name, side, before, packet) in [
        ("0x41", "responder", vec![], &first),
        ("0x42", "initiator", vec![], &second),
        ("0x43", "responder", vec![first.clone()], &third),
        ("0x44", "initiator", vec![second.clone()], &fourth),
    ] {
        for cut in cuts(packet) {
            let comment = format!("{name}: {} of {} bytes", cut.len(), packet.len());
            let received = [&before[..], &[cut]].concat();
            group.refused(comment, USUAL.asks(side, &received));
        }
    }
}
