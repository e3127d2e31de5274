//! What follows from a command: the static key of a relation, and the first session of who was introduced.

use super::*;
use crate::generate::pairing::public;
use crate::shim;
use crate::shim::text::{expand, unhex};

pub(super) fn relations(area: &mut Area) {
    let group = area.group(
        "command",
        "static keys of a device, one for each owner",
        &["IOMT-PAIR-090"],
        "Relation",
    );
    let asks = |root: [u8; 32], relation: u64| json!({ "root": hex(root), "relation": relation.to_string() });
    for relation in [0, 1, 2, 255, 256, 65_536, 1 << 32, 1 << 56, u64::MAX] {
        group.valid(
            format!("relation {relation}"),
            asks(bytes("root a"), relation),
        );
    }
    for name in ["b", "c", "d"] {
        let root = bytes(&format!("root {name}"));
        group.valid(format!("root {name}, relation 1"), asks(root, 1));
    }
}

/// One who meets another after an introduction.
struct Meeting {
    name: &'static str,
    relation: u64,
}

impl Meeting {
    fn part<const N: usize>(&self, what: &str) -> [u8; N] {
        bytes(&format!("introduced {} {what}", self.name))
    }

    /// The device's side begins.
    fn asks(&self, side: &str, first: [u8; 32], received: &[Vec<u8>]) -> Value {
        let device = expand(&self.part("root"), "static", &self.relation.to_be_bytes());
        let recipient = self.part("recipient");
        let (own, other) = match side {
            "initiator" => (device, recipient),
            _ => (recipient, device),
        };
        let received: Vec<_> = received.iter().map(hex).collect();
        json!({
            "role": side,
            "model": 6,
            "staticSecret": hex(own),
            "connection": (side == "initiator").then(|| hex(self.part::<8>("connection"))),
            "peer": hex(public(&other)),
            "psk": hex(first),
            "random": [hex(self.part::<32>(&format!("{side} random")))],
            "received": received,
        })
    }

    fn packet(&self, side: &str, received: &[Vec<u8>]) -> Vec<u8> {
        let request = self.asks(side, self.part("first"), received);
        let answer = shim::outcome("pair_step", &request);
        unhex(answer["result"]["packet"].as_str().unwrap()).unwrap()
    }
}

pub(super) fn handshakes(area: &mut Area) {
    let group = area.group(
        "pair_step",
        "the first session of an introduced recipient or successor: `first` is the psk",
        &["IOMT-PAIR-072", "IOMT-PAIR-073", "IOMT-PAIR-089"],
        "FirstHandshake",
    );
    for (name, relation) in [("recipient", 0), ("successor", 1), ("another", 300)] {
        let meeting = Meeting { name, relation };
        let first = meeting.part("first");
        let hello = meeting.packet("initiator", &[]);
        let answer = meeting.packet("responder", std::slice::from_ref(&hello));
        let (hello, answer) = ([hello], [answer]);
        for (what, side, received) in [
            ("the device begins", "initiator", &[][..]),
            ("the recipient answers", "responder", &hello),
            ("the device has its session", "initiator", &answer),
        ] {
            let request = meeting.asks(side, first, received);
            group.valid(format!("{name}: {what}"), request);
        }
        let other = bytes("another first");
        group.invalid(
            format!("{name}: under another secret"),
            "wrong_key",
            meeting.asks("responder", other, &hello),
        );
        let mut stranger = meeting.asks("responder", first, &hello);
        stranger["peer"] = hex(public(&bytes("a stranger"))).into();
        group.invalid(
            format!("{name}: another device by the same secret"),
            "not_authentic",
            stranger,
        );
    }
}
