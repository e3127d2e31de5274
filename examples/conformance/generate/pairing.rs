//! Handshakes of each model: every step of both sides, and what each refuses.

use serde_json::{Value, json};

use super::area::{Area, Flag};
use super::common::{bytes, flipped};
use super::first_zero;
use super::pairing_flags::FLAGS;
use super::pairing_lengths as lengths;
use super::pairing_packets as packets;
use super::pairing_trace::trace;
use super::payloads;
use super::two_faults;
use crate::shim;
use crate::shim::text::{hex, unhex};

/// A model, and both sides of a handshake of it.
pub(super) struct Model {
    pub(super) area: &'static str,
    pub(super) number: u8,
    /// Whether the messages have no headers.
    pub(super) is_bare: bool,
    about: &'static str,
    pub(super) requirements: &'static [&'static str],
    /// Which receives which: the place of each packet among all.
    pub(super) to_responder: &'static [usize],
    pub(super) to_initiator: &'static [usize],
    /// Random bytes that each side draws.
    draws: usize,
}

const MODELS: [Model; 6] = [
    Model {
        area: "pairing_label_key",
        number: 1,
        is_bare: false,
        about: "Pairing by a label with key and secret: IKpsk2.",
        requirements: &[
            "IOMT-PAIR-001",
            "IOMT-PAIR-002",
            "IOMT-PAIR-012",
            "IOMT-PAIR-022",
            "IOMT-PAIR-024",
            "IOMT-PAIR-031",
            "IOMT-PAIR-034",
            "IOMT-PAIR-054",
            "IOMT-PAIR-055",
            "IOMT-EPOCH-002",
        ],
        to_responder: &[0],
        to_initiator: &[1],
        draws: 1,
    },
    Model {
        area: "pairing_label",
        number: 2,
        is_bare: false,
        about: "Pairing by a label's secret: XXpsk0.",
        requirements: &[
            "IOMT-PAIR-001",
            "IOMT-PAIR-002",
            "IOMT-PAIR-012",
            "IOMT-PAIR-022",
            "IOMT-PAIR-024",
            "IOMT-PAIR-031",
            "IOMT-EPOCH-002",
        ],
        to_responder: &[0, 2],
        to_initiator: &[1],
        draws: 1,
    },
    Model {
        area: "pairing_passcode",
        number: 3,
        is_bare: false,
        about: "Pairing by a passcode: CPace, then XXpsk0.",
        requirements: &[
            "IOMT-PAIR-001",
            "IOMT-PAIR-002",
            "IOMT-PAIR-012",
            "IOMT-CPACE-014",
            "IOMT-CPACE-015",
            "IOMT-EPOCH-002",
        ],
        to_responder: &[0, 2, 4, 6],
        to_initiator: &[1, 3, 5],
        draws: 3,
    },
    Model {
        area: "pairing_comparison",
        number: 4,
        is_bare: true,
        about: "Pairing by digits that a person compares: XX with a committed nonce.",
        requirements: &[
            "IOMT-PAIR-001",
            "IOMT-PAIR-002",
            "IOMT-PAIR-012",
            "IOMT-CMP-001",
            "IOMT-CMP-006",
            "IOMT-EPOCH-002",
        ],
        to_responder: &[0, 2],
        to_initiator: &[1, 3],
        draws: 2,
    },
    Model {
        area: "pairing_factory_keys",
        number: 5,
        is_bare: false,
        about: "A first session by keys from the factory: IK.",
        requirements: &[
            "IOMT-PAIR-001",
            "IOMT-PAIR-002",
            "IOMT-PAIR-012",
            "IOMT-PAIR-024",
            "IOMT-EPOCH-002",
        ],
        to_responder: &[0],
        to_initiator: &[1],
        draws: 1,
    },
    Model {
        area: "pairing_reconnection",
        number: 6,
        is_bare: false,
        about: "A session after another: KKpsk0.",
        requirements: &[
            "IOMT-PAIR-001",
            "IOMT-PAIR-002",
            "IOMT-PAIR-012",
            "IOMT-PAIR-040",
            "IOMT-EPOCH-002",
        ],
        to_responder: &[0],
        to_initiator: &[1],
        draws: 1,
    },
];

/// Model 4 as it travels: with headers, a code in front of message 1, and one draw a side.
const COMPARISON_PACKETS: Model = Model {
    area: "pairing_comparison",
    number: 4,
    is_bare: false,
    about: "",
    requirements: &[
        "IOMT-PAIR-003",
        "IOMT-PAIR-012",
        "IOMT-CMP-001",
        "IOMT-CMP-007",
        "IOMT-EPOCH-002",
    ],
    to_responder: &[0, 2],
    to_initiator: &[1, 3],
    draws: 1,
};

pub(super) fn areas() -> Vec<Area> {
    MODELS.iter().map(area).collect()
}

fn area(model: &Model) -> Area {
    let used = |flag: &&Flag| match flag.name {
        "HashAlone" | "Commitment" => model.number == 4,
        "Keys" => model.number != 4,
        "FirstZero" | "CutPacket" | "Mac1Bit" | "ForgedTag" => model.number == 2,
        "LaterField" | "PayloadForm" | "Downgrade" => has_payloads(model),
        _ => true,
    };
    let flags: Vec<_> = FLAGS.iter().filter(used).copied().collect();
    let mut area = Area::new(model.area, model.about, &flags);
    handshakes(&mut area, model, &["a", "b", "c", "d"]);
    let run = Run { model, name: "a" };
    packets::forged(&mut area, &run);
    packets::foreign(&mut area, &run);
    if !model.is_bare {
        packets::second_hello(&mut area, &run);
    }
    if model.number == 2 {
        first_zero::group(&mut area, &run);
    }
    packets::keys(&mut area, &run);
    if model.is_bare {
        in_packets(&mut area);
    } else {
        two_faults::handshake(&mut area, &run);
    }
    if has_payloads(model) {
        payloads::groups(&mut area, &run);
    }
    if !model.is_bare {
        lengths::bounds(&mut area, &run);
    }
    if model.number == 2 {
        lengths::every_byte_and_bit(&mut area, &run);
    }
    if !model.is_bare {
        packets::another_ephemeral_key(&mut area, &run);
        packets::one_fault(&mut area, &run);
    }
    if has_payloads(model) {
        payloads::wide_tags(&mut area, &run);
    }
    let in_packets = Run {
        model: &COMPARISON_PACKETS,
        name: "e",
    };
    packets::still_finished(&mut area, if model.is_bare { &in_packets } else { &run });
    area
}

/// Of a passcode and a comparison the messages in front are other ones.
const fn has_payloads(model: &Model) -> bool {
    matches!(model.number, 1 | 2 | 5 | 6)
}

/// Behind the bare messages of a comparison.
fn in_packets(area: &mut Area) {
    let model = &COMPARISON_PACKETS;
    handshakes(area, model, &["e", "f", "g"]);
    let run = Run { model, name: "e" };
    packets::forged(area, &run);
    packets::foreign(area, &run);
    packets::second_hello(area, &run);
    packets::keys(area, &run);
    two_faults::handshake(area, &run);
    lengths::bounds(area, &run);
    packets::another_ephemeral_key(area, &run);
    packets::one_fault(area, &run);
}

fn handshakes(area: &mut Area, model: &Model, names: &[&'static str]) {
    let about = match model.is_bare || model.number != 4 {
        true => "whole handshakes, step by step",
        false => "whole handshakes in packets, step by step",
    };
    let group = area.group("pair_step", about, model.requirements, "Noise");
    for name in names {
        let run = Run { model, name };
        for (side, received) in run.steps() {
            let last = received.len() == run.places(side).len();
            group.valid(
                format!("{name}, {side} with {} packets", received.len()),
                run.asks(side, &received),
            );
            let packets = 2 * received.len() + usize::from(side == "initiator");
            group.with_intermediate(trace(&run, packets));
            if last {
                group.flagged(if model.number == 4 {
                    "HashAlone"
                } else {
                    "Keys"
                });
            }
        }
    }
}

/// One handshake of a model.
pub(super) struct Run<'m> {
    pub(super) model: &'m Model,
    pub(super) name: &'m str,
}

pub(super) fn public(secret: &[u8; 32]) -> [u8; 32] {
    let identity = iomt::pairing::Identity::from_secret_bytes(secret).unwrap();
    *iomt::pairing::StaticKey::from(identity)
        .public()
        .as_bytes()
        .first_chunk()
        .unwrap()
}

impl Run<'_> {
    pub(super) fn places(&self, side: &str) -> &'static [usize] {
        match side {
            "responder" => self.model.to_responder,
            _ => self.model.to_initiator,
        }
    }

    pub(super) fn part<const N: usize>(&self, what: &str) -> [u8; N] {
        bytes(&format!("{} {} {what}", self.model.area, self.name))
    }

    pub(super) fn secret(&self, side: &str) -> [u8; 32] {
        self.part(&format!("{side} static"))
    }

    pub(super) fn asks(&self, side: &str, received: &[Vec<u8>]) -> Value {
        let number = self.model.number;
        let initiates = side == "initiator";
        let other = if initiates { "responder" } else { "initiator" };
        let random: Vec<_> = (0..self.model.draws)
            .map(|draw| hex(self.part::<32>(&format!("{side} random {draw}"))))
            .collect();
        let is_device = initiates == (number >= 4);
        let received: Vec<_> = received.iter().map(hex).collect();
        json!({
            "role": side,
            "model": number,
            "staticSecret": hex(self.secret(side)),
            "connection": initiates.then(|| hex(self.part::<8>("connection"))),
            "peer": (number == 6 || (matches!(number, 1 | 5) && initiates)).then(|| hex(public(&self.secret(other)))),
            "labelSecret": matches!(number, 1 | 2).then(|| hex(self.part::<20>("label"))),
            "passcode": (number == 3).then_some("472913"),
            "token": (number == 4 && !self.model.is_bare).then(|| hex(self.part::<9>("token"))),
            "psk": (number == 6).then(|| hex(self.part::<32>("psk"))),
            "descriptorBody": (is_device && number != 6).then(|| hex(self.part::<24>("descriptor"))),
            "random": random,
            "received": received,
        })
    }

    /// All packets, in order.
    pub(super) fn packets(&self) -> Vec<Vec<u8>> {
        let mut all: Vec<Vec<u8>> = Vec::new();
        loop {
            let side = if all.len().is_multiple_of(2) {
                "initiator"
            } else {
                "responder"
            };
            let received = self.received(side, &all);
            let answer = shim::outcome("pair_step", &self.asks(side, &received));
            let Some(packet) = answer["result"]["packet"].as_str() else {
                assert!(answer["result"]["done"].is_object(), "{answer}");
                return all;
            };
            all.push(unhex(packet).unwrap());
        }
    }

    pub(super) fn received(&self, side: &str, all: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let places = self.places(side).iter().filter_map(|place| all.get(*place));
        places.cloned().collect()
    }

    /// What each side has received at each of its steps.
    fn steps(&self) -> Vec<(&'static str, Vec<Vec<u8>>)> {
        let all = self.packets();
        let mut steps = Vec::new();
        for side in ["initiator", "responder"] {
            let received = self.received(side, &all);
            let first = usize::from(side == "responder");
            steps.extend((first..=received.len()).map(|count| (side, received[..count].to_vec())));
        }
        steps
    }
}

/// With one bit of one packet another.
pub(super) fn damaged(received: &[Vec<u8>], place: usize, bit: usize) -> Vec<Vec<u8>> {
    let mut received = received.to_vec();
    received[place] = flipped(&received[place], bit);
    received
}
